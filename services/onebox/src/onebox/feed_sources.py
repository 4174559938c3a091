"""Feeds from where they are: a folder, a zip, or an address, with limits on length and time."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from onebox.fetching import FetchError, Limits, fetch

SCHEMES = ("http", "https")
MOST_BYTES = 2 * 1024**3
"""The longest feed that is fetched; those of whole countries have a tenth of it."""
QUIET_S = 30.0
"""A server that says nothing for so long is given up."""
WHOLE_S = 15 * 60.0
"""All of it has to be there by then: a trickle never ends either."""


class SourceError(ValueError):
    """A feed that could not be had; the message names the source and the reason."""


@contextmanager
def feed_path(
    source: str, most_bytes: int = MOST_BYTES, quiet_s: float = QUIET_S, whole_s: float = WHOLE_S
) -> Iterator[Path]:
    """Give the path of a feed; what is fetched is there only inside of the ``with``.

    Parameters
    ----------
    source
        A path, or an address that begins with ``http://`` or ``https://``.
    most_bytes
        How long what is fetched may be.
    quiet_s, whole_s
        How long the server may be silent, and how long all of it may take, seconds.

    Raises
    ------
    SourceError
        If nothing is there, it is too long, or it takes too long.
    """
    if urlsplit(source).scheme not in SCHEMES:
        path = Path(source)
        if not path.exists():
            raise SourceError(f"{source}: no such file or folder")
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="landlinie-feed-") as folder:
        path = Path(folder) / "feed.zip"
        try:
            fetch(source, path, Limits(most_bytes, quiet_s, whole_s))
        except FetchError as error:
            raise SourceError(f"{source}: {error}") from error
        yield path
