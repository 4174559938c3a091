"""Shapes of the store of planned journeys and their bookings."""
