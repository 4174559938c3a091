"""The improvement room: making a whole plan better, and proving how good it is."""
