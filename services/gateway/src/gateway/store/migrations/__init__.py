"""Shapes of the gateway's database."""
