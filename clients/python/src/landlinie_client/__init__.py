"""Landlinie's HTTP interface for app backends and ticketing systems."""

from landlinie_client.client import AsyncClient, Client, async_pages, pages
from landlinie_client.events import Event
from landlinie_client.problem import Problem, Violation
from landlinie_client.retries import Retries

__all__ = ["AsyncClient", "Client", "Event", "Problem", "Retries", "Violation", "async_pages", "pages"]
