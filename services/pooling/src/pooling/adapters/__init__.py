"""The ports' real ends: database, event bus, roads."""
