"""Journeys by a car of the village: to it on foot, there by car; kept for the stay and the way back."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Protocol

from service_kit import errors

from journeys.application.finding import OneMode
from journeys.application.ports import Unavailable
from journeys.application.question import Question
from journeys.application.ways import Ways
from journeys.domain.cars import Car, Window
from journeys.domain.journey import Journey, Leg, Mode, SharedCar

UNLOCKING_S = 300
"""From the door of the car to the road, the look at it included."""
SPARE_S = 600
"""So much later than planned one may be back."""
STEP_S = 900
"""Beginnings that are tried lie so far apart."""
NEAREST = 3
"""Cars that are looked at."""


class Lent(Protocol):
    """The desk of shared cars."""

    def lendable(self) -> Iterable[Car]:
        """All cars."""
        ...

    def first_free(
        self, car_id: str, length: timedelta, distance_m: int, starts: Sequence[datetime]
    ) -> datetime | None:
        """The first of these instants from which on a car can be had for so long; None where none is.

        Raises service_kit.errors.Unavailable.
        """
        ...


class SharedCars(OneMode):
    """A finder.

    A car of a village has one place and comes back to it. So a journey by it is the way there, and the car is
    kept for the stay that was asked for and for the way back; nobody else has it meanwhile.
    """

    def __init__(self, cars: Lent, walking: Ways, driving: Ways) -> None:
        super().__init__(Mode.SHARED_CAR)
        self._cars = cars
        self._walking = walking
        self._driving = driving

    def journeys(self, question: Question) -> Sequence[Journey]:
        """See :class:`.OneMode`."""
        travellers = question.travellers
        if travellers.wheelchairs or travellers.bicycles:
            return []
        near = sorted(
            (question.start.distance_m(car.place), number, car)
            for number, car in enumerate(self._cars.lendable())
            if car.seat_count >= travellers.seated
        )
        try:
            found = [
                self._by(car, question) for away_m, _, car in near[:NEAREST] if away_m <= question.max_walk_m
            ]
        except errors.Unavailable as error:
            raise Unavailable("CARS_UNAVAILABLE", "shared cars could not be asked for") from error
        return [journey for journey in found if journey is not None]

    def _by(self, car: Car, question: Question) -> Journey | None:
        walk = self._walking.leg(question.start, car.place, 0)
        there = self._driving.leg(car.place, question.goal, 0)
        back = self._driving.leg(question.goal, car.place, 0)
        if walk is None or walk.length_m > question.max_walk_m or there is None or back is None:
            return None
        distance_m = there.length_m + back.length_m
        way_s = UNLOCKING_S + there.arrive_s
        length_s = STEP_S * ceil((way_s + question.stay_s + back.arrive_s + SPARE_S) / STEP_S)
        starts = _starts(question, walk.arrive_s, way_s)
        length = timedelta(seconds=length_s)
        begin = self._cars.first_free(car.id, length, distance_m, starts)
        if begin is None:
            return None
        begin_s = round(begin.timestamp())
        window = Window(begin, begin + length)
        detail = SharedCar(
            car.id,
            car.name,
            begin_s + length_s,
            distance_m,
            car.price_cents(window, window.end, distance_m),
            car.currency,
        )
        drive = Leg(
            Mode.SHARED_CAR,
            there.start,
            there.end,
            begin_s,
            begin_s + way_s,
            there.length_m,
            there.line,
            detail,
        )
        legs = (walk.moved(begin_s - walk.arrive_s), drive)
        return Journey(tuple(leg for leg in legs if leg.length_m))


def _starts(question: Question, walk_s: int, way_s: int) -> list[datetime]:
    """When the car could be taken, the best first: as early as one is there, or as late as one is in time."""
    period = question.looked_at
    if question.arrive_by:
        last_s, first_s = period.end_s - 1 - way_s, period.begin_s - way_s
        tried: Iterable[int] = range(last_s, max(first_s, question.begin_s + walk_s) - 1, -STEP_S)
    else:
        tried = range(period.begin_s + walk_s, period.end_s + walk_s, STEP_S)
    return [datetime.fromtimestamp(each, UTC) for each in tried]
