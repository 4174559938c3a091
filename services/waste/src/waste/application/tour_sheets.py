"""A tour as it is printed for the driver."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from service_kit.clock import Clock

from waste.domain.sheet_words import Language
from waste.domain.tour import Point, Tour
from waste.domain.tour_sheet import Box, Halt, Line, Road, SheetMap, box_around, detail_of, halts_of


@dataclass(frozen=True)
class Sheet:
    """All that is on it.

    Parameters
    ----------
    way
        Of the truck, from place to place.
    detail
        Where places lie too close together for the overview.
    """

    tour: Tour
    halts: tuple[Halt, ...]
    way: tuple[Line, ...]
    overview: SheetMap
    detail: SheetMap | None
    language: Language
    zone: ZoneInfo
    operator: str
    printed_at: datetime


class SheetRoads(Protocol):
    """Roads as they are drawn."""

    def way(self, kind: str, places: Sequence[Point], /) -> tuple[Line, ...]:
        """The way of a kind of vehicle from place to place."""
        ...

    def ground(self, kind: str, box: Box, /) -> tuple[Road, ...]:
        """The roads around a box, the least important ones first."""
        ...


class SheetPrinter(Protocol):
    """Makes a document of a sheet."""

    def __call__(self, sheet: Sheet) -> bytes: ...


class TourSheets:
    """Prints tours.

    Parameters
    ----------
    operator
        Whose sheet it is, as its head says.
    """

    def __init__(
        self, roads: SheetRoads, printer: SheetPrinter, clock: Clock, zone: ZoneInfo, operator: str
    ) -> None:
        self._roads = roads
        self._printer = printer
        self._clock = clock
        self._zone = zone
        self._operator = operator

    def printed(self, tour: Tour, language: Language) -> bytes:
        """The tour as a document."""
        halts = halts_of(tour)
        places = [tour.duty.start, *(halt.point for halt in halts), tour.duty.end]
        kind = tour.duty.truck_kind
        way = self._roads.way(kind, places)
        whole = box_around([*places, *(point for line in way for point in line)])
        inner = detail_of(halts, whole)
        return self._printer(
            Sheet(
                tour,
                halts,
                way,
                SheetMap(whole, self._roads.ground(kind, whole)),
                SheetMap(inner, self._roads.ground(kind, inner)) if inner else None,
                language,
                self._zone,
                self._operator,
                self._clock.now(),
            )
        )
