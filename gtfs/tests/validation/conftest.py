"""The feed that is broken, on disk."""

from collections.abc import Callable
from pathlib import Path

import pytest
from broken_feeds import Change
from whole_feed import whole_feed


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Change], Path]:
    """Write the feed into a folder, after a change to its texts by file name."""

    def write(change: Change) -> Path:
        files = whole_feed()
        change(files)
        folder = tmp_path / "feed"
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_text(content, encoding="utf-8", newline="")
        return folder

    return write
