"""Journeys to be priced, from JSON: one, a list of them, or ``{"cases": [...]}`` with ids."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from timetable.fares.itinerary import FaresError, Journey, Leg

MOST_LEGS = 200
_FROM = ("from_stop", "from_")
_TO = ("to_stop", "to")
_TRIP = ("trip", "trip_id")
_DATE_LENGTH = len("2026-01-31")
_FIRST_YEAR, _LAST_YEAR = 1970, 2200


@dataclass(frozen=True, slots=True)
class Case:
    """One item of a file, read only when its journey is asked for, so that a bad one keeps no other back.

    Parameters
    ----------
    case_id
        Its id; its place, counted from 0, where it has none.
    """

    case_id: str | int
    _item: object
    _clock: ZoneInfo
    _rider: str | None
    _medium: str | None

    def journey(self) -> Journey:
        """Read the journey.

        Raises
        ------
        FaresError
            With leg, field and value of what is wrong.
        """
        item = self._item
        if isinstance(item, list):
            return Journey(_legs("legs", item, self._clock), self._rider, self._medium)
        if not isinstance(item, Mapping):
            raise FaresError("neither a list of legs nor an object")
        field = "legs" if "legs" in item else "journey"
        if field not in item:
            raise FaresError("legs: missing")
        return Journey(
            _legs(field, item[field], self._clock),
            _optional_text("rider", item.get("rider"), self._rider),
            _optional_text("medium", item.get("medium"), self._medium),
        )


def read_journeys(
    text: str, clock: ZoneInfo, rider: str | None = None, medium: str | None = None
) -> Iterator[Case]:
    """Find all journeys of a file.

    Parameters
    ----------
    text
        JSON. A journey is a list of legs or an object with ``legs`` (or ``journey``), and, where wanted,
        ``id``, ``rider`` and ``medium``. A leg has ``route_id`` or ``trip``; ``from_stop`` (or ``from_``)
        and ``to_stop`` (or ``to``); and, where known, ``dep`` and ``arr``, with an offset or by the clock.
    clock
        Time zone of times without an offset.
    rider, medium
        For journeys that name none.

    Yields
    ------
    Case
        In the file's order.

    Raises
    ------
    FaresError
        If the text is no JSON or none of these shapes.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FaresError(f"no JSON: {error}") from error
    for place, item in enumerate(_items(content)):
        named = item.get("id") if isinstance(item, Mapping) else None
        case_id = named if isinstance(named, str | int) else place
        if isinstance(case_id, str):
            # JSON can write halves of characters, which cannot be printed again.
            case_id = case_id.encode(errors="backslashreplace").decode()
        yield Case(case_id, item, clock, rider, medium)


def _items(content: object) -> Sequence[object]:
    if isinstance(content, Mapping):
        if "cases" not in content:
            return [content]
        if isinstance(cases := content["cases"], list):
            return cases
        raise FaresError("cases: not a list")
    if not isinstance(content, list):
        raise FaresError("neither a list nor an object")
    return [content] if content and all(map(_is_leg, content)) else content


def _is_leg(item: object) -> bool:
    return isinstance(item, Mapping) and "legs" not in item and "journey" not in item


def _optional_text(field: str, value: object, missing: str | None) -> str | None:
    if value is None:
        return missing
    if isinstance(value, str):
        return value
    raise FaresError(f"{field}: {value!r} is no text")


def _legs(field: str, items: object, clock: ZoneInfo) -> tuple[Leg, ...]:
    if not isinstance(items, list) or not items:
        raise FaresError(f"{field}: not a list of at least one leg")
    if len(items) > MOST_LEGS:
        raise FaresError(f"{field}: {len(items)} legs, at most {MOST_LEGS} are priced")
    return tuple(_leg(f"{field}[{place}]", item, clock) for place, item in enumerate(items))


def _leg(where: str, item: object, clock: ZoneInfo) -> Leg:
    if not isinstance(item, Mapping):
        raise FaresError(f"{where}: {item!r} is no object")
    route, trip = _id(where, item, ("route_id",)), _id(where, item, _TRIP)
    if not route and not trip:
        raise FaresError(f"{where}.route_id: missing, and no trip is given either")
    ends = []
    for names in (_FROM, _TO):
        if not (stop := _id(where, item, names)):
            raise FaresError(f"{where}.{names[0]}: missing")
        ends.append(stop)
    departure = _instant(f"{where}.dep", item.get("dep"), clock)
    arrival = _instant(f"{where}.arr", item.get("arr"), clock)
    if departure is not None and arrival is not None and arrival.timestamp() < departure.timestamp():
        # On the night when the clock is set back, the later of two equal times is meant.
        arrival = arrival.replace(fold=1)
        if arrival.timestamp() < departure.timestamp():
            raise FaresError(f"{where}.arr: {item['arr']!r} is before dep {item['dep']!r}")
    return Leg(ends[0], ends[1], route, trip, departure, arrival)


def _id(where: str, item: Mapping[str, Any], names: Sequence[str]) -> str:
    """Return the first value under one of the names, empty if there is none."""
    for name in names:
        value = item.get(name)
        if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
            return str(value).strip()
        if value is not None:
            raise FaresError(f"{where}.{name}: {value!r} is no id")
    return ""


def _instant(where: str, value: object, clock: ZoneInfo) -> datetime | None:
    if value is None:
        return None
    wrong = f"{where}: {value!r} is no time as in 2026-01-31T07:30"
    if not isinstance(value, str) or len(value) <= _DATE_LENGTH:
        raise FaresError(wrong)
    try:
        instant = datetime.fromisoformat(value)
    except ValueError as error:
        raise FaresError(wrong) from error
    if not _FIRST_YEAR <= instant.year <= _LAST_YEAR:
        raise FaresError(f"{where}: {value!r} is not within {_FIRST_YEAR} to {_LAST_YEAR}")
    return instant.replace(tzinfo=clock) if instant.tzinfo is None else instant
