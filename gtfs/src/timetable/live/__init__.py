"""GTFS-Realtime in and out: delays, cancellations, places of vehicles and alerts."""
