"""What devices send: kept once, read once, however often and in whatever order it comes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake import AT, EM310, FULL, NOW, Intake
from service_kit.errors import Unavailable
from waste.adapters.frame_tables import metadata
from waste.application.ingestion import Kept
from waste.application.ports_frames import Unreadable
from waste.domain.frames import Frame, FrameRead, FrameState, read_frame
from waste.domain.readings import Measurement, Position, Reading
from waste.domain.uplinks import Network, Uplink


def uplink(counter: int = 100, **changed: object) -> Uplink:
    base = Uplink(
        Network.TTS, EM310, "s1", counter, AT + timedelta(seconds=counter), 85, FULL, "milesight em310-udl"
    )
    return replace(base, **changed)  # type: ignore[arg-type] # fields of it


@pytest.fixture(params=["sqlite", "postgresql"])
def intake(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Intake]:
    url = (
        request.getfixturevalue("postgres_url")
        if request.param == "postgresql"
        else f"sqlite:///{tmp_path}/frames.sqlite"
    )
    intake = Intake(url)
    yield intake
    intake.close()


def test_the_migrations_make_the_tables_that_the_store_knows(intake: Intake) -> None:
    made = sa.inspect(intake.engine)
    for table in metadata.sorted_tables:
        assert {column["name"] for column in made.get_columns(table.name)} == set(table.c.keys())
        assert {index["name"] for index in made.get_indexes(table.name)} >= {
            index.name for index in table.indexes
        }


def test_a_message_is_kept_once_and_read_once(intake: Intake) -> None:
    assert intake.ingestion.take([uplink(), uplink(101), uplink()]) == Kept(2, 1, 0)
    assert intake.ingestion.take([uplink(101), uplink(0)]) == Kept(1, 1, 0)
    assert intake.read_all() == 3
    assert intake.read_all() == 0
    assert len(intake.sink.kept) == 3
    reading = intake.sink.kept[EM310, AT + timedelta(seconds=100)]
    assert reading.measurement == Measurement(distance_mm=2116, battery_share=0.92, tilted=True)
    assert (reading.at, reading.received_at) == (AT + timedelta(seconds=100), NOW)


def test_the_same_counter_of_another_session_or_device_is_another_message(intake: Intake) -> None:
    others = [uplink(), uplink(session="s2"), uplink(device_id="a840410001810001")]
    assert intake.ingestion.take(others).new_count == 3


def test_a_counter_that_begins_anew_in_its_session_brings_new_frames(intake: Intake) -> None:
    first = [uplink(counter) for counter in range(3)]
    assert intake.ingestion.take(first).new_count == 3
    # Another battery a day later: a device activated by hand keeps its session, and counts from 0.
    later = [replace(each, at=each.at + timedelta(days=1)) for each in first]
    intake.now += timedelta(days=1)
    assert intake.ingestion.take([*later, uplink(3)]) == Kept(4, 0, 0)
    assert intake.ingestion.take([*later, *first, *later]) == Kept(0, 9, 0)
    assert intake.read_all() == 7
    assert len(intake.sink.kept) == 7
    last = [replace(each, at=each.at + timedelta(days=2)) for each in first]
    assert intake.ingestion.take([*last, *last]) == Kept(3, 3, 0)


def test_the_longest_session_begins_anew_as_well(intake: Intake) -> None:
    longest = uplink(session="s" * 128)
    intake.ingestion.take([longest])
    assert intake.ingestion.take([replace(longest, at=longest.at + timedelta(days=1))]).new_count == 1


def test_another_payload_under_the_same_counter_is_not_taken_and_not_lost(intake: Intake) -> None:
    other = FULL[:-1] + b"\x00"
    intake.ingestion.take([uplink()])
    moment = timedelta(seconds=5)
    assert intake.ingestion.take([uplink(payload=other, at=uplink().at + moment)]).new_count == 0
    assert intake.ingestion.take([uplink(at=uplink().at + moment)]).new_count == 0
    assert intake.read_all() == 1
    with intake.store.reading() as reader:
        (kept,) = reader.unreadable(reason="COUNTER_REUSED", after=0, count=9)
        assert reader.unreadable_counts() == {"COUNTER_REUSED": 1}
    assert (kept.message.body, kept.message.source) == (other, "the-things-stack")
    assert f"device {EM310}, session s1, counter 100 came at" in kept.message.detail


def test_a_message_is_kept_as_it_came(intake: Intake) -> None:
    told = uplink(
        3,
        measurement=Measurement(fill_share=0.5, position=Position(49.5, 8.4)),
        payload=b"\x00\xff",
        model=None,
    )
    intake.ingestion.take([told])
    with intake.store.reading() as reader:
        (frame,) = reader.frames(EM310, 0, 10)
    assert (frame.uplink, frame.received_at, frame.state) == (told, NOW, FrameState.WAITING)


def test_what_fails_half_way_is_read_again_and_not_doubled(intake: Intake) -> None:
    intake.ingestion.take([uplink(), uplink(101)])
    intake.sink.away = True
    with pytest.raises(Unavailable):
        intake.ingestion.read_waiting()
    intake.sink.away = False
    assert intake.read_all() == 2
    assert len(intake.sink.kept) == 2
    with intake.store.reading() as reader:
        assert {frame.state for frame in reader.frames(EM310, 0, 10)} == {FrameState.READ}


def test_a_bad_frame_stays_with_its_reason_and_is_read_again_when_it_is_known_better(intake: Intake) -> None:
    nobody = "a840410001810009"
    short = uplink(5, payload=b"\x03\x82")
    intake.ingestion.take([short, uplink(6, model=None, device_id=nobody), uplink(7)])
    assert intake.read_all() == 3
    with intake.store.reading() as reader:
        assert reader.refused_counts(None) == {"FRAME_TOO_SHORT": 1, "DEVICE_NOT_REGISTERED": 1}
        assert reader.refused_counts([EM310]) == {"FRAME_TOO_SHORT": 1}
        (frame,) = reader.refused(reason="FRAME_TOO_SHORT", device_ids=None, after=0, count=10)
        assert frame.detail == "channel 03 at byte 2 needs 2 bytes, 0 are left"
        assert (frame.uplink, frame.state) == (short, FrameState.REFUSED)
        both = reader.refused(reason="", device_ids=None, after=0, count=10)
        assert [each.uplink.counter for each in both] == [5, 6]
        assert reader.refused(reason="", device_ids=None, after=both[0].number, count=10) == both[1:]
        assert reader.refused(reason="", device_ids=[nobody], after=0, count=10) == both[1:]
    assert intake.ingestion.read_what_is_known_now() == 0
    intake.registry.known[nobody] = "a model nobody makes"
    assert intake.ingestion.read_what_is_known_now() == 0
    assert intake.ingestion.read_again(nobody) == 1
    intake.read_all()
    with intake.store.reading() as reader:
        assert reader.refused_counts([nobody]) == {"MODEL_UNKNOWN": 1}
    intake.registry.known[nobody] = "EM310-UDL"
    assert intake.ingestion.read_what_is_known_now() == 1
    assert intake.read_all() == 1
    assert (nobody, AT + timedelta(seconds=6)) in intake.sink.kept
    with intake.store.reading() as reader:
        assert reader.refused_counts([nobody]) == {}


def test_the_registered_model_counts_before_the_networks_word(intake: Intake) -> None:
    intake.registry.known[EM310] = "milesight EM500-UDL"
    intake.ingestion.take([uplink(payload=bytes.fromhex("03821E00")), uplink(101)])
    intake.read_all()
    assert [each.measurement.distance_mm for each in intake.sink.kept.values()] == [30]
    with intake.store.reading() as reader:
        assert reader.refused_counts(None) == {"FIELD_UNKNOWN": 1}


def test_signs_of_life_bring_no_reading(intake: Intake) -> None:
    settings_answer = bytes.fromhex("FF0BFF")
    intake.ingestion.take([uplink(payload=b""), uplink(101, payload=settings_answer)])
    counts = intake.ingestion.read_waiting()
    assert (counts.alive_count, counts.reading_count, intake.sink.kept) == (2, 0, {})
    with intake.store.reading() as reader:
        heard = reader.heard_at(EM310, AT)
        assert heard == [AT + timedelta(seconds=100), AT + timedelta(seconds=101)]
        assert reader.heard_at(EM310, heard[1]) == heard[1:]


def test_what_is_dated_ahead_is_refused_and_what_was_kept_by_the_device_is_not(intake: Intake) -> None:
    kept = int((NOW - timedelta(hours=3)).timestamp()).to_bytes(4, "little")
    never_set = (4711).to_bytes(4, "little")
    intake.registry.known[EM310] = "em500-udl"
    payload = b"\x20\xce" + kept + b"\xe8\x03" + b"\x20\xce" + never_set + b"\xe9\x03"
    intake.ingestion.take([uplink(1, at=NOW + timedelta(minutes=11)), uplink(2, payload=payload)])
    intake.read_all()
    assert {at: each.measurement.distance_mm for (_, at), each in intake.sink.kept.items()} == {
        NOW - timedelta(hours=3): 1000
    }
    with intake.store.reading() as reader:
        assert reader.refused_counts(None) == {"INSTANT_IN_FUTURE": 1}


def test_an_unreadable_message_is_kept_once_and_counted(intake: Intake) -> None:
    message = Unreadable("v3/app/devices/x/up", b"{\xff\x00", "BODY_NOT_JSON", "body: \0 \ud800")
    assert intake.ingestion.take([], [message, message]).unreadable_count == 2
    intake.ingestion.take([uplink()], [message, replace(message, body=b"x" * 100_000)])
    with intake.store.reading() as reader:
        first, second = reader.unreadable(reason="BODY_NOT_JSON", after=0, count=10)
        assert (first.times, first.message.body, first.message.source) == (3, b"{\xff\x00", message.source)
        assert len(second.message.body) == 65_536
        assert reader.unreadable_counts() == {"BODY_NOT_JSON": 4}
        assert reader.unreadable(reason="ELSE", after=0, count=10) == []
        assert reader.unreadable(reason="", after=first.number, count=10) == [second]


def test_old_messages_are_forgotten(intake: Intake) -> None:
    intake.ingestion.take([uplink()], [Unreadable("x", b"", "BODY_NOT_JSON", "")])
    intake.now = NOW + timedelta(days=1)
    intake.ingestion.take([uplink(101)])
    assert intake.ingestion.forget(NOW + timedelta(hours=1)) == 2
    assert intake.read_all() == 1


def test_more_than_fits_one_statement(intake: Intake) -> None:
    intake.now = NOW + timedelta(hours=1)
    many = [uplink(counter) for counter in range(1_201)]
    assert intake.ingestion.take(many + many[:5]) == Kept(1_201, 5, 0)
    counts = intake.ingestion.read_waiting(2_000)
    assert (counts.frame_count, counts.reading_count) == (1_201, 1_201)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(st.lists(st.integers(0, 12), max_size=8), max_size=6),
    failing=st.sets(st.integers(0, 6)),
)
def test_order_repeats_and_failures_make_no_difference(
    intake: Intake, batches: list[list[int]], failing: set[int]
) -> None:
    with intake.engine.begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(sa.delete(table))
    intake.sink.kept.clear()
    for number, batch in enumerate(batches):
        intake.ingestion.take([uplink(counter) for counter in batch])
        intake.sink.away = number in failing
        try:
            intake.ingestion.read_waiting(3)
        except Unavailable:
            assert intake.sink.away
    intake.sink.away = False
    intake.read_all()
    sent = {counter for batch in batches for counter in batch}
    assert {at for _, at in intake.sink.kept} == {AT + timedelta(seconds=counter) for counter in sent}


def test_a_decoder_that_is_wrong_keeps_no_other_frame_waiting(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(frame: Frame, model: str | None) -> FrameRead:
        if frame.uplink.counter == 2:
            raise IndexError("4711")
        return read_frame(frame, model)

    monkeypatch.setattr("waste.application.ingestion.read_frame", breaks)
    intake.ingestion.take([uplink(1), uplink(2), uplink(3)])
    assert intake.read_all() == 3
    assert len(intake.sink.kept) == 2
    with intake.store.reading() as reader:
        (frame,) = reader.refused(reason="DECODER_FAILED", device_ids=None, after=0, count=9)
        assert (frame.uplink.counter, frame.detail) == (2, "IndexError")


def test_a_reading_that_is_not_taken_keeps_no_other_waiting(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = intake.sink.take

    def breaks(readings: Sequence[Reading]) -> None:
        if any(reading.at == AT + timedelta(seconds=5) for reading in readings):
            raise ValueError("4711")
        take(readings)

    monkeypatch.setattr(intake.sink, "take", breaks)
    intake.ingestion.take([uplink(counter) for counter in range(9)])
    assert intake.read_all() == 9
    assert len(intake.sink.kept) == 8
    with intake.store.reading() as reader:
        assert reader.refused_counts(None) == {"READING_NOT_TAKEN": 1}


def test_where_no_decoder_is_called_like_the_model_the_networks_word_counts(intake: Intake) -> None:
    intake.registry.known[EM310] = "sensor of the year 2019"
    intake.ingestion.take([uplink()])
    intake.read_all()
    assert len(intake.sink.kept) == 1
