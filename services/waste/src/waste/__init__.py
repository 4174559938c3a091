"""Waste: from a sensor's bytes to the tour a driver believes in."""
