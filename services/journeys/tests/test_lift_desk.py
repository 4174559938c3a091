"""Lifts posted, found, asked for, given and given up, in a store."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from journeys.adapters.lift_tables import metadata
from journeys.application.bench_ports import BenchHour
from journeys.application.lift_ports import SeatFilter, Whose
from journeys.domain.lifts import Audience, Claims, ReportReason
from journeys.domain.lifts_access import Side, side_of
from journeys.domain.lifts_seats import SeatEnd, SeatState
from journeys.domain.places import Point
from lift_office import (
    DISPATCHER,
    EAST,
    MIDEAST,
    MIDWEST,
    NORTH,
    TODAY,
    WEST,
    WESTEND,
    ZONE,
    LiftOffice,
    driver,
    local_s,
    once,
    passenger,
    weekly,
)
from servers import postgres_server, postgres_url
from service_kit.errors import FailedPrecondition, InvalidInput, NotFound, ServiceError

__all__ = ["postgres_server", "postgres_url"]

BOTH = pytest.mark.parametrize(
    "office", ["sqlite", pytest.param("postgresql", marks=pytest.mark.network)], indirect=True
)
WOMAN, PUPIL = Claims(woman=True), Claims(school_id="albert")


@pytest.fixture
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LiftOffice]:
    if getattr(request, "param", "sqlite") == "sqlite":
        office = LiftOffice(f"sqlite:///{tmp_path}/lifts.sqlite")
    else:
        office = LiftOffice(request.getfixturevalue("postgres_url"))
    yield office
    office.close()


def test_lifts_that_are_over_are_not_searched_for_ever(office: LiftOffice) -> None:
    over = office.post(once("18:00"))
    last = TODAY + timedelta(days=9)
    stays = office.post(weekly("18:00", {TODAY.isoweekday(), (TODAY + timedelta(days=3)).isoweekday()}, last))
    assert {match.going.lift.id for match in office.find()} == {over.id, stays.id}
    office.pass_time(days=3)
    day = TODAY + timedelta(days=3)
    office.ask(stays, "anna", day=day)
    assert [match.going.lift.id for match in office.find(day=day)] == [stays.id]
    assert [lift.id for lift in office.room.index._table.lifts] == [stays.id]


def refused(kind: type[ServiceError], reason: str) -> "pytest.RaisesExc[ServiceError]":
    return pytest.raises(kind, check=lambda error: error.reason == reason)


@BOTH
def test_the_database_is_what_the_code_takes_it_for(office: LiftOffice) -> None:
    inspector = sa.inspect(office.engine)
    for table in metadata.sorted_tables:
        columns = {column["name"]: column["nullable"] for column in inspector.get_columns(table.name)}
        assert columns == {column.name: bool(column.nullable) for column in table.columns}
        made = {index["name"] for index in inspector.get_indexes(table.name)}
        assert {index.name for index in table.indexes} <= made


@BOTH
def test_a_seat_is_found_asked_for_and_given(office: LiftOffice) -> None:
    lift = office.post(once("17:30"))
    (match,) = office.find()
    assert match.going.lift.id == lift.id
    assert match.detour_s == 0
    seat = office.ask(lift, "peter", earliest_pickup_s=match.pickup_s)
    assert (seat.pickup_s, seat.dropoff_s, seat.state) == (match.pickup_s, match.dropoff_s, SeatState.ASKED)
    assert local_s("17:30") < seat.pickup_s < seat.dropoff_s
    given = office.answer(seat)
    assert given.state is SeatState.CONFIRMED
    assert given.relay_reference
    assert office.seat(seat) == office.seat(given)
    assert office.events() == ["LiftPosted", "SeatAsked", "SeatAnswered"]


@BOTH
def test_seats_are_never_given_twice(office: LiftOffice) -> None:
    # Without a detour: nobody is fetched after others got off.
    lift = office.post(once("17:30"), seats=2, detour_min=0)

    def ask(number: int) -> str:
        try:
            office.ask(lift, f"passenger-{number}")
        except FailedPrecondition as error:
            return error.reason
        return "asked"

    with ThreadPoolExecutor(6) as threads:
        outcomes = list(threads.map(ask, range(6)))
    assert sorted(outcomes) == ["LIFT_DOES_NOT_FIT"] * 4 + ["asked"] * 2
    assert office.find() == []
    with office.store.reading() as reader:
        open_seats = reader.seats_on([TODAY], lift.id)
        stops = reader.day(lift.id, TODAY).stops
    assert sum(seat.seat_count for seat in open_seats) == 2
    assert len(stops) == 4


def test_what_is_asked_for_holds_the_seat_until_it_is_refused(office: LiftOffice) -> None:
    lift = office.post(once("17:30"), seats=1, detour_min=0)
    seat = office.ask(lift, "peter")
    assert office.find() == []
    declined = office.answer(seat, accept=False)
    assert declined.state is SeatState.DECLINED
    assert [match.going.lift.id for match in office.find()] == [lift.id]
    with refused(FailedPrecondition, "SEAT_NOT_ASKED"):
        office.answer(seat)


def test_nobody_answers_in_time(office: LiftOffice) -> None:
    lift = office.post(once("17:30"), seats=1)
    seat = office.ask(lift, "peter")
    # Asked at 14:00 for half past five: half of the time that is left.
    assert seat.answer_by_s == pytest.approx(local_s("15:45"), abs=200)
    office.clock.advance_to(office.room.local(seat.answer_by_s))
    # Nobody has noted it yet, but it is so.
    with refused(FailedPrecondition, "SEAT_NOT_ASKED"):
        office.answer(seat)
    assert len(office.find()) == 1
    assert office.offering.sweep() == 1
    assert office.offering.sweep() == 0
    assert office.seat(seat).state is SeatState.LAPSED
    assert office.events()[-1] == "SeatLapsed"


def test_nobody_is_asked_at_the_last_minute(office: LiftOffice) -> None:
    lift = office.post(once("14:05"), detour_min=0)
    assert office.find(clock="14:00") == []
    with refused(FailedPrecondition, "LIFT_LEAVES_SOON"):
        office.ask(lift, "peter")


@pytest.mark.parametrize(
    ("who", "end"),
    [
        (passenger("peter"), SeatEnd.PASSENGER),
        (driver("dora"), SeatEnd.DRIVER),
        (DISPATCHER, SeatEnd.DISPATCHER),
    ],
    ids=["passenger", "driver", "dispatcher"],
)
def test_either_gives_a_seat_up(office: LiftOffice, who: object, end: SeatEnd) -> None:
    seat = office.answer(office.ask(office.post(once("17:30"), seats=1), "peter"))
    office.done(office.riding.cancel, who, seat.id)  # type: ignore[arg-type]  # a principal
    now = office.seat(seat)
    assert (now.state, now.end, now.relay_reference) == (SeatState.CANCELLED, end, "")
    assert now.pickup.exact == now.pickup.public
    assert len(office.find()) == 1
    assert office.events()[-1] == "SeatCancelled"
    with refused(FailedPrecondition, "SEAT_OVER"):
        office.done(office.riding.cancel, passenger("peter"), seat.id)


def test_what_is_driven_is_not_given_up_any_more(office: LiftOffice) -> None:
    seat = office.answer(office.ask(office.post(once("17:30")), "peter"))
    office.clock.advance_to(office.room.local(seat.dropoff_s))
    with refused(FailedPrecondition, "SEAT_OVER"):
        office.done(office.riding.cancel, passenger("peter"), seat.id)


def test_strangers_see_and_answer_nothing(office: LiftOffice) -> None:
    seat = office.ask(office.post(once("17:30")), "peter")
    for who in (driver("eve"), passenger("eve")):
        assert side_of(who, seat) is None
        with refused(NotFound, "SEAT_NOT_FOUND"):
            office.done(office.riding.cancel, who, seat.id)
        assert office.riding.listed(who, "", "", 0, 10) == []
        assert office.riding.listed(who, seat.lift_id, "peter", 0, 10) == []
        assert office.offering.listed(who, "dora", 0, 10) == []
        with refused(NotFound, "LIFT_NOT_FOUND"):
            office.done(office.offering.withdraw, who, seat.lift_id, None)
    # The passenger does not answer for the driver.
    with refused(NotFound, "SEAT_NOT_FOUND"):
        office.answer(seat, who="peter")
    assert side_of(passenger("peter"), seat) is Side.PASSENGER
    assert side_of(driver("dora"), seat) is Side.DRIVER
    assert side_of(DISPATCHER, seat) is Side.OVERSIGHT


@pytest.mark.parametrize(
    ("audience", "audience_id", "fits", "others"),
    [
        (Audience.WOMEN, "", WOMAN, (Claims(), PUPIL)),
        (Audience.SCHOOL, "albert", PUPIL, (Claims(), WOMAN, Claims(school_id="other"))),
    ],
)
def test_a_lift_for_some_does_not_exist_for_others(
    office: LiftOffice, audience: Audience, audience_id: str, fits: Claims, others: tuple[Claims, ...]
) -> None:
    lift = office.post(once("17:30"), audience=audience, audience_id=audience_id)
    assert len(office.find(claims=fits)) == 1
    for claims in others:
        assert office.find(claims=claims) == []
        with refused(NotFound, "LIFT_NOT_FOUND") as hidden:
            office.ask(lift, "peter", claims=claims)
        nowhere = replace(office.asking(lift, "peter", claims=claims), lift_id="lift-none")
        with refused(NotFound, "LIFT_NOT_FOUND") as never:
            office.done(office.riding.ask, passenger("peter"), nowhere)
        assert hidden.value.message.replace(lift.id, "") == never.value.message.replace("lift-none", "")
        with refused(NotFound, "LIFT_NOT_FOUND"):
            office.done(office.safety.report, passenger("peter"), lift.id, ReportReason.UNSAFE, "")
    seat = office.ask(lift, "paula", claims=fits)
    assert office.answer(seat).state is SeatState.CONFIRMED
    office.done(office.safety.report, passenger("paula"), lift.id, ReportReason.UNSAFE, "")


def test_places_are_told_to_the_next_stop_or_corner(office: LiftOffice) -> None:
    # Near a stop; and in the middle of a street, away from any.
    lift = office.post(once("17:30"), start=Point(53.5003, 13.2009), end=Point(53.5041, 13.2212))
    assert lift.start == WESTEND
    assert lift.end.label == "Seeweg"
    assert lift.end.latitude_deg == pytest.approx(53.504)
    assert any(lift.end.longitude_deg == pytest.approx(end) for end in (13.2, 13.24))
    seat = office.ask(office.post(once("18:30")), "peter", Point(53.5003, 13.2021), EAST)
    assert seat.pickup.public == WESTEND
    assert seat.pickup.exact not in {WESTEND, seat.pickup.public}
    assert office.riding._room.roads.public(Point(54.9, 13.2)) is None


def test_a_weekly_lift_goes_at_the_same_time_through_the_change_of_clocks(office: LiftOffice) -> None:
    # Clocks go back on 25 October 2026.
    lift = office.post(weekly("07:00", {1, 5}, date(2026, 11, 30)))
    for day in (date(2026, 10, 23), date(2026, 10, 26)):
        departs = office.room.local(lift.times.departs_s(day, ZONE))
        assert (departs.hour, departs.minute) == (7, 0)
        (match,) = office.find(clock="06:30", day=day)
        assert match.going.depart_s == local_s("07:00", day)
    assert office.find(clock="06:30", day=date(2026, 10, 24)) == []
    assert office.find(clock="06:30", day=date(2026, 12, 4)) == []


def test_a_day_is_withdrawn(office: LiftOffice) -> None:
    friday, monday = date(2026, 6, 19), date(2026, 6, 22)
    lift = office.post(weekly("07:00", {1, 5}, date(2026, 7, 31)))
    seats = [office.ask(lift, f"p{day.day}", day=day) for day in (friday, monday)]
    office.answer(seats[0])
    office.done(office.offering.withdraw, driver("dora"), lift.id, friday)
    assert [office.seat(seat).state for seat in seats] == [SeatState.CANCELLED, SeatState.ASKED]
    assert office.seat(seats[0]).end is SeatEnd.LIFT
    assert office.find(clock="06:30", day=friday) == []
    assert len(office.find(clock="06:30", day=monday)) == 1
    with refused(FailedPrecondition, "LIFT_NOT_GOING"):
        office.done(office.offering.withdraw, driver("dora"), lift.id, friday)
    with refused(FailedPrecondition, "LIFT_NOT_GOING"):
        office.ask(lift, "late", day=friday)
    assert office.events()[-2:] == ["LiftWithdrawn", "SeatCancelled"]


def test_a_lift_is_withdrawn_altogether(office: LiftOffice) -> None:
    lift = office.post(weekly("07:00", {1, 5}, date(2026, 7, 31)))
    seat = office.ask(lift, "peter", day=date(2026, 6, 19))
    office.done(office.offering.withdraw, DISPATCHER, lift.id, None)
    assert office.seat(seat).end is SeatEnd.LIFT
    assert office.find(clock="06:30", day=date(2026, 6, 19)) == []
    with refused(NotFound, "LIFT_NOT_FOUND"):
        office.ask(lift, "paul", day=date(2026, 6, 22))


def test_a_reported_lift_is_hidden_and_found_again(office: LiftOffice) -> None:
    lift = office.post(once("17:30"))
    seat = office.ask(lift, "peter")
    office.done(office.safety.report, passenger("peter"), lift.id, ReportReason.HARASSMENT, "…")
    (reported,) = office.safety.reports(0, 10)
    assert (reported.report.reason, reported.lift) == (ReportReason.HARASSMENT, office.lift(lift))
    with refused(FailedPrecondition, "OWN_LIFT"):
        office.done(office.safety.report, driver("dora"), lift.id, ReportReason.OTHER, "")
    office.done(office.safety.hide, DISPATCHER, lift.id, hidden=True)
    assert office.find() == []
    with refused(NotFound, "LIFT_NOT_FOUND"):
        office.ask(lift, "paul")
    with refused(FailedPrecondition, "LIFT_NOT_OPEN"):
        office.answer(seat)
    office.done(office.safety.hide, DISPATCHER, lift.id, hidden=False)
    assert len(office.find()) == 1
    assert office.answer(seat).state is SeatState.CONFIRMED


def test_a_second_passenger_moves_the_first_one_within_what_was_promised(office: LiftOffice) -> None:
    lift = office.post(once("17:30"), seats=2, detour_min=30)
    first = office.answer(office.ask(lift, "anna", MIDWEST, EAST))
    second = office.ask(lift, "bert", WESTEND, NORTH)
    retimed = office.seat(first)
    assert retimed.pickup_s <= first.latest_pickup_s
    assert retimed.dropoff_s <= first.latest_dropoff_s
    assert second.detour_s > 0
    assert "SeatRetimed" in office.events()
    # Without the second one the first is as early as before.
    office.done(office.riding.cancel, passenger("bert"), second.id)
    assert office.seat(first) == first


def test_a_way_too_far_out_of_the_drivers_own(office: LiftOffice) -> None:
    lift = office.post(once("17:30"), detour_min=0)
    assert office.find(WEST, NORTH, walk_m=300) == []
    with refused(FailedPrecondition, "LIFT_DOES_NOT_FIT"):
        office.ask(lift, "peter", MIDEAST, MIDWEST)
    assert len(office.find()) == 1


def test_a_driver_who_waits_loses_time_too(office: LiftOffice) -> None:
    office.post(once("17:30"), detour_min=10)
    (passing,) = office.find(clock="17:00")
    (waiting,) = office.find(clock="17:33")
    assert passing.detour_s == 0
    waited_s = waiting.pickup_s - passing.pickup_s
    assert 0 < waited_s == waiting.detour_s
    assert office.find(clock="17:45") == []


def test_shares_are_bounded(office: LiftOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    lift = office.post(once("17:30"))
    office.ask(lift, "peter")
    with refused(FailedPrecondition, "SEAT_ASKED_ALREADY"):
        office.ask(lift, "peter")
    with refused(FailedPrecondition, "OWN_LIFT"):
        office.ask(lift, "dora")
    monkeypatch.setattr("journeys.application.lift_riding.MOST_ASKED", 1)
    with refused(FailedPrecondition, "TOO_MANY_SEATS"):
        office.ask(office.post(once("18:30")), "peter")
    monkeypatch.setattr("journeys.application.lift_offering.MOST_OPEN_LIFTS", 2)
    with refused(FailedPrecondition, "TOO_MANY_LIFTS"):
        office.post(once("19:30"))
    # What is over does not count.
    office.pass_time(days=1)
    office.post(once("19:30", TODAY + timedelta(days=1)))


@pytest.mark.parametrize(
    ("start", "end", "field", "reason"),
    [
        (Point(54.9, 13.2), EAST, "lift.from", "NO_ROAD_NEARBY"),
        (WEST, Point(54.9, 13.2), "lift.to", "NO_ROAD_NEARBY"),
        (WESTEND, Point(53.5002, 13.2003), "lift.to", "LIFT_LENGTH_INVALID"),
    ],
)
def test_a_lift_leads_from_road_to_road(
    office: LiftOffice, start: Point, end: Point, field: str, reason: str
) -> None:
    with refused(InvalidInput, reason) as caught:
        office.post(once("17:30"), start=start, end=end)
    assert caught.value.violations[0].field == field


def test_a_stranger_to_roads_finds_nothing(office: LiftOffice) -> None:
    with refused(InvalidInput, "NO_ROAD_NEARBY") as caught:
        office.find(end=Point(54.9, 13.2))
    assert caught.value.violations[0].field == "to"


@BOTH
def test_places_and_people_are_forgotten(office: LiftOffice) -> None:
    seat = office.answer(office.ask(office.post(once("17:30")), "peter"))
    assert seat.pickup.exact != seat.pickup.public
    office.done(office.safety.report, passenger("peter"), seat.lift_id, ReportReason.OTHER, "")
    with office.store.writing() as writer:
        assert writer.forget_places(seat.dropoff_s) == 0
        assert writer.forget_places(seat.dropoff_s + 1) == 1
        assert writer.forget_places(seat.dropoff_s + 1) == 0
    assert office.seat(seat).pickup.exact == seat.pickup.public
    assert office.seat(seat).state is SeatState.CONFIRMED
    with office.store.writing() as writer:
        assert writer.purge(TODAY, 0) == 0
        writer.purge(TODAY + timedelta(days=1), local_s("23:59"))
        assert writer.seat(seat.id) is None
        assert writer.lift(seat.lift_id) is None
        assert writer.reports(0, 10) == []


def test_who_did_what_is_kept(office: LiftOffice) -> None:
    seat = office.ask(office.post(once("17:30")), "peter")
    office.answer(seat)
    assert office.audited() == [("dora", "OK"), ("peter", "OK"), ("dora", "OK")]


@BOTH
def test_sums_and_booked_seats_are_kept(office: LiftOffice) -> None:
    seat = office.ask(office.post(once("17:30")), "peter")
    with office.store.writing() as writer:
        for waited_s in (60, 600):
            writer.add_bench_hour(BenchHour("bank", "Town", 8, waited_s, 1, waited_s // 600))
        writer.book_seat(seat.id, "booking")
        writer.release_order("order", 1)
        writer.release_order("order", 2)
    given = office.answer(seat)
    with office.store.writing() as writer:
        assert writer.bench_hours() == [BenchHour("bank", "Town", 8, 660, 2, 1)]
        assert writer.is_released("order")
        assert writer.answered_bookings(0, 10) == [("booking", office.seat(given))]
        writer.told_booking(given, 100)
        assert len(writer.answered_bookings(99, 10)) == 1
        writer.told_booking(given, 200)
        assert writer.answered_bookings(100, 10) == []
        writer.unbook_seat(seat.id)
        assert writer.answered_bookings(0, 10) == []
        newest, changed = writer.seats_changed(SeatFilter(Whose("app", "peter")), -1, 10)
        assert (newest, len(changed)) == (writer.newest_change(), 1)
        assert writer.seats_changed(SeatFilter(Whose("app", "nobody")), -1, 10)[1] == []
