"""What happens is told to browsers: to those who may see it, once, in order, whatever breaks in between."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from gateway.bootstrap import open_store
from gateway.live.facts import BY_KIND, FACTS, TOPICS
from gateway.live.hearing import about
from gateway.live.sight import Sight
from gateway.settings import GatewaySettings, HttpSettings
from gateway.store.live_events import KEPT, LiveEvents
from gateway_rig import PATIENCE_S, Rig, Told, rigged, told
from google.protobuf.timestamp_pb2 import Timestamp
from identified import TENANT, token
from landlinie.pooling.events.v1 import ride_events_pb2, vehicle_events_pb2
from landlinie.waste.events.v1 import container_events_pb2
from landlinie.waste.v1 import level_pb2
from service_kit.embedded_bus import EmbeddedBus
from service_kit.identity.principal import Principal, Role

NOW = Timestamp(seconds=1_800_000_000)


def changed(version: int) -> vehicle_events_pb2.PlanChanged:
    return vehicle_events_pb2.PlanChanged(
        event_time=NOW, zone_id="nord", service_date="2026-11-21", version=version
    )


@asynccontextmanager
async def following(
    rig: Rig, *, after: str | None = None, credential: str | None = None, **query: Any
) -> AsyncIterator[AsyncIterator[Told]]:
    headers = {"Last-Event-ID": after} if after else {}
    caller = credential or token(Role.DISPATCHER)
    async with (
        asyncio.timeout(PATIENCE_S),
        rig.client(credential=caller) as client,
        client.stream("GET", "/v1/events", headers=headers, params=query) as stream,
    ):
        assert stream.status_code == 200
        yield told(stream.aiter_lines())


async def of_kinds(events: AsyncIterator[Told], count: int) -> list[Told]:
    """The next events that are no heartbeats."""
    found: list[Told] = []
    async for event in events:
        if event.kind != "heartbeat":
            found.append(event)
        if len(found) == count:
            return found
    return found


@pytest.mark.network
async def test_an_event_reaches_who_follows(tmp_path: Path) -> None:
    async with rigged(tmp_path) as rig, following(rig) as events:
        first = await anext(events)
        rig.happens(changed(7), topic="landlinie.pooling.vehicle.v1")
        (event,) = await of_kinds(events, 1)

    assert first.kind == "heartbeat"
    assert event.kind == "PlanChanged"
    assert event.data["type"] == "landlinie.pooling.events.v1.PlanChanged"
    assert event.data["fact"]["version"] == 7


@pytest.mark.network
async def test_no_event_is_lost_or_doubled_by_a_hundred_broken_connections_and_a_restart(
    tmp_path: Path,
) -> None:
    bus = EmbeddedBus(tmp_path / "events.sqlite")
    seen: list[int] = []
    count, breaks = 300, 0
    last_id: str | None = None

    async def publish(rig: Rig, numbers: range) -> None:
        for number in numbers:
            await asyncio.to_thread(rig.happens, changed(number), topic="landlinie.pooling.vehicle.v1")

    async def read_some(rig: Rig, most: int) -> None:
        """Read a few events, then cut the line without a word."""
        nonlocal last_id, breaks
        async with following(rig, after=last_id) as events:
            async for event in events:
                last_id = event.id
                if event.kind == "heartbeat":
                    if not seen:
                        continue
                else:
                    assert event.kind == "PlanChanged"
                    seen.append(event.data["fact"]["version"])
                    most -= 1
                if most <= 0 or len(seen) == count:
                    break
        breaks += 1

    for half in (range(count // 2), range(count // 2, count)):
        async with rigged(tmp_path, bus=bus) as rig:
            if last_id is None:
                async with following(rig) as events:
                    last_id = (await anext(events)).id
            publishing = asyncio.create_task(publish(rig, half))
            while len(seen) <= half[-1]:
                await read_some(rig, 2)
            await publishing
    bus.close()

    assert seen == list(range(count))
    assert breaks >= 100


@pytest.mark.network
async def test_what_is_not_kept_any_more_is_said(tmp_path: Path) -> None:
    async with rigged(tmp_path) as rig:
        for position in ("0-1", "nonsense", "ffffffff-3"):
            async with following(rig, after=position) as events:
                assert (await anext(events)).kind == "resync"
        async with following(rig, after="oldest") as events:
            assert (await anext(events)).kind == "heartbeat"
        async with following(rig) as events:
            epoch, _, number = (await anext(events)).id.partition("-")
        async with following(rig, after=f"{epoch}-{int(number) + 1_000}") as events:
            assert (await anext(events)).kind == "resync"


@pytest.mark.network
async def test_only_kinds_that_are_asked_for(tmp_path: Path) -> None:
    async with rigged(tmp_path) as rig, following(rig, kind=["RideCancelled"]) as events:
        await anext(events)
        rig.happens(changed(1), topic="landlinie.pooling.vehicle.v1")
        rig.happens(ride_events_pb2.RideCancelled(event_time=NOW, zone_id="nord", ride_id="r-1"))
        (event,) = await of_kinds(events, 1)
        refused = await rig.http.get("/v1/events?kind=Nothing&what=1")

    assert event.kind == "RideCancelled"
    assert [each["field"] for each in refused.json()["violations"]] == ["what", "kind"]


@pytest.mark.network
async def test_passengers_follow_rides_that_are_theirs(tmp_path: Path) -> None:
    own = token(Role.PASSENGER, subject="ride-of-mine")
    async with rigged(tmp_path) as rig:
        async with following(rig, credential=own, ride_id="ride-of-mine") as events:
            await anext(events)
            for ride in ("ride-of-others", "ride-of-mine"):
                rig.happens(ride_events_pb2.RideBooked(event_time=NOW, ride_id=ride, payer="p-1"))
            (event,) = await of_kinds(events, 1)
        async with rig.client(credential=own) as client:
            refused = await client.get("/v1/events?ride_id=ride-of-others")

    assert event.data["fact"]["ride_id"] == "ride-of-mine"
    assert "payer" not in event.data["fact"]
    assert (refused.status_code, refused.json()["reason"]) == (404, "RIDE_NOT_FOUND")


@pytest.mark.network
async def test_streams_of_one_caller_are_limited(tmp_path: Path) -> None:
    limits = HttpSettings(max_streams_per_client=1, drain_grace_s=1)
    async with rigged(tmp_path, http=limits) as rig, following(rig) as events:
        await anext(events)
        refused = await rig.http.get("/v1/events")
        watching = await rig.http.get("/v1/zones/nord/plan/watch")

    assert (refused.status_code, refused.json()["reason"]) == (429, "TOO_MANY_STREAMS")
    assert (watching.status_code, watching.json()["reason"]) == (429, "TOO_MANY_STREAMS")


@pytest.mark.network
async def test_nobody_unknown_follows(tmp_path: Path) -> None:
    async with rigged(tmp_path) as rig, rig.client() as nobody:
        refused = await nobody.get("/v1/events")

    assert refused.status_code == 401


def principal(*roles: Role, vehicles: tuple[str, ...] = (), accounts: tuple[str, ...] = ()) -> Principal:
    return Principal("s", frozenset(roles), TENANT, "c", frozenset(vehicles), frozenset(accounts))


@pytest.mark.parametrize(
    ("who", "kind", "things", "sees"),
    [
        (principal(Role.DISPATCHER), "RideBooked", {"ride": ["r"]}, True),
        (principal(Role.DISPATCHER), "AmpelChanged", {"sub_account": ["a"]}, False),
        (principal(Role.OPERATOR), "AmpelChanged", {"sub_account": ["a"]}, True),
        (principal(Role.DEPOT, accounts=("a",)), "AmpelChanged", {"sub_account": ["a"]}, True),
        (principal(Role.DEPOT, accounts=("b",)), "AmpelChanged", {"sub_account": ["a"]}, False),
        (principal(Role.DEPOT, accounts=("a",)), "RideBooked", {"ride": ["r"]}, False),
        (principal(Role.DEPOT, accounts=("a",)), "TourChanged", {"tour": ["t"]}, None),
        (principal(Role.DRIVER, vehicles=("v",)), "RideBooked", {"ride": ["r"], "vehicle": ["v"]}, True),
        (principal(Role.DRIVER, vehicles=("w",)), "RideBooked", {"ride": ["r"], "vehicle": ["v"]}, False),
        (principal(Role.DRIVER, vehicles=("v",)), "RideCancelled", {"ride": ["r"]}, False),
        (principal(Role.DRIVER, vehicles=("v",)), "PlanChanged", {}, True),
        (principal(Role.DRIVER, vehicles=("v",)), "RoadChangeReported", {}, True),
        (principal(Role.DRIVER), "TourApproved", {"tour": ["t"]}, None),
        (principal(Role.PASSENGER), "RideBooked", {"ride": ["r"]}, False),
        (principal(Role.PASSENGER), "PlanChanged", {}, False),
        (principal(Role.PASSENGER), "LiftPosted", {}, False),
        (principal(Role.APP_BACKEND), "RoadChangeReported", {}, True),
        (principal(Role.AUDITOR), "RideBooked", {"ride": ["r"]}, False),
        (principal(Role.DISPATCHER), "NoSuchKind", {}, False),
    ],
)
def test_who_sees_what(who: Principal, kind: str, things: dict[str, list[str]], sees: bool | None) -> None:
    assert Sight(who).sees(kind, things) is sees


def test_kinds_have_names_of_their_own_and_lead_where_they_say() -> None:
    assert len(BY_KIND) == len(FACTS)
    assert len(TOPICS) == len(set(TOPICS))
    for fact in FACTS.values():
        for thing, path in fact.about.items():
            descriptor: Any = fact.message
            for name in path.split("."):
                if name not in descriptor.fields_by_name:
                    # Ride events share a table; some name no vehicle.
                    assert thing == "vehicle", fact.kind
                    break
                descriptor = descriptor.fields_by_name[name].message_type


def test_events_that_are_too_old_are_gone_and_that_is_known(tmp_path: Path) -> None:
    engine = open_store(GatewaySettings(data_dir=tmp_path), TENANT)
    clock = [datetime(2026, 11, 21, tzinfo=UTC)]
    events = LiveEvents(engine, lambda: clock[0])
    for number in range(6):
        with engine.begin() as connection:
            events.append(connection, "PlanChanged", b"%d" % number, {})
        clock[0] += KEPT / 3

    assert [each.number for each in events.after(0, 10) or ()] == [1, 2, 3, 4, 5, 6]
    assert events.oldest() == 1
    assert events.purge() == 3
    assert events.oldest() == 4
    assert events.after(0, 10) is None
    assert events.after(2, 10) is None
    assert [each.number for each in events.after(3, 2) or ()] == [4, 5]
    assert events.after(6, 10) == []
    assert events.after(7, 10) is None
    clock[0] += timedelta(days=1)
    events.purge()
    assert events.after(5, 10) is None
    assert events.after(6, 10) == []
    assert events.oldest() == 7
    engine.dispose()


def test_events_tell_what_they_are_about() -> None:
    fact = FACTS[container_events_pb2.AmpelChanged.DESCRIPTOR.full_name]
    message = container_events_pb2.AmpelChanged(
        state=level_pb2.ContainerState(container_id="c", sub_account_id="markets")
    )

    assert about(fact, message) == {"sub_account": ["markets"]}
