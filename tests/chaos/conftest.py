"""What tests need that ill-treat processes of their own."""

from servers import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]
