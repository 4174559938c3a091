"""One town behind a running service, for all who try to get in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from live import Live
from service_kit import consumers
from valid import valid_requests


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(consumers, "_POLL_S", 0.02)
        live = Live(Path(tmp_path_factory.mktemp("town")))
        yield live
        live.close()


@pytest.fixture(scope="module")
def requests(live: Live) -> dict[str, Any]:
    """One request of every method that has nothing wrong with it."""
    return valid_requests(live)
