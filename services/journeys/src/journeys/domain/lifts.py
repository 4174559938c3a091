"""Lifts: trips that somebody makes anyway and takes others along on. Instants are Unix seconds."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from journeys.domain.places import Point

MOST_SEATS = 8
LONGEST_DETOUR_S = 3600
LONGEST_NOTE = 300
MOST_EXCEPTIONS = 100
LONGEST_SERIES = timedelta(days=366)


class Audience(StrEnum):
    """Who may find a lift and ask for a seat in it."""

    EVERYBODY = "everybody"
    WOMEN = "women"
    SCHOOL = "school"


@dataclass(frozen=True, slots=True)
class Claims:
    """What passengers say of themselves; it is looked at and not kept."""

    woman: bool = False
    school_id: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """A driver or passenger: a pseudonym, and the client it was chosen by."""

    client_id: str
    reference: str


@dataclass(frozen=True, slots=True)
class LiftTimes:
    """On which days a lift goes, and when by the clock on the wall.

    Parameters
    ----------
    clock_s
        Seconds from 00:00 to the time that clocks show: the same in summer and in winter.
    weekdays
        1 is Monday, 7 Sunday; empty for what goes once.
    """

    first_day: date
    clock_s: int
    weekdays: frozenset[int]
    last_day: date
    except_days: frozenset[date] = frozenset()

    def goes_on(self, day: date) -> bool:
        """Whether it goes on a day."""
        if not self.first_day <= day <= self.last_day or day in self.except_days:
            return False
        return day.isoweekday() in self.weekdays if self.weekdays else day == self.first_day

    def departs_s(self, day: date, zone: ZoneInfo) -> int:
        """When it leaves on a day.

        A time that the clocks show twice is the first one; one that they leave out is as long after the last
        one they showed as if they had not.
        """
        clock = time(self.clock_s // 3600, self.clock_s // 60 % 60, self.clock_s % 60)
        return round(datetime.combine(day, clock, zone).timestamp())


@dataclass(frozen=True, slots=True)
class Lift:
    """A posted lift.

    Parameters
    ----------
    start, end
        Stops or street corners, never anybody's door.
    direct_s
        How long the driver drives when nobody comes along, as at the time of posting.
    max_detour_s
        How much longer it may take altogether.
    audience_id
        The school, where it is for those of a school.
    number
        In the order of posting; 0 before it is stored.
    """

    id: str
    driver: Party
    start: Point
    end: Point
    times: LiftTimes
    seat_count: int
    direct_s: int
    max_detour_s: int
    audience: Audience
    audience_id: str = ""
    note: str = ""
    withdrawn: bool = False
    hidden: bool = False
    number: int = 0

    @property
    def findable(self) -> bool:
        """Whether anybody can find it."""
        return not (self.withdrawn or self.hidden)

    @property
    def longest_s(self) -> int:
        """The driver is there after so long, whoever comes along."""
        return self.direct_s + self.max_detour_s

    def admits(self, claims: Claims) -> bool:
        """Whether it is for whoever says this of themselves; for others it does not exist."""
        match self.audience:
            case Audience.EVERYBODY:
                return True
            case Audience.WOMEN:
                return claims.woman
            case Audience.SCHOOL:
                return claims.school_id == self.audience_id


class ReportReason(StrEnum):
    """What is wrong with a lift."""

    NOT_DRIVEN = "not_driven"
    UNSAFE = "unsafe"
    HARASSMENT = "harassment"
    COMMERCIAL = "commercial"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class LiftReport:
    """What somebody said of a lift; who it was is not kept."""

    id: str
    lift_id: str
    at_s: int
    reason: ReportReason
    note: str
    number: int = 0
