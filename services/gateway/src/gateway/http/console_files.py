"""The console's files, as its build left them."""

import asyncio
import mimetypes
from http import HTTPStatus
from pathlib import Path, PurePosixPath

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse
from starlette.types import Receive, Scope, Send

from gateway.http.problems import HttpProblem

_NAMED_BY_CONTENT = "assets"
"""Files in this folder have a hash of what is in them in their name: browsers need not ask for them again."""
_FOREVER = "public, max-age=31536000, immutable"
_ASKED_AGAIN = "no-cache"
_COMPRESSED = (("br", ".br"), ("gzip", ".gz"))
_START = "index.html"
_NO_PAGES = ("v1", "open", "docs", "yard")


class ConsoleFiles:
    """Answers every path that nothing else answers: with a file, or with the page that shows all others.

    Parameters
    ----------
    folder
        What was built; looked at with every request, so that a new build needs no restart.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        scope["landlinie.path"] = "console"
        accepted = Headers(scope=scope).get("accept-encoding", "")
        answer = await asyncio.to_thread(self._answer, scope["path"], accepted)
        await answer(scope, receive, send)

    def _answer(self, path: str, accepted: str) -> FileResponse:
        parts = PurePosixPath(path.lstrip("/")).parts
        found = self._file(parts)
        if found is None:
            if self._is_page(parts):
                found = self._beginning(parts)
            if found is None or not found.is_file():
                raise self._missing(parts)
        forever = found.parent == self._folder / _NAMED_BY_CONTENT
        headers = {"Cache-Control": _FOREVER if forever else _ASKED_AGAIN, "Vary": "Accept-Encoding"}
        media_type = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
        for encoding, ending in _COMPRESSED:
            smaller = found.with_name(found.name + ending)
            if encoding in _encodings(accepted) and smaller.is_file():
                headers["Content-Encoding"] = encoding
                found = smaller
                break
        return FileResponse(found, headers=headers, media_type=media_type)

    def _file(self, parts: tuple[str, ...]) -> Path | None:
        """The file of that name; None where there is none, or where the name leads out of the folder."""
        if not parts or any(part in {"..", "."} or part.startswith(".") or "\0" in part for part in parts):
            return None
        found = self._folder.joinpath(*parts)
        return found if found.is_file() else None

    def _beginning(self, parts: tuple[str, ...]) -> Path:
        """The page that shows an address: `/driver/…` has one of its own, light enough for a phone."""
        own = self._file((f"{parts[0]}.html",)) if parts else None
        return own or self._folder / _START

    def _is_page(self, parts: tuple[str, ...]) -> bool:
        """Whether it may be one of the console's own addresses, which only the browser knows."""
        if not parts:
            return True
        if parts[0] in _NO_PAGES or any(part.startswith(".") or "\0" in part for part in parts):
            return False
        # Ids in addresses may have dots; files are right at the beginning, or among those named by content.
        may_be_a_file = len(parts) == 1 or parts[0] == _NAMED_BY_CONTENT
        return not (may_be_a_file and "." in parts[-1])

    def _missing(self, parts: tuple[str, ...]) -> Exception:
        if self._is_page(parts):
            return HttpProblem(
                HTTPStatus.NOT_FOUND,
                "CONSOLE_NOT_BUILT",
                "the console is not built here; ./dev console builds it",
            )
        return HTTPException(HTTPStatus.NOT_FOUND)


def _encodings(accepted: str) -> set[str]:
    """What ``Accept-Encoding`` names and does not refuse."""
    named = [each.strip().partition(";") for each in accepted.split(",")]
    return {name.strip() for name, _, weight in named if weight.replace(" ", "") not in {"q=0", "q=0.0"}}
