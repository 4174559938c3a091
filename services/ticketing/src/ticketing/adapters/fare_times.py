"""Timeframes of Fares v2 as time bands of a tariff, with its first day, its last one and its holidays."""

from collections.abc import Mapping
from datetime import date

from timetable.fares.model import FaresV2, Timeframe
from timetable.fares.service_days import ServiceDays, Weekly

from ticketing.domain.products import HOLIDAY, Band

LONG_AGO = date(1990, 1, 1)
MINUTE_S = 60


class FareTimes:
    """When fares hold, as a tariff says it.

    All services of timeframes have to begin and end on the same days: these are the tariff's. Their
    exceptions are its holidays, on each of which a service has to do the same.
    """

    def __init__(self, fares: FaresV2, service_days: ServiceDays) -> None:
        self._service_days = service_days
        self.refused: list[str] = []
        used = {rule.from_timeframe for rule in fares.leg_rules} - {""}
        self._frames: Mapping[str, tuple[Timeframe, ...]] = {
            group: fares.timeframes.get(group, ()) for group in sorted(used)
        }
        services = sorted({frame.service for frames in self._frames.values() for frame in frames})
        weekly = {service: found for service in services if (found := service_days.weekly(service))}
        self.refused += [
            f"timeframes.txt: service_id: {service!r} is not in calendar.txt; a tariff has weekdays"
            for service in services
            if service not in weekly
        ]
        spans = {(it.first, it.last) for it in weekly.values()}
        if len(spans) > 1:
            told = ", ".join(f"{first} to {last}" for first, last in sorted(spans))
            self.refused.append(
                f"calendar.txt: services of timeframes hold for {told}; a version has one first day"
            )
        self.valid_from: date = min(spans)[0] if spans else LONG_AGO
        self.valid_until: date | None = min(spans)[1] if spans else None
        self.holidays = frozenset(
            day
            for service in services
            for day in service_days.exceptions(service)
            if self.valid_until is None or self.valid_from <= day <= self.valid_until
        )
        self._days = {service: self._kinds_of_days(service, it) for service, it in weekly.items()}
        self.refused += [
            f"timeframes.txt: {group!r}: {frame.start_s} s to {frame.end_s} s: a tariff has whole minutes"
            for group, frames in self._frames.items()
            for frame in frames
            if frame.start_s % MINUTE_S or frame.end_s % MINUTE_S
        ]

    def _kinds_of_days(self, service: str, weekly: Weekly) -> frozenset[int]:
        on_holidays = {self._service_days.runs(service, day) for day in self.holidays}
        if len(on_holidays) > 1:
            self.refused.append(
                f"calendar_dates.txt: service_id: {service!r} runs on some exceptions and not on others; "
                "a tariff has one kind of holiday"
            )
        days = {day for day, runs in enumerate(weekly.weekdays) if runs}
        # Without holidays in the feed it does not matter what is said of them.
        return frozenset(days | {HOLIDAY} if True in on_holidays else days)

    def bands(self, group: str) -> tuple[Band, ...] | None:
        """Return the time bands of a group, ``None`` if it never holds; the empty group holds always."""
        if not group:
            return ()
        bands = tuple(
            Band(self._days[frame.service], frame.start_s // MINUTE_S, frame.end_s // MINUTE_S)
            for frame in self._frames[group]
            if frame.start_s < frame.end_s and self._days[frame.service]
        )
        return bands or None
