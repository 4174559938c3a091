"""From an event on the bus to a browser that follows: how long the gateway needs.

``./dev bench live``: a gateway on the embedded bus, followers over HTTP, and a district's events, evenly
spread. Each follower is a connection of its own in this process, which takes its part of the time. There is
no peer: the same events have to be stored and told by the same rules.
"""

import asyncio
import json
import tempfile
import time
from contextlib import AsyncExitStack
from datetime import UTC
from pathlib import Path

import httpx
import numpy as np
import report
from gateway.bootstrap import GatewayApp
from gateway.district import District
from gateway.settings import GatewaySettings
from google.protobuf.timestamp_pb2 import Timestamp
from landlinie.pooling.events.v1 import vehicle_events_pb2
from service_kit.embedded_bus import EmbeddedBus
from service_kit.event_payload import pack
from service_kit.identity.local_issuer import LOCAL_ROLES, LocalCredential
from service_kit.identity.opening import Identity
from service_kit.settings import ClientTlsSettings, IdentitySettings

TENANT = "bench"
TOPIC = "landlinie.pooling.vehicle.v1"
EVENT_COUNT = 400
EVENTS_PER_S = 20.0
FOLLOWER_COUNTS = (1, 20, 100)
PATIENCE_S = 120.0


class Follower:
    """A browser: notes when each event came."""

    def __init__(self) -> None:
        self.came_s: dict[int, float] = {}
        self.listening = asyncio.Event()
        self.done = asyncio.Event()

    async def follow(self, client: httpx.AsyncClient) -> None:
        async with client.stream("GET", "/v1/events") as stream:
            async for line in stream.aiter_lines():
                self.listening.set()
                if line.startswith("data: ") and line != "data: {}":
                    now_s = time.perf_counter()
                    self.came_s[json.loads(line[6:])["fact"]["version"]] = now_s
                    if len(self.came_s) == EVENT_COUNT:
                        self.done.set()
                        return


def publish(bus: EmbeddedBus, sent_s: dict[int, float]) -> None:
    """Put the events on the bus, evenly spread."""
    began_s = time.perf_counter()
    for number in range(EVENT_COUNT):
        time.sleep(max(0.0, began_s + number / EVENTS_PER_S - time.perf_counter()))
        now = Timestamp()
        now.GetCurrentTime()
        fact = vehicle_events_pb2.PlanChanged(event_time=now, zone_id="nord", version=number)
        event = pack(fact, source="bench", topic=TOPIC, key=f"{TENANT}/nord", time=now.ToDatetime(UTC))
        sent_s[number] = time.perf_counter()
        bus.publish([event])


async def measured(follower_count: int) -> report.Row:
    """Play the events to so many followers."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bus = EmbeddedBus(folder / "events.sqlite")
        identity = Identity(IdentitySettings(), folder)
        app = GatewayApp(
            GatewaySettings(data_dir=folder),
            District(TENANT, "Bench", "Europe/Berlin", folder),
            {},
            identity,
            bus,
            tls=ClientTlsSettings(),
        )
        address = await app.start("127.0.0.1:0")
        sent_s: dict[int, float] = {}
        followers = [Follower() for _ in range(follower_count)]
        async with AsyncExitStack() as stack:
            tasks = []
            for number, follower in enumerate(followers):
                credential = LocalCredential(
                    identity.local, TENANT, subject=f"browser-{number}", roles=LOCAL_ROLES
                )
                client = await stack.enter_async_context(
                    httpx.AsyncClient(
                        base_url=f"http://{address}",
                        headers={"Authorization": f"Bearer {credential()}"},
                        timeout=PATIENCE_S,
                    )
                )
                tasks.append(asyncio.create_task(follower.follow(client)))
            async with asyncio.timeout(PATIENCE_S):
                for follower in followers:
                    await follower.listening.wait()
                await asyncio.to_thread(publish, bus, sent_s)
                for follower in followers:
                    await follower.done.wait()
            await asyncio.gather(*tasks)
        await app.stop()
        bus.close()
        identity.close()
    waits_ms = 1e3 * np.array(
        [follower.came_s[number] - sent_s[number] for follower in followers for number in range(EVENT_COUNT)]
    )
    p50, p95, p99 = np.percentile(waits_ms, [50, 95, 99])
    return {
        "followers": follower_count,
        "events": EVENT_COUNT,
        "events per s": EVENTS_PER_S,
        "median ms": float(p50),
        "p95 ms": float(p95),
        "p99 ms": float(p99),
        "longest ms": float(waits_ms.max()),
        "lost": sum(EVENT_COUNT - len(follower.came_s) for follower in followers),
    }


async def main() -> None:
    rows = [await measured(count) for count in FOLLOWER_COUNTS]
    notes = ["From just before the event is put on the bus to the line that the follower's program has read."]
    report.publish("live", rows, notes)


if __name__ == "__main__":
    asyncio.run(main())
