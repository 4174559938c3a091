"""The colour of a container: from levels and probabilities, with hysteresis; stale is never green."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from waste.domain.ampel import Ampel, AmpelReason, Known, judge

NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
HALF = Known(
    watched=True,
    level_share=0.5,
    measured_at=NOON,
    fresh_for=timedelta(hours=2),
    overflow_probability=0.0,
    critical_share=0.8,
)
SHARES = st.floats(0.0, 1.0)
COLOURS = st.sampled_from(list(Ampel))


@pytest.mark.parametrize(
    ("level_share", "probability", "colour", "reason"),
    [
        (0.5, 0.0, Ampel.GREEN, AmpelReason.ROOM_LEFT),
        (0.5, None, Ampel.GREEN, AmpelReason.ROOM_LEFT),
        (0.65, 0.0, Ampel.YELLOW, AmpelReason.FILLING),
        (0.5, 0.1, Ampel.YELLOW, AmpelReason.FILLING),
        (0.8, 0.0, Ampel.RED, AmpelReason.CRITICAL_LEVEL),
        (0.5, 0.5, Ampel.RED, AmpelReason.OVERFLOW_LIKELY),
    ],
)
def test_the_level_and_the_probability_of_overflow_decide(
    level_share: float, probability: float | None, colour: Ampel, reason: AmpelReason
) -> None:
    known = replace(HALF, level_share=level_share, overflow_probability=probability)
    assert judge(known, Ampel.UNKNOWN, NOON) == (colour, reason)


def test_a_colour_is_kept_until_the_figures_have_fallen_some_way() -> None:
    at = {share: replace(HALF, level_share=share) for share in (0.81, 0.78, 0.74, 0.62, 0.58)}
    assert judge(at[0.78], Ampel.YELLOW, NOON)[0] is Ampel.YELLOW
    assert judge(at[0.78], Ampel.RED, NOON)[0] is Ampel.RED
    assert judge(at[0.74], Ampel.RED, NOON)[0] is Ampel.YELLOW
    assert judge(at[0.62], Ampel.GREEN, NOON)[0] is Ampel.GREEN
    assert judge(at[0.62], Ampel.YELLOW, NOON)[0] is Ampel.YELLOW
    assert judge(at[0.58], Ampel.YELLOW, NOON)[0] is Ampel.GREEN


def test_emptied_it_is_green_at_once() -> None:
    assert judge(replace(HALF, level_share=0.0), Ampel.RED, NOON)[0] is Ampel.GREEN


def test_what_was_never_measured_is_unknown() -> None:
    never = replace(HALF, level_share=None, measured_at=None)
    assert judge(never, Ampel.UNKNOWN, NOON) == (Ampel.UNKNOWN, AmpelReason.NEVER_MEASURED)
    assert judge(replace(never, watched=False), Ampel.UNKNOWN, NOON)[1] is AmpelReason.NO_DEVICE


@given(SHARES, st.none() | SHARES, COLOURS, st.timedeltas(timedelta(seconds=1), timedelta(days=400)))
def test_stale_data_is_never_green(
    level_share: float, probability: float | None, before: Ampel, late: timedelta
) -> None:
    known = replace(HALF, level_share=level_share, overflow_probability=probability)
    now = NOON + HALF.fresh_for + late
    assert judge(known, before, now) == (Ampel.UNKNOWN, AmpelReason.STALE)


@given(SHARES, SHARES, COLOURS, SHARES)
def test_the_same_figures_again_leave_the_colour_as_it_is(
    level_share: float, probability: float, before: Ampel, critical_share: float
) -> None:
    known = Known(
        watched=True,
        level_share=level_share,
        measured_at=NOON,
        fresh_for=timedelta(hours=2),
        overflow_probability=probability,
        critical_share=critical_share,
    )
    colour, _ = judge(known, before, NOON)
    assert judge(known, colour, NOON)[0] is colour


@given(SHARES, SHARES, COLOURS)
def test_fuller_is_never_a_better_colour(one: float, other: float, before: Ampel) -> None:
    order = [Ampel.GREEN, Ampel.YELLOW, Ampel.RED]
    low, high = sorted((one, other))
    better, worse = (judge(replace(HALF, level_share=each), before, NOON)[0] for each in (low, high))
    assert order.index(better) <= order.index(worse)
