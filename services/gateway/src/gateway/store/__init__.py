"""What the gateway keeps: who signed in, and what browsers are told."""
