"""The next way on, in one sentence, of which nothing stays held."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from booking_world import ANNA, GOAL, NOW, World
from journeys.application.onward import PlannedOnward
from journeys.application.planning import Plan
from journeys.application.ports import Unavailable
from journeys.application.question import Question, Travellers
from journeys.domain.journey import Journey, Leg, Mode, PooledOffer, Transit
from journeys.domain.places import Point
from service_kit.clock import SimulatedClock

START_S = int(NOW.timestamp())
STATION = Point(53.56, 13.26, "Neubrandenburg", "s1")


def leg(mode: Mode, depart_min: int, arrive_min: int, detail: Transit | PooledOffer | None = None) -> Leg:
    return Leg(mode, STATION, GOAL, START_S + 60 * depart_min, START_S + 60 * arrive_min, 100, detail=detail)


TRAIN = Transit("r", "t", date(2026, 11, 23), "RE5", "Berlin", 2, 0, 0)
OFFER = PooledOffer("o1", "z", STATION, GOAL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


@dataclass
class Search:
    """What is found, what was asked, and what was given back."""

    found: Sequence[Journey] = ()
    away: bool = False
    asked: list[Question] = field(default_factory=list)
    released: list[PooledOffer] = field(default_factory=list)

    def __call__(self, question: Question) -> Plan:
        self.asked.append(question)
        if self.away:
            raise Unavailable("TIMETABLE_DOES_NOT_COVER", "no timetable")
        return Plan(tuple(self.found), ())

    def stop(self, stop_id: str) -> Point | None:
        return STATION if stop_id == "s1" else None

    def release(self, offers: Sequence[PooledOffer]) -> None:
        self.released += offers

    def sentence(self, stop_id: str = "s1", at_min: int = 30) -> str:
        world = World()
        booking = world.bookings.book(world.wish(), ANNA, 8.0)
        onward = PlannedOnward(
            self,
            self,  # type: ignore[arg-type]  # as far as it is asked
            self.release,
            clock=SimulatedClock(NOW),
            zone=ZoneInfo("Europe/Berlin"),
        )
        return onward.sentence(booking, stop_id, START_S + 60 * at_min)


def test_the_first_to_arrive_is_named() -> None:
    slow = Journey((leg(Mode.POOLED_RIDE, 35, 200, OFFER),))
    fast = Journey((leg(Mode.WALK, 40, 45), leg(Mode.TRANSIT, 50, 120, TRAIN)))
    search = Search([slow, fast])
    assert search.sentence() == "The next way on: RE5 from Neubrandenburg at 05:40, there at 07:00."
    (question,) = search.asked
    assert (question.start, question.goal, question.at_s) == (STATION, GOAL, START_S + 1800)
    assert question.travellers == Travellers()
    assert search.released == [OFFER]


def test_rides_and_feet_have_names_too() -> None:
    assert "a ride on demand from" in Search([Journey((leg(Mode.POOLED_RIDE, 35, 60, OFFER),))]).sentence()
    assert "on foot from" in Search([Journey((leg(Mode.WALK, 35, 60),))]).sentence()


def test_who_missed_it_long_ago_goes_on_from_now() -> None:
    search = Search()
    assert search.sentence(at_min=-60) == "No other way on from Neubrandenburg is found."
    assert search.asked[0].at_s == START_S


def test_where_nothing_can_be_searched_nothing_is_said() -> None:
    assert Search(away=True).sentence() == ""
    assert Search().sentence("unknown") == ""
