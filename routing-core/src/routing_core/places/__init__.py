"""Places by their names: what an OSM extract calls things, and a search that forgives typing."""
