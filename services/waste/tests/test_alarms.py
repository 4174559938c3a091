"""An alarm's life, and what its rules see."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from waste.domain.alarm_rules import AlarmRule, Cause, Condition, Presence, judge
from waste.domain.alarms import (
    Alarm,
    AlarmState,
    Notice,
    Occasion,
    Sighting,
    Step,
    acknowledged,
    due_at,
    elapsed,
    sighted,
    unreachable,
)
from waste.domain.errors import WrongFieldError

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RULE = AlarmRule(
    "glass-gmbh", Cause.AMPEL_RED, ("desk", "head", "mayor"), escalate_after=30 * MINUTE, calm=10 * MINUTE
)


def seen(presence: Presence, minute: int) -> Sighting:
    return Sighting("glass-gmbh", "c1", Cause.AMPEL_RED, presence, NOON + minute * MINUTE)


def raised() -> Alarm:
    alarm = sighted(None, seen(Presence.PRESENT, 0), RULE, now=NOON, new_id="a1").alarm
    assert alarm is not None
    return alarm


def test_the_first_contact_is_told_and_the_next_one_after_the_time_to_answer() -> None:
    first = sighted(None, seen(Presence.PRESENT, 0), RULE, now=NOON, new_id="a1")
    assert first.alarm is not None
    assert first.notices == (Notice("a1", Occasion.RAISED, "desk"),)
    assert elapsed(first.alarm, RULE, NOON + 29 * MINUTE) == Step(first.alarm)
    second = elapsed(first.alarm, RULE, NOON + 30 * MINUTE)
    assert second.alarm is not None
    assert second.notices == (Notice("a1", Occasion.ESCALATED, "head"),)
    third = elapsed(second.alarm, RULE, NOON + 60 * MINUTE)
    assert third.alarm is not None
    assert third.notices == (Notice("a1", Occasion.ESCALATED, "mayor"),)
    assert due_at(third.alarm, RULE) is None
    assert elapsed(third.alarm, RULE, NOON + 900 * MINUTE) == Step(third.alarm)


def test_who_answers_ends_the_ladder_and_stays_named() -> None:
    answered = acknowledged(raised(), "desk", NOON + 5 * MINUTE)
    assert elapsed(answered, RULE, NOON + 300 * MINUTE) == Step(answered)
    assert acknowledged(answered, "head", NOON + 6 * MINUTE) == answered
    assert (answered.acknowledged_by, answered.acknowledged_at) == ("desk", NOON + 5 * MINUTE)
    with pytest.raises(WrongFieldError, match="acknowledged_by is ''"):
        acknowledged(raised(), "", NOON)


def test_what_is_gone_long_enough_is_over_and_told_to_who_was_told() -> None:
    gone = sighted(raised(), seen(Presence.ABSENT, 20), RULE, now=NOON + 20 * MINUTE, new_id="").alarm
    assert gone is not None
    assert gone.state is AlarmState.OPEN
    assert due_at(gone, RULE) == NOON + 30 * MINUTE
    over = elapsed(gone, RULE, NOON + 30 * MINUTE)
    assert over.alarm is not None
    assert over.alarm.state is AlarmState.RESOLVED
    assert over.notices == (Notice("a1", Occasion.RESOLVED, "desk"),)
    assert elapsed(over.alarm, RULE, NOON + 90 * MINUTE) == Step(over.alarm)


def test_a_cause_that_comes_back_meanwhile_is_the_same_alarm() -> None:
    gone = sighted(raised(), seen(Presence.ABSENT, 5), RULE, now=NOON + 5 * MINUTE, new_id="").alarm
    back = sighted(gone, seen(Presence.PRESENT, 8), RULE, now=NOON + 8 * MINUTE, new_id="")
    assert back.alarm is not None
    assert (back.alarm.id, back.alarm.gone_since, back.notices) == ("a1", None, ())


def test_nobody_is_bothered_while_it_seems_over_and_the_next_at_once_when_it_is_not() -> None:
    slow = replace(RULE, calm=60 * MINUTE)
    gone = sighted(raised(), seen(Presence.ABSENT, 25), slow, now=NOON + 25 * MINUTE, new_id="").alarm
    assert gone is not None
    assert elapsed(gone, slow, NOON + 40 * MINUTE).notices == ()
    back = sighted(gone, seen(Presence.PRESENT, 41), slow, now=NOON + 41 * MINUTE, new_id="")
    assert back.notices == (Notice("a1", Occasion.ESCALATED, "head"),)


def test_who_cannot_be_reached_costs_no_time() -> None:
    hastened = unreachable(raised(), "desk", NOON + MINUTE)
    assert elapsed(hastened, RULE, NOON + MINUTE).notices == (Notice("a1", Occasion.ESCALATED, "head"),)
    assert unreachable(raised(), "head", NOON + MINUTE) == raised()
    answered = acknowledged(raised(), "desk", NOON)
    assert unreachable(answered, "desk", NOON) == answered


def test_an_alarm_whose_rule_is_taken_back_is_over() -> None:
    over = elapsed(raised(), None, NOON + MINUTE)
    assert over.alarm is not None
    assert over.alarm.state is AlarmState.RESOLVED


def test_sightings_of_something_else_are_refused() -> None:
    with pytest.raises(ValueError, match="rule: glass-gmbh/ampel_red is not of paper-ag/ampel_red"):
        sighted(None, replace(seen(Presence.PRESENT, 0), sub_account="paper-ag"), RULE, now=NOON, new_id="a")
    with pytest.raises(ValueError, match="'a1' is not of 'c2'"):
        sighted(raised(), replace(seen(Presence.PRESENT, 0), container_id="c2"), RULE, now=NOON, new_id="a")


MOVES = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.sampled_from(["present", "absent", "unknown", "late", "tick", "answer", "unreachable"]),
    ),
    max_size=40,
)


@given(MOVES, st.integers(0, 3), st.integers(0, 60))
def test_whatever_happens_nobody_is_told_twice_and_nothing_is_lost(
    moves: list[tuple[int, str]], ladder_length: int, calm_min: int
) -> None:
    rule = replace(RULE, ladder=RULE.ladder[:ladder_length], calm=calm_min * MINUTE)
    minute, live, number = 0, None, 0
    notices: list[Notice] = []
    closed: list[Alarm] = []
    last_known, answered = "absent", set()
    for wait, move in moves:
        minute += wait
        now = NOON + minute * MINUTE
        if move in {"present", "absent", "unknown", "late"}:
            presence = Presence(move) if move != "late" else Presence.ABSENT
            # Late: of before anything that was seen, and arriving now.
            sighting = seen(presence, minute if move != "late" else -1)
            number += 1
            step = sighted(live, sighting, rule, now=now, new_id=f"a{number}")
            if step.alarm and step.alarm.is_live:
                again = sighted(step.alarm, sighting, rule, now=now, new_id="again")
                assert again == Step(step.alarm)
            if move in {"present", "absent"}:
                last_known = move
        elif move == "answer" and live:
            live = acknowledged(live, "desk", now)
            answered.add(live.id)
            continue
        elif move == "unreachable" and live and live.told:
            live = unreachable(live, live.told[-1], now)
            continue
        else:
            step = elapsed(live, rule, now) if live else Step(None)
        for notice in step.notices:
            assert notice.occasion is not Occasion.ESCALATED or notice.alarm_id not in answered
        notices += step.notices
        live = step.alarm
        if live and not live.is_live:
            assert live.gone_since is not None
            assert now - live.gone_since >= rule.calm
            assert last_known == "absent"
            closed.append(live)
            live = None
        if last_known == "present":
            assert live is not None
    assert max(Counter(notice.id for notice in notices).values(), default=0) <= 1
    for alarm in [*closed, *([live] if live else [])]:
        mine = [notice for notice in notices if notice.alarm_id == alarm.id]
        first = [notice.contact_id for notice in mine if notice.occasion is not Occasion.RESOLVED]
        over = [notice.contact_id for notice in mine if notice.occasion is Occasion.RESOLVED]
        assert tuple(first) == alarm.told == rule.ladder[: len(first)]
        assert tuple(over) == (() if alarm.is_live else alarm.told)
        assert bool(first) == bool(rule.ladder)


CALM = Condition("glass-gmbh", "c1", NOON)


@pytest.mark.parametrize(
    ("cause", "condition", "expected"),
    [
        (Cause.AMPEL_RED, replace(CALM, ampel="red"), Presence.PRESENT),
        (Cause.AMPEL_RED, replace(CALM, ampel="yellow"), Presence.ABSENT),
        (Cause.AMPEL_RED, CALM, Presence.UNKNOWN),
        (Cause.AMPEL_YELLOW, replace(CALM, ampel="yellow"), Presence.PRESENT),
        (Cause.AMPEL_YELLOW, replace(CALM, ampel="red"), Presence.ABSENT),
        (Cause.LEVEL_CRITICAL, replace(CALM, level_share=0.85), Presence.PRESENT),
        (Cause.LEVEL_CRITICAL, replace(CALM, level_share=0.84), Presence.ABSENT),
        (Cause.LEVEL_CRITICAL, CALM, Presence.UNKNOWN),
        (Cause.LEVEL_CRITICAL, replace(CALM, level_share=float("nan")), Presence.UNKNOWN),
        (Cause.FIRE, replace(CALM, temperature_c=70.0), Presence.PRESENT),
        (Cause.FIRE, replace(CALM, temperature_c=69.9), Presence.ABSENT),
        (Cause.TILTED, replace(CALM, tilted=True), Presence.PRESENT),
        (Cause.TILTED, CALM, Presence.UNKNOWN),
        (Cause.SENSOR_SILENT, replace(CALM, silent=True), Presence.PRESENT),
        (Cause.SENSOR_STUCK, replace(CALM, stuck=False), Presence.ABSENT),
        (Cause.BATTERY_LOW, replace(CALM, battery_share=0.2), Presence.PRESENT),
        (Cause.BATTERY_LOW, replace(CALM, battery_share=0.21), Presence.ABSENT),
        (Cause.OVERFLOW_LIKELY, CALM, Presence.UNKNOWN),
        (Cause.OVERFLOW_LIKELY, replace(CALM, overflow={NOON + 24 * 60 * MINUTE: 0.5}), Presence.PRESENT),
        (Cause.OVERFLOW_LIKELY, replace(CALM, overflow={NOON + 48 * 60 * MINUTE: 0.9}), Presence.ABSENT),
        (Cause.OVERFLOW_LIKELY, replace(CALM, overflow={NOON + 12 * 60 * MINUTE: 0.7}), Presence.PRESENT),
    ],
)
def test_what_rules_see(cause: Cause, condition: Condition, expected: Presence) -> None:
    verdict = judge(AlarmRule("glass-gmbh", cause), condition, raised=False)
    assert verdict.presence is expected


@pytest.mark.parametrize(
    ("cause", "condition"),
    [
        (Cause.LEVEL_CRITICAL, replace(CALM, level_share=0.81)),
        (Cause.FIRE, replace(CALM, temperature_c=61.0)),
        (Cause.BATTERY_LOW, replace(CALM, battery_share=0.24)),
        (Cause.OVERFLOW_LIKELY, replace(CALM, overflow={NOON + 24 * 60 * MINUTE: 0.41})),
        (Cause.AMPEL_YELLOW, replace(CALM, ampel="red")),
    ],
)
def test_what_trembles_at_the_threshold_is_not_gone(cause: Cause, condition: Condition) -> None:
    rule = AlarmRule("glass-gmbh", cause)
    assert judge(rule, condition, raised=False).presence is Presence.ABSENT
    assert judge(rule, condition, raised=True).presence is Presence.PRESENT


def test_a_colour_is_told_with_all_it_follows_from() -> None:
    condition = replace(
        CALM,
        ampel="red",
        ampel_since=NOON,
        level_share=0.71236,
        critical_share=0.8,
        overflow={NOON + 24 * 60 * MINUTE: 0.6},
    )
    verdict = judge(AlarmRule("glass-gmbh", Cause.AMPEL_RED), condition, raised=False)
    assert verdict.figures == {
        "ampel": "red",
        "ampel_since": "2026-03-02T12:00:00+00:00",
        "level_share": 0.7124,
        "critical_share": 0.8,
        "overflow_probability": 0.6,
        "by": "2026-03-03T12:00+00:00",
    }


def test_an_overflow_is_told_with_the_probability_by_the_rules_own_date() -> None:
    condition = replace(CALM, overflow={NOON + 12 * 60 * MINUTE: 0.2, NOON + 36 * 60 * MINUTE: 0.8})
    verdict = judge(AlarmRule("glass-gmbh", Cause.OVERFLOW_LIKELY), condition, raised=False)
    assert verdict.figures == {
        "overflow_probability": 0.5,
        "threshold": 0.5,
        "by": "2026-03-03T12:00+00:00",
    }


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("sub_account", "", "sub_account is ''"),
        ("ladder", ("a", "a"), "names each contact once"),
        ("ladder", tuple("abcdefghi"), "ladder is 9: at most 8"),
        ("threshold", 1.5, "threshold is 1.5: from 0.05 to 1"),
        ("horizon", timedelta(minutes=1), "horizon is '0:01:00'"),
        ("escalate_after", timedelta(0), "escalate_after is '0:00:00'"),
        ("calm", -MINUTE, "calm is "),
    ],
)
def test_rules_that_make_no_sense_are_refused(field: str, value: object, words: str) -> None:
    rule = AlarmRule("glass-gmbh", Cause.LEVEL_CRITICAL, threshold=0.9)
    with pytest.raises(WrongFieldError, match=words):
        replace(rule, **cast("Any", {field: value}))
    with pytest.raises(WrongFieldError, match=r"threshold is 0\.9: means nothing for tilted"):
        AlarmRule("glass-gmbh", Cause.TILTED, threshold=0.9)
