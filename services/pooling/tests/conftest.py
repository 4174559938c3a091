"""A town of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from town import Town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path)
    yield town
    town.close()
