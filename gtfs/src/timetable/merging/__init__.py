"""Several GTFS feeds as one: ids with prefixes, and rules that go on meaning only their own feed."""
