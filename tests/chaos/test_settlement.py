"""Settling while its processes are killed: everybody is billed, and nobody twice."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
import sqlalchemy as sa
from kafka_broker import Broker
from landlinie.ticketing.v1 import settlement_pb2, ticketing_service_pb2_grpc
from office import MONDAY, TENANT, WEEK, Office, at, day, ridden
from service_kit import kafka_topics
from service_kit.bus import BusUnavailable
from service_kit.events import Event
from service_kit.free_port import free_port
from service_kit.identity.client import authenticated
from service_kit.identity.local_issuer import LOCAL_ROLES, LocalIssuer
from service_kit.kafka_connection import KafkaConnection
from service_kit.topics import declared_by, with_dead_letters
from ticketing.adapters.district import read_fares
from ticketing.entrypoints.settlement_events import GROUP

pytestmark = [pytest.mark.slow, pytest.mark.network]

RIDER_COUNT = 60
KILL_COUNT = 2
KILL_AFTER = RIDER_COUNT // 3
"""So many riders are done with when one of two workers is killed."""
PATIENCE_S = 120.0
TARIFF = """
tariff: town
name: {de: Stadt, en: Town}
currency: EUR
timezone: Europe/Berlin
service_day_starts: "03:00"
settled: week
late_days: 7
riders:
  adult: {name: {de: Erwachsene, en: adults}}
sources:
  own: {text: "a test", year: 2026}
versions:
  - id: v1
    valid_from: 2026-01-01
    transfer_minutes: 30
    products:
      - {id: single, name: {de: Einzel, en: Single}, kind: ride, price_cents: 200, source: own}
      - {id: day, name: {de: Tag, en: Day}, kind: day, price_cents: 500, source: own}
      - {id: week, name: {de: Woche, en: Week}, kind: week, price_cents: 1500, source: own}
"""


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """A district with a tariff, and a data folder in which a week was ridden."""
    district, data = tmp_path / "district", tmp_path / "data"
    district.mkdir()
    data.mkdir()
    (district / "tariff.yaml").write_text(TARIFF)
    (district / "district.json").write_text(
        json.dumps(
            {
                "id": TENANT,
                "name": "Town",
                "tariff": {"file": "tariff.yaml", "on_demand": {"zones": ["town"]}},
            }
        )
    )
    return district, data


def ride_a_week(office: Office) -> dict[str, int]:
    """Rides of many accounts, told twice and in no order; what each has to pay, worked out by hand."""
    seed = random.Random(7)
    owed: dict[str, int] = {}
    events: list[Event] = []
    for number in range(RIDER_COUNT):
        account_id = office.open()
        payer = office.payer(account_id)
        days = [seed.randint(0, 4) for _ in range(2)]
        counts = [seed.randint(1, 3) for _ in days]
        by_day = {each: sum(c for d, c in zip(days, counts, strict=True) if d == each) for each in days}
        for each, count in by_day.items():
            for ride in range(count):
                start = at("06:00", day(each)) + timedelta(minutes=40 * ride)
                events += ridden(office, f"r-{number}-{each}-{ride}", payer, start, day(each))
        owed[account_id] = sum(min(500, 200 * count) for count in by_day.values())
    events += seed.sample(events, len(events) // 3)
    seed.shuffle(events)
    office.clock.advance_to(at("20:00", day(6)))
    office.hear(events)
    return owed


@contextmanager
def running(district: Path, data: Path, **servers: str) -> Iterator[tuple[subprocess.Popen[bytes], Any]]:
    """The service as a process of its own, on servers named by variables, and a client."""
    address = f"127.0.0.1:{free_port()}"
    environment = {
        **os.environ,
        "LANDLINIE_DISTRICT": str(district),
        "LANDLINIE_DATA_DIR": str(data),
        "LANDLINIE_TICKETING_ADDRESS": address,
        "LANDLINIE_SIMULATED_CLOCK": at("03:00", day(7)).isoformat(),
        "LANDLINIE_LOG_LEVEL": "warning",
        # One rider at a time, so that there is something to interrupt.
        "LANDLINIE_TICKETING_SETTLE_AT_ONCE": "1",
        **servers,
    }
    with (data.parent / "log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ticketing"], env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        token = LocalIssuer.open_or_make(data).issue(
            subject="operator",
            roles=LOCAL_ROLES,
            tenant=TENANT,
            client_id="test",
            vehicle_ids=(),
            ttl=timedelta(hours=1),
        )
        with authenticated(grpc.insecure_channel(address), token) as channel:
            grpc.channel_ready_future(channel).result(PATIENCE_S)
            yield process, ticketing_service_pb2_grpc.TicketingServiceStub(channel)
    finally:
        process.kill()
        process.wait()


def progress(stub: Any, operation_id: str) -> settlement_pb2.Operation:
    request = settlement_pb2.GetOperationRequest(operation_id=operation_id)
    found: settlement_pb2.Operation = stub.GetOperation(request, timeout=20).operation
    return found


def until(stub: Any, operation_id: str, settled_count: int) -> settlement_pb2.Operation:
    """The operation once so many are settled."""
    ends_at_s = time.monotonic() + PATIENCE_S
    while (found := progress(stub, operation_id)).settled_count < settled_count or not found.all_found:
        assert time.monotonic() < ends_at_s, found
        time.sleep(0.002)
    return found


def test_who_settles_is_killed_and_everybody_is_billed_once(folders: tuple[Path, Path]) -> None:
    district, data = folders
    fares = read_fares(district)
    assert fares is not None
    office = Office(data, book=fares.book, now=at("05:00", MONDAY))
    owed = ride_a_week(office)
    office.close()

    operation_id, interrupted = "", 0
    for number in range(KILL_COUNT + 1):
        with running(district, data) as (process, stub):
            request = settlement_pb2.SettlePeriodRequest(request_id="week", period_id=WEEK)
            operation_id = stub.SettlePeriod(request, timeout=60).operation.operation_id
            if number == KILL_COUNT:
                done = until(stub, operation_id, sum(cents > 0 for cents in owed.values()))
                break
            before = until(stub, operation_id, 1 + number * RIDER_COUNT // 3)
            process.kill()
            process.wait()
            interrupted += before.state == settlement_pb2.OPERATION_STATE_RUNNING

    assert interrupted >= 1
    assert done.state == settlement_pb2.OPERATION_STATE_DONE
    office = Office(data, book=fares.book, now=at("03:00", day(7)))
    try:
        assert {account_id: office.cents(account_id) for account_id in owed} == owed
        # Nothing was charged and taken back: each was billed in one go.
        assert done.posted_cents == sum(owed.values())
        assert all(entry.posting.cents > 0 for account_id in owed for entry in office.entries(account_id))
        assert office.settle().posted_cents == 0
    finally:
        office.close()


class Gate:
    """Has workers wait after they have billed a rider and before they have counted it."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def close(self) -> None:
        """Let nobody count any more; whoever waits already goes first."""
        self._connection.execute(sa.text("LOCK TABLE ticketing_settlement.steps IN EXCLUSIVE MODE"))

    def open(self) -> None:
        self._connection.commit()


def counts(engine: sa.Engine) -> tuple[int, int]:
    """How many riders are billed, and how many of them are counted."""
    billed = sa.text("SELECT count(DISTINCT rider) FROM ticketing.journal")
    counted = sa.text("SELECT count(*) FROM ticketing_settlement.steps")
    with engine.connect() as connection:
        # In this order, so that no rider is counted who seemed not to be billed.
        counted_count: int = connection.execute(counted).scalar_one()
        return connection.execute(billed).scalar_one(), counted_count


def await_waiting(engine: sa.Engine, worker_count: int) -> int:
    """How many riders are counted, once so many workers wait with one that is billed and not counted."""
    ends_at_s = time.monotonic() + PATIENCE_S
    while (found := counts(engine))[0] - found[1] != worker_count:
        assert time.monotonic() < ends_at_s, found
        time.sleep(0.01)
    return found[1]


def await_members(kafka: KafkaConnection, member_count: int) -> None:
    """Wait until so many workers have shared out the steps among them."""
    group_id = f"{GROUP}@{TENANT}"
    found: dict[str, Any] = {}
    ends_at_s = time.monotonic() + PATIENCE_S
    while (found.get("group_state"), len(found.get("members", ()))) != ("Stable", member_count):
        assert time.monotonic() < ends_at_s, found
        with suppress(BusUnavailable), kafka.administration("looking who is there") as administration:
            found = administration.client.describe_groups([group_id])[group_id]


def sold(office: Office, account_ids: Iterable[str]) -> list[list[tuple[str, int]]]:
    """What the journal of each account says, the accounts in their order."""
    return [sorted(office.sold(account_id)) for account_id in account_ids]


def test_one_of_two_workers_is_killed_and_everybody_is_billed_as_by_one(
    folders: tuple[Path, Path], own_broker: Broker, postgres_url: str, tmp_path: Path
) -> None:
    district, data = folders
    fares = read_fares(district)
    assert fares is not None
    (tmp_path / "alone").mkdir()
    alone = Office(tmp_path / "alone", book=fares.book, now=at("05:00", MONDAY))
    owed_alone = ride_a_week(alone)
    alone.clock.advance_to(at("03:00", day(7)))
    assert alone.settle().posted_cents == sum(owed_alone.values())
    expected = sold(alone, owed_alone)
    alone.close()

    office = Office(data, database=postgres_url, book=fares.book, now=at("05:00", MONDAY))
    owed = ride_a_week(office)
    office.close()
    kafka = KafkaConnection([own_broker.address])
    kafka_topics.apply(kafka, with_dead_letters(declared_by("pooling", "ticketing")))
    servers = {
        "LANDLINIE_BUS_URL": f"kafka://{own_broker.address}",
        "LANDLINIE_DATABASE_URL": postgres_url.replace("postgresql+psycopg", "postgresql"),
    }
    engine = sa.create_engine(postgres_url)
    try:
        with (
            engine.connect() as gate_connection,
            running(district, data, **servers) as (_, stub),
            running(district, data, **servers) as (victim, _),
        ):
            await_members(kafka, 2)
            gate = Gate(gate_connection)
            gate.close()
            request = settlement_pb2.SettlePeriodRequest(request_id="week", period_id=WEEK)
            operation_id = stub.SettlePeriod(request, timeout=60).operation.operation_id
            # A worker takes one rider after the other: two at once are dealt with by both workers.
            while await_waiting(engine, 2) < KILL_AFTER:
                gate.open()
                gate.close()
            victim.kill()
            victim.wait()
            gate.open()
            done = until(stub, operation_id, RIDER_COUNT)
    finally:
        engine.dispose()

    assert done.state == settlement_pb2.OPERATION_STATE_DONE
    assert (done.account_count, done.posted_cents) == (RIDER_COUNT, sum(owed.values()))
    office = Office(data, database=postgres_url, book=fares.book, now=at("03:00", day(7)))
    try:
        assert {account_id: office.cents(account_id) for account_id in owed} == owed
        assert sold(office, owed) == expected
        assert office.settle().posted_cents == 0
    finally:
        office.close()
