"""Journeys: one search over bus, on-demand, car-share, lifts and feet."""
