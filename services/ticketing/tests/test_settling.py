"""What is billed: the best price of the week, once, however and whenever it became known."""

import random
from datetime import timedelta
from pathlib import Path

import pytest
from databases import ON_BOTH
from landlinie.pooling.events.v1 import ride_events_pb2
from office import (
    APP,
    DAY_TICKET,
    LATE_DAYS,
    MONDAY,
    NEXT_WEEK,
    NOWHERE,
    SHORT,
    SINGLE,
    WEEK,
    WEEK_TICKET,
    Office,
    at,
    booked,
    day,
    happened,
    ridden,
)
from service_kit.errors import FailedPrecondition
from ticketing.domain.account import Profile
from ticketing.domain.journal import EntryKind
from ticketing.domain.journeys import JourneyState
from ticketing.domain.operations import OperationState
from ticketing.domain.tariff import Owned

pytestmark = pytest.mark.network


def week_over(office: Office) -> None:
    office.clock.advance_to(at("03:00", day(7)))


@ON_BOTH
def test_a_week_is_settled_at_its_best_price_once(office: Office) -> None:
    often, seldom = office.open(), office.open()
    for number in range(4):
        office.clock.advance_to(at("20:00", day(number)))
        for hour in ("08:00", "12:00", "17:00"):
            office.ride(often, f"{number}-{hour}", at(hour, day(number)))
    office.ride(seldom, "one", at("19:00", day(3)))
    week_over(office)
    operation = office.settle()
    assert operation.state is OperationState.DONE
    assert (operation.rider_count, operation.settled_count, operation.incomplete_count) == (2, 2, 0)
    assert operation.posted_cents == WEEK_TICKET + SINGLE
    assert office.sold(often) == [("week", WEEK_TICKET)]
    assert office.sold(seldom) == [("single", SINGLE)]
    before = office.entries(often)
    assert office.settle().posted_cents == 0
    assert office.entries(often) == before


@ON_BOTH
def test_a_ride_that_comes_late_changes_the_bill_by_the_difference(office: Office) -> None:
    account = office.open()
    office.clock.advance_to(at("20:00"))
    office.ride(account, "one", at("08:00"))
    office.ride(account, "two", at("12:00"))
    week_over(office)
    office.settle()
    assert office.sold(account) == [("single", SINGLE)] * 2
    office.ride(account, "three", at("17:00"))
    office.work()
    assert office.sold(account)[2:] == [("single", -SINGLE)] * 2 + [("day", DAY_TICKET)]
    assert {entry.posting.posted_in for entry in office.entries(account)} == {WEEK}


def test_what_comes_after_the_cut_off_stands_on_the_running_statement(office: Office) -> None:
    account = office.open()
    office.clock.advance_to(at("20:00"))
    office.ride(account, "one", at("08:00"))
    week_over(office)
    office.settle()
    office.clock.advance_to(at("03:00", day(7 + LATE_DAYS)))
    office.ride(account, "two", at("12:00"))
    office.work()
    last = office.entries(account)[-1].posting
    assert (last.kind, last.cents) == (EntryKind.CHARGE, SINGLE)
    assert (last.period_id, last.posted_in) == (WEEK, "2026-W49")
    assert office.cents(account) == 2 * SINGLE


def test_what_was_never_settled_comes_on_its_own_statement_however_late(office: Office) -> None:
    account = office.open()
    office.clock.advance_to(at("20:00"))
    office.ride(account, "one", at("08:00"))
    office.clock.advance_to(at("12:00", day(30)))
    office.settle()
    assert [entry.posting.posted_in for entry in office.entries(account)] == [WEEK]


def test_a_period_is_settled_when_it_is_over(office: Office) -> None:
    office.clock.advance_to(at("02:59", day(7)))
    with pytest.raises(FailedPrecondition, match="PERIOD_NOT_OVER"):
        office.settle()


def test_a_check_out_that_is_missing_is_billed_as_the_shortest_ride(office: Office) -> None:
    account = office.open()
    office.clock.advance_to(at("09:00"))
    assert office.check_in(account, "one", at("08:00")).state is JourneyState.OPEN
    week_over(office)
    office.settle()
    assert office.sold(account) == [("short", SHORT)]
    (journey,) = office.journeys(account)
    assert (journey.state, bool(journey.question_id)) == (JourneyState.CLOSED, True)
    office.check_out(account, "one", at("08:30"))
    office.work()
    assert office.cents(account) == SINGLE


def test_what_no_product_covers_is_told_and_the_rest_is_billed(office: Office) -> None:
    account = office.open()
    office.clock.advance_to(at("20:00"))
    office.ride(account, "one", at("08:00"))
    strange = office.ride(account, "two", at("12:00"), NOWHERE)
    week_over(office)
    operation = office.settle()
    assert (operation.settled_count, operation.incomplete_count) == (0, 1)
    assert operation.state is OperationState.DONE
    assert office.sold(account) == [("single", SINGLE)]
    with office.stores.rides.reading() as reader:
        (settlement,) = reader.settlements(office.use.desk.riders(account))
    assert settlement.unpriced == (strange.key.reference,)


def test_what_is_owned_costs_nothing_again(office: Office) -> None:
    account = office.open(Profile("adult", (Owned("dticket", MONDAY, day(1)),)))
    office.clock.advance_to(at("20:00", day(4)))
    for number in range(4):
        office.ride(account, f"trip-{number}", at("08:00", day(number)))
    week_over(office)
    office.settle()
    assert office.cents(account) == 2 * SINGLE


@ON_BOTH
def test_an_operation_that_is_cancelled_settles_nobody_more(office: Office) -> None:
    account = office.open()
    office.clock.advance_to(at("20:00"))
    office.ride(account, "one", at("08:00"))
    week_over(office)
    operation = office.do(office.use.operations.start, WEEK)
    office.do(office.use.operations.cancel, operation.id)
    office.work()
    assert office.entries(account) == []
    found = office.use.operations.get(operation.id)
    assert (found.state, found.settled_count) == (OperationState.CANCELLED, 0)
    with pytest.raises(FailedPrecondition, match="OPERATION_OVER"):
        office.do(office.use.operations.cancel, operation.id)


@ON_BOTH
def test_a_pooled_ride_is_a_journey_of_its_payer(office: Office) -> None:
    account = office.open()
    office.hear(ridden(office, "ride-1", office.payer(account), at("08:00")))
    (journey,) = office.journeys(account)
    assert (journey.state, journey.key.journey_id) == (JourneyState.COMPLETED, "ride-1")
    assert (journey.check_in_time, journey.check_out_time) == (at("08:00"), at("08:15"))
    with pytest.raises(FailedPrecondition, match="JOURNEY_OF_POOLING"):
        office.check_out(account, "ride-1", at("08:01"))
    week_over(office)
    office.settle()
    assert office.sold(account) == [("single", SINGLE)]


def test_rides_of_nobody_and_of_others_are_nobodys(office: Office) -> None:
    account = office.open()
    office.hear([*ridden(office, "r1", "", at("08:00")), *ridden(office, "r2", "p-unknown", at("09:00"))])
    assert office.journeys(account) == []
    assert len(office.app._use_cases.desk.riders(account)) == 1


@pytest.mark.parametrize("kind", [ride_events_pb2.RideCancelled, ride_events_pb2.PassengerNotShown])
def test_a_ride_given_up_costs_nothing(office: Office, kind: type) -> None:
    account = office.open()
    gone = happened(office, kind, "ride-1", at("08:00"))
    office.hear([booked(office, "ride-1", office.payer(account)), gone])
    week_over(office)
    office.settle()
    assert [journey.state for journey in office.journeys(account)] == [JourneyState.VOID]
    assert office.entries(account) == []


def test_companions_of_a_pooled_ride_pay_too(office: Office) -> None:
    account = office.open(Profile("child"))
    events = ridden(office, "ride-1", office.payer(account), at("08:00"))
    office.hear([booked(office, "ride-1", office.payer(account), count=3), *events[1:]])
    (journey,) = office.journeys(account)
    assert journey.riders == (("adult", 2), ("child", 1))


@ON_BOTH
@pytest.mark.parametrize("seed", range(2))
def test_whatever_order_events_come_in_the_bill_is_the_same(office: Office, seed: int) -> None:
    """Twice, shuffled, some of them after the week was settled; rides at its very edges."""
    account = office.open()
    payer = office.payer(account)
    times = [at("03:00"), at("08:00"), at("12:00"), at("18:00"), at("02:50", day(7))]
    days = [day(0), day(0), day(0), day(0), day(6)]
    events = [
        event
        for number, (time, service_day) in enumerate(zip(times, days, strict=True))
        for event in ridden(office, f"ride-{number}", payer, time, service_day)
    ]
    events += events[::2]
    random.Random(seed).shuffle(events)
    office.hear(events[:8])
    week_over(office)
    office.settle()
    office.hear(events[8:])
    assert office.cents(account) == DAY_TICKET + SINGLE
    assert office.settle().posted_cents == 0
    assert {journey.key.period_id for journey in office.journeys(account)} == {WEEK}


def test_the_night_of_the_clock_change_has_its_rides_in_order(tmp_path: Path) -> None:
    office = Office(tmp_path, now=at("20:00", MONDAY.replace(month=10, day=24)))
    account = office.open()
    sunday = MONDAY.replace(month=10, day=25)
    # Half past two comes twice: the ride from the first to the second takes an hour and five minutes.
    first, second = at("02:30", sunday), (at("02:35", sunday)).replace(fold=1)
    office.clock.advance_to(at("12:00", sunday))
    office.check_in(account, "night", first)
    journey = office.check_out(account, "night", second)
    ((leg,),) = [reading.legs for reading in journey.readings]
    assert leg.alight_time.timestamp() - leg.board_time.timestamp() == timedelta(minutes=65).total_seconds()
    assert journey.key.service_date == sunday - timedelta(days=1)
    office.clock.advance_to(at("03:00", sunday + timedelta(days=1)))
    operation = office.settle("2026-W43")
    assert operation.posted_cents == SINGLE
    office.close()


def test_rides_either_side_of_the_weeks_end_are_in_weeks_of_their_own(office: Office) -> None:
    account = office.open()
    office.clock.advance_to(at("04:00", day(7)))
    assert office.ride(account, "late", at("02:59", day(7))).key.period_id == WEEK
    assert office.ride(account, "early", at("03:00", day(7))).key.period_id == NEXT_WEEK


def test_pseudonyms_change_by_the_month_of_the_period(office: Office) -> None:
    account = office.open()
    office.clock.advance_to(at("12:00", day(30)))
    first = office.ride(account, "one", at("08:00"))
    # The week from the last of November is all in November, its December days too.
    second = office.ride(account, "two", at("08:00", day(16)))
    third = office.ride(account, "three", at("08:00", day(21)))
    assert first.key.rider == second.key.rider != third.key.rider
    assert [journey.key.journey_id for journey in office.journeys(account)] == ["one", "two", "three"]
    assert office.use.accounts.get(account, APP).payer == office.payer(account)
