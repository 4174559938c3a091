"""How networks wrap what devices send."""
