"""Feeds from where they are: a folder, a zip, or an address, with limits on length and time."""

import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit

SCHEMES = ("http", "https")
MOST_BYTES = 2 * 1024**3
"""The longest feed that is fetched; those of whole countries have a tenth of it."""
QUIET_S = 30.0
"""A server that says nothing for so long is given up."""
WHOLE_S = 15 * 60.0
"""All of it has to be there by then: a trickle never ends either."""
PIECE_BYTES = 1024**2


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
            _fetch(source, path, most_bytes, quiet_s, time.monotonic() + whole_s)
        except (OSError, HTTPException, ValueError) as error:
            raise SourceError(f"{source}: {_reason(error)}") from error
        yield path


def _reason(error: Exception) -> object:
    """Of an answer with an error its number, of a failure its cause."""
    if isinstance(error, urllib.error.URLError) and not isinstance(error, urllib.error.HTTPError):
        return error.reason
    return error


def _opener() -> urllib.request.OpenerDirector:
    """What opens nothing but the two schemes, also where a server sends us on."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler, urllib.request.UnknownHandler, urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler, urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPRedirectHandler, urllib.request.HTTPErrorProcessor,
    ):  # fmt: skip
        opener.add_handler(handler())
    return opener


def _fetch(source: str, path: Path, most_bytes: int, quiet_s: float, end_s: float) -> None:
    with _opener().open(source, timeout=quiet_s) as answer, path.open("xb") as file:
        length = 0
        while piece := answer.read1(PIECE_BYTES):
            length += len(piece)
            if length > most_bytes:
                raise ValueError(f"longer than {most_bytes} bytes")
            if time.monotonic() > end_s:
                raise TimeoutError("took too long")
            file.write(piece)
