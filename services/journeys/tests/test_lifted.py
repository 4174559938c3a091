"""Lifts and benches as parts of journeys, in a village with a train."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from journeys.adapters.district_folder import JourneyArea, read_journey_area
from journeys.adapters.lift_legs import LiftLegs
from journeys.adapters.records import purge
from journeys.application.benched import Benched
from journeys.application.benches import Benches
from journeys.application.lift_matching import Match
from journeys.application.lifted import Lifted
from journeys.application.ports import Unavailable
from journeys.application.ports_booking import (
    Booked,
    Kept,
    LegOrder,
    Refused,
    Released,
    ShownJourney,
    ShownLeg,
)
from journeys.application.question import Period, Question, Travellers
from journeys.bootstrap_lifts import roads_of
from journeys.domain.benches import USUAL_WAIT_S, Bench, Sign, Wait
from journeys.domain.choosing import chosen, worth_showing
from journeys.domain.connection import BOARD_S
from journeys.domain.journey import BenchWait, Doubt, Journey, LiftSeat, Mode, ReasonCode
from journeys.domain.lifts import Audience, Claims
from journeys.domain.lifts_seats import SeatState
from journeys.domain.places import Point
from journeys.domain.wording import sentence
from journeys.messages import leg as leg_message
from lift_office import DISPATCHER, TENANT, ZONE, LiftOffice, driver, local_s, once, passenger
from little_district import FEED, write_feed, write_map
from routing_core.places import gazetteer
from routing_core.places.osm import read_places
from routing_core.roads.build import build_graph
from routing_core.roads.network import RoadNetwork
from routing_core.roads.osm import read_streets
from routing_core.roads.profile import load_profile
from service_kit.errors import Unavailable as StoreUnavailable

DAY = datetime(2026, 3, 10, tzinfo=ZONE).date()
EARLY = datetime(2026, 3, 10, 5, 0, tzinfo=ZONE)
WEST, EAST = Point(53.508, 13.2, "Westhof"), Point(53.508, 13.24, "Osthof")
FAR = Point(54.5, 13.2, "Fern", "f")
TRAIN = {
    **FEED,
    "routes.txt": "route_id,agency_id,route_short_name,route_type\n7,b,RE7,2\n",
    "trips.txt": "route_id,service_id,trip_id\n7,d,out\n7,d,back\n",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "out,08:00:00,08:00:00,e,1\nout,08:40:00,08:40:00,f,2\n"
    "back,16:00:00,16:00:00,f,1\nback,16:40:00,16:40:00,e,2\n",
}
BENCH = Bench("bank", Point(53.508, 13.205, "Mitfahrbank"), (Sign("Osthof", EAST),))


@cache
def area() -> JourneyArea:
    folder = Path(tempfile.mkdtemp(prefix="landlinie-train-"))
    extract = write_map(folder / "map.osm")
    write_feed(folder / "timetable.gtfs.zip", TRAIN)
    for name, profile in (("roads", "car"), ("roads_walk", "walk")):
        RoadNetwork(build_graph(read_streets(extract, load_profile(profile)))[0]).save(folder / name, {})
    gazetteer.save_places(read_places(extract), folder / gazetteer.FILE)
    return read_journey_area(folder, folder / "var")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[LiftOffice]:
    office = LiftOffice(f"sqlite:///{tmp_path}/lifts.sqlite", EARLY, roads_of(area()))
    yield office
    office.close()


def lifted(office: LiftOffice) -> Lifted:
    return Lifted(office.riding, office.room.roads, area().scheduled, area().walking)


def benched(office: LiftOffice) -> Benched:
    benches = Benches([BENCH], office.store, ZONE, office.clock)
    return Benched(benches, area().walking, area().driving)


def question(start: Point, goal: Point, clock: str, **more: object) -> Question:
    now_s = round(EARLY.timestamp())
    return Question(start, goal, local_s(clock, DAY), now_s, **more)  # type: ignore[arg-type]  # fields of a question


def direct(office: LiftOffice, asked: Question) -> list[Journey]:
    return [each for each in lifted(office).find(asked).journeys if modes(each) == [Mode.LIFT]]


def modes(journey: Journey) -> list[Mode]:
    return [leg.mode for leg in journey.legs if leg.mode is not Mode.WALK]


def test_the_whole_way_by_lift(office: LiftOffice) -> None:
    lift = office.post(once("07:30", DAY), WEST, EAST)
    start, goal = Point(53.5082, 13.2101, "home"), Point(53.5081, 13.2299, "shop")
    (journey,) = lifted(office).find(question(start, goal, "07:00")).journeys
    (ride,) = [leg for leg in journey.legs if leg.mode is Mode.LIFT]
    assert isinstance(ride.detail, LiftSeat)
    assert (ride.detail.lift_id, ride.detail.day) == (lift.id, DAY)
    assert ride.bookable
    assert journey.doubt is Doubt.ANSWER
    assert local_s("07:30", DAY) < ride.depart_s < ride.arrive_s <= journey.arrive_s
    # In time, or not at all.
    for clock, count in (("07:20", 0), ("07:50", 1)):
        assert len(lifted(office).find(question(start, goal, clock, arrive_by=True)).journeys) == count
    assert lifted(office).find(question(start, goal, "07:45")).journeys == ()


def test_a_lift_to_the_train(office: LiftOffice) -> None:
    office.post(once("07:30", DAY), WEST, EAST)
    found = lifted(office).find(question(WEST, FAR, "07:00")).journeys
    (journey,) = [each for each in found if modes(each) == [Mode.LIFT, Mode.TRANSIT]]
    train = journey.legs[-1]
    assert (train.start.stop_id, train.depart_s) == ("e", local_s("08:00", DAY))
    assert journey.legs[-2].arrive_s + 60 <= train.depart_s
    (again,) = lifted(office).find(question(WEST, FAR, "09:00", arrive_by=True)).journeys
    assert again == journey
    only_lifts = question(WEST, FAR, "07:00", modes=frozenset({Mode.LIFT}))
    assert lifted(office).find(only_lifts).journeys == ()


def test_what_belongs_to_another_period_is_found_there(office: LiftOffice) -> None:
    office.post(once("09:10", DAY), WEST, EAST)
    asked = question(WEST, EAST, "07:00")
    later = asked.within(Period(local_s("09:00", DAY), local_s("11:00", DAY)))
    assert direct(office, asked) == []
    assert len(direct(office, later)) == 1
    assert len(benched(office).find(asked).journeys) == 1
    assert benched(office).find(later).journeys == ()


def test_no_train_is_caught_by_a_lift_that_is_late_for_it(office: LiftOffice) -> None:
    office.post(once("07:55", DAY), WEST, EAST)
    assert lifted(office).find(question(WEST, FAR, "07:00")).journeys == ()


def test_a_lift_from_the_train(office: LiftOffice) -> None:
    office.post(once("16:45", DAY), EAST, WEST)
    (journey,) = lifted(office).find(question(FAR, WEST, "15:30")).journeys
    assert modes(journey) == [Mode.TRANSIT, Mode.LIFT]
    train, ride = (leg for leg in journey.legs if leg.mode is not Mode.WALK)
    assert train.arrive_s == local_s("16:40", DAY)
    assert ride.depart_s >= train.arrive_s + 60
    office.post(once("16:38", DAY), EAST, WEST, detour_min=3, who="early")
    assert len(lifted(office).find(question(FAR, WEST, "15:30")).journeys) == 1


def test_who_cannot_ride_along_is_offered_nothing(office: LiftOffice) -> None:
    office.post(once("07:30", DAY), WEST, EAST)
    for travellers in (Travellers(1, wheelchairs=1), Travellers(1, bicycles=1), Travellers(9), Travellers(3)):
        assert lifted(office).find(question(WEST, EAST, "07:00", travellers=travellers)).journeys == ()
        if travellers != Travellers(1):
            assert benched(office).find(question(WEST, EAST, "07:00", travellers=travellers)).journeys == ()
    assert len(direct(office, question(WEST, EAST, "07:00", travellers=Travellers(2)))) == 1


def test_lifts_for_women_are_found_by_women(office: LiftOffice) -> None:
    office.post(once("07:30", DAY), WEST, EAST, audience=Audience.WOMEN)
    assert direct(office, question(WEST, EAST, "07:00")) == []
    asked = question(WEST, EAST, "07:00", claims=Claims(woman=True))
    assert len(direct(office, asked)) == 1


def test_a_database_that_does_not_take_part_is_a_gap(
    office: LiftOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> list[Match]:
        raise StoreUnavailable("STORE_UNAVAILABLE", "away")

    monkeypatch.setattr(office.riding, "found", away)
    (gap,) = lifted(office).find(question(WEST, EAST, "07:00")).gaps
    assert (gap.mode, gap.reason) == (Mode.LIFT, "LIFTS_UNAVAILABLE")
    monkeypatch.setattr(Benches, "observed", away)
    (gap,) = benched(office).find(question(WEST, EAST, "07:00")).gaps
    assert (gap.mode, gap.reason) == (Mode.BENCH, "BENCHES_UNAVAILABLE")


def test_a_bench_is_shown_without_promise(office: LiftOffice) -> None:
    (journey,) = benched(office).find(question(WEST, EAST, "07:00")).journeys
    (ride,) = [leg for leg in journey.legs if leg.mode is Mode.BENCH]
    assert isinstance(ride.detail, BenchWait)
    assert not ride.bookable
    assert ride.arrive_s - ride.depart_s > USUAL_WAIT_S
    assert ride.detail.observed_count == 0
    assert "nobody has told" in ride.detail.message
    (later,) = benched(office).find(question(WEST, EAST, "09:00", arrive_by=True)).journeys
    assert later.arrive_s == local_s("09:00", DAY)
    assert benched(office).find(question(EAST, WEST, "07:00")).journeys == ()
    # Quicker than any lift, and yet best at nothing, and hiding nothing.
    office.post(once("08:30", DAY), WEST, EAST)
    (sure,) = direct(office, question(WEST, EAST, "07:00"))
    assert journey.arrive_s < sure.arrive_s
    shown = chosen(worth_showing([journey, sure], arrive_by=False), 5, arrive_by=False)
    assert [each.doubt for each in shown] == [Doubt.LUCK, Doubt.ANSWER]
    assert shown[0].reasons == (ReasonCode.WITHOUT_PROMISE,)
    assert sentence(ReasonCode.WITHOUT_PROMISE, shown[0]) == ride.detail.message


def test_what_is_told_of_waits_is_counted(office: LiftOffice) -> None:
    benches = Benches([BENCH], office.store, ZONE, office.clock)
    before = benches.outlook(BENCH, BENCH.signs[0], EARLY)
    office.pass_time(hours=3)
    for minutes in (0, 10):
        wait = Wait(EARLY, 60 * minutes, taken=True)
        office.done(benches.report, passenger("peter"), "bank", "Osthof", wait)
    after = benches.outlook(BENCH, BENCH.signs[0], EARLY)
    assert (after.observed_count, after.taken_count) == (2, 2)
    assert after.chance > before.chance
    assert "of 2 who told of a wait here between 5:00 and 6:00, 2 were taken along" in after.sentence


def order(office: LiftOffice, journey: Journey, name: str = "booking-1-1") -> LegOrder:
    number = next(at for at, leg in enumerate(journey.legs) if leg.mode is Mode.LIFT)
    legs = tuple(
        ShownLeg(
            leg.mode.value, leg_message(leg).SerializeToString(), leg.bookable, leg.depart_s, leg.arrive_s
        )
        for leg in journey.legs
    )
    shown = ShownJourney(journey_id="journey", wire=b"", legs=legs, goal=EAST, expire_s=None)
    assert office.clock.now() < office.room.local(journey.depart_s)
    return LegOrder(name, shown, number, "app", "peter", passenger_reference="peter")


class Told:
    """Bookings, as far as they are told something."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, ...]] = []

    def confirm(self, booking_id: str, reference: str) -> None:
        self.heard.append((booking_id, reference, "yes"))

    def withdraw(self, booking_id: str, reference: str, reason: str, message: str) -> None:
        assert message
        self.heard.append((booking_id, reference, reason))


def test_a_booked_seat_is_asked_for_once_and_given_back_for_good(office: LiftOffice) -> None:
    office.post(once("07:30", DAY), WEST, EAST)
    (journey,) = direct(office, question(WEST, EAST, "07:00"))
    legs, asked, told = LiftLegs(office.booking, TENANT), order(office, journey), Told()
    booked = legs.book(asked, 5)
    assert isinstance(booked, Booked)
    assert booked.asked
    assert legs.book(asked, 5) == booked
    (seat,) = office.riding.listed(passenger("peter"), "", "", 0, 10)
    assert (seat.id, seat.pickup_s) == (booked.reference, journey.legs[asked.leg_number].depart_s)
    assert office.booking.tell(told) == 0
    office.answer(seat)
    assert office.booking.tell(told) == 1
    assert told.heard == [("booking-1", seat.id, "yes")]
    assert legs.book(asked, 5) == Booked(seat.id)
    assert legs.release(asked, 5) == Released()
    assert legs.release(asked, 5) == Released()
    assert office.seat(seat).state is SeatState.CANCELLED
    office.pass_time(seconds=61)
    assert office.booking.tell(told) == 0
    assert isinstance(legs.book(asked, 5), Refused)


def test_a_seat_is_given_back_however_long_ago_it_was_booked(office: LiftOffice) -> None:
    office.post(once("07:30", DAY), WEST, EAST)
    (journey,) = direct(office, question(WEST, EAST, "07:00"))
    legs, asked = LiftLegs(office.booking, TENANT), order(office, journey)
    assert isinstance(legs.book(asked, 5), Booked)
    (seat,) = office.riding.listed(passenger("peter"), "", "", 0, 10)
    office.answer(seat)
    # Answers to request ids are kept for days only, journeys are booked weeks ahead.
    later = office.clock.now() + timedelta(seconds=1)
    purge(office.engine, answered_before=later, audited_before=later)
    assert legs.release(asked, 5) == Released()
    assert office.seat(seat).state is SeatState.CANCELLED


def test_the_phone_desk_books_for_several_whom_nobody_named(office: LiftOffice) -> None:
    office.post(once("07:30", DAY), WEST, EAST)
    (journey,) = direct(office, question(WEST, EAST, "07:00"))
    legs = LiftLegs(office.booking, TENANT)
    for name in ("booking-1-1", "booking-2-1"):
        asked = replace(order(office, journey, name), subject="desk", passenger_reference="")
        assert isinstance(legs.book(asked, 5), Booked)
    named = order(office, journey, "booking-3-1")
    assert legs.book(named, 5) == Refused(
        "LIFT_DOES_NOT_FIT", "the lift has no seat left, or the way is too far out of its own"
    )


def test_a_seat_that_would_miss_the_train_is_not_taken(office: LiftOffice) -> None:
    office.post(once("07:30", DAY), WEST, EAST)
    (journey,) = direct(office, question(WEST, EAST, "07:00"))
    legs, asked = LiftLegs(office.booking, TENANT), order(office, journey)

    def before_a_train(depart_s: int, name: str) -> LegOrder:
        walk = ShownLeg("walk", b"", False, asked.leg.arrive_s, asked.leg.arrive_s + 100)
        train = ShownLeg("transit", b"", False, depart_s, depart_s + 600)
        shown = (*asked.journey.legs[: asked.leg_number + 1], walk, train)
        return replace(asked, name=name, journey=replace(asked.journey, legs=shown))

    # As another passenger would have it: the lift is there too late by now.
    late = legs.book(before_a_train(asked.leg.arrive_s + 100, "booking-1-1"), 5)
    assert isinstance(late, Refused)
    assert late.reason == "LIFT_DOES_NOT_FIT"
    assert isinstance(legs.book(before_a_train(asked.leg.arrive_s + 300, "booking-2-1"), 5), Booked)
    (seat,) = office.riding.listed(passenger("peter"), "", "", 0, 10)
    assert seat.dropoff_s <= seat.latest_dropoff_s == asked.leg.arrive_s + 200 - BOARD_S


def test_what_was_given_back_before_is_never_asked_for(office: LiftOffice) -> None:
    office.post(once("07:30", DAY), WEST, EAST)
    (journey,) = direct(office, question(WEST, EAST, "07:00"))
    legs, asked = LiftLegs(office.booking, TENANT), order(office, journey)
    assert legs.release(asked, 5) == Released()
    late = legs.book(asked, 5)
    assert isinstance(late, Refused)
    assert late.reason == "ORDER_RELEASED"
    assert office.riding.listed(passenger("peter"), "", "", 0, 10) == []


@pytest.mark.parametrize("way", ["declined", "cancelled", "withdrawn", "lapsed"])
def test_a_booking_hears_that_there_is_no_seat(office: LiftOffice, way: str) -> None:
    lift = office.post(once("07:30", DAY), WEST, EAST)
    (journey,) = direct(office, question(WEST, EAST, "07:00"))
    booked = LiftLegs(office.booking, TENANT).book(order(office, journey), 5)
    assert isinstance(booked, Booked)
    (seat,) = office.riding.listed(passenger("peter"), "", "", 0, 10)
    if way == "declined":
        office.answer(seat, accept=False)
    elif way == "cancelled":
        office.done(office.riding.cancel, DISPATCHER, seat.id)
    elif way == "withdrawn":
        office.done(office.offering.withdraw, driver("dora"), lift.id, None)
    else:
        office.clock.advance_to(office.room.local(seat.answer_by_s))
        office.offering.sweep()
    told = Told()
    # Again for a while: the booking may not have noted yet which seat is its own.
    for _ in range(2):
        assert office.booking.tell(told) == 1
    reason = "SEAT_CANCELLED" if way == "withdrawn" else f"SEAT_{way.upper()}"
    assert told.heard == [("booking-1", seat.id, reason)] * 2
    office.pass_time(seconds=61)
    assert office.booking.tell(told) == 0


def test_a_lift_that_is_gone_or_driven(office: LiftOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    lift = office.post(once("07:30", DAY), WEST, EAST)
    (journey,) = direct(office, question(WEST, EAST, "07:00"))
    legs = LiftLegs(office.booking, TENANT)
    booked, other = order(office, journey), order(office, journey, "booking-2-1")
    assert isinstance(legs.book(booked, 5), Booked)
    (seat,) = office.riding.listed(passenger("peter"), "", "", 0, 10)
    office.answer(seat)
    office.done(office.safety.hide, DISPATCHER, lift.id, hidden=True)
    refused = legs.book(other, 5)
    assert isinstance(refused, Refused)
    assert refused.reason == "LIFT_NOT_FOUND"
    office.clock.advance_to(office.room.local(seat.dropoff_s))
    kept = legs.release(booked, 5)
    assert isinstance(kept, Kept)
    assert kept.reason == "SEAT_OVER"

    def away() -> None:
        raise StoreUnavailable("STORE_UNAVAILABLE", "away")

    monkeypatch.setattr(office.store, "writing", away)
    for ask in (legs.book, legs.release):
        with pytest.raises(Unavailable):
            ask(booked, 5)
