"""Shapes of the store of alarms."""
