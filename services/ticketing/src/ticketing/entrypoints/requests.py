"""From messages to checked plain values: what all requests have."""

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from landlinie.ticketing.v1 import journey_pb2
from service_kit.faults import IDENTIFIER, NEVER, Faults
from service_kit.identity.principal import caller
from service_kit.once import Call

from ticketing.application.places import NO_LOOK_UP, ZonesOfPlaces
from ticketing.domain.journeys import CheckedIn, CheckedOut, Leg, Place, Riders
from ticketing.domain.products import MAX_PERSONS

ResultT = TypeVar("ResultT")

LONGEST_NAME = 100
MOST_ZONES = 20
MOST_LEGS = 20
MOST_GROUPS = 10
MOST_STOPS = 1_000
HIGHEST_LEVEL = 1_000
EARLY = timedelta(minutes=5)
"""So far ahead of ours a phone's clock may be."""
LATE = timedelta(days=92)
"""So long after it happened something may be told."""
ENTITIES = ("account_id", "operation_id")


def call_of(request: Any, encode: Callable[[ResultT], Message], faults: Faults) -> Call[ResultT]:
    """The write a request asks for."""
    digest = hashlib.sha256(request.SerializeToString(deterministic=True)).digest()
    return made_call(request, digest, encode, faults)


def made_call(
    request: Any, digest: bytes, encode: Callable[[ResultT], Message], faults: Faults
) -> Call[ResultT]:
    """The write that a request asks for whose content has this digest."""
    named = (getattr(request, name, "") for name in ENTITIES)
    return Call(
        request.DESCRIPTOR.name.removesuffix("Request"),
        faults.identifier(request.request_id, "request_id"),
        digest,
        lambda result: encode(result).SerializeToString(),
        caller(),
        frozenset(name for name in named if IDENTIFIER.fullmatch(name)),
    )


class Reader:
    """Reads what happened, by the clock and the tariff of now.

    Parameters
    ----------
    categories
        Of riders, as the tariff has them.
    zones_win
        Places that it looks up keep no zones, and legs between them no level, that the caller tells.
    """

    def __init__(
        self,
        faults: Faults,
        now: datetime,
        categories: frozenset[str],
        zones_win: ZonesOfPlaces = NO_LOOK_UP,
    ) -> None:
        self._faults = faults
        self._now = now
        self._categories = categories
        self._zones_win = zones_win

    def told_time(self, request: Any, name: str, field: str, *, ahead: timedelta = EARLY) -> datetime:
        """An instant that something happened at; told late perhaps, but not ahead."""
        faults = self._faults
        if not request.HasField(name):
            faults.add(field, "is missing", "FIELD_MISSING")
            return NEVER
        message: Timestamp = getattr(request, name)
        found = faults.instant(message, field)
        if found is NEVER:
            return found
        if found > self._now + ahead:
            faults.add(field, f"{found.isoformat()} is in the future", "TIME_IN_FUTURE")
        elif found < self._now - LATE:
            faults.add(field, f"{found.isoformat()} is more than {LATE.days} days ago", "EVENT_TIME_TOO_OLD")
        return found

    def place(self, message: journey_pb2.Place, field: str) -> Place:
        """A stop, a position, zones: at least one of them."""
        faults = self._faults
        stop_id = faults.text(message.stop_id, f"{field}.stop_id", LONGEST_NAME)
        if len(message.zone_ids) > MOST_ZONES:
            faults.add(
                f"{field}.zone_ids",
                f"has {len(message.zone_ids)} entries, at most {MOST_ZONES}",
                "TOO_MANY_ZONES",
            )
        zones = set()
        for number, zone_id in enumerate(message.zone_ids[:MOST_ZONES]):
            if not zone_id:
                faults.add(f"{field}.zone_ids[{number}]", "is empty", "FIELD_MISSING")
            zones.add(faults.text(zone_id, f"{field}.zone_ids[{number}]", LONGEST_NAME))
        latitude_deg, longitude_deg = self._position(message, field)
        if not stop_id and not zones and latitude_deg is None:
            faults.add(field, "is missing: a stop_id, a position or zone_ids are needed", "FIELD_MISSING")
        place = Place(stop_id, tuple(sorted(zones)) or None, latitude_deg, longitude_deg)
        return place if self._zones_win(place) is None else replace(place, zones=None)

    def _position(self, message: journey_pb2.Place, field: str) -> tuple[float | None, float | None]:
        if not message.HasField("position"):
            return None, None
        found = message.position
        for name, value, bound in (
            ("latitude_deg", found.latitude_deg, 90),
            ("longitude_deg", found.longitude_deg, 180),
        ):
            if not math.isfinite(value) or abs(value) > bound:
                self._faults.add(
                    f"{field}.position.{name}",
                    f"{value} is not between -{bound} and {bound}",
                    "POSITION_INVALID",
                )
        return found.latitude_deg, found.longitude_deg

    def riders(self, groups: Sequence[journey_pb2.RiderGroup], field: str) -> Riders:
        """Who travels together; none where nobody is named."""
        faults = self._faults
        if len(groups) > MOST_GROUPS:
            faults.add(field, f"has {len(groups)} entries, at most {MOST_GROUPS}", "TOO_MANY_RIDERS")
        found: dict[str, int] = {}
        for number, group in enumerate(groups[:MOST_GROUPS]):
            category = self.category(group.rider_category, f"{field}[{number}].rider_category")
            if category in found:
                faults.add(
                    f"{field}[{number}].rider_category", f"{category!r} is there already", "CATEGORY_TWICE"
                )
            if not 1 <= group.count <= MAX_PERSONS:
                faults.add(
                    f"{field}[{number}].count",
                    f"{group.count} is not from 1 to {MAX_PERSONS}",
                    "RIDER_COUNT_INVALID",
                )
            found[category] = group.count
        if sum(found.values()) > MAX_PERSONS:
            faults.add(field, f"are {sum(found.values())}, at most {MAX_PERSONS}", "TOO_MANY_RIDERS")
        return tuple(sorted(found.items()))

    def category(self, name: str, field: str) -> str:
        """One of the tariff's categories of riders."""
        known = sorted(self._categories)
        if name not in self._categories:
            shown = name if len(name) <= 40 else f"{name[:40]}…"
            self._faults.add(
                field,
                f"{shown!r} is none of {', '.join(known)}",
                "CATEGORY_UNKNOWN" if name else "FIELD_MISSING",
            )
        return name

    def check_in(self, message: journey_pb2.CheckIn, field: str) -> CheckedIn:
        """The first boarding."""
        return CheckedIn(
            self.told_time(message, "event_time", f"{field}.event_time"),
            self.place(message.place, f"{field}.place"),
            self.riders(message.riders, f"{field}.riders"),
            self._faults.text(message.network, f"{field}.network", LONGEST_NAME),
        )

    def check_out(self, request: journey_pb2.CheckOutRequest) -> CheckedOut:
        """The last alighting."""
        return CheckedOut(
            self.told_time(request, "event_time", "event_time"),
            self.place(request.place, "place"),
            self.legs(request.legs, "legs"),
        )

    def legs(
        self, messages: Sequence[journey_pb2.Leg], field: str, *, ahead: timedelta = EARLY
    ) -> tuple[Leg, ...]:
        """Legs in order of time."""
        faults = self._faults
        if len(messages) > MOST_LEGS:
            faults.add(field, f"has {len(messages)} entries, at most {MOST_LEGS}", "TOO_MANY_LEGS")
        found: list[Leg] = []
        for number, message in enumerate(messages[:MOST_LEGS]):
            leg = self._leg(message, f"{field}[{number}]", ahead)
            known = found and NEVER not in {leg.board_time, found[-1].alight_time}
            if known and leg.board_time < found[-1].alight_time:
                faults.add(
                    f"{field}[{number}].board_time", "is before the last alight_time", "LEGS_OUT_OF_ORDER"
                )
            found.append(leg)
        return tuple(found)

    def _leg(self, message: journey_pb2.Leg, field: str, ahead: timedelta) -> Leg:
        faults = self._faults
        board_time = self.told_time(message, "board_time", f"{field}.board_time", ahead=ahead)
        alight_time = self.told_time(message, "alight_time", f"{field}.alight_time", ahead=ahead)
        if NEVER not in {board_time, alight_time} and alight_time < board_time:
            faults.add(f"{field}.alight_time", "is before board_time", "WINDOW_REVERSED")
        for name, highest in (("stop_count", MOST_STOPS), ("price_level", HIGHEST_LEVEL)):
            if getattr(message, name) > highest:
                faults.add(
                    f"{field}.{name}", f"{getattr(message, name)} is more than {highest}", "NUMBER_TOO_LARGE"
                )
        board = self.place(message.board, f"{field}.board")
        alight = self.place(message.alight, f"{field}.alight")
        looked_up = None not in {self._zones_win(board), self._zones_win(alight)}
        return Leg(
            board_time,
            max(board_time, alight_time),
            board,
            alight,
            faults.text(message.network, f"{field}.network", LONGEST_NAME),
            faults.text(message.route_id, f"{field}.route_id", LONGEST_NAME),
            faults.text(message.trip_id, f"{field}.trip_id", LONGEST_NAME),
            message.stop_count,
            message.price_level if message.HasField("price_level") and not looked_up else None,
        )
