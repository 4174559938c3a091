"""Revisions of the database of service keys."""
