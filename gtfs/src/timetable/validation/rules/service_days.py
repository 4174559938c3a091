"""Calendars: which days services run on, and whether that is now."""

import itertools
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from timetable.schedule_reading import WEEKDAYS
from timetable.validation.loading import Tables
from timetable.validation.rules.agencies import FEED_INFO, day_of
from timetable.validation.values import clock_seconds

CALENDAR, CALENDAR_DATES, TRIPS = "calendar.txt", "calendar_dates.txt", "trips.txt"
MOST_GAP_DAYS = 13
MOST_FUTURE_DAYS = 2 * 365
MOST_BEYOND_DAYS = 14
COVERED_DAYS = 7
MOST_AWAY = timedelta(100 * 366)
"""Days farther from today are a mistyped year; services are taken to begin or end there."""


def days_by_service(tables: Tables) -> dict[str, list[date]]:
    """Return the days that each service runs on, in order; a service may run on none."""
    if not tables.service_days:
        tables.service_days.update(_days_by_service(tables))
    return tables.service_days


def _days_by_service(tables: Tables) -> dict[str, list[date]]:
    running: dict[str, set[date]] = {}
    for _, (service, start, end, *flags) in tables[CALENDAR].rows(
        "service_id", "start_date", "end_date", *WEEKDAYS
    ):
        first = max(day_of(start), tables.today - MOST_AWAY)
        last = min(day_of(end), tables.today + MOST_AWAY)
        weekdays = {number for number, flag in enumerate(flags) if flag == "1"}
        days = (first + timedelta(number) for number in range((last - first).days + 1))
        running.setdefault(service, set()).update(day for day in days if day.weekday() in weekdays)
    for _, (service, day, kind) in tables[CALENDAR_DATES].rows("service_id", "date", "exception_type"):
        if kind == "1":
            running.setdefault(service, set()).add(day_of(day))
        elif kind == "2":
            running.setdefault(service, set()).discard(day_of(day))
    return {service: sorted(days) for service, days in running.items()}


def check_calendars(tables: Tables) -> None:
    """``start_and_end_range_out_of_order``, ``service_has_no_active_day_of_the_week``."""
    columns = ("service_id", "start_date", "end_date", *WEEKDAYS)
    for line, (service, start, end, *flags) in tables[CALENDAR].rows(*columns):
        if end < start:
            tables.report.add(
                "start_and_end_range_out_of_order", CALENDAR, line, "end_date",
                f"{end} is before start_date {start}",
            )  # fmt: skip
        if set(flags) <= {"0", ""}:
            tables.report.add(
                "service_has_no_active_day_of_the_week", CALENDAR, line, "service_id", f"{service!r} has none"
            )


def check_service_days(tables: Tables) -> None:
    """``expired_calendar``, ``big_gap_in_service``, ``service_extends_far_in_the_future``."""
    running = days_by_service(tables)
    _check_expired(tables, running)
    for line, (service,) in tables[CALENDAR].rows("service_id"):
        days = running.get(service, [])
        if not days:
            continue
        for before, after in itertools.pairwise(days):
            gap = (after - before).days - 1
            if gap > MOST_GAP_DAYS:
                tables.report.add(
                    "big_gap_in_service", CALENDAR, line, "service_id",
                    f"{service!r} does not run for {gap} days after {before}",
                )  # fmt: skip
        if (days[-1] - tables.today).days > MOST_FUTURE_DAYS:
            tables.report.add(
                "service_extends_far_in_the_future",
                CALENDAR,
                line,
                "end_date",
                f"{service!r} ends {days[-1]}",
            )


def _check_expired(tables: Tables, running: dict[str, list[date]]) -> None:
    in_calendar = tables[CALENDAR].line_of("service_id")
    expired = {service: days[-1] for service, days in running.items() if days and days[-1] < tables.today}
    # A service by dates alone is one day's difference as often as not: only if all are over it is told.
    all_over = not in_calendar and len(expired) == sum(map(bool, running.values()))
    in_dates = tables[CALENDAR_DATES].line_of("service_id")
    for service, last in expired.items():
        if service in in_calendar:
            tables.report.add(
                "expired_calendar", CALENDAR, in_calendar[service], "service_id", f"{service!r} ended {last}"
            )
        elif all_over:
            tables.report.add(
                "expired_calendar",
                CALENDAR_DATES,
                in_dates[service],
                "service_id",
                f"{service!r} ended {last}",
            )


def check_window(tables: Tables) -> None:
    """``future_calendar``, ``service_window_outside_feed_period``,
    ``feed_valid_beyond_total_service_window``.
    """
    running = days_by_service(tables)
    used = dict.fromkeys(tables[TRIPS].column("service_id"))
    windows = {service: (days[0], days[-1]) for service in used if (days := running.get(service))}
    if not windows:
        return
    first, last = min(start for start, _ in windows.values()), max(end for _, end in windows.values())
    if first > tables.today:
        tables.report.add("future_calendar", CALENDAR, None, None, f"all services start on {first} or later")
    period = next(tables[FEED_INFO].rows("feed_start_date", "feed_end_date"), None)
    if period is None or not all(period[1]):
        return
    line, (start, end) = period[0], map(day_of, period[1])
    for service, (begin, over) in windows.items():
        if begin < start or over > end:
            tables.report.add(
                "service_window_outside_feed_period", FEED_INFO, line, None,
                f"{service!r} runs from {begin} to {over}, the feed from {start} to {end}",
            )  # fmt: skip
    if (first - start).days > MOST_BEYOND_DAYS or (end - last).days > MOST_BEYOND_DAYS:
        tables.report.add(
            "feed_valid_beyond_total_service_window", FEED_INFO, line, None,
            f"the feed from {start} to {end}, its services from {first} to {last}",
        )  # fmt: skip


def check_coverage(tables: Tables) -> None:
    """``trip_coverage_not_active_for_next7_days``: most trips run now and in the coming week."""
    counts = Counter[date]()
    running = days_by_service(tables)
    for service, trips in _trips_by_service(tables).items():
        for day in running.get(service, ()):
            counts[day] += trips
    if not counts:
        return
    ordered = sorted(counts.values())
    # The days with the most trips are holidays' extras: the ordinary maximum is a little below.
    typical = ordered[min(len(ordered) - 1, max(int(0.9 * len(ordered)), len(ordered) - 30))]
    full = [day for day, count in counts.items() if count >= 0.75 * typical]
    first, last = min(full), max(full)
    if first > tables.today or (last - tables.today).days < COVERED_DAYS:
        tables.report.add(
            "trip_coverage_not_active_for_next7_days", TRIPS, None, None,
            f"most trips run from {first} to {last}, and it is {tables.today}",
        )  # fmt: skip


def _trips_by_service(tables: Tables) -> Counter[str]:
    repeats = Counter[str]()
    for trip, start, end, headway in _headways(tables):
        repeats[trip] += 1 + max(0, end - start - 1) // headway
    counts = Counter[str]()
    for _, (trip, service) in tables[TRIPS].rows("trip_id", "service_id"):
        counts[service] += repeats.get(trip, 1)
    return counts


def _headways(tables: Tables) -> Iterator[tuple[str, int, int, int]]:
    columns = ("trip_id", "start_time", "end_time", "headway_secs")
    for _, (trip, start, end, headway) in tables["frequencies.txt"].rows(*columns):
        yield trip, clock_seconds(start), clock_seconds(end), int(headway)
