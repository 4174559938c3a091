"""Changes between scheduled legs and rides on demand: reached, held, or missed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

CHANGE_S = 180
"""From the platform to the kerb."""
BOARD_S = 60
"""So long before a train leaves one has to be on its platform."""


class ConnectionState(StrEnum):
    REACHED = "reached"
    WAITS = "waits"
    """The ride waits for the late train, and breaks no promise by it."""
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Connection:
    """The change to a leg, numbered from 0.

    Parameters
    ----------
    arrive_s, depart_s
        When one is there from the leg before, and when this one leaves, as far as is known; Unix seconds.
    message
        One sentence for the passenger, in English.
    """

    leg_number: int
    state: ConnectionState
    arrive_s: int
    depart_s: int
    message: str = ""


@dataclass(frozen=True, slots=True)
class ScheduledRide:
    """A leg by timetable: which trip of which service day, from stop to stop; times as it was booked."""

    trip_id: str
    day: date
    board_stop_id: str
    board_label: str
    alight_stop_id: str
    alight_label: str
    line: str
    depart_s: int
    arrive_s: int


@dataclass(frozen=True, slots=True)
class RunningRide:
    """The same as it is now; ``runs`` is False where it is cancelled or does not call there."""

    depart_s: int
    arrive_s: int
    runs: bool = True


@dataclass(frozen=True, slots=True)
class ChangeLeg:
    """A leg as far as changes need it; at most one of ``scheduled`` and ``ride_id`` is set.

    ``promised_s`` is when the pickup of a ride began at the earliest, as it was booked.
    """

    duration_s: int
    scheduled: ScheduledRide | None = None
    ride_id: str = ""
    promised_s: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """From one vehicle to the next, with the way between them.

    Exactly one of the two is a ride on demand.
    """

    before: ChangeLeg
    after: ChangeLeg
    after_number: int
    way_s: int

    @property
    def ride_id(self) -> str:
        return self.before.ride_id or self.after.ride_id


def changes_of(legs: Sequence[ChangeLeg]) -> Iterator[Change]:
    """The changes between legs by timetable and booked rides on demand, in their order."""
    last: ChangeLeg | None = None
    way_s = 0
    for number, leg in enumerate(legs):
        if leg.scheduled is None and not leg.ride_id:
            way_s += leg.duration_s
            continue
        if last is not None and bool(last.ride_id) != bool(leg.ride_id):
            yield Change(last, leg, number, way_s)
        last, way_s = leg, 0
