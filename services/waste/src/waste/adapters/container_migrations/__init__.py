"""Shapes of the store of containers."""
