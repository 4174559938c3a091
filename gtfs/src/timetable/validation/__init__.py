"""What is wrong with a GTFS Schedule feed, rule by rule, in the names of the canonical GTFS validator."""
