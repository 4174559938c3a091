"""Pages that the gateway itself serves."""
