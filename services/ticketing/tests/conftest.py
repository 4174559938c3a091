"""The service, on both kinds of database where a module asks for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from office import Office
from servers import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """URL of an empty PostgreSQL, or nothing for SQLite files; which one, modules choose."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return ""
    shared: str = request.getfixturevalue("postgres_url")
    return shared


@pytest.fixture
def office(tmp_path: Path, database: str) -> Iterator[Office]:
    office = Office(tmp_path, database=database)
    yield office
    office.close()
