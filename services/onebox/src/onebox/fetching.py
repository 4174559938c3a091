"""Files from the web, with limits on length and time; what breaks off is gone on with where it ended."""

import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, IncompleteRead
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

PIECE_BYTES = 1024**2
TRIES = 5
PARTIAL = 206


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a file may be, how long its server may be silent, and how long all of it may take."""

    most_bytes: int
    quiet_s: float
    whole_s: float


class FetchError(ValueError):
    """A file that could not be had; the message says why."""


def fetch(address: str, path: Path, limits: Limits, question: bytes | None = None) -> None:
    """Fetch a file over HTTP.

    Parameters
    ----------
    path
        Where it is written; nothing may be there.
    question
        Sent to the server where it is asked by POST.

    Raises
    ------
    FetchError
        If nothing is there, it is too long, it takes too long, or it broke off and does not go on.
    """
    end_s = time.monotonic() + limits.whole_s
    try:
        with path.open("xb") as file:
            coming = _Coming(address, question, file, limits, end_s)
            for _ in range(TRIES):
                if coming.went_on():
                    return
        raise FetchError(f"broke off {TRIES} times, after {coming.length} bytes at last")
    except (OSError, HTTPException, ValueError) as error:
        raise FetchError(str(_reason(error))) from error


def _reason(error: Exception) -> object:
    """Of an answer with an error its number, of a failure its cause."""
    if isinstance(error, urllib.error.HTTPError):
        # It is an answer as well, and holds its connection.
        error.close()
        return error
    return error.reason if isinstance(error, urllib.error.URLError) else error


def _opener() -> urllib.request.OpenerDirector:
    """What opens nothing but HTTP, also where a server sends us on."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler, urllib.request.UnknownHandler, urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler, urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPRedirectHandler, urllib.request.HTTPErrorProcessor,
    ):  # fmt: skip
        opener.add_handler(handler())
    return opener


class _Coming:
    """A file that is on its way."""

    def __init__(
        self, address: str, question: bytes | None, file: BinaryIO, limits: Limits, end_s: float
    ) -> None:
        self.length = 0
        self._address, self._question, self._file = address, question, file
        self._limits, self._end_s = limits, end_s
        self._state = ""

    def went_on(self) -> bool:
        """Ask for what is still missing; False if it broke off after some of it."""
        headers = {"User-Agent": f"landlinie/{version('landlinie-onebox')}", "Accept-Encoding": "identity"}
        if self.length:
            # Without a mark of its state, or with another one, the server sends all of it again.
            headers |= {"Range": f"bytes={self.length}-", "If-Range": self._state} if self._state else {}
        request = urllib.request.Request(self._address, self._question, headers)  # noqa: S310 - see _opener
        before = self.length
        with _opener().open(request, timeout=self._limits.quiet_s) as answer:
            self._begin(answer)
            expected = answer.headers.get("Content-Length")
            whole = None if expected is None else self.length + int(expected)
            try:
                self._take(answer)
            except (ConnectionError, IncompleteRead, TimeoutError):
                if self.length <= before or time.monotonic() > self._end_s:
                    raise
                return False
        if whole is None or self.length == whole:
            return True
        if self.length <= before:
            raise FetchError(f"broke off after {self.length} of {whole} bytes")
        return False

    def _begin(self, answer: HTTPResponse) -> None:
        follows = answer.headers.get("Content-Range", "").startswith(f"bytes {self.length}-")
        if answer.status != PARTIAL or not follows:
            self._file.seek(0)
            self._file.truncate()
            self.length = 0
        tag = answer.headers.get("ETag", "")
        # A weak mark says alike, not the same bytes.
        self._state = answer.headers.get("Last-Modified", "") if tag.startswith("W/") or not tag else tag

    def _take(self, answer: HTTPResponse) -> None:
        while piece := answer.read1(PIECE_BYTES):
            if self.length + len(piece) > self._limits.most_bytes:
                raise FetchError(f"longer than {self._limits.most_bytes} bytes")
            if time.monotonic() > self._end_s:
                raise FetchError("took too long")
            self._file.write(piece)
            self.length += len(piece)
