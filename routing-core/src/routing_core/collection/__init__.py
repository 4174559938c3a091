"""Collection: trucks that empty containers and unload at plants, over one or several days."""
