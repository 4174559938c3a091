"""Closures and slow-downs, as dispatchers report and lift them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Protocol

from service_kit.clock import Clock
from service_kit.errors import InvalidInput

from pooling.domain.places import Point
from pooling.domain.road_changes import RoadChange


@dataclass(frozen=True, slots=True)
class RoadChangeWish:
    """A change as it is asked for; ``start`` None for from now on."""

    path: tuple[Point, ...]
    speed_share: float
    start: datetime | None
    end: datetime | None
    note: str


class StreetMap(Protocol):
    """Where roads are."""

    def touches_roads(self, path: Sequence[Point]) -> bool:
        """Whether what is drawn on the map concerns any road."""
        ...


class RoadBook(Protocol):
    """Where road changes are kept."""

    def report(self, change: RoadChange, request_id: str, fingerprint: bytes, now: datetime) -> RoadChange:
        """Keep and tell a new change; the one kept before where the request id was used for it.

        Raises
        ------
        InvalidInput
            ``REQUEST_ID_REUSED``, where the request id was used for another change.
        """
        ...

    def reported(self, request_id: str, fingerprint: bytes) -> RoadChange | None:
        """The change a request id was answered with; raises InvalidInput as ``report`` does."""
        ...

    def lift(self, road_change_id: str, now: datetime) -> bool:
        """End a change and tell so, unless it is over already; False where there is none."""
        ...

    def changes(self, now: datetime, after: str, count: int | None) -> list[RoadChange]:
        """Those that are not over, by id after an id; all of them where ``count`` is None."""
        ...


class RoadChanges:
    """The use cases."""

    def __init__(self, book: RoadBook, streets: StreetMap, clock: Clock) -> None:
        self._book, self._streets, self._clock = book, streets, clock

    def report(self, request_id: str, fingerprint: bytes, wish: RoadChangeWish) -> RoadChange:
        """Close or slow down what is drawn on the map.

        Raises
        ------
        InvalidInput
            ``WINDOW_REVERSED``, ``TIME_IN_PAST``, ``NO_ROAD_NEARBY``, ``REQUEST_ID_REUSED``.
        """
        if (known := self._book.reported(request_id, fingerprint)) is not None:
            return known
        now = self._clock.now()
        start = wish.start or now
        if wish.end is not None and wish.end <= now:
            raise InvalidInput.in_field(
                "road_change.end_time", f"{wish.end.isoformat()} is in the past", "TIME_IN_PAST"
            )
        if wish.end is not None and wish.end <= start:
            raise InvalidInput.in_field(
                "road_change.end_time", f"{wish.end.isoformat()} is not after the start", "WINDOW_REVERSED"
            )
        if not self._streets.touches_roads(wish.path):
            raise InvalidInput.in_field(
                "road_change.path", f"its {len(wish.path)} positions touch no road", "NO_ROAD_NEARBY"
            )
        change = RoadChange(token_hex(8), wish.path, wish.speed_share, start, wish.end, wish.note)
        return self._book.report(change, request_id, fingerprint, now)

    def lift(self, road_change_id: str) -> bool:
        """End a change now; False where there is none of that id."""
        return self._book.lift(road_change_id, self._clock.now())

    def page(self, after: str, count: int) -> list[RoadChange]:
        """At most ``count`` changes that are not over, by id after an id."""
        return self._book.changes(self._clock.now(), after, count)
