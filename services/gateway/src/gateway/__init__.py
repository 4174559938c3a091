"""HTTP/JSON and live updates for browsers and app backends, and the console."""
