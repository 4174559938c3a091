"""Sensors by make and model: what the bytes of their frames mean."""
