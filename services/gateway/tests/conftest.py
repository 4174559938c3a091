"""Servers that tests may ask for."""

from servers import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]
