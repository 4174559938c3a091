"""Where calls come in: gRPC, and what consumes events."""
