"""Which journeys are shown, and why: against every pair of journeys, compared plainly."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from journeys.domain.choosing import chosen, worth_showing
from journeys.domain.journey import (
    BenchWait,
    Doubt,
    Journey,
    Leg,
    LiftSeat,
    Mode,
    Price,
    ReasonCode,
    Transit,
)
from journeys.domain.places import Point
from journeys.domain.wording import sentence

HOME, TOWN = Point(53.5, 13.2, "home"), Point(53.6, 13.2, "town")


SEAT = LiftSeat("lift", date(2026, 3, 10), 60)
WAIT = BenchWait("bench", "Town", 0.3, 0, 1800, 600, "No promise.")
DOUBTFUL: dict[Doubt, tuple[Mode, LiftSeat | BenchWait | None]] = {
    Doubt.NONE: (Mode.TRANSIT, None),
    Doubt.ANSWER: (Mode.LIFT, SEAT),
    Doubt.LUCK: (Mode.BENCH, WAIT),
}


def transit(trip_id: str) -> Transit:
    return Transit("r", trip_id, date(2026, 3, 10), "RE5", "Berlin", 2, 0, 0)


def journey(
    depart_s: int,
    arrive_s: int,
    *,
    vehicles: int = 1,
    walk_m: int = 0,
    cents: int | None = None,
    co2_g: int = 0,
    doubt: Doubt = Doubt.NONE,
) -> Journey:
    """A journey of so many vehicles one after the other, the first one perhaps in doubt, and a walk."""
    step_s = (arrive_s - depart_s) // (vehicles + 1)
    legs = [
        Leg(
            Mode.TRANSIT,
            HOME,
            TOWN,
            depart_s + n * step_s,
            depart_s + (n + 1) * step_s,
            5000,
            (),
            transit(f"t{depart_s}{n}"),
        )
        for n in range(vehicles)
    ]
    legs[0] = replace(legs[0], mode=DOUBTFUL[doubt][0], detail=DOUBTFUL[doubt][1] or legs[0].detail)
    legs.append(Leg(Mode.WALK, TOWN, TOWN, depart_s + vehicles * step_s, arrive_s, walk_m))
    return Journey(tuple(legs), None if cents is None else Price(cents, "EUR"), co2_g)


JOURNEYS = st.lists(
    st.builds(
        lambda depart_s, takes_s, vehicles, walk_m, cents, doubt: journey(
            depart_s, depart_s + takes_s, vehicles=vehicles, walk_m=walk_m, cents=cents, doubt=doubt
        ),
        st.integers(0, 6).map(lambda n: n * 600),
        st.integers(1, 6).map(lambda n: n * 600),
        st.integers(1, 3),
        st.integers(0, 3).map(lambda n: n * 200),
        st.sampled_from([None, 100, 250]),
        st.sampled_from(Doubt),
    ),
    max_size=12,
)


def covers(one: Journey, other: Journey) -> bool:
    def cents(journey: Journey) -> float:
        return float("inf") if journey.price is None else journey.price.cents

    return (
        one.depart_s >= other.depart_s
        and one.arrive_s <= other.arrive_s
        and one.transfers <= other.transfers
        and one.walk_m <= other.walk_m
        and cents(one) <= cents(other)
        and one.doubt <= other.doubt
    )


@given(JOURNEYS, st.booleans())
def test_what_is_kept_covers_all_and_nothing_of_it_is_covered(
    journeys: list[Journey], arrive_by: bool
) -> None:
    kept = worth_showing(journeys, arrive_by=arrive_by)
    assert all(any(covers(one, journey) for one in kept) for journey in journeys)
    for one in kept:
        assert not any(covers(other, one) for other in kept if other is not one)
    times = [-one.depart_s if arrive_by else one.arrive_s for one in kept]
    assert times == sorted(times)


@given(JOURNEYS, st.integers(1, 6), st.booleans())
def test_the_best_of_each_kind_are_chosen_first_and_say_so(
    journeys: list[Journey], most: int, arrive_by: bool
) -> None:
    worth = worth_showing(journeys, arrive_by=arrive_by)
    shown = chosen(worth, most, arrive_by=arrive_by)
    assert len(shown) == min(most, len(worth))
    promised = [one for one in worth if one.doubt < Doubt.LUCK]
    for one in shown:
        assert one.reasons
        assert all(sentence(code, one).endswith(".") for code in one.reasons)
        if ReasonCode.EARLIEST in one.reasons:
            assert one.arrive_s == min(other.arrive_s for other in promised)
        if ReasonCode.LATEST_DEPARTURE in one.reasons:
            assert one.depart_s == max(other.depart_s for other in promised)
        if ReasonCode.FEWEST_TRANSFERS in one.reasons:
            assert one.transfers == min(other.transfers for other in promised)
        if ReasonCode.LEAST_WALKING in one.reasons:
            assert one.walk_m == min(other.walk_m for other in promised)
        assert (ReasonCode.WITHOUT_PROMISE in one.reasons) == (one.doubt is Doubt.LUCK)
        if one.doubt is Doubt.LUCK:
            assert set(one.reasons) <= {ReasonCode.WITHOUT_PROMISE, ReasonCode.ONLY_ONE}
    shown = [one for one in shown if one.doubt < Doubt.LUCK]
    if promised:
        best = min(promised, key=lambda one: -one.depart_s if arrive_by else one.arrive_s)
        first = shown[0]
        assert (first.depart_s if arrive_by else first.arrive_s) == (
            best.depart_s if arrive_by else best.arrive_s
        )


def test_each_reason_is_found() -> None:
    found = chosen(
        worth_showing(
            [
                replace(journey(0, 1800, vehicles=3, walk_m=900, cents=500), co2_g=900),
                replace(journey(0, 3600, vehicles=1, walk_m=900, cents=400), co2_g=800),
                replace(journey(0, 5400, vehicles=2, walk_m=100, cents=400), co2_g=700),
                replace(journey(0, 7200, vehicles=2, walk_m=900, cents=100), co2_g=100),
                replace(journey(900, 7200, vehicles=2, walk_m=500, cents=300), co2_g=600),
            ],
            arrive_by=False,
        ),
        5,
        arrive_by=False,
    )
    assert [set(one.reasons) for one in found] == [
        {ReasonCode.EARLIEST},
        {ReasonCode.FEWEST_TRANSFERS},
        {ReasonCode.LEAST_WALKING},
        {ReasonCode.BALANCED},
        {ReasonCode.CHEAPEST, ReasonCode.LEAST_CO2},
    ]
    (alone,) = chosen([journey(0, 600)], 5, arrive_by=True)
    assert alone.reasons == (ReasonCode.ONLY_ONE,)
    assert chosen([], 5, arrive_by=False) == []
