"""Protobuf messages as JSON, and how that looks to others."""
