"""GTFS in and out: schedules, fares and real time, and the search over them. No store, no wire of ours, no clock."""
