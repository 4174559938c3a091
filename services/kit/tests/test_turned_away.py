"""Callers who were not let in: counted one by one, recorded as few."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from service_kit.identity import turned_away
from service_kit.identity.audit import AuditEntry
from service_kit.identity.principal import Principal, Role
from service_kit.identity.turned_away import MOST_APART, DoorRecorder, TurnedAway

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def caller(subject: str) -> Principal:
    return Principal(subject, frozenset({Role.DRIVER}), "town", "phone")


def taken(counted: TurnedAway) -> list[AuditEntry]:
    with counted.taken(NOW) as entries:
        return list(entries)


def test_a_flood_of_one_caller_is_one_entry() -> None:
    counted = TurnedAway()
    for method in ("BookRide", *["GetRide"] * 999):
        counted.add(caller("d-1"), f"/landlinie.pooling.v1.RidePoolingService/{method}", "ROLE_MISSING")
    [entry] = taken(counted)
    assert entry == AuditEntry(
        NOW, "d-1", "phone", frozenset({Role.DRIVER}), "BookRide", "", frozenset(), "ROLE_MISSING", 1000
    )
    assert taken(counted) == []


def test_callers_and_reasons_are_told_apart() -> None:
    counted = TurnedAway()
    counted.add(caller("d-1"), "/s/A", "ROLE_MISSING")
    counted.add(caller("d-2"), "/s/A", "ROLE_MISSING")
    counted.add(None, "/s/A", "CREDENTIALS_MISSING")
    counted.add(None, "/s/B", "CREDENTIALS_INVALID")
    assert [(entry.subject, entry.outcome, entry.count) for entry in taken(counted)] == [
        ("d-1", "ROLE_MISSING", 1),
        ("d-2", "ROLE_MISSING", 1),
        ("", "CREDENTIALS_MISSING", 1),
        ("", "CREDENTIALS_INVALID", 1),
    ]


def test_more_callers_than_are_told_apart_share_an_entry() -> None:
    counted = TurnedAway()
    for number in range(MOST_APART + 500):
        counted.add(caller(f"d-{number}"), "/s/A", "OTHER_TENANT")
    counted.add(caller("d-0"), "/s/A", "OTHER_TENANT")
    entries = taken(counted)
    assert len(entries) == MOST_APART + 1
    assert (entries[0].subject, entries[0].count) == ("d-0", 2)
    assert (entries[-1].subject, entries[-1].count) == ("", 500)


def test_what_was_not_recorded_is_counted_on() -> None:
    counted = TurnedAway()
    counted.add(caller("d-1"), "/s/First", "ROLE_MISSING")

    def fail_to_record() -> None:
        with counted.taken(NOW):
            counted.add(caller("d-1"), "/s/Meanwhile", "ROLE_MISSING")
            raise ConnectionError

    with pytest.raises(ConnectionError):
        fail_to_record()
    [entry] = taken(counted)
    assert entry.count == 2


def test_the_recorder_tries_again_and_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turned_away, "RECORD_EVERY_S", 0.01)
    counted = TurnedAway()
    recorded: list[AuditEntry] = []
    failures = [ConnectionError("away"), ConnectionError("away")]
    failed = threading.Event()

    def record(entries: Sequence[AuditEntry]) -> None:
        if failures:
            raise failures.pop()
        failed.set()
        recorded.extend(entries)

    recorder = DoorRecorder(counted, record, lambda: NOW)
    counted.add(None, "/s/A", "CREDENTIALS_MISSING")
    recorder.start()
    assert failed.wait(20)
    counted.add(None, "/s/A", "CREDENTIALS_MISSING")
    recorder.stop()
    assert sum(entry.count for entry in recorded) == 2
