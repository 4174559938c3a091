"""Which path leads to which call, as data."""
