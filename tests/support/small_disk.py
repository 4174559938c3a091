"""A disk that can be filled to the last byte without filling anybody else's."""

import errno
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_CHUNK = bytes(65_536)
_FILL_EVERY_S = 0.05


class SmallDisk:
    """A file system of its own at ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    @contextmanager
    def full(self) -> Iterator[None]:
        """Leave no free byte for as long as the block runs, whatever is deleted meanwhile."""
        done = threading.Event()

        def keep_full() -> None:
            while not done.is_set():
                self._fill()
                done.wait(_FILL_EVERY_S)

        self._fill()
        keeper = threading.Thread(target=keep_full)
        keeper.start()
        try:
            yield
        finally:
            done.set()
            keeper.join()
            self._ballast.unlink()

    def _fill(self) -> None:
        with self._ballast.open("ab", buffering=0) as ballast:
            try:
                while ballast.write(_CHUNK):
                    pass
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise


@contextmanager
def small_disk(size_mb: int) -> Iterator[SmallDisk]:
    """Mount one for as long as the block runs; the test is skipped, saying so, where that is not allowed."""
    with tempfile.TemporaryDirectory(prefix="landlinie-disk-") as made:
        folder = Path(made)
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size_mb}m,mode=0711", "tmpfs", made],
            capture_output=True,
            text=True,
            check=False,
        )
        if mounted.returncode:
            pytest.skip(f"no disk to fill: {mounted.stderr.strip()}")
        try:
            yield SmallDisk(folder)
        finally:
            # Whoever still ends in it must not keep the test's folder.
            subprocess.run(["umount", "--lazy", made], check=True)
