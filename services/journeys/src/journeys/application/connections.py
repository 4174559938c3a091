"""Watching over booked journeys: rides on demand wait for late trains, and passengers are told early.

Nothing is locked: of two processes that look after one booking both ask the pooling service for the same, by
the same name, and one of them stores what came of it.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from service_kit.errors import ServiceError
from service_kit.once import Overtaken

from journeys.application.booking_steps import POOLED, Steps
from journeys.application.ports import Unavailable
from journeys.application.ports_booking import StoredBooking
from journeys.application.ports_connection import LiveTimes, Onward, RideTimes, WaitingRides
from journeys.domain.booking import LegState
from journeys.domain.booking_facts import ConnectionChanged
from journeys.domain.connection import (
    BOARD_S,
    CHANGE_S,
    Change,
    ChangeLeg,
    Connection,
    ConnectionState,
    RunningRide,
    ScheduledRide,
    changes_of,
)

_log = structlog.get_logger(__name__)

AHEAD = timedelta(hours=3)
"""So long before a journey begins it is watched over."""
AFTER = timedelta(hours=3)
"""So long after it should be over: a train may be late by that."""
SAME_S = 30
"""Trains that are late by so little more, or less, change nothing."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What is needed to watch over journeys.

    Parameters
    ----------
    zone
        In which passengers are told times.
    """

    steps: Steps
    live: LiveTimes
    rides: WaitingRides
    onward: Onward
    zone: ZoneInfo


class HoldConnections:
    """The use case."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    def __call__(self) -> int:
        """Look at every journey that is under way or soon is; how many bookings changed."""
        steps, now = self._watched.steps, self._watched.steps.clock.now()
        with steps.store.reading() as reader:
            found = reader.underway(now - AFTER, now + AHEAD)
        changed = 0
        for stored in found:
            try:
                changed += self.look_after(stored)
            except Unavailable as away:
                _log.info("connection_not_asked_for", booking_id=stored.id, reason=away.reason)
            except ServiceError:
                raise
            except Exception:
                # One booking that cannot be understood must not keep the others from being looked after.
                _log.exception("connection_not_looked_at", booking_id=stored.id)
        return changed

    def look_after(self, stored: StoredBooking) -> bool:
        """Look at one booking; whether it changed. Raises Unavailable."""
        connections = {each.leg_number: each for each in stored.connections}
        told: list[Connection] = []
        for change in changes_of(_legs(stored)):
            before = connections.get(change.after_number)
            after = self._looked_at(stored, change, before)
            if after is not None and after != before:
                connections[change.after_number] = after
                if before is None or before.state is not after.state:
                    told.append(after)
        new = tuple(connections[number] for number in sorted(connections))
        if new == stored.connections:
            return False
        steps = self._watched.steps
        try:
            with steps.store.writing() as writer:
                writer.put_booking(replace(stored, connections=new))
                now = steps.clock.now()
                writer.publish_booking(
                    [ConnectionChanged(stored.id, now, each.leg_number, each.state) for each in told]
                )
        except Overtaken:
            # Cancelled meanwhile, or another process has seen the same; the next look finds what is left.
            return False
        steps.committed([stored.id])
        return True

    def _looked_at(
        self, stored: StoredBooking, change: Change, before: Connection | None
    ) -> Connection | None:
        if change.after.ride_id:
            return self._to_ride(stored, change, before)
        return self._to_train(stored, change, before)

    def _to_ride(self, stored: StoredBooking, change: Change, before: Connection | None) -> Connection | None:
        """The train brings passengers to a ride on demand: it may wait for them."""
        scheduled = change.before.scheduled
        if scheduled is None:
            return before
        times = self._watched.rides.times(change.ride_id)
        if times is None or not times.has_vehicle:
            stop_id, at_s = scheduled.alight_stop_id, scheduled.arrive_s
            return self._gone(stored, change, stop_id, at_s, before, cancelled=times is None)
        running = self._watched.live.now(scheduled)
        if running is None or not times.waiting:
            return before
        number = change.after_number
        if not running.runs:
            onward = self._watched.onward.sentence(stored, scheduled.board_stop_id, scheduled.depart_s)
            message = f"{_name(scheduled)} does not run. {onward}".strip()
            return Connection(number, ConnectionState.MISSED, running.arrive_s, times.pickup_s, message)
        ready_s = running.arrive_s + CHANGE_S + change.way_s
        if ready_s <= times.earliest_pickup_s:
            if times.earliest_pickup_s > change.after.promised_s:
                # It was asked to wait, and does.
                return before or self._waiting(number, scheduled, running, times.pickup_s)
            return _reached(number, running, times, before)
        if before is not None and abs(before.arrive_s - running.arrive_s) < SAME_S:
            return before
        return self._asked_to_wait(stored, change, scheduled, running, times)

    def _asked_to_wait(
        self,
        stored: StoredBooking,
        change: Change,
        scheduled: ScheduledRide,
        running: RunningRide,
        times: RideTimes,
    ) -> Connection:
        number, ready_s = change.after_number, running.arrive_s + CHANGE_S + change.way_s
        wait = self._watched.rides.wait(f"{stored.id}-{number}.wait.{ready_s}", change.ride_id, ready_s)
        if wait.granted:
            return self._waiting(number, scheduled, running, wait.pickup_s)
        at_most = (
            f"; it can wait until {self._clock(wait.latest_possible_s)} at most"
            if wait.latest_possible_s is not None
            else ""
        )
        onward = self._watched.onward.sentence(stored, scheduled.alight_stop_id, ready_s)
        message = (
            f"{_name(scheduled)} arrives at {self._clock(running.arrive_s)}, too late for your ride"
            f" at {self._clock(times.pickup_s)}{at_most}. {onward}"
        )
        return Connection(number, ConnectionState.MISSED, running.arrive_s, times.pickup_s, message.strip())

    def _gone(
        self,
        stored: StoredBooking,
        change: Change,
        stop_id: str,
        at_s: int,
        before: Connection | None,
        *,
        cancelled: bool,
    ) -> Connection:
        """The ride is cancelled, or no vehicle takes it: the rest is the passenger's to decide about."""
        if before is not None and before.state is ConnectionState.MISSED:
            return before
        onward = self._watched.onward.sentence(stored, stop_id, at_s)
        why = (
            "Your ride was cancelled." if cancelled else "Your ride’s vehicle broke down, and no other comes."
        )
        message = f"{why} {onward}".strip()
        return Connection(change.after_number, ConnectionState.MISSED, at_s, at_s, message)

    def _waiting(
        self, number: int, scheduled: ScheduledRide, running: RunningRide, pickup_s: int
    ) -> Connection:
        message = (
            f"{_name(scheduled)} arrives at {self._clock(running.arrive_s)};"
            f" your ride is there at {self._clock(pickup_s)}."
        )
        return Connection(number, ConnectionState.WAITS, running.arrive_s, pickup_s, message)

    def _to_train(
        self, stored: StoredBooking, change: Change, before: Connection | None
    ) -> Connection | None:
        """A ride on demand brings passengers to the train, which waits for nobody: they are told early."""
        scheduled = change.after.scheduled
        if scheduled is None:
            return None
        now_s = self._watched.steps.clock.now().timestamp()
        running = self._watched.live.now(scheduled) or RunningRide(scheduled.depart_s, scheduled.arrive_s)
        if running.depart_s < now_s:
            return before
        times = self._watched.rides.times(change.ride_id)
        if times is None or not times.has_vehicle:
            stop_id, at_s = scheduled.board_stop_id, scheduled.depart_s
            return self._gone(stored, change, stop_id, at_s, before, cancelled=times is None)
        number, there_s = change.after_number, times.dropoff_s + change.way_s
        if running.runs and there_s + BOARD_S <= running.depart_s:
            if before is None or before.state is ConnectionState.REACHED:
                return before
            message = f"You reach {_name(scheduled)} at {self._clock(running.depart_s)} after all."
            return Connection(number, ConnectionState.REACHED, there_s, running.depart_s, message)
        if before is not None and before.state is ConnectionState.MISSED:
            return before
        why = (
            f"Your ride arrives at {self._clock(there_s)}, too late for {_name(scheduled)}"
            f" at {self._clock(running.depart_s)}."
            if running.runs
            else f"{_name(scheduled)} does not run."
        )
        onward = self._watched.onward.sentence(stored, scheduled.board_stop_id, there_s)
        message = f"{why} {onward}".strip()
        return Connection(number, ConnectionState.MISSED, there_s, running.depart_s, message)

    def _clock(self, instant_s: int) -> str:
        return datetime.fromtimestamp(instant_s, UTC).astimezone(self._watched.zone).strftime("%H:%M")


def _reached(
    number: int, running: RunningRide, times: RideTimes, before: Connection | None
) -> Connection | None:
    """Nothing is said of a connection that was never in danger."""
    if before is None or before.state is ConnectionState.REACHED:
        return before
    message = "Your ride is reached after all."
    return Connection(number, ConnectionState.REACHED, running.arrive_s, times.pickup_s, message)


def _legs(stored: StoredBooking) -> list[ChangeLeg]:
    return [
        ChangeLeg(
            shown.arrive_s - shown.depart_s,
            shown.scheduled,
            leg.reference if shown.mode == POOLED and leg.state is LegState.BOOKED else "",
            shown.promised_s,
        )
        for shown, leg in zip(stored.journey.legs, stored.booking.legs, strict=True)
    ]


def _name(scheduled: ScheduledRide) -> str:
    return scheduled.line or "Your train"
