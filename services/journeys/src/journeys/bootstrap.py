"""The one wiring place: which adapter stands behind which port."""
