"""Shapes of the store of yards and exports."""
