"""On which dates a service runs: ``calendar.txt`` with the exceptions of ``calendar_dates.txt``."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from timetable.fares.rows import Row, parsed
from timetable.tables import Feed

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Weekly:
    """Weekdays, Monday first, from a first date to a last one."""

    service: str
    weekdays: tuple[bool, ...]
    first: date
    last: date

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last and self.weekdays[day.weekday()]


@dataclass(frozen=True, slots=True)
class _Exception:
    service: str
    day: date
    added: bool


class ServiceDays:
    """The dates of all services of a feed."""

    def __init__(self, feed: Feed) -> None:
        self._weekly: dict[str, Weekly] = {}
        self._exceptions: dict[str, dict[date, bool]] = defaultdict(dict)
        weekly_fields = ("service_id", *WEEKDAYS, "start_date", "end_date")
        for weekly in parsed(feed.table("calendar.txt"), feed.findings, weekly_fields, _weekly):
            self._weekly.setdefault(weekly.service, weekly)
        exception_fields = ("service_id", "date", "exception_type")
        for exception in parsed(
            feed.table("calendar_dates.txt"), feed.findings, exception_fields, _exception
        ):
            self._exceptions[exception.service][exception.day] = exception.added

    def known(self, service: str) -> bool:
        """Whether a calendar file names the service."""
        return service in self._weekly or service in self._exceptions

    def weekly(self, service: str) -> Weekly | None:
        """Return the row of ``calendar.txt``, ``None`` for a service of single dates."""
        return self._weekly.get(service)

    def exceptions(self, service: str) -> frozenset[date]:
        """Return the dates in ``calendar_dates.txt``."""
        return frozenset(self._exceptions.get(service, ()))

    def runs(self, service: str, day: date) -> bool:
        """Whether the service runs on the date; an unknown service never does."""
        added = self._exceptions.get(service, {}).get(day)
        if added is not None:
            return added
        weekly = self._weekly.get(service)
        return weekly is not None and weekly.holds(day)


def _weekly(row: Row) -> Weekly:
    first, last = row.day("start_date"), row.day("end_date")
    if last < first:
        row.warn("end_date", f"{last} is before start_date {first}: the service has no days")
    return Weekly(
        row.required("service_id"), tuple(row.option(day, (0, 1)) == 1 for day in WEEKDAYS), first, last
    )


def _exception(row: Row) -> _Exception:
    return _Exception(row.required("service_id"), row.day("date"), row.option("exception_type", (1, 2)) == 1)
