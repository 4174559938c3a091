"""The demo's passengers: they call when the district's list of requests says, and take the best offer."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pooling.domain.service_day import service_day_of

from onebox.client import Services
from onebox.day.passengers import Passengers
from onebox.district import District, RideRequest, Window
from onebox.seeding import clock_instant

EVERY_NTH = 2
"""Of the list's requests: the other places are for whoever tries the demo."""
SOONEST = timedelta(minutes=20)
"""Rides that would begin earlier are not asked for any more."""


class DemoPassengers:
    """Everybody who calls: for rides of today and, the day before, of tomorrow."""

    def __init__(self, district: District) -> None:
        self._requests = district.requests[::EVERY_NTH]
        self._zone = ZoneInfo(district.timezone)
        self._days: dict[date, Passengers] = {}

    def call(self, services: Services, now: datetime) -> int:
        """Make all calls that are due; how many rides are booked now that were not before."""
        today = service_day_of(now, self._zone).date
        self._days = {day: calls for day, calls in self._days.items() if day >= today}
        before = self._booked_count()
        for day in (today, today + timedelta(days=1)):
            if day not in self._days:
                chosen = [each for each in self._requests if self._begins(each, day) > now + SOONEST]
                self._days[day] = Passengers(services, chosen, day, self._zone)
            calls = self._days[day]
            while (due := calls.next_call()) is not None and due <= now:
                calls.call()
        return self._booked_count() - before

    def _begins(self, request: RideRequest, day: date) -> datetime:
        window: Window | None = request.pickup_window or request.dropoff_window
        return clock_instant(day, window.earliest_s if window else 0, self._zone)

    def _booked_count(self) -> int:
        return sum(len(calls.answers.booked) for calls in self._days.values())
