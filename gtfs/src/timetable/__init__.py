"""GTFS in and out: schedules, fares, real time, and the search over them. No store, no wire, no clock."""
