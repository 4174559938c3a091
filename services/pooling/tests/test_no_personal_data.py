"""What passengers say of themselves stays where it is kept: no log, figure, trace, fact or error has it."""

import io
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import grpc
import pytest
import structlog
from landlinie.pooling.v1 import offer_pb2, ride_pb2
from live import Live
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import generate_latest
from service_kit.logging import configure_logging
from service_kit.telemetry.metrics import REGISTRY

pytestmark = pytest.mark.network

NAME = "Ottilie Markierung"
PHONE = "+49 39123 777001"
REFERENCE = "Patientin-4711-Markierung"
PICKUP = "Bei Mutter Markierung"
DROPOFF = "Dialyse Dr. Markierung"
REASON = "liegt im Krankenhaus Markierung"
# Whatever is left of any of them when it is shortened, quoted or encoded in parts.
TRACKS = ("Markierung", "39123 777", "Ottilie", "Dialyse", "Krankenhaus", "Patientin")


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:], root.level
    configure_logging("debug", "json", stream)
    yield stream
    root.handlers[:], level = before
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def errors() -> list[str]:
    """What callers were told."""
    return []


def refused(errors: list[str], call: object, *given: object) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        call(*given)  # type: ignore[operator] # a stub's method
    error = raised.value
    errors.append(f"{error.details()} {error.trailing_metadata()}")


def question(live: Live) -> offer_pb2.RequestOffersRequest:
    asked = live.question(0, 3)
    asked.pickup.label, asked.dropoff.label = PICKUP, DROPOFF
    return asked


def booking(live: Live, **more: str) -> ride_pb2.BookRideRequest:
    offer = live.stub.RequestOffers(question(live)).offers[0]
    contact = ride_pb2.Contact(name=more.get("name", NAME), phone=more.get("phone", PHONE))
    return ride_pb2.BookRideRequest(
        request_id=more.get("request_id", live.new_id()),
        offer_id=offer.offer_id,
        contact=contact,
        passenger_reference=REFERENCE,
    )


def stored(folder: Path, database: str) -> str:
    """Everything in the files of a database, what was written last among it."""
    files = sorted(folder.glob(f"{database}.sqlite*"))
    return "".join(path.read_bytes().decode("utf-8", "replace") for path in files)


@contextmanager
def without_contacts(database: Path) -> Iterator[None]:
    """Meanwhile the database lacks a table, for a reason nobody foresaw."""
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("ALTER TABLE contacts RENAME TO contacts_gone")
        yield
        other.execute("ALTER TABLE contacts_gone RENAME TO contacts")


def test_nothing_personal_gets_out(
    live: Live, logged: io.StringIO, spans: InMemorySpanExporter, errors: list[str], tmp_path: Path
) -> None:
    live.add_bus()
    booked = booking(live)
    ride = live.stub.BookRide(booked).ride
    contact = live.stub.GetRide(ride_pb2.GetRideRequest(ride_id=ride.ride_id)).contact
    assert (contact.name, contact.phone) == (NAME, PHONE)

    # Wrong in the fields themselves, and around them.
    refused(errors, live.stub.BookRide, booking(live, name=NAME + "\x00"))
    refused(errors, live.stub.BookRide, booking(live, name=NAME * 100))
    refused(errors, live.stub.BookRide, booking(live, phone=PHONE + "\x07"))
    refused(errors, live.stub.BookRide, booking(live, phone=PHONE * 20))
    booked.contact.name = f"{NAME} die Zweite"
    refused(errors, live.stub.BookRide, booked)
    refused(errors, live.stub.BookRide, booking(live, request_id="no id, but " + "x" * 80))
    far = question(live)
    far.pickup.position.latitude_deg = 10
    refused(errors, live.stub.RequestOffers, far)
    far.pickup.position.latitude_deg = 100
    refused(errors, live.stub.RequestOffers, far)
    method = "/landlinie.pooling.v1.RidePoolingService/BookRide"
    torn = booking(live).SerializeToString()[:-3]
    refused(errors, live.channel.unary_unary(method), torn)

    live.stub.CancelRide(
        ride_pb2.CancelRideRequest(request_id=live.new_id(), ride_id=ride.ride_id, reason=REASON)
    )
    # The database cannot keep the contact: an error nobody foresaw.
    waiting = booking(live)
    with without_contacts(tmp_path / "pooling.sqlite"):
        refused(errors, live.stub.BookRide, waiting)

    live.eventually(lambda: "RideCancelled" in str([made.attributes for made in spans.get_finished_spans()]))
    lines = logged.getvalue()
    assert lines.count('"event": "grpc_call"') > 10
    assert "internal_error" in lines or "store_unavailable" in lines
    told = {
        "logs": lines,
        "traces": "".join(made.to_json() for made in spans.get_finished_spans()),
        "metrics": generate_latest(REGISTRY).decode(),
        "errors": "\n".join(errors),
        "events": "".join(
            f"{event.key} {event.extra_headers} {event.payload!r} {event.payload.decode('utf-8', 'replace')}"
            for event in live.events()
        ),
        "event log": stored(tmp_path, "events"),
        "board": stored(tmp_path, "board"),
    }
    assert len(errors) == 10
    assert ride.ride_id in told["events"]
    assert ride.ride_id in told["event log"]
    assert all(len(text) > 200 for text in told.values())
    found = {(place, track) for place, text in told.items() for track in TRACKS if track in text}
    assert found == set()
