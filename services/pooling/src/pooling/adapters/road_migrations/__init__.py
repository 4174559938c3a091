"""The schema of the road changes, revision by revision."""
