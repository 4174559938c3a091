"""The schema of the board, revision by revision."""
