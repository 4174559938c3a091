"""GTFS-Flex in and out: on-demand services with their zones, stops, hours and booking rules."""
