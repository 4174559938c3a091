"""Journeys: one search over timetables, rides on demand and feet."""
