"""Who travels and who pays is in the store of identities only: no log, figure, event, other store has it."""

import io
import logging
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import grpc
import pytest
import structlog
from counter import Counter, refusal
from landlinie.ticketing.v1 import account_pb2, journey_pb2
from office import WEEK, at, day
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import generate_latest
from service_kit.logging import configure_logging
from service_kit.telemetry import tracing
from service_kit.telemetry.metrics import REGISTRY
from ticketing.bootstrap import DATABASES
from ticketing.messages import stamp

pytestmark = pytest.mark.network

NAME = "Ottilie Markierung"
IBAN = "DE89370400440532013000"
MANDATE = "MANDAT-4711-MARKIERUNG"
REFERENCE = "Patientin-4711"
BEACON = "Leuchtfeuer-Markierung"
# Whatever is left of any of them when it is shortened, quoted or encoded in parts.
TRACKS = ("Markierung", "MARKIERUNG", "3704004405", "Ottilie", "Patientin", "-4711")
WHERE = ("53.5512345", "13.2612345", "53.5587654")


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
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.install(provider)
    yield exporter
    tracing.install(None)
    provider.shutdown()


def stored(folder: Path, name: str) -> str:
    """Everything in the files of a database, what was written last among it."""
    files = sorted(folder.glob(f"{name}.sqlite*"))
    return "".join(path.read_bytes().decode("utf-8", "replace") for path in files)


def trace(account_id: str, *, latitude_deg: float) -> journey_pb2.UploadTraceRequest:
    points = []
    for minute in range(3):
        point = journey_pb2.TracePoint(time=stamp(at("08:00") + timedelta(minutes=minute)), beacon_id=BEACON)
        point.position.latitude_deg, point.position.longitude_deg = latitude_deg, 13.2612345
        points.append(point)
    return journey_pb2.UploadTraceRequest(
        request_id="trace", account_id=account_id, journey_id="trip", points=points
    )


def test_nothing_personal_gets_out(tmp_path: Path, logged: io.StringIO, spans: InMemorySpanExporter) -> None:
    counter = Counter(tmp_path)
    payment = account_pb2.PaymentDetails(
        holder_name=NAME, iban=IBAN, mandate_reference=MANDATE, mandate_date="2026-11-01"
    )
    account_id = counter.open(passenger_reference=REFERENCE, payment=payment).account_id
    counter.ride(account_id, "trip")
    counter.stub.UploadTrace(iter([trace(account_id, latitude_deg=53.5587654)]))

    errors = []
    for wrong in (
        account_pb2.PaymentDetails(holder_name=NAME + "\x00", iban=IBAN[:-1]),
        account_pb2.PaymentDetails(holder_name=NAME * 10, iban=IBAN, mandate_reference=MANDATE + "ä"),
    ):
        _, error = refusal(partial(counter.open, payment=wrong))
        errors.append(str(error.violations) + error.message)
    _, error = refusal(lambda: counter.stub.UploadTrace(iter([trace(account_id, latitude_deg=153.5587654)])))
    reused = account_pb2.OpenAccountRequest(request_id="request-0", passenger_reference=REFERENCE + "x")
    code, again = refusal(lambda: counter.stub.OpenAccount(reused))
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    errors.append(again.message)
    counter.clock.advance_to(at("03:00", day(7)))
    counter.settle(WEEK)
    counter.eventually(lambda: "PeriodSettled" in stored(tmp_path, "events"))
    counter.close()

    lines = logged.getvalue()
    assert lines.count('"event": "grpc_call"') > 8
    told = {
        "logs": lines,
        "traces": "".join(made.to_json() for made in spans.get_finished_spans()),
        "metrics": generate_latest(REGISTRY).decode(),
        "errors": "\n".join(errors),
        "event log": stored(tmp_path, "events"),
        **{name: stored(tmp_path, name) for name in DATABASES if name != "ticketing_identity"},
    }
    assert all(len(text) > 100 for text in told.values())
    # Traces are compressed; that this finds something where it is shows that it would elsewhere.
    assert all(track in stored(tmp_path, "ticketing_identity") for track in (NAME, IBAN, MANDATE, REFERENCE))
    found = {(place, track) for place, text in told.items() for track in TRACKS if track in text}
    assert found == set()
    # Where somebody was is known to the store of rides and that of traces alone.
    elsewhere = {name: text for name, text in told.items() if name not in {"ticketing", "ticketing_traces"}}
    assert {(place, track) for place, text in elsewhere.items() for track in WHERE if track in text} == set()
    # And no store but that of identities knows an account by its name.
    assert [name for name, text in told.items() if account_id in text and name != "logs"] == []
