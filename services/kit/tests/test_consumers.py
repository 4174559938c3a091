import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from service_kit import consumers, inbox
from service_kit.backoff import Backoff
from service_kit.bus import BusUnavailable, Consumer, Delivery, Start
from service_kit.consumers import ConsumerRunner
from service_kit.dead_letters import dead_topic, replay_dead_letters
from service_kit.embedded_bus import EmbeddedBus
from service_kit.errors import Unavailable
from service_kit.events import Event, PoisonMessage

TOPIC = "landlinie.test.ride.v1"
DEAD = f"{TOPIC}.reader.dead"
PATIENCE_S = 120.0
EVENT = Event("e0", "landlinie/test", "landlinie.test.Happened", TOPIC, "zone", datetime.now(UTC), b"")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Backoff, "next_delay_s", lambda _self: 0.001)


def publish(bus: EmbeddedBus, *ids: str) -> None:
    bus.publish([replace(EVENT, id=id_) for id_ in ids])


def note(connection: sa.Connection, event: Event) -> None:
    connection.execute(sa.text("INSERT INTO handled (id) VALUES (:id)"), {"id": event.id})


def handled(engine: sa.Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(sa.text("SELECT id FROM handled ORDER BY seq")))


def failing(event_id: str, errors: list[Exception]) -> Callable[[sa.Connection, Event], None]:
    """Note every event, but raise the errors, one per attempt, at the one named - after writing."""

    def handle(connection: sa.Connection, event: Event) -> None:
        note(connection, event)
        if event.id == event_id and errors:
            raise errors.pop(0)

    return handle


def test_duplicates_count_once(bus: EmbeddedBus, engine: sa.Engine) -> None:
    publish(bus, "a", "b", "a")
    publish(bus, "b", "c")
    assert ConsumerRunner(bus, engine, "reader", [TOPIC], note).run_until_caught_up() == 5
    assert handled(engine) == ["a", "b", "c"]
    assert ConsumerRunner(bus, engine, "reader", [TOPIC], note).run_until_caught_up() == 0


def test_ids_are_unique_per_source_and_groups_count_for_themselves(
    bus: EmbeddedBus, engine: sa.Engine
) -> None:
    bus.publish([EVENT, replace(EVENT, source="landlinie/other")])
    for group in ("reader", "other"):
        ConsumerRunner(bus, engine, group, [TOPIC], note).run_until_caught_up()
    assert handled(engine) == ["e0"] * 4


def test_a_second_group_replays_the_log_to_the_same_state(bus: EmbeddedBus, engine: sa.Engine) -> None:
    ids = [f"e{n}" for n in range(50)]
    publish(bus, *ids)
    first: list[str] = []
    second: list[str] = []
    ConsumerRunner(bus, engine, "first", [TOPIC], lambda _c, e: first.append(e.id)).run_until_caught_up()
    ConsumerRunner(bus, engine, "second", [TOPIC], lambda _c, e: second.append(e.id)).run_until_caught_up()
    assert first == second == ids


@pytest.mark.parametrize(
    "error",
    [
        Unavailable("DOWN", "down"),
        BusUnavailable("down"),
        ConnectionResetError(),
        sa.exc.OperationalError("s", None, sqlite3.OperationalError("database is locked")),
    ],
)
def test_transient_failures_are_tried_past_the_limit_and_leave_nothing_half_done(
    bus: EmbeddedBus, engine: sa.Engine, error: Exception
) -> None:
    publish(bus, "a", "b", "c")
    handler = failing("b", [error] * 9)
    ConsumerRunner(bus, engine, "reader", [TOPIC], handler, max_attempts=3).run_until_caught_up()
    assert handled(engine) == ["a", "b", "c"]
    assert bus.topics() == [TOPIC]


def test_a_bug_that_goes_away_costs_nothing(bus: EmbeddedBus, engine: sa.Engine) -> None:
    publish(bus, "a", "b")
    # Once in the batch, twice alone.
    handler = failing("a", [RuntimeError("odd")] * 3)
    ConsumerRunner(bus, engine, "reader", [TOPIC], handler, max_attempts=3).run_until_caught_up()
    assert handled(engine) == ["a", "b"]
    assert bus.topics() == [TOPIC]


@pytest.mark.parametrize(
    ("error", "attempt_count"), [(PoisonMessage("no sense"), 1), (RuntimeError("always"), 3)]
)
def test_poison_goes_to_the_dead_letters_and_holds_nobody_up(
    bus: EmbeddedBus, engine: sa.Engine, error: Exception, attempt_count: int
) -> None:
    publish(bus, "a", "bad", "c")
    handler = failing("bad", [error] * 99)
    runner = ConsumerRunner(bus, engine, "reader", [TOPIC], handler, max_attempts=3)
    runner.run_until_caught_up()
    assert handled(engine) == ["a", "c"]
    (letter,) = [delivery.event for delivery in bus.read([DEAD])]
    assert (letter.id, letter.source, letter.key, letter.payload) == ("bad", EVENT.source, "zone", b"")
    headers = letter.extra_headers
    assert headers["dead_letter_topic"] == TOPIC
    assert headers["dead_letter_error"] == f"{type(error).__name__}: {error}"
    assert headers["dead_letter_attempts"] == str(attempt_count)
    assert headers["dead_letter_offset"] == "1"
    assert headers["dead_letter_group"] == "reader"


def test_a_handlers_wrong_sql_is_no_passing_trouble(bus: EmbeddedBus, engine: sa.Engine) -> None:
    publish(bus, "a")

    def handler(connection: sa.Connection, _event: Event) -> None:
        connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)")

    ConsumerRunner(bus, engine, "reader", [TOPIC], handler, max_attempts=2).run_until_caught_up()
    (letter,) = bus.read([DEAD])
    assert "nowhere" in letter.event.extra_headers["dead_letter_error"]


def test_dead_letters_come_back_to_their_group_only_and_as_they_were(
    bus: EmbeddedBus, engine: sa.Engine
) -> None:
    original = replace(EVENT, id="bad", extra_headers={"traceparent": "00-1"})
    bus.publish([original])
    errors: list[Exception] = [PoisonMessage("first"), PoisonMessage("first"), PoisonMessage("second")]
    errors.append(PoisonMessage("second"))
    seen: list[Event] = []

    def handler(_connection: sa.Connection, event: Event) -> None:
        if errors:
            raise errors.pop(0)
        seen.append(event)

    runner = ConsumerRunner(bus, engine, "reader", [TOPIC], handler)
    runner.run_until_caught_up()
    assert replay_dead_letters(bus, TOPIC, "reader") == 1
    runner.run_until_caught_up()
    assert seen == []
    assert [d.event.extra_headers["dead_letter_error"] for d in bus.read([DEAD])] == [
        "PoisonMessage: first",
        "PoisonMessage: second",
    ]
    assert replay_dead_letters(bus, TOPIC, "reader") == 1
    runner.run_until_caught_up()
    assert seen == [original]
    assert replay_dead_letters(bus, TOPIC, "reader") == 0
    assert dead_topic(TOPIC, "reader") == DEAD

    others: list[Event] = []
    ConsumerRunner(
        bus, engine, "other", [TOPIC], lambda _c, event: others.append(event)
    ).run_until_caught_up()
    assert others == [original]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sent=st.lists(st.integers(0, 9), max_size=25),
    fates=st.dictionaries(st.integers(0, 9), st.sampled_from(["poison", "once", "twice"])),
    batch_size=st.integers(1, 8),
)
def test_every_event_is_handled_once_or_dead(
    tmp_path_factory: pytest.TempPathFactory,
    engine: sa.Engine,
    sent: list[int],
    fates: dict[int, str],
    batch_size: int,
) -> None:
    bus = EmbeddedBus(tmp_path_factory.mktemp("bus") / "events.db")
    source = f"landlinie/{bus!r}{datetime.now(UTC)}"
    bus.publish([replace(EVENT, id=str(n), source=source, key=str(n)) for n in sent])
    left = {n: {"poison": 999, "once": 1, "twice": 2}[fate] for n, fate in fates.items()}

    def handler(connection: sa.Connection, event: Event) -> None:
        note(connection, event)
        number = int(event.id)
        if left.get(number, 0):
            left[number] -= 1
            raise PoisonMessage if fates[number] == "poison" else RuntimeError

    before = len(handled(engine))
    ConsumerRunner(bus, engine, "reader", [TOPIC], handler, batch_size=batch_size).run_until_caught_up()
    poisoned = {n for n in sent if fates.get(n) == "poison"}
    assert sorted(handled(engine)[before:]) == sorted(str(n) for n in set(sent) - poisoned)
    assert {int(delivery.event.id) for delivery in bus.read([DEAD])} == poisoned
    bus.close()


def test_the_thread_consumes_what_comes(bus: EmbeddedBus, engine: sa.Engine) -> None:
    came = threading.Semaphore(0)

    def handler(connection: sa.Connection, event: Event) -> None:
        note(connection, event)
        came.release()

    with ConsumerRunner(bus, engine, "reader", [TOPIC], handler):
        for id_ in ("a", "b"):
            publish(bus, id_)
            assert came.acquire(timeout=PATIENCE_S)
    assert handled(engine) == ["a", "b"]


class Frail:
    """A member of a group on a bus that takes no commits for a while."""

    def __init__(self, member: Consumer, failures: list[BusUnavailable]) -> None:
        self._member, self._failures = member, failures
        self.poll = member.poll
        self.close = member.close

    def commit(self, deliveries: Sequence[Delivery]) -> None:
        if deliveries and self._failures:
            raise self._failures.pop()
        self._member.commit(deliveries)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@pytest.mark.parametrize(("patience_s", "joined"), [(60.0, 1), (0.0, 2)], ids=["a moment", "for long"])
def test_a_member_whose_commits_fail_stays_for_a_while_and_counts_nothing_twice(
    bus: EmbeddedBus, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch, patience_s: float, joined: int
) -> None:
    monkeypatch.setattr(consumers, "REJOIN_AFTER_S", patience_s)
    publish(bus, "a", "b")
    failures = [BusUnavailable("away")]
    members: list[Frail] = []
    join = bus.consumer

    def consumer(group: str, topics: Sequence[str], *, start: Start = "earliest") -> Frail:
        members.append(Frail(join(group, topics, start=start), failures))
        return members[-1]

    monkeypatch.setattr(bus, "consumer", consumer)
    give_up_at_s = time.monotonic() + PATIENCE_S
    with ConsumerRunner(bus, engine, "reader", [TOPIC], note):
        while any(lag.event_count for lag in bus.lag("reader", [TOPIC])):
            assert time.monotonic() < give_up_at_s
            time.sleep(0.01)
    assert not failures
    assert len(members) == joined
    assert handled(engine) == ["a", "b"]


def test_stopping_while_an_event_is_stuck_keeps_it_for_later(bus: EmbeddedBus, engine: sa.Engine) -> None:
    publish(bus, "a", "stuck", "c")
    tried = threading.Semaphore(0)

    def handler(connection: sa.Connection, event: Event) -> None:
        note(connection, event)
        if event.id == "stuck":
            tried.release()
            raise Unavailable("DOWN", "down")

    with ConsumerRunner(bus, engine, "reader", [TOPIC], handler):
        for _ in range(3):
            assert tried.acquire(timeout=PATIENCE_S)
    assert handled(engine) == ["a"]
    ConsumerRunner(bus, engine, "reader", [TOPIC], note).run_until_caught_up()
    assert handled(engine) == ["a", "stuck", "c"]


CONSUME = f"""
import sys, time
from pathlib import Path
import sqlalchemy as sa
from service_kit.consumers import ConsumerRunner
from service_kit.database import open_engine
from service_kit.embedded_bus import EmbeddedBus
folder = Path(sys.argv[1])
def handle(connection, event):
    connection.execute(sa.text("INSERT INTO handled (id) VALUES (:id)"), {{"id": event.id}})
    print(event.id, flush=True)
    if event.id == sys.argv[2]:
        time.sleep(600)
ConsumerRunner(EmbeddedBus(folder / "events.db"), open_engine(sys.argv[3]), "reader",
               [{TOPIC!r}], handle, batch_size=7).run_until_caught_up()
"""  # noqa: S608 - a program, not a query


@pytest.mark.parametrize("stuck_at", [0, 39, 99])
def test_kill_9_within_a_batch_counts_every_event_once(
    bus: EmbeddedBus, engine: sa.Engine, url: str, tmp_path: Path, stuck_at: int
) -> None:
    ids = [f"e{n}" for n in range(120)]
    publish(bus, *ids)
    with subprocess.Popen(
        [sys.executable, "-c", CONSUME, tmp_path, ids[stuck_at], url], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        said = [process.stdout.readline().strip() for _ in range(stuck_at + 1)]
        process.kill()
    assert said == ids[: stuck_at + 1]
    assert handled(engine) == ids[: stuck_at // 7 * 7]
    ConsumerRunner(bus, engine, "reader", [TOPIC], note).run_until_caught_up()
    assert handled(engine) == ids


def test_the_inbox_is_purged_by_age(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        assert inbox.first_time(connection, "reader", EVENT)
        assert not inbox.first_time(connection, "reader", EVENT)
        assert inbox.purge(connection, datetime(2020, 1, 1, tzinfo=UTC)) == 0
        assert inbox.purge(connection, datetime(2999, 1, 1, tzinfo=UTC)) == 1
        assert inbox.first_time(connection, "reader", EVENT)


def test_an_event_rolled_back_is_new_again(engine: sa.Engine) -> None:
    class Failed(Exception):  # noqa: N818
        pass

    def fail_after_seeing() -> None:
        with engine.begin() as connection:
            assert inbox.first_time(connection, "reader", EVENT)
            raise Failed

    with pytest.raises(Failed):
        fail_after_seeing()
    with engine.begin() as connection:
        assert inbox.first_time(connection, "reader", EVENT)
