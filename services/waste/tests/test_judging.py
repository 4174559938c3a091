# ruff: noqa: ARG002 - stand-ins look at what the test is about
"""States of containers: from readings, lifts, forecasts and the time that passes."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from district import NOON, Office, depot_of, reading
from landlinie.waste.events.v1 import container_events_pb2
from service_kit.errors import NotFound
from service_kit.event_payload import unpack
from service_kit.events import Event
from service_kit.outbox import outbox_table
from waste.adapters.container_messages import TOPIC
from waste.application.judging import Judging
from waste.application.open_data import OpenData
from waste.application.ports_containers import Chosen, Span
from waste.application.ports_outlook import Drop, ForecastStep, Outlook
from waste.application.watching import Watch
from waste.domain.access import EVERYTHING, Scope, scope_of
from waste.domain.ampel import Ampel, AmpelReason
from waste.domain.container_state import ContainerState
from waste.domain.containers import Container
from waste.domain.measured import Level, Lift, LiftSource

HOUR = timedelta(hours=1)


class NoCauses:
    def causes(self, scope: Scope) -> Mapping[str, frozenset[str]]:
        return {}


class PlainFalls:
    """A lift watch that takes every fall by half of the container for one."""

    def drops(self, levels: Sequence[Level]) -> list[Drop]:
        return [
            Drop(after.at, before.level_share, after.level_share)
            for before, after in pairwise(levels)
            if before.level_share - after.level_share > 0.5
        ]


class Told:
    """A forecaster that says what it is told to."""

    def __init__(self) -> None:
        self.probability = 0.0
        self.lifts: Sequence[Lift] = ()

    def outlook(
        self,
        container: Container,
        levels: Sequence[Level],
        lifts: Sequence[Lift],
        now: datetime,
        horizon: timedelta,
    ) -> Outlook:
        self.lifts = lifts
        return Outlook(self.probability, now + horizon)

    def hours(
        self, container: Container, levels: Sequence[Level], lifts: Sequence[Lift], now: datetime, count: int
    ) -> list[ForecastStep]:
        return [ForecastStep(now + HOUR, 0.5, 0.4, 0.6, self.probability)][:count]


@pytest.fixture
def forecaster() -> Told:
    return Told()


@pytest.fixture
def judging(office: Office, forecaster: Told) -> Judging:
    office.settle("east")
    return Judging(office.desk, forecaster, PlainFalls())


def judge_due(judging: Judging) -> list[str]:
    due = judging.due(9)
    for container_id in due:
        judging.judge(container_id)
    return due


def state_of(office: Office) -> ContainerState:
    return office.levels.state("east-box", depot_of("east"))


def told(office: Office) -> list[Event]:
    table = outbox_table(sa.MetaData())
    with office.engine.connect() as connection:
        rows = connection.execute(sa.select(table).order_by(table.c.seq)).all()
    return [
        Event(row.id, row.source, row.type, row.topic, row.key, row.time, row.payload, row.extra_headers)
        for row in rows
    ]


def kinds(office: Office) -> list[str]:
    return [event.type.rpartition(".")[2] for event in told(office)]


def test_what_went_stale_while_nothing_ran_is_never_told_as_green(office: Office, judging: Judging) -> None:
    office.measure("east-0", [1800], HOUR)
    judge_due(judging)
    assert state_of(office).ampel is Ampel.GREEN
    fresh_until = NOON + timedelta(hours=26)
    office.clock.advance_to(fresh_until)
    assert state_of(office).ampel is Ampel.GREEN
    # As after a restart: the loop that works states out anew has not come to this one yet.
    office.clock.advance_to(fresh_until + timedelta(seconds=1))
    scope = scope_of(depot_of("east"))
    listed = office.levels.states(Chosen(scope), "", 9)
    changed, _ = office.levels.changes(Chosen(scope), {})
    view = OpenData(office.store, NoCauses(), office.clock).containers(["east-box"], scope)[0]
    seen = Watch(office.store, office.clock).look("east-box", thorough=False)
    assert seen is not None
    assert seen.condition.level_share is None
    assert seen.condition.ampel == "unknown"
    for state in (state_of(office), listed[0], changed[0], view.state):
        assert state is not None
        assert (state.ampel, state.reason) == (Ampel.UNKNOWN, AmpelReason.STALE)
        assert state.ampel_since == fresh_until
    judge_due(judging)
    assert state_of(office).ampel is Ampel.UNKNOWN
    assert kinds(office)[-1] == "AmpelChanged"


def test_a_container_turns_red_as_soon_as_it_is_measured_full(office: Office, judging: Judging) -> None:
    judge_due(judging)
    assert state_of(office).reason is AmpelReason.NEVER_MEASURED
    office.measure("east-0", [1800, 1500, 400], HOUR)
    assert judge_due(judging) == ["east-box"]
    state = state_of(office)
    assert (state.ampel, state.reason, state.ampel_since) == (Ampel.RED, AmpelReason.CRITICAL_LEVEL, NOON)
    assert (state.latest, state.volume_l) == (Level(NOON, 0.9), 1800)
    assert kinds(office) == ["ContainerRegistered", "LevelMeasured", "AmpelChanged"]
    changed = unpack(told(office)[-1], container_events_pb2.AmpelChanged)
    assert changed.state.container_id == "east-box"
    assert changed.previous_ampel != changed.state.ampel
    assert {(event.topic, event.key) for event in told(office)} == {(TOPIC, "testamt/yard")}
    assert judge_due(judging) == []


def test_what_is_likely_to_overflow_is_red_at_any_level(
    office: Office, judging: Judging, forecaster: Told
) -> None:
    forecaster.probability = 0.9
    office.measure("east-0", [1900, 1800], HOUR)
    judge_due(judging)
    state = state_of(office)
    assert (state.ampel, state.reason) == (Ampel.RED, AmpelReason.OVERFLOW_LIKELY)
    assert (state.overflow_probability, state.expected_full_at) == (0.9, NOON + timedelta(days=1))


def test_silence_makes_unknown_without_anybody_asking(office: Office, judging: Judging) -> None:
    office.measure("east-0", [1800] * 30, HOUR)
    judge_due(judging)
    assert state_of(office).ampel is Ampel.GREEN
    office.pass_time(hours=2)
    judge_due(judging)
    assert state_of(office).ampel is Ampel.GREEN
    office.pass_time(minutes=1)
    assert judge_due(judging) == ["east-box"]
    assert (state_of(office).ampel, state_of(office).reason) == (Ampel.UNKNOWN, AmpelReason.STALE)
    office.measure("east-0", [1800], HOUR)
    judge_due(judging)
    assert state_of(office).ampel is Ampel.GREEN


def test_a_lift_is_seen_once_and_weighed_by_its_volume(office: Office, judging: Judging) -> None:
    office.measure("east-0", [1000, 600, 2100, 2000], HOUR)
    judge_due(judging)
    office.measure("east-0", [1950], HOUR)
    judge_due(judging)
    [(_, lift)] = office.levels.lifts(Chosen(EVERYTHING), Span(), 0, 9)
    assert (lift.at, lift.source) == (NOON - HOUR, LiftSource.DETECTED)
    assert lift.before_share == pytest.approx(0.8)
    assert lift.weight_kg == pytest.approx(0.75 * 2000 * 0.3)
    assert kinds(office).count("LiftRecorded") == 1
    assert state_of(office).latest_lift_at == lift.at


def test_a_report_takes_the_place_of_the_lift_that_was_seen(office: Office, judging: Judging) -> None:
    office.measure("east-0", [600, 2100, 2000], HOUR)
    judge_due(judging)
    at = NOON - HOUR * 1.5
    office.levels.emptied("east-box", at, weight_kg=412.5, tour_id="t1")
    office.levels.emptied("east-box", at, weight_kg=412.5, tour_id="t1")
    judge_due(judging)
    [(_, lift)] = office.levels.lifts(Chosen(EVERYTHING), Span(), 0, 9)
    assert (lift.source, lift.weight_kg, lift.weighed, lift.tour_id) == (
        LiftSource.REPORTED,
        412.5,
        True,
        "t1",
    )
    assert lift.before_share == pytest.approx(0.8)


def test_an_emptying_that_was_none_is_forgotten(office: Office, judging: Judging) -> None:
    office.measure("east-0", [2000, 700, 600], HOUR)
    judge_due(judging)
    full = state_of(office).latest
    at = NOON + HOUR / 2
    office.levels.emptied("east-box", at, tour_id="t1")
    office.levels.emptied("east-box", at - HOUR, tour_id="t2")
    office.pass_time(hours=1)
    judge_due(judging)
    assert state_of(office).latest == Level(at, 0.0)
    for _ in range(2):
        office.levels.not_emptied("east-box", at, tour_id="t1")
    for container_id, tour_id in (("east-box", "t1"), ("no-box", "t2")):
        office.levels.not_emptied(container_id, at - HOUR, tour_id=tour_id)
    judge_due(judging)
    assert [lift.tour_id for _, lift in office.levels.lifts(Chosen(EVERYTHING), Span(), 0, 9)] == ["t2"]
    assert state_of(office).latest == full


def test_an_emptying_that_was_none_gives_way_to_the_one_that_was_seen(
    office: Office, judging: Judging
) -> None:
    office.measure("east-0", [600, 2100, 2000], HOUR)
    judge_due(judging)
    [(_, seen)] = office.levels.lifts(Chosen(EVERYTHING), Span(), 0, 9)
    office.levels.emptied("east-box", seen.at - HOUR, tour_id="t1")
    office.levels.not_emptied("east-box", seen.at - HOUR, tour_id="t1")
    judge_due(judging)
    assert [lift for _, lift in office.levels.lifts(Chosen(EVERYTHING), Span(), 0, 9)] == [seen]


def test_a_container_reported_empty_is_green_before_its_sensor_says_so(
    office: Office, judging: Judging, forecaster: Told
) -> None:
    forecaster.probability = 0.9
    office.measure("east-0", [1000, 300], HOUR)
    judge_due(judging)
    assert state_of(office).ampel is Ampel.RED
    office.pass_time(minutes=10)
    office.levels.report_lift(office.call(), "east-box", None, 0.0)
    judge_due(judging)
    state = state_of(office)
    assert (state.ampel, state.volume_l, state.overflow_probability) == (Ampel.GREEN, 0, None)


def test_what_comes_while_a_state_is_worked_out_is_not_lost(office: Office, forecaster: Told) -> None:
    office.settle("east")

    class Slow(PlainFalls):
        def drops(self, levels: Sequence[Level]) -> list[Drop]:
            if len(levels) == 1:
                office.levels.take([reading("east-0", NOON, 300)])
            return super().drops(levels)

    judging = Judging(office.desk, forecaster, Slow())
    office.levels.take([reading("east-0", NOON - HOUR, 1800)])
    judging.judge("east-box")
    assert state_of(office).ampel is Ampel.GREEN
    assert judge_due(judging) == ["east-box"]
    assert state_of(office).ampel is Ampel.RED


def test_readings_in_any_order_come_to_the_same(office: Office, judging: Judging) -> None:
    distances = [1900, 1500, 700, 2100, 1800]
    told = [reading("east-0", NOON - HOUR * (4 - each), mm) for each, mm in enumerate(distances)]
    for each in (2, 0, 4, 3, 1):
        office.levels.take([told[each]])
        judge_due(judging)
    [(_, lift)] = office.levels.lifts(Chosen(EVERYTHING), Span(), 0, 9)
    assert lift.at == told[3].at
    assert state_of(office).latest == Level(NOON, 0.2)


def test_those_who_look_ahead_get_hours(office: Office, judging: Judging) -> None:
    office.measure("east-0", [1800], HOUR)
    scope = scope_of(depot_of("east"))
    [hour] = judging.hours("east-box", scope, 24)
    assert (hour.at, hour.median_share) == (NOON + HOUR, 0.5)
    with pytest.raises(NotFound):
        judging.hours("east-box", scope_of(depot_of("west")), 24)


def test_a_lift_stays_however_long_ago_it_was(office: Office, judging: Judging) -> None:
    office.measure("east-0", [600, 2100, 2000], HOUR)
    judge_due(judging)
    [(_, lift)] = office.levels.lifts(Chosen(EVERYTHING), Span(), 0, 9)
    # The levels before it are no longer looked at, then the level after it, too.
    for hours in (14 * 24 - 1, 1, 1, 24, 24, 24, 30 * 24):
        office.pass_time(hours=hours)
        office.measure("east-0", [1990], HOUR)
        judge_due(judging)
    assert [found for _, found in office.levels.lifts(Chosen(EVERYTHING), Span(), 0, 9)] == [lift]
