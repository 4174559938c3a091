"""Vector tiles: a district's map for the screen, from its extract, in one file."""
