"""The search over feet, a bus and rides on demand, in a made-up village; the tests say what is offered."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from journeys.adapters.district_folder import (
    JourneyArea,
    NoTimetable,
    read_journey_area,
    read_timetable,
)
from journeys.application.finding import Found
from journeys.application.planned import KeepPlans, Planned, PlannedJourneys
from journeys.application.planning import Plan, PlanJourneys, Sources
from journeys.application.ports import RideWish, Unavailable
from journeys.application.question import Payer, Question, Travellers
from journeys.domain.journey import Leg, Mode, PooledOffer, Price, ReasonCode, Transit
from journeys.domain.places import Point
from little_district import write_feed, write_map
from routing_core.places import gazetteer
from routing_core.places.osm import read_places
from routing_core.roads.build import build_graph
from routing_core.roads.network import RoadNetwork
from routing_core.roads.osm import read_streets
from routing_core.roads.profile import load_profile
from service_kit.clock import SimulatedClock
from service_kit.deadline import set_remaining_s
from service_kit.errors import DeadlineExceeded
from service_kit.identity.principal import Principal, Role

ZONE = ZoneInfo("Europe/Berlin")
WEST, EAST = Point(53.5001, 13.2001, "Westend", "w"), Point(53.5001, 13.2399, "Ostend", "e")
# On the northern street, too far from the western stop to walk.
NORTH = Point(53.5080, 13.2150, "north")


def at_s(clock: str) -> int:
    return round(datetime.fromisoformat(f"2026-03-10T{clock}").replace(tzinfo=ZONE).timestamp())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("little")
    extract = write_map(folder / "map.osm")
    write_feed(folder / "timetable.gtfs.zip")
    for name, profile in (("roads", "car"), ("roads_walk", "walk"), ("roads_bike", "bike")):
        graph, _ = build_graph(read_streets(extract, load_profile(profile)))
        RoadNetwork(graph).save(folder / name, {})
    gazetteer.save_places(read_places(extract), folder / gazetteer.FILE)
    return folder


@pytest.fixture(scope="module")
def area(folder: Path) -> JourneyArea:
    return read_journey_area(folder, folder / "var")


@dataclass
class Rides:
    """Offers every ride that the zone covers, five minutes long, as early as asked or as late as asked."""

    covers: bool = True
    late: bool = False
    down: bool = False
    refuses_short_waits: bool = False
    silence_count: int = 0
    asked: list[RideWish] = field(default_factory=list)
    held: dict[str, PooledOffer] = field(default_factory=dict)
    released: set[str] = field(default_factory=set)

    def covered(self, start: Point, ends: Sequence[Point]) -> Sequence[bool]:
        if self.down:
            self.silence_count += 1
            raise Unavailable("POOLING_UNAVAILABLE", "no answer")
        return [self.covers and end.distance_m(start) < 20_000 for end in ends]

    def offers(self, wishes: Sequence[RideWish]) -> Sequence[PooledOffer | None]:
        return [self._offer(wish) for wish in wishes]

    def _offer(self, wish: RideWish) -> PooledOffer | None:
        self.asked.append(wish)
        spans = (wish.pickup_span, wish.dropoff_span)
        if self.refuses_short_waits and min(span.latest_s - span.earliest_s for span in spans) <= 900:
            return None
        pickup_s = wish.dropoff_span.latest_s - 300 if self.late else wish.pickup_span.earliest_s
        if pickup_s + 300 < wish.dropoff_span.earliest_s:
            pickup_s = wish.dropoff_span.earliest_s - 300
        offer = PooledOffer(
            f"o{len(self.asked)}", "z", wish.pickup, wish.dropoff, 0, 0, 0, 0,
            pickup_s - 300, pickup_s + 600, pickup_s + 900, pickup_s, pickup_s + 300, 240, pickup_s,
        )  # fmt: skip
        self.held[offer.offer_id] = offer
        return offer

    def release(self, offers: Sequence[PooledOffer]) -> None:
        self.released |= {offer.offer_id for offer in offers}


@dataclass
class Prices:
    cents: int = 240
    down: bool = False

    def quotes(
        self,
        journeys: Sequence[Sequence[Leg]],
        payer: Payer,  # noqa: ARG002
        travellers: Travellers,  # noqa: ARG002
    ) -> Sequence[Price | None]:
        if self.down:
            raise Unavailable("PRICES_UNAVAILABLE", "no answer")
        return [
            Price(self.cents * sum(leg.mode is not Mode.WALK for leg in legs), "EUR") for legs in journeys
        ]


def asked(
    area: JourneyArea, question: Question, rides: Rides | None = None, prices: Prices | None = None
) -> Plan:
    sources = Sources(
        area.scheduled,
        area.walking,
        area.wheeling,
        area.driving,
        area.cycling,
        rides or Rides(covers=False),
        prices or Prices(),
    )
    return PlanJourneys(sources)(question)


def modes(plan: Plan) -> list[list[str]]:
    return [[leg.mode.value for leg in journey.legs] for journey in plan.journeys]


def leaving(start: Point, goal: Point, clock: str) -> Question:
    return Question(start, goal, at_s(clock), at_s("05:00"), max_walk_m=900)


def test_the_bus_from_stop_to_stop(area: JourneyArea) -> None:
    plan = asked(area, leaving(WEST, EAST, "07:30"))
    assert modes(plan) == [["transit"]]
    (journey,) = plan.journeys
    assert (journey.depart_s, journey.arrive_s) == (at_s("08:00"), at_s("08:05"))
    assert (journey.price, journey.reasons) == (Price(240, "EUR"), (ReasonCode.ONLY_ONE,))
    assert journey.legs[0].length_m == pytest.approx(WEST.distance_m(EAST), abs=1)
    (tomorrow,) = asked(area, leaving(WEST, EAST, "08:01")).journeys
    assert tomorrow.depart_s == journey.depart_s + 86_400, "who misses the only bus is told of the next one"


def test_arriving_in_time_leaves_as_late_as_can_be(area: JourneyArea) -> None:
    (journey,) = asked(area, replace(leaving(WEST, EAST, "08:30"), arrive_by=True)).journeys
    assert journey.arrive_s == at_s("08:05")
    assert asked(area, replace(leaving(WEST, EAST, "08:04"), arrive_by=True)).journeys == ()


def test_who_has_no_stop_is_brought_to_the_bus(area: JourneyArea) -> None:
    rides = Rides(late=True)
    plan = asked(area, replace(leaving(NORTH, EAST, "07:30"), modes=frozenset(Mode)), rides)
    brought = next(journey for journey in plan.journeys if journey.legs[-1].mode is Mode.TRANSIT)
    assert [leg.mode for leg in brought.legs] == [Mode.POOLED_RIDE, Mode.TRANSIT]
    assert brought.legs[0].arrive_s == at_s("07:57"), "with time to change"
    shown = {offer.offer_id for journey in plan.journeys for offer in journey.offers()}
    assert rides.held.keys() - rides.released == shown, "nothing else stays held"


def test_waiting_longer_is_taken_where_there_is_no_better_ride(area: JourneyArea) -> None:
    question = leaving(NORTH, EAST, "06:30")
    rides = Rides(late=True, refuses_short_waits=True)
    plan = asked(area, question, rides)
    assert any(
        journey.legs[-1].mode is Mode.TRANSIT and journey.legs[0].mode is Mode.POOLED_RIDE
        for journey in plan.journeys
    )


def test_a_ride_that_comes_too_late_is_no_journey_and_is_given_back(area: JourneyArea) -> None:
    class TooLate(Rides):
        def offers(self, wishes: Sequence[RideWish]) -> Sequence[PooledOffer | None]:
            return [
                offer and replace(offer, planned_dropoff_s=offer.planned_dropoff_s + 3600)
                for offer in super().offers(wishes)
            ]

    rides = TooLate(late=True)
    plan = asked(
        area, replace(leaving(NORTH, EAST, "07:30"), modes=frozenset({Mode.TRANSIT, Mode.POOLED_RIDE})), rides
    )
    assert all(Mode.TRANSIT.value not in found for found in modes(plan))
    assert rides.held.keys() - rides.released == {o.offer_id for j in plan.journeys for o in j.offers()}


@pytest.mark.parametrize("where", ["finder", "prices", "store", "deadline"])
def test_nothing_stays_held_of_a_search_that_fails(area: JourneyArea, where: str) -> None:
    class Broken(Prices):
        modes = frozenset({Mode.LIFT})

        def find(self, question: Question) -> Found:
            raise ArithmeticError(question.at_s)

        def quotes(self, *_: object) -> Sequence[Price | None]:
            raise ArithmeticError("prices")

        def add(self, planned: Sequence[Planned]) -> None:
            raise ArithmeticError(len(planned))

    rides, broken, clock = Rides(late=True), Broken(), SimulatedClock(datetime(2026, 3, 10, tzinfo=ZONE))
    sources = Sources(
        area.scheduled,
        area.walking,
        area.wheeling,
        area.driving,
        area.cycling,
        rides,
        broken if where == "prices" else Prices(),
        (broken,) if where == "finder" else (),
    )
    kept: PlannedJourneys = broken  # type: ignore[assignment]  # as far as it is used
    plans = KeepPlans(PlanJourneys(sources), kept, clock, lambda *_: b"")
    question = replace(leaving(NORTH, EAST, "07:30"), modes=frozenset(Mode))
    set_remaining_s(0.0 if where == "deadline" else None)
    try:
        with pytest.raises(DeadlineExceeded if where == "deadline" else ArithmeticError):
            plans.plan(question, None, Principal("anna", frozenset({Role.PASSENGER}), "amt", "app"))
    finally:
        set_remaining_s(None)
    assert rides.held
    assert rides.held.keys() == rides.released


def test_what_does_not_answer_is_named_and_the_rest_is_shown(area: JourneyArea) -> None:
    plan = asked(area, leaving(WEST, EAST, "07:30"), Rides(down=True), Prices(down=True))
    assert modes(plan) == [["transit"]]
    assert [(gap.mode, gap.reason) for gap in plan.gaps] == [
        (Mode.POOLED_RIDE, "POOLING_UNAVAILABLE"),
        (None, "PRICES_UNAVAILABLE"),
    ]
    assert plan.journeys[0].price is None


def test_who_does_not_answer_is_asked_once_however_far_is_looked(area: JourneyArea) -> None:
    rides = Rides(down=True)
    nothing_goes = replace(leaving(WEST, EAST, "07:30"), modes=frozenset({Mode.POOLED_RIDE}))
    plan = asked(area, nothing_goes, rides)
    assert plan.journeys == ()
    assert [gap.reason for gap in plan.gaps] == ["POOLING_UNAVAILABLE"]
    assert rides.silence_count == 1


def test_what_is_near_is_walked_and_a_bicycle_goes_farther(area: JourneyArea) -> None:
    near = Point(53.5000, 13.2080, "near")
    (walk,) = asked(area, leaving(WEST, near, "09:00")).journeys
    assert [leg.mode for leg in walk.legs] == [Mode.WALK]
    assert (walk.price, walk.co2_g, walk.transfers) == (Price(0, "EUR"), 0, 0)
    assert walk.walk_m == pytest.approx(530, abs=40)
    question = replace(leaving(WEST, EAST, "09:00"), modes=frozenset({Mode.BICYCLE, Mode.WALK}))
    (ride,) = asked(area, question).journeys
    assert [leg.mode for leg in ride.legs] == [Mode.BICYCLE]
    by = replace(question, arrive_by=True)
    assert asked(area, by).journeys[0].arrive_s == at_s("09:00")


def test_only_modes_that_are_wanted(area: JourneyArea) -> None:
    rides = Rides()
    question = replace(leaving(WEST, EAST, "07:30"), modes=frozenset({Mode.POOLED_RIDE}))
    assert modes(asked(area, question, rides)) == [["pooled_ride"]]
    assert modes(asked(area, replace(question, modes=frozenset({Mode.TRANSIT})), rides)) == [["transit"]]


def test_nobody_is_sent_off_in_the_past(area: JourneyArea) -> None:
    question = replace(leaving(WEST, EAST, "08:30"), arrive_by=True, now_s=at_s("08:01"))
    assert asked(area, question, Rides(covers=False)).journeys == ()


def test_stops_and_places_are_found_by_name(area: JourneyArea) -> None:
    assert area.places.find("Ostend")[0].place.id == "stop:e"
    assert area.places.find("Süderdorf")[0].place.kind == "village"


def test_a_timetable_is_built_once_and_anew_where_its_file_is_damaged(tmp_path: Path) -> None:
    write_feed(tmp_path / "timetable.gtfs.zip")
    first = read_timetable(tmp_path, tmp_path / "var")
    (kept,) = (tmp_path / "var").glob("timetable-*.bin")
    made = kept.read_bytes()
    kept.write_bytes(made[:-1])
    again = read_timetable(tmp_path, tmp_path / "var")
    assert kept.read_bytes() == made
    assert first.stop_index == again.stop_index
    with pytest.raises(NoTimetable, match="holds no"):
        read_timetable(tmp_path / "var", tmp_path)


def test_a_timetable_that_is_over_goes_on_where_the_district_says_so(folder: Path, area: JourneyArea) -> None:
    question = replace(leaving(WEST, EAST, "07:30"), modes=frozenset({Mode.TRANSIT}))
    (before,) = asked(area, question).journeys
    # Both days are in winter: clocks show the same.
    years_s = 52 * 5 * 7 * 24 * 3600
    later = replace(question, at_s=question.at_s + years_s, now_s=question.now_s + years_s)
    today = datetime.fromtimestamp(later.at_s, ZONE).date()
    about = {"id": "little", "timezone": "Europe/Berlin"}
    (folder / "district.json").write_text(json.dumps(about))
    over = read_journey_area(folder, folder / "var", today=today)
    assert [gap.reason for gap in asked(over, later).gaps] == ["TIMETABLE_DOES_NOT_COVER"]

    (folder / "district.json").write_text(json.dumps({**about, "timetable_goes_on": True}))
    moved = read_journey_area(folder, folder / "var", today=today)
    (after,) = asked(moved, later).journeys
    assert (after.depart_s - before.depart_s, after.arrive_s - before.arrive_s) == (years_s, years_s)
    transit = after.legs[0].detail
    assert isinstance(transit, Transit)
    assert [alert.partition(":")[0] for alert in transit.alerts] == ["Demonstration"]
    first_day = area.scheduled.timetable.first_day
    still_on = read_journey_area(folder, folder / "var", today=first_day)
    assert still_on.scheduled.timetable.first_day == first_day
