"""How much the services carry, one machine and cluster shape, and what they do when more is asked of them."""

import argparse
import asyncio
import json
import random
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import report
from landlinie.pooling.v1 import ride_pb2
from load_calls import DEADLINE_S, OpenLoop
from load_clients import Clients, connect
from load_demand import DAY_COUNT, Demand
from load_figures import ALL_CALLS, Figures, find_limit
from load_road import DRIVER_ACTION, PACE, Road, RunningClock
from onebox.day.server_process import start
from onebox.district import District, load_district
from onebox.seeding import clock_instant

DEMO = report.ROOT / "data" / "demo"
BEGINS_S = 6 * 3600
HELD_S = 15.0
"""How long an offer waits to be booked, on everybody's watch."""
FIRST_PER_S = 20.0
SETTLE_S = 3.0
WARM_UP_S = 15.0
LONG = 3
"""How many steps long the load at and beyond the limit is."""
REPLICA_COUNT = 2
PAGE_SIZE = 500
CALLS = [
    ALL_CALLS,
    "RequestOffers",
    "BookRide",
    "CancelRide",
    "GetRide",
    "ListRides",
    "GetPlan",
    DRIVER_ACTION,
]


class LoadedShape:
    """One shape of the services under load."""

    def __init__(self, name: str, options: argparse.Namespace, district: District) -> None:
        self._name, self._options, self._district = name, options, district
        self._random = random.Random(options.seed)
        self._loop = OpenLoop(self._random)
        self.rows: list[report.Row] = []
        self.notes: list[str] = []

    async def measure(self, replica_count: int) -> None:
        """Find the limit, offer it for longer, then twice as much, then half as much."""
        async with self._served(replica_count) as (clients, clock):
            demand = Demand(clients, self._loop, self._district, self._random, lambda: clock.now)
            await demand.fill()
            road = Road(clients, self._loop, self._district, clock)
            begun_cpu_s, begun_s = time.process_time(), time.monotonic()
            async with road.going_on():
                await self._loop.run(FIRST_PER_S, WARM_UP_S, demand.session)
                limit = self._options.rate or await find_limit(
                    lambda per_s: self._carries(demand, per_s), FIRST_PER_S
                )
                await self._phase(demand, f"limit, {limit:.0f} sessions/s", limit)
                beyond = await self._phase(demand, f"twice, {2 * limit:.0f} sessions/s", 2 * limit)
                await self._phase(demand, f"after, {limit / 2:.0f} sessions/s", limit / 2)
                cpu_share = (time.process_time() - begun_cpu_s) / (time.monotonic() - begun_s)
            await self._sum_up(clients, demand, road, beyond, cpu_share)

    @asynccontextmanager
    async def _served(self, replica_count: int) -> AsyncIterator[tuple[Clients, RunningClock]]:
        zone = ZoneInfo(self._district.timezone)
        begins = clock_instant(self._district.service_date, BEGINS_S, zone)
        with tempfile.TemporaryDirectory(prefix="landlinie-load-") as made:
            # Where root measures, PostgreSQL is another user, who has to pass.
            Path(made).chmod(0o711)
            folder = Path(made) / "var"
            district = district_of_the_bench(Path(made) / "district")
            with start(district, folder, begins, seed_days=DAY_COUNT, replica_count=replica_count) as server:
                async with AsyncExitStack() as stack:
                    clients = await connect(stack, server, self._district, self._options.clients)
                    yield clients, RunningClock(clients.clocks, begins)

    async def _carries(self, demand: Demand, per_s: float) -> bool:
        """Whether a rate is carried, at the first or the second try: others may use the machine, too."""
        return await self._step(demand, per_s) or await self._step(demand, per_s)

    async def _step(self, demand: Demand, per_s: float) -> bool:
        figures = await self._loop.run(per_s, self._options.seconds, demand.session)
        total = figures.total
        self.rows.append(figures.row(self._name, f"step, {per_s:.0f} sessions/s", ALL_CALLS))
        self._tell(f"{per_s:.0f} sessions/s", figures)
        await asyncio.sleep(SETTLE_S)
        return figures.carried() and bool(total.latencies_s)

    async def _phase(self, demand: Demand, load: str, per_s: float) -> Figures:
        figures = await self._loop.run(per_s, LONG * self._options.seconds, demand.session)
        self.rows += figures.rows(self._name, load, CALLS)
        self._tell(load, figures)
        late_ms = report.percentile_ms(self._loop.late_s, 99)
        self.notes.append(
            f"{self._name}, {load}: 99 % of sessions began within {late_ms:.1f} ms of their time"
            + (f"; not done: {_counted(figures)}." if figures.reasons else "; everything was done.")
        )
        await asyncio.sleep(SETTLE_S)
        return figures

    async def _sum_up(
        self, clients: Clients, demand: Demand, road: Road, beyond: Figures, cpu_share: float
    ) -> None:
        refused = beyond.total.refused
        if refused:
            self.notes.append(
                f"{self._name}, twice the limit: {refused:,} refusals, half of them within"
                f" {report.percentile_ms(beyond.refused_after_s, 50):.1f} ms;"
                f" {beyond.refusals_without_delay} without RetryInfo."
            )
        known = {ride.ride_id for ride in demand.booked}
        lost = known - await self._stored(clients)
        self.notes.append(
            f"{self._name}: {len(known):,} acknowledged bookings, {len(lost)} of them not found;"
            f" {sum(driver.action_count for driver in road.drivers):,} driver actions done;"
            f" {sum(watcher.plan_count for watcher in road.watchers):,} plans"
            f" on {len(road.watchers)} streams,"
            f" {sum(watcher.ended_count for watcher in road.watchers)} of which broke off;"
            f" the clients took {cpu_share:.2f} of a core."
        )

    async def _stored(self, clients: Clients) -> set[str]:
        """The ids of all rides that are booked, under way or over, but not cancelled."""
        found: set[str] = set()
        token = ""
        while True:
            page = await clients.desks[0].ListRides(
                ride_pb2.ListRidesRequest(page_size=PAGE_SIZE, page_token=token), timeout=DEADLINE_S
            )
            found.update(ride.ride_id for ride in page.rides if ride.state != ride_pb2.RIDE_STATE_CANCELLED)
            token = page.next_page_token
            if not token:
                return found

    def _tell(self, load: str, figures: Figures) -> None:
        total = figures.total
        print(
            f"{self._name}, {load}: {total.offered} offered, {len(total.latencies_s)} done,"
            f" {total.refused} refused, {total.failed} failed, p99 {total.p99_s * 1000:.0f} ms;"
            f" {_counted(figures) or 'no errors'}",
            flush=True,
        )


def district_of_the_bench(folder: Path) -> Path:
    """Copy the demo district with offers that are held for ``HELD_S`` of a clock that goes faster."""
    shutil.copytree(DEMO, folder)
    path = folder / "zones.geojson"
    zones = json.loads(path.read_text("utf-8"))
    for feature in zones["features"]:
        feature["properties"]["policy"] = {"hold_s": round(HELD_S * PACE)}
    path.write_text(json.dumps(zones), "utf-8")
    return folder


def _counted(figures: Figures) -> str:
    return ", ".join(f"{count:,} {reason}" for reason, count in figures.reasons.most_common())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", choices=["both", "one", "cluster"], default="both")
    parser.add_argument("--clients", type=int, default=8, help="apps that ask, book and look at rides")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long one step of load is offered")
    parser.add_argument(
        "--rate", type=float, help="sessions a second to take for the limit, not looking for it"
    )
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    district = load_district(DEMO)
    shapes = {
        "one": ("one machine", 0),
        "cluster": (f"cluster, {REPLICA_COUNT} replicas", REPLICA_COUNT),
    }
    rows: list[report.Row] = []
    notes = [
        (
            f"{options.clients} apps, {len(district.vehicles)} drivers and the desks, each with a token and a"
            " connection of its own, on the same cores as what they call."
        ),
        "Latencies count from when a call was due, whatever came before it.",
        f"Drivers follow a clock that goes {PACE:.0f} times as fast; offers wait {HELD_S:.0f} s of ours.",
    ]
    for key, (name, replica_count) in shapes.items():
        if options.shape in {"both", key}:
            loaded = LoadedShape(name, options, district)
            asyncio.run(loaded.measure(replica_count))
            rows += loaded.rows
            notes += loaded.notes
    report.publish("load", rows, notes, part="" if options.shape == "both" else options.shape)


if __name__ == "__main__":
    main()
