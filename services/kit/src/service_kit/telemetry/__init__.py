"""What a running service shows of itself: traces, metrics, the health of its event loop. Never a person."""
