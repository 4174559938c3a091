"""A town of the test's own, and the same town behind a running service."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from live import Live
from town import Town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path)
    yield town
    town.close()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    live = Live(tmp_path)
    yield live
    live.close()
