import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from landlinie.pooling.events.v1 import ride_events_pb2
from service_kit.event_payload import pack, unpack
from service_kit.events import Event, MalformedEvent, PoisonMessage, from_record, to_headers

TOPIC = "landlinie.pooling.ride.v1"
NOW = datetime(2026, 10, 25, 2, 30, tzinfo=UTC)

texts = st.text(st.characters(codec="utf-8"), min_size=1)
events = st.builds(
    Event,
    id=texts,
    source=texts,
    type=texts,
    topic=st.just(TOPIC),
    key=st.text(st.characters(codec="utf-8")),
    time=st.datetimes(timezones=st.timezones(), min_value=datetime(1900, 1, 1)),  # noqa: DTZ001
    payload=st.binary(),
    extra_headers=st.dictionaries(texts.filter(lambda name: not name.startswith("ce_")), texts),
)


@given(event=events)
def test_a_record_gives_the_event_back(event: Event) -> None:
    back = from_record(event.topic, event.key, to_headers(event), event.payload)
    assert back == event
    assert hash(back) == hash(event)


def test_headers_are_cloudevents_in_binary_mode() -> None:
    event = Event("id-1", "landlinie/pooling", "x.RideBooked", TOPIC, "zone", NOW, b"", {"traceparent": "00"})
    assert dict(to_headers(event)) == {
        "ce_id": b"id-1",
        "ce_source": b"landlinie/pooling",
        "ce_type": b"x.RideBooked",
        "ce_specversion": b"1.0",
        "ce_time": b"2026-10-25T02:30:00Z",
        "content-type": b"application/protobuf",
        "traceparent": b"00",
    }


HEADERS = to_headers(Event("id-1", "landlinie/pooling", "x.RideBooked", TOPIC, "zone", NOW, b""))


@pytest.mark.parametrize("name", [name for name, _ in HEADERS])
def test_a_missing_header_is_named(name: str) -> None:
    with pytest.raises(MalformedEvent, match=name):
        from_record(TOPIC, "zone", [pair for pair in HEADERS if pair[0] != name], b"")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce_time", b"yesterday"),
        ("ce_time", b"2026-10-25T02:30:00"),
        ("ce_time", b"0001-01-01T00:00:00+14:00"),
        ("ce_id", b""),
        ("ce_source", b"\xff"),
        ("ce_specversion", b"2.0"),
        ("content-type", b"application/json"),
    ],
)
def test_an_unreadable_header_makes_a_malformed_event(name: str, value: bytes) -> None:
    with pytest.raises(MalformedEvent):
        from_record(TOPIC, "zone", [*(pair for pair in HEADERS if pair[0] != name), (name, value)], b"")


@pytest.mark.parametrize(
    "change",
    [
        {"id": ""},
        {"source": ""},
        {"type": ""},
        {"topic": ""},
        {"topic": "Landlinie"},
        {"topic": "a/b"},
        {"topic": "x" * 250},
        {"time": datetime(2026, 1, 1)},  # noqa: DTZ001
        {"extra_headers": {"ce_id": "other"}},
    ],
)
def test_no_event_is_made_that_could_not_travel(change: dict[str, object]) -> None:
    good: dict[str, object] = {
        "id": "id-1", "source": "s", "type": "t", "topic": TOPIC, "key": "", "time": NOW, "payload": b""
    }  # fmt: skip
    Event(**good)  # type: ignore[arg-type] # all right as it is
    with pytest.raises(ValueError, match=next(iter(change)).replace("_", " ")):
        Event(**{**good, **change})  # type: ignore[arg-type] # wrong on purpose


def test_a_message_goes_in_and_comes_out() -> None:
    booked = ride_events_pb2.RideCancelled(zone_id="nord", ride_id="r1", service_date="2026-06-01")
    event = pack(booked, source="landlinie/pooling", topic=TOPIC, key="nord", time=NOW)
    assert event.type == "landlinie.pooling.events.v1.RideCancelled"
    assert unpack(event, ride_events_pb2.RideCancelled) == booked
    again = pack(booked, source="landlinie/pooling", topic=TOPIC, key="nord", time=NOW)
    assert again.id != event.id
    assert again.payload == event.payload
    given_id = pack(booked, source="s", topic=TOPIC, key="nord", time=NOW + timedelta(1), event_id="mine")
    assert given_id.id == "mine"


def test_another_type_or_garbage_is_poison() -> None:
    event = pack(ride_events_pb2.RideCancelled(), source="s", topic=TOPIC, key="nord", time=NOW)
    with pytest.raises(PoisonMessage, match=r"RideCancelled.*RideMoved"):
        unpack(event, ride_events_pb2.RideMoved)
    garbage = from_record(TOPIC, "nord", to_headers(event), b"\xff\xff")
    with pytest.raises(MalformedEvent, match="payload"):
        unpack(garbage, ride_events_pb2.RideCancelled)


@pytest.mark.parametrize("module", ["errors", "clock", "events", "deadline", "backoff", "bus"])
def test_what_rules_import_brings_no_wire_and_no_store(module: str) -> None:
    heavy = {"grpc", "google", "sqlalchemy", "alembic", "landlinie", "pydantic", "structlog"}
    code = f"import sys, service_kit.{module}; print(*(name.split('.')[0] for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = set(done.stdout.split())
    assert "service_kit" in imported
    assert imported & heavy == set()
