"""Journeys out of what is told of them: whatever the order, however often, the same journey."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from ticketing.domain.journeys import (
    LONGEST_RIDE,
    Answered,
    Booked,
    CheckedIn,
    CheckedOut,
    Detected,
    GivenUp,
    Happening,
    Journey,
    JourneyKey,
    JourneyState,
    Leg,
    Place,
    Reading,
    Source,
    journey_of,
    question_of,
)

EIGHT = datetime(2026, 11, 20, 7, tzinfo=UTC)
MARKET, CHURCH, STATION = Place("market", ("1",)), Place("church", ("1", "2")), Place("station", ("2",))
KEY = JourneyKey("j-1", "r-1", "trip", Source.CHECK_IN, date(2026, 11, 20), "2026-W47", (("adult", 1),))


def after(minutes: float) -> datetime:
    return EIGHT + timedelta(minutes=minutes)


def ride(start: float, end: float, board: Place = MARKET, alight: Place = CHURCH) -> Leg:
    return Leg(after(start), after(end), board, alight, "bus", stop_count=3)


TO_CHURCH = Reading((ride(0, 10),), 0.6)
TO_STATION = Reading((ride(0, 20, alight=STATION),), 0.4)
UNSURE = Detected(after(30), (TO_CHURCH, TO_STATION), sure=False)
SURE = Detected(after(30), (TO_STATION,), sure=True)

DAY_MINUTES = 24 * 60
times = st.one_of(st.integers(-5, 60), st.sampled_from([-11 * DAY_MINUTES, 11 * DAY_MINUTES])).map(after)
happenings = st.one_of(
    st.builds(CheckedIn, times, st.sampled_from([MARKET, CHURCH, None])),
    st.builds(CheckedOut, times, st.sampled_from([STATION, None])),
    st.builds(GivenUp, st.sampled_from(["cancelled", "no_show"])),
    st.builds(Booked, st.just(MARKET), st.just(STATION), st.just((("adult", 2),)), st.just("anruf")),
    st.sampled_from([UNSURE, SURE, Detected(after(10), (TO_CHURCH,), sure=True)]),
    st.builds(
        Answered,
        times,
        st.just(question_of(UNSURE.readings)),
        st.sampled_from([TO_CHURCH.id, TO_STATION.id, "none"]),
    ),
)


@given(st.lists(happenings, max_size=8), st.booleans(), st.randoms(use_true_random=False))
def test_order_and_repeats_make_no_difference(told: list[Happening], day_over: bool, random: Random) -> None:
    again = [*told, *told[:3]]
    random.shuffle(again)
    journey = journey_of(KEY, told, day_over=day_over)
    assert journey_of(KEY, again, day_over=day_over) == journey
    _holds_together(journey, day_over=day_over)


def _holds_together(journey: Journey, *, day_over: bool) -> None:
    assert (journey.state is JourneyState.OPEN) <= (not day_over)
    assert (journey.state is JourneyState.CLOSED) <= day_over
    billed = journey.state in {JourneyState.COMPLETED, JourneyState.CLOSED}
    assert bool(journey.readings) == billed
    assert (len(journey.readings) > 1) <= bool(journey.question_id)
    for reading in journey.readings:
        for leg in reading.legs:
            assert timedelta(0) <= leg.alight_time - leg.board_time <= LONGEST_RIDE


def seen(*told: Happening, day_over: bool = False) -> Journey:
    return journey_of(KEY, told, day_over=day_over)


IN, OUT = CheckedIn(EIGHT, MARKET), CheckedOut(after(20), STATION)


def test_check_in_and_check_out_are_one_leg() -> None:
    journey = seen(OUT, IN)
    assert journey.state is JourneyState.COMPLETED
    assert (journey.check_in_time, journey.check_out_time) == (EIGHT, after(20))
    (reading,) = journey.readings
    assert [(leg.board, leg.alight, leg.alight_time) for leg in reading.legs] == [
        (MARKET, STATION, after(20))
    ]


def test_the_legs_that_are_told_are_the_legs() -> None:
    legs = (ride(0, 10), ride(12, 20, CHURCH, STATION))
    assert seen(IN, CheckedOut(after(20), STATION, legs)).readings == (Reading(legs),)


def test_a_check_out_that_is_missing_is_waited_for_until_the_day_is_over() -> None:
    assert seen(IN).state is JourneyState.OPEN
    journey = seen(IN, day_over=True)
    assert (journey.state, journey.check_out_time) == (JourneyState.CLOSED, None)
    assert journey.question_id
    ((leg,),) = [reading.legs for reading in journey.readings]
    assert (leg.board, leg.alight, leg.stop_count, leg.alight_time) == (MARKET, MARKET, 1, EIGHT)
    assert seen(IN, OUT, day_over=True) == seen(IN, OUT)


def test_an_end_without_a_beginning_costs_nothing() -> None:
    journey = seen(OUT)
    assert (journey.state, journey.readings) == (JourneyState.INCOMPLETE, ())


@pytest.mark.parametrize("why", ["cancelled", "no_show"])
def test_what_is_given_up_costs_nothing(why: str) -> None:
    journey = seen(IN, OUT, GivenUp(why))
    assert (journey.state, journey.readings) == (JourneyState.VOID, ())


def test_an_uncertain_end_asks_and_the_answer_counts() -> None:
    journey = seen(IN, UNSURE)
    assert journey.readings == UNSURE.readings
    question = journey.question_id
    answered = seen(IN, UNSURE, Answered(after(60), question, TO_STATION.id))
    assert (answered.readings, answered.question_id) == ((TO_STATION,), "")
    assert answered.check_out_time == after(20)
    changed = Answered(after(70), question, TO_CHURCH.id)
    assert seen(IN, UNSURE, changed, Answered(after(60), question, TO_STATION.id)).readings == (TO_CHURCH,)
    assert seen(IN, UNSURE, Answered(after(60), "other", TO_STATION.id)).readings == UNSURE.readings


def test_the_trace_that_reaches_furthest_counts_and_a_check_out_beats_it() -> None:
    short = Detected(after(10), (TO_CHURCH,), sure=True)
    assert seen(IN, SURE, short).readings == (TO_STATION,)
    assert seen(IN, SURE, CheckedOut(after(5), CHURCH)).check_out_time == after(5)


def test_a_booked_ride_is_what_its_booking_says() -> None:
    booked = Booked(MARKET, STATION, (("adult", 3),), "anruf")
    assert seen(booked).state is JourneyState.OPEN
    assert seen(booked, day_over=True).state is JourneyState.INCOMPLETE
    journey = seen(CheckedOut(after(15)), CheckedIn(EIGHT), booked)
    ((leg,),) = [reading.legs for reading in journey.readings]
    assert (leg.board, leg.alight, leg.network, journey.riders) == (
        MARKET,
        STATION,
        "anruf",
        (("adult", 3),),
    )


def test_two_clocks_may_disagree() -> None:
    ((leg,),) = [reading.legs for reading in seen(IN, CheckedOut(after(-2), STATION)).readings]
    assert (leg.board_time, leg.alight_time) == (EIGHT, EIGHT)
    assert seen(IN, CheckedOut(after(-2), STATION)).check_out_time == EIGHT


@pytest.mark.parametrize("wrong", [after(-6), after(-60), EIGHT + LONGEST_RIDE + timedelta(seconds=1)])
def test_a_check_out_of_another_time_ends_nothing(wrong: datetime) -> None:
    strange = CheckedOut(wrong, CHURCH)
    assert seen(strange, IN) == seen(IN)
    assert seen(strange, IN, day_over=True) == seen(IN, day_over=True)
    assert seen(OUT, strange, IN) == seen(IN, OUT)
    assert seen(strange, IN, UNSURE) == seen(IN, UNSURE)


def test_readings_are_called_alike_wherever_they_were_stored() -> None:
    stored = TypeAdapter(Detected).validate_json(TypeAdapter(Detected).dump_json(UNSURE))
    assert question_of(stored.readings) == question_of(UNSURE.readings)
    berlin = ride(0, 10)
    berlin = replace(berlin, board_time=berlin.board_time.astimezone(ZoneInfo("Europe/Berlin")))
    assert Reading((berlin,)).id == TO_CHURCH.id
