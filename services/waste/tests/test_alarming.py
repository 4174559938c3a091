"""From a full container to whoever is told of it: raised, escalated, acknowledged, over."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alarm_desk import DESK, HEAD, PROGRAM, AlarmDesk
from district import NOON, OPERATOR, Office, depot_of, device, reading
from landlinie.waste.events.v1 import alarm_events_pb2
from service_kit.errors import FailedPrecondition, NotFound
from service_kit.once import Call, answer_in
from service_kit.outbox import outbox_table
from waste.adapters.alarm_tables import alarm_messages, metadata
from waste.adapters.alarm_telling import TOPIC
from waste.application.ports_alarms import AlarmFilter, KeptAlarm, NotTaken, Refused
from waste.domain.access import EVERYTHING, Scope
from waste.domain.alarm_rules import Cause
from waste.domain.alarm_words import reason
from waste.domain.alarms import AlarmState
from waste.domain.readings import Measurement, Reading

on_both = pytest.mark.parametrize("database", ["sqlite", "postgres"], indirect=True)

FULL_MM, EMPTY_MM = 260, 2150


@pytest.fixture
def desk(office: Office, database: str, tmp_path: Path) -> Iterator[AlarmDesk]:
    office.settle("glass")
    office.settle("paper")
    desk = AlarmDesk(office, database, tmp_path)
    yield desk
    desk.close()


def all_alarms(desk: AlarmDesk) -> list[KeptAlarm]:
    found = desk.alarming.alarms(AlarmFilter(EVERYTHING), "", 100)
    return [kept for _, kept in found]


def measure(desk: AlarmDesk, distance_mm: int, name: str = "glass") -> None:
    desk.office.measure(f"{name}-0", [distance_mm], timedelta(0))
    desk.look(f"{name}-box")


def acknowledge(alarm_id: str, desk: AlarmDesk, *sub_accounts: str) -> None:
    caller = depot_of(*sub_accounts) if sub_accounts else OPERATOR
    desk.alarming.acknowledge(desk.office.call(caller), alarm_id, "on my way")


@on_both
def test_a_red_container_is_told_to_one_after_the_other_and_over_when_emptied(desk: AlarmDesk) -> None:
    desk.rule("glass", Cause.AMPEL_RED, DESK, HEAD, escalate_after=timedelta(minutes=20))
    measure(desk, FULL_MM)
    (kept,) = all_alarms(desk)
    assert (kept.alarm.cause, kept.alarm.container_id, kept.depot_id) == (
        Cause.AMPEL_RED,
        "glass-box",
        "yard",
    )
    assert desk.mail.subjects == ["Container glass-box (Grünglas), Glass-Site: Ampel rot"]
    assert "Seit 15.06.2026, 14:00 Uhr." in desk.mail.messages[0].words.text
    desk.look("glass-box")
    desk.pass_time(minutes=19)
    assert len(desk.mail.messages) == 1
    desk.pass_time(minutes=1)
    assert desk.mail.subjects[1:] == [
        "Escalated: Container glass-box (green glass), Glass-Site: Ampel red",
    ]
    assert desk.mail.messages[1].contact == HEAD
    desk.pass_time(minutes=1)
    measure(desk, EMPTY_MM)
    assert all_alarms(desk)[0].alarm.is_live
    desk.pass_time(minutes=15)
    assert not all_alarms(desk)[0].alarm.is_live
    assert desk.mail.subjects[2:] == [
        "Behoben: Container glass-box (Grünglas), Glass-Site: Ampel rot",
        "Over: Container glass-box (green glass), Glass-Site: Ampel red",
    ]
    assert "behoben um 15.06.2026, 14:36 Uhr" in desk.mail.messages[2].words.text


@on_both
def test_other_sub_accounts_are_told_nothing_and_see_nothing(desk: AlarmDesk) -> None:
    desk.rule("paper", Cause.AMPEL_RED, DESK)
    measure(desk, FULL_MM)
    assert desk.mail.messages == []
    measure(desk, FULL_MM, "paper")
    (kept,) = (kept for kept in all_alarms(desk) if kept.alarm.sub_account == "paper")
    assert len(desk.mail.messages) == 1
    of_glass = desk.alarming.alarms(AlarmFilter(Scope(frozenset({"glass"}))), "", 9)
    assert [each.alarm.sub_account for _, each in of_glass] == ["glass"]
    assert [rule.rule.sub_account for _, rule in desk.alarming.rules(Scope(frozenset({"paper"})), "", 9)] == [
        "paper"
    ]
    assert desk.alarming.rules(Scope(frozenset({"glass"})), "", 9) == []
    with pytest.raises(NotFound, match="there is no alarm"):
        acknowledge(kept.alarm.id, desk, "glass")
    glass = {str(event["subject"]) for _, event in desk.alarming.events(Scope(frozenset({"glass"})), 0, 99)}
    assert glass == {"container/glass-box"}
    with pytest.raises(NotFound):
        desk.alarming.remove_rule(desk.office.call(depot_of("glass")), "paper", Cause.AMPEL_RED)


def test_who_acknowledges_is_noted_and_nobody_else_is_told(desk: AlarmDesk) -> None:
    desk.rule("glass", Cause.AMPEL_RED, DESK, HEAD, escalate_after=timedelta(minutes=20))
    measure(desk, FULL_MM)
    (kept,) = all_alarms(desk)
    acknowledge(kept.alarm.id, desk, "glass")
    desk.pass_time(hours=3)
    (kept,) = all_alarms(desk)
    assert (kept.alarm.state, kept.alarm.acknowledged_by, kept.note) == (
        AlarmState.ACKNOWLEDGED,
        "desk",
        "on my way",
    )
    assert len(desk.mail.messages) == 1
    measure(desk, EMPTY_MM)
    desk.pass_time(minutes=15)
    with pytest.raises(FailedPrecondition, match="is over"):
        acknowledge(kept.alarm.id, desk)


@on_both
def test_alarms_go_out_as_events_without_what_people_wrote(desk: AlarmDesk) -> None:
    desk.rule("glass", Cause.AMPEL_RED, DESK)
    measure(desk, FULL_MM)
    acknowledge(all_alarms(desk)[0].alarm.id, desk)
    desk.pass_time(minutes=1)
    measure(desk, EMPTY_MM)
    desk.pass_time(minutes=15)
    outbox = outbox_table(metadata)
    with desk.engine.connect() as connection:
        rows = connection.execute(sa.select(outbox).order_by(outbox.c.seq)).all()
    assert [(row.topic, row.type.rpartition(".")[2], row.key) for row in rows] == [
        (TOPIC, "AlarmRaised", "testamt/yard"),
        (TOPIC, "AlarmAcknowledged", "testamt/yard"),
        (TOPIC, "AlarmEnded", "testamt/yard"),
    ]
    told = alarm_events_pb2.AlarmAcknowledged.FromString(rows[1].payload)
    assert told.alarm.container_id == "glass-box"
    assert b"on my way" not in rows[1].payload
    assert all(b"example.org" not in row.payload for row in rows)
    kinds = [event["type"] for _, event in desk.alarming.events(EVERYTHING, 0, 99)]
    assert kinds == [
        "org.landlinie.waste.ampel.changed.v1",
        "org.landlinie.waste.alarm.raised.v1",
        "org.landlinie.waste.alarm.acknowledged.v1",
        "org.landlinie.waste.ampel.changed.v1",
        "org.landlinie.waste.alarm.resolved.v1",
    ]
    first = desk.alarming.events(EVERYTHING, 0, 1)[0][1]
    assert first["specversion"] == "1.0"
    assert first["data"] == {
        "container_id": "glass-box",
        "sub_account_id": "glass",
        "ampel": "red",
        "previous_ampel": "unknown",
    }


def test_what_nobody_takes_is_sent_later_and_once(desk: AlarmDesk) -> None:
    desk.rule("glass", Cause.AMPEL_RED, PROGRAM)
    assert desk.alarming.oldest_message_age() == timedelta(0)
    desk.program.failing = NotTaken("webhook: status 503")
    measure(desk, FULL_MM)
    desk.pass_time(minutes=30)
    assert desk.program.messages == []
    assert desk.alarming.oldest_message_age() == timedelta(minutes=30)
    desk.program.failing = None
    desk.pass_time(minutes=31)
    desk.pass_time(hours=3)
    (message,) = desk.program.messages
    assert message.event["type"] == "org.landlinie.waste.alarm.raised.v1"
    with desk.engine.connect() as connection:
        (row,) = connection.execute(sa.select(alarm_messages)).all()
    assert (row.sending, row.due_at) == ("sent", None)


def test_whom_nobody_can_reach_is_passed_over_at_once(desk: AlarmDesk) -> None:
    desk.rule("glass", Cause.AMPEL_RED, PROGRAM, DESK, escalate_after=timedelta(hours=6))
    desk.program.failing = Refused("webhook: status 410")
    measure(desk, FULL_MM)
    desk.pass_time()
    assert len(desk.mail.messages) == 1
    (kept,) = all_alarms(desk)
    assert kept.unreached == {"program"}


def test_after_some_tries_somebody_else_is_told_while_the_tries_go_on(desk: AlarmDesk) -> None:
    desk.rule("glass", Cause.AMPEL_RED, PROGRAM, DESK, escalate_after=timedelta(hours=6))
    desk.program.failing = NotTaken("webhook: status 503")
    measure(desk, FULL_MM)
    for _ in range(8):
        desk.pass_time(seconds=30)
    assert len(desk.mail.messages) == 1
    desk.program.failing = None
    desk.pass_time(hours=1)
    assert len(desk.program.messages) == 1


def test_what_nobody_ever_takes_is_given_up_and_known(desk: AlarmDesk) -> None:
    desk.rule("glass", Cause.AMPEL_RED, PROGRAM)
    desk.program.failing = NotTaken("webhook: status 503")
    measure(desk, FULL_MM)
    for _ in range(26):
        desk.pass_time(hours=3)
    with desk.engine.connect() as connection:
        (row,) = connection.execute(sa.select(alarm_messages)).all()
    assert (row.sending, row.error) == ("failed", "webhook: status 503")
    assert all_alarms(desk)[0].unreached == {"program"}


@on_both
def test_a_message_is_on_its_way_in_one_process_only(desk: AlarmDesk) -> None:
    desk.rule("glass", Cause.AMPEL_RED, DESK, PROGRAM)
    measure(desk, FULL_MM)
    now = desk.office.clock.now()
    with desk.store.writing() as writer:
        writer.queue([])
        assert writer.take_due(now, now + timedelta(minutes=2), 9) == []
    desk.office.measure("paper-0", [FULL_MM], timedelta(0))
    desk.rule("paper", Cause.AMPEL_RED, DESK)
    desk.judging.judge("paper-box")
    desk.alarming.look("paper-box")
    with desk.store.writing() as writer:
        assert len(writer.take_due(now, now + timedelta(minutes=2), 9)) == 1
    with desk.store.writing() as writer:
        assert writer.take_due(now, now + timedelta(minutes=2), 9) == []
        assert len(writer.take_due(now + timedelta(minutes=2), now + timedelta(minutes=4), 9)) == 1


@on_both
def test_replicas_that_look_at_once_raise_one_alarm(desk: AlarmDesk) -> None:
    desk.rule("glass", Cause.AMPEL_RED, DESK)
    desk.rule("glass", Cause.LEVEL_CRITICAL, DESK)
    desk.office.measure("glass-0", [FULL_MM], timedelta(0))
    desk.judging.judge("glass-box")
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: desk.alarming.look("glass-box"), range(6)))
    desk.pass_time()
    assert {kept.alarm.cause for kept in all_alarms(desk)} == {Cause.AMPEL_RED, Cause.LEVEL_CRITICAL}
    assert len(all_alarms(desk)) == 2
    assert len(desk.mail.messages) == 2


def test_a_rule_that_is_taken_back_ends_its_alarms(desk: AlarmDesk) -> None:
    desk.rule("glass", Cause.LEVEL_CRITICAL, DESK)
    measure(desk, FULL_MM)
    desk.alarming.remove_rule(desk.office.call(depot_of("glass")), "glass", Cause.LEVEL_CRITICAL)
    desk.pass_time()
    states = {kept.alarm.cause: kept.alarm.state for kept in all_alarms(desk)}
    assert states == {Cause.LEVEL_CRITICAL: AlarmState.RESOLVED, Cause.AMPEL_RED: AlarmState.OPEN}
    assert Cause.LEVEL_CRITICAL not in desk.alarming.rules_of("glass")


@on_both
def test_what_is_red_is_on_the_list_before_anybody_set_a_rule(desk: AlarmDesk) -> None:
    measure(desk, FULL_MM)
    (kept,) = all_alarms(desk)
    assert (kept.alarm.cause, kept.alarm.state, kept.alarm.told) == (Cause.AMPEL_RED, AlarmState.OPEN, ())
    desk.pass_time(hours=1)
    assert desk.mail.messages == []
    # Whoever is named afterwards is told of it, once.
    desk.rule("glass", Cause.AMPEL_RED, DESK)
    desk.look("glass-box")
    desk.look("glass-box")
    assert desk.mail.subjects == ["Container glass-box (Grünglas), Glass-Site: Ampel rot"]
    desk.alarming.remove_rule(desk.office.call(depot_of("glass")), "glass", Cause.AMPEL_RED)
    desk.look("glass-box")
    assert all_alarms(desk)[0].alarm.is_live


def test_who_answered_an_alarm_without_contacts_is_not_told_of_it_later(desk: AlarmDesk) -> None:
    measure(desk, FULL_MM)
    acknowledge(all_alarms(desk)[0].alarm.id, desk)
    desk.rule("glass", Cause.AMPEL_RED, DESK)
    desk.look("glass-box")
    assert desk.mail.messages == []


def test_a_red_alarm_says_how_full_and_since_when(desk: AlarmDesk) -> None:
    desk.rule("glass", Cause.AMPEL_RED, DESK)
    measure(desk, FULL_MM)
    (kept,) = all_alarms(desk)
    state = desk.office.levels.state("glass-box", OPERATOR)
    assert state.latest is not None
    level = round(state.latest.level_share, 4)
    assert kept.alarm.figures == {
        "ampel": "red",
        "ampel_since": "2026-06-15T12:00:00+00:00",
        "level_share": level,
        "critical_share": 0.8,
    }
    assert level == 0.97
    assert reason(kept.alarm) == ("Ampel red: since: 2026-06-15 12:00 UTC, level: 97 %, critical from: 80 %")
    german = desk.mail.messages[0].words.text
    assert "Füllstand: 97 %" in german
    assert "kritisch ab: 80 %" in german
    assert "seit: 15.06.2026, 14:00 Uhr" in german


def test_what_a_sensor_measured_for_another_sub_account_stays_there(desk: AlarmDesk) -> None:
    now = desk.office.clock.now()
    told = Measurement(distance_mm=1500, tilted=True, temperature_c=95.0, battery_share=0.1)
    desk.office.levels.take([Reading("glass-0", now, now, told)])
    desk.rule("paper", Cause.TILTED)
    desk.office.registry.remove_device(desk.office.call(), "glass-0")
    desk.office.registry.add_device(desk.office.call(), device("glass-0", "paper", "paper-box"))
    desk.look("paper-box", thorough=True)
    assert all_alarms(desk) == []
    health = next(each for each in desk.alarming.healths(EVERYTHING, "", 9) if each.device_id == "glass-0")
    assert (health.sub_account, health.heard_at, health.battery_share) == ("paper", None, None)


def test_tilted_burning_silent_and_running_out(desk: AlarmDesk) -> None:
    for cause in (Cause.TILTED, Cause.FIRE, Cause.BATTERY_LOW, Cause.SENSOR_SILENT):
        desk.rule("glass", cause, DESK)
    for hour in range(10):
        at = NOON - timedelta(hours=9 - hour)
        told = Measurement(distance_mm=1500, tilted=hour > 8, temperature_c=20.0, battery_share=0.1)
        desk.office.levels.take([Reading("glass-0", at, at, told)])
    desk.look("glass-box", thorough=True)
    assert {kept.alarm.cause for kept in all_alarms(desk)} == {Cause.TILTED, Cause.BATTERY_LOW}
    desk.pass_time(hours=3)
    desk.look("glass-box", thorough=True)
    assert Cause.SENSOR_SILENT in {kept.alarm.cause for kept in all_alarms(desk)}
    (health,) = desk.alarming.healths(Scope(frozenset({"glass"})), "", 9)
    assert (health.device_id, health.silent, health.battery_low, health.stuck) == (
        "glass-0",
        True,
        True,
        False,
    )
    assert desk.alarming.healths(Scope(frozenset({"paper"})), "", 9) == []
    now = desk.office.clock.now()
    hot = Measurement(distance_mm=1500, tilted=False, temperature_c=95.0, battery_share=0.1)
    desk.office.levels.take([Reading("glass-0", now, now, hot)])
    desk.look("glass-box")
    assert Cause.FIRE in {kept.alarm.cause for kept in all_alarms(desk)}
    assert any("Brandverdacht" in subject for subject in desk.mail.subjects)


def test_sensors_are_looked_at_again_when_they_should_have_been_heard_of(desk: AlarmDesk) -> None:
    desk.office.measure("glass-0", [1500 + hour for hour in range(10)], timedelta(hours=1))
    second = timedelta(seconds=1)
    assert desk.alarming.look("glass-box", thorough=True) == NOON + timedelta(hours=2) + second
    desk.pass_time(hours=4)
    now = desk.office.clock.now()
    assert desk.alarming.look("glass-box", thorough=True) == now + timedelta(minutes=10)
    # Never heard of so far, and none to be missed yet.
    assert desk.alarming.look("paper-box", thorough=True) == now + timedelta(hours=3)
    assert desk.alarming.look("paper-box") is None
    assert desk.alarming.look("nothing", thorough=True) is None


def test_what_is_stale_ends_no_alarm(desk: AlarmDesk) -> None:
    desk.rule("glass", Cause.AMPEL_RED, DESK)
    measure(desk, FULL_MM)
    desk.pass_time(days=4)
    desk.look("glass-box")
    assert desk.office.levels.state("glass-box", OPERATOR).ampel.value == "unknown"
    assert all_alarms(desk)[0].alarm.state is AlarmState.OPEN


def test_a_container_that_is_removed_takes_its_alarms_along(desk: AlarmDesk) -> None:
    desk.rule("glass", Cause.AMPEL_RED, DESK)
    measure(desk, FULL_MM)
    desk.office.registry.remove_container(desk.office.call(), "glass-box")
    desk.alarming.look("glass-box")
    assert [kept.alarm.state for kept in all_alarms(desk)] == [AlarmState.RESOLVED]
    desk.alarming.look("never-there")


@on_both
def test_lists_go_on_where_they_ended_and_old_things_go(desk: AlarmDesk) -> None:
    for cause in (Cause.AMPEL_RED, Cause.LEVEL_CRITICAL, Cause.TILTED):
        desk.rule("glass", cause)
    now = desk.office.clock.now()
    desk.office.levels.take([Reading("glass-0", now, now, Measurement(distance_mm=FULL_MM, tilted=True))])
    desk.look("glass-box")
    seen, after = [], ""
    for _ in range(4):
        page = desk.alarming.alarms(AlarmFilter(EVERYTHING, container_id="glass-box"), after, 1)
        if not page:
            break
        after = page[0][0]
        seen.append(page[0][1].alarm.cause)
    assert len(seen) == len(set(seen)) == 3
    assert desk.mail.messages == []
    first = desk.alarming.rules(EVERYTHING, "", 2)
    rest = desk.alarming.rules(EVERYTHING, first[-1][0], 2)
    assert len({rule.rule.cause for _, rule in first + rest}) == 3
    measure(desk, EMPTY_MM)
    desk.office.levels.take([reading("glass-0", now, EMPTY_MM)])
    desk.pass_time(days=400)
    assert desk.alarming.purge() > 0
    live = [kept for kept in all_alarms(desk) if kept.alarm.is_live]
    assert len(live) == len(all_alarms(desk))


@on_both
def test_to_whom_messages_went_is_forgotten_after_a_month(desk: AlarmDesk) -> None:
    desk.rule("glass", Cause.AMPEL_RED, DESK)
    measure(desk, FULL_MM)
    assert len(desk.mail.messages) == 1
    contacts = sa.select(alarm_messages.c.contact)
    desk.office.pass_time(days=29)
    desk.alarming.purge()
    with desk.engine.connect() as connection:
        assert len(connection.execute(contacts).all()) == 1
    desk.office.pass_time(days=2)
    desk.alarming.purge()
    with desk.engine.connect() as connection:
        assert connection.execute(contacts).all() == []
    # The alarm itself is live, and is not told again for it.
    desk.look("glass-box")
    assert all_alarms(desk)[0].alarm.is_live
    assert len(desk.mail.messages) == 1


def test_answers_to_request_ids_are_forgotten_after_a_week(desk: AlarmDesk) -> None:
    measure(desk, FULL_MM)
    alarm_id = all_alarms(desk)[0].alarm.id
    call: Call[KeptAlarm] = desk.office.call(request_id="once")
    desk.alarming.acknowledge(call, alarm_id, "")
    with desk.store.reading() as reader:
        assert answer_in(reader, call) is not None
    desk.office.pass_time(days=8)
    assert desk.alarming.purge() > 0
    with desk.store.reading() as reader:
        assert answer_in(reader, call) is None


def test_the_same_request_is_done_once(desk: AlarmDesk) -> None:
    desk.rule("glass", Cause.AMPEL_RED)
    measure(desk, FULL_MM)
    alarm_id = all_alarms(desk)[0].alarm.id
    call: Call[KeptAlarm] = desk.office.call(request_id="once")
    first = desk.alarming.acknowledge(call, alarm_id, "first")
    assert desk.alarming.acknowledge(call, alarm_id, "first") == first
    assert len(desk.alarming.events(EVERYTHING, 0, 99)) == 3


def test_a_new_rule_is_for_what_is_red_already(desk: AlarmDesk) -> None:
    desk.rule("glass", Cause.AMPEL_RED)
    assert desk.ruled == ["glass-box"]
