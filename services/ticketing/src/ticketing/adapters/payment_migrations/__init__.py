"""The schema of payments and bank runs, revision by revision."""
