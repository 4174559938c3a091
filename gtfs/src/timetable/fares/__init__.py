"""What a journey costs by the fare files of a GTFS feed, version 1 and version 2."""
