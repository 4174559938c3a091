"""When a recycling yard is open, read from what it publishes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

_LOOK_DAYS = 8
_MIDNIGHT = "24:00"
WEEK = tuple(range(1, 8))

Span = tuple[str, str]
"""``08:00`` and ``17:00``; ``24:00`` is the end of the day."""


def week_of(spans: Sequence[Mapping[str, Any]]) -> list[tuple[list[int], list[Span]]]:
    """The week in order: ISO weekdays that follow one another with the same hours, and these hours.

    Days without hours are left out.
    """
    found: list[tuple[list[int], list[Span]]] = []
    before = 0
    for weekday in WEEK:
        hours = _on(weekday, spans)
        if hours and found and found[-1][1] == hours and before == weekday - 1:
            found[-1][0].append(weekday)
        elif hours:
            found.append(([weekday], hours))
        before = weekday if hours else 0
    return found


def closes_at(spans: Sequence[Mapping[str, Any]], now: datetime) -> datetime | None:
    """When a yard that is open at a local instant closes; None where no hours say so."""
    for opens, closes in _spans_of_day(spans, now):
        if opens <= now < closes:
            return closes
    return None


def opens_at(spans: Sequence[Mapping[str, Any]], now: datetime) -> datetime | None:
    """When hours begin next after a local instant, within eight days; None where none do."""
    for day in range(_LOOK_DAYS):
        later = [opens for opens, _ in _spans_of_day(spans, now + timedelta(days=day)) if opens > now]
        if later:
            return min(later)
    return None


def _on(weekday: int, spans: Sequence[Mapping[str, Any]]) -> list[Span]:
    return sorted(
        (span.get("opens_at") or "00:00", span.get("closes_at") or _MIDNIGHT)
        for span in spans
        if weekday in (span.get("iso_weekdays") or WEEK)
    )


def _spans_of_day(spans: Sequence[Mapping[str, Any]], day: datetime) -> Iterator[tuple[datetime, datetime]]:
    for opens, closes in _on(day.isoweekday(), spans):
        begin = datetime.combine(day.date(), time.fromisoformat(opens), day.tzinfo)
        if closes == _MIDNIGHT:
            end = datetime.combine(day.date() + timedelta(days=1), time(), day.tzinfo)
        else:
            end = datetime.combine(day.date(), time.fromisoformat(closes), day.tzinfo)
        yield begin, end
