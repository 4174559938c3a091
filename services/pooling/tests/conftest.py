"""A town of the test's own, and the same town behind a running service."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from live import Live
from service_kit import consumers
from town import Town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path)
    yield town
    town.close()


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    # An idle consumer ends at its next look for events: a quarter of a second in every test is too much.
    monkeypatch.setattr(consumers, "_POLL_S", 0.02)
    live = Live(tmp_path)
    yield live
    live.close()
