"""The insertion room: answer one request now."""
