"""Where GTFS-Realtime comes from: addresses that are asked again and again, and files that others write."""

import hashlib
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Mapping
from http.client import HTTPMessage
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from timetable.live.message import MOST_BYTES

from journeys.application.realtime import SourceAway

ASK_S = 10.0
"""How long a message may take altogether."""
CHUNK = 1 << 16
NOT_CHANGED = 304
_BROUGHT_BY = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}


def named(url: str) -> str:
    """What an address is called in logs and figures: nothing of it that may be a key."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return Path(parts.path).name
    return f"{parts.hostname}{parts.path}"


class HttpSource:
    """A message behind an address; asked for only if it has changed.

    Parameters
    ----------
    headers
        Sent with every request: keys of those who tell only whom they know.

    Raises
    ------
    ValueError
        For an address that is no ``http://`` or ``https://`` with a host.
    """

    def __init__(
        self, url: str, headers: Mapping[str, str], monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"realtime: {named(url)!r} is no http:// or https:// address")
        self._url = url
        self._headers = {"Accept-Encoding": "gzip", "User-Agent": "landlinie", **headers}
        self._monotonic_s = monotonic_s
        self._conditions: dict[str, str] = {}
        self._digest = b""
        # Without the doors to files and FTP that redirections would otherwise lead through.
        self._opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.HTTPHandler(),
            urllib.request.HTTPSHandler(),
            urllib.request.HTTPErrorProcessor(),
            urllib.request.HTTPDefaultErrorHandler(),
            _SameHost(),
        ):
            self._opener.add_handler(handler)

    def __call__(self) -> bytes | None:
        """The message; None where it is the one brought last. Raises SourceAway."""
        request = urllib.request.Request(  # noqa: S310 - the scheme is looked at above
            self._url, headers={**self._headers, **self._conditions}
        )
        ends_s = self._monotonic_s() + ASK_S
        try:
            with self._opener.open(request, timeout=ASK_S) as answer:
                data = self._read(answer, ends_s)
                conditions = {
                    _BROUGHT_BY[name]: value
                    for name in _BROUGHT_BY
                    if (value := answer.headers.get(name)) is not None
                }
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == NOT_CHANGED:
                return None
            raise SourceAway(f"{named(self._url)}: answered {error.code}") from None
        except (urllib.error.URLError, OSError, zlib.error, ValueError) as error:
            raise SourceAway(f"{named(self._url)}: {error}") from None
        digest = hashlib.sha256(data).digest()
        self._conditions = conditions
        if digest == self._digest:
            return None
        self._digest = digest
        return data

    def _read(self, answer: Any, ends_s: float) -> bytes:
        """The body, unpacked; raises ValueError where it is too long, or comes too slowly."""
        unpack = (
            zlib.decompressobj(16 + zlib.MAX_WBITS)
            if answer.headers.get("Content-Encoding", "").lower() == "gzip"
            else None
        )
        data = bytearray()
        while chunk := answer.read1(CHUNK):
            data += chunk if unpack is None else unpack.decompress(chunk, MOST_BYTES + 1 - len(data))
            if len(data) > MOST_BYTES:
                raise ValueError(f"the message has more than {MOST_BYTES} bytes")
            if self._monotonic_s() > ends_s:
                raise ValueError(f"the message was not there after {ASK_S:g} s")
        if unpack is not None and not unpack.eof:
            raise ValueError("the message breaks off")
        return bytes(data)


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows to no other host, which would be shown the keys, and to nothing unencrypted."""

    def redirect_request(  # noqa: PLR0917 - as the library has it
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        before, after = urlsplit(req.full_url), urlsplit(newurl)
        if after.hostname != before.hostname or (before.scheme, after.scheme) == ("https", "http"):
            fp.close()
            raise urllib.error.URLError("it leads to another host")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class FileSource:
    """A file that somebody writes anew, by renaming, each time something is different."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int, int] | None = None

    def __call__(self) -> bytes | None:
        """The message; None where it is the one brought last. Raises SourceAway."""
        try:
            with self._path.open("rb") as file:
                found = self._path.stat()
                stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
                if stamp == self._stamp:
                    return None
                data = file.read(MOST_BYTES + 1)
        except OSError as error:
            raise SourceAway(f"{self._path.name}: {error.strerror}") from None
        if len(data) > MOST_BYTES:
            raise SourceAway(f"{self._path.name}: has more than {MOST_BYTES} bytes")
        self._stamp = stamp
        return data


def source_of(url: str, headers: Mapping[str, str]) -> Callable[[], bytes | None]:
    """How a message is brought; raises ValueError for an address nobody can ask."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        if parts.netloc not in {"", "localhost"} or not parts.path.startswith("/"):
            raise ValueError(f"realtime: {url!r} names no file of this machine")
        return FileSource(Path(urllib.request.url2pathname(parts.path)))
    return HttpSource(url, headers)
