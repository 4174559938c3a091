"""Documents that everybody may have: made when they are asked for, and kept for as long as they are good."""

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from service_kit.clock import Clock
from service_kit.errors import NotFound


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """What a document is; ``good_for`` is how long a copy is good."""

    name: str
    media_type: str
    standard: str
    good_for: timedelta


@dataclass(frozen=True, slots=True)
class Content:
    """A document as it is now."""

    document: OpenDocument
    content: bytes
    etag: str
    modified: datetime


class Source(Protocol):
    """Makes some of the documents, all of them from one look at what there is."""

    @property
    def documents(self) -> Sequence[OpenDocument]: ...

    def made(self) -> Mapping[str, bytes]:
        """Contents by name; what cannot be made now is not among them."""
        ...


class _Kept:
    """What one source made last.

    One caller makes it anew, the others wait for it: many who ask at once cost as much as one.
    """

    def __init__(self, source: Source, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._lock = threading.Lock()
        self._contents: Mapping[str, Content] = {}
        self._good_until: datetime | None = None

    def contents(self) -> Mapping[str, Content]:
        with self._lock:
            now = self._clock.now()
            if self._good_until is None or now >= self._good_until:
                made = self._source.made()
                documents = {document.name: document for document in self._source.documents}
                self._contents = {
                    name: self._content(documents[name], content, now) for name, content in made.items()
                }
                shortest = min((document.good_for for document in documents.values()), default=timedelta(0))
                # What could not be made is tried again when somebody asks.
                self._good_until = now + shortest if len(made) == len(documents) else None
            return self._contents

    def forget(self) -> None:
        with self._lock:
            self._good_until = None

    def _content(self, document: OpenDocument, content: bytes, now: datetime) -> Content:
        etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        before = self._contents.get(document.name)
        modified = before.modified if before is not None and before.etag == etag else now
        return Content(document, content, etag, modified)


class OpenData:
    """The documents of all sources; safe to use from several threads."""

    def __init__(self, sources: Sequence[Source], clock: Clock) -> None:
        self._kept = {source: _Kept(source, clock) for source in sources}
        self._of = {document.name: source for source in sources for document in source.documents}

    def listed(self) -> list[OpenDocument]:
        """What there is, by name."""
        found = [content.document for kept in self._kept.values() for content in kept.contents().values()]
        return sorted(found, key=lambda document: document.name)

    def document(self, name: str) -> Content:
        """A document as it is now.

        Raises NotFound where there is none of this name, or it cannot be made now.
        """
        source = self._of.get(name)
        content = None if source is None else self._kept[source].contents().get(name)
        if content is None:
            raise NotFound.in_field("name", f"there is no document {name!r}", "OPEN_DOCUMENT_NOT_FOUND")
        return content

    def changed(self, source: Source) -> Callable[[], None]:
        """What to call when a source would make something else now."""
        return self._kept[source].forget
