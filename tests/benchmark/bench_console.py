"""The console on a full day: frames of map and timeline, how soon an event is seen, the first load."""

import argparse
import asyncio
import gzip
import json
import math
import random
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import numpy as np
import report
from console_day import PlayedMorning, Report, book, write_district
from console_pages import PAGES, ConsolePage, fetched, move, opened
from console_recording import Recorder, Recording
from console_stand_in import BEGIN, REWIND, TOLD, standing_in
from console_trace import traced
from load_clients import connect
from onebox.day.server_process import ServerProcess, start
from onebox.district import District, load_district
from onebox.seeding import clock_instant
from playwright.async_api import Browser, Page, async_playwright
from service_kit.identity.local_issuer import LocalIssuer
from service_kit.identity.principal import Role

DEMO = report.ROOT / "data" / "demo"
CONSOLE = report.ROOT / "build" / "console"
BEGINS_S = 6 * 3600
PLAYED_FROM_S = 8 * 3600
APPS = 3
CHROMIUM = "/usr/bin/chromium"
# As it runs on a machine without a graphics card: pages are put together and maps are drawn by the processor.
ARGUMENTS = (
    *("--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-gpu", "--use-angle=swiftshader"),
    "--enable-unsafe-swiftshader",
)
SETTLE_S = 3.0
RENDERER = """() => {
  const gl = document.createElement('canvas').getContext('webgl2');
  const told = gl?.getExtension('WEBGL_debug_renderer_info');
  return told ? gl.getParameter(told.UNMASKED_RENDERER_WEBGL) : 'none';
}"""


async def recorded(options: argparse.Namespace) -> Recording:
    """Book a day on real services, play a part of it, and keep what their gateway answers and tells."""
    with tempfile.TemporaryDirectory(prefix="landlinie-console-") as made:
        folder = Path(made)
        write_district(DEMO, folder / "district", options.vehicles)
        district = load_district(folder / "district")
        begins = clock_instant(district.service_date, BEGINS_S, ZoneInfo(district.timezone))
        environment = {
            "LANDLINIE_POOLING_IMPROVE_EVERY_S": "0",
            "LANDLINIE_GATEWAY_CONSOLE_DIR": str(CONSOLE),
        }
        with start(
            folder / "district", folder / "var", begins, seed_days=1, with_http=True, environment=environment
        ) as server:
            async with AsyncExitStack() as stack:
                return await _recorded(stack, server, district, options)


async def _recorded(
    stack: AsyncExitStack, server: ServerProcess, district: District, options: argparse.Namespace
) -> Recording:
    clients = await connect(stack, server, district, APPS)
    began_s = time.monotonic()
    rides = await book(clients, district, options.rides, random.Random(options.seed))
    print(f"{rides} rides booked in {time.monotonic() - began_s:.0f} s", flush=True)
    played_from = clock_instant(district.service_date, PLAYED_FROM_S, ZoneInfo(district.timezone))
    morning = PlayedMorning(clients, district, played_from, options.pace)
    await morning.set_clock()
    recording = Recording(played_from.timestamp() * 1000, options.pace, options.vehicles, rides)
    address = f"http://{server.http_address}"
    session = await _session(address, server, district)
    recorder = Recorder(address, session, recording)
    stack.push_async_callback(recorder.close)
    paths = await _paths_asked(address, session, recording)
    await recorder.ask_once(paths)
    following = asyncio.create_task(recorder.follow(paths))
    await morning.play(options.seconds, lambda: time.time() * 1000)
    await asyncio.sleep(SETTLE_S)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    recording.action_count, recording.failed_count = morning.action_count, morning.failed_count
    arrivals = [
        (json.loads(data)["fact"]["vehicle_id"], at_ms)
        for kind, data, at_ms in recorder.arrived
        if kind == "VehicleArrived"
    ]
    recording.delays_ms = latencies(morning.reports, arrivals)
    return recording


async def _session(address: str, server: ServerProcess, district: District) -> dict[str, str]:
    token = LocalIssuer.open(server.data_dir).issue(
        subject="desk",
        roles=[Role.DISPATCHER, Role.DEPOT],
        tenant=district.id,
        ttl=timedelta(hours=8),
        client_id="desk",
    )
    async with httpx.AsyncClient(base_url=address) as client:
        answer = await client.post(
            "/v1/session", json={"token": token}, headers={"X-Landlinie-Client": "console"}
        )
        answer.raise_for_status()
        return dict(answer.cookies)


async def _paths_asked(address: str, session: dict[str, str], recording: Recording) -> list[str]:
    """What the pages ask the gateway for, in the order they do."""
    asked: dict[str, None] = {}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for shows in PAGES:
            async with opened(
                browser, address, shows, recording.day_ms, recording.pace, session=session
            ) as page:
                await page.wait_for_timeout(SETTLE_S * 1000)
                for path in await fetched(page):
                    if path.startswith("/v1/") and not path.startswith(("/v1/events", "/v1/tiles")):
                        asked[path] = None
        await browser.close()
    return list(asked)


async def measure(recording: Recording, options: argparse.Namespace) -> tuple[list[report.Row], list[str]]:
    """Look at both pages while the morning is told again."""
    rows: list[report.Row] = []
    notes: list[str] = []
    with standing_in(recording, CONSOLE, DEMO / "map.pmtiles") as address:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            for shows in PAGES:
                if not options.page or shows.name in options.page:
                    rows += await measured(browser, address, shows, recording, options)
            notes.append(
                f"Chromium draws with {await renderer(browser)}; it shares the cores with the stand-in."
            )
            await browser.close()
    return rows, notes


async def measured(
    browser: Browser, address: str, shows: ConsolePage, recording: Recording, options: argparse.Namespace
) -> list[report.Row]:
    """One page: frames while it is moved and while it is not, then how soon events are seen."""
    rows: list[report.Row] = []
    async with _playing(browser, address, shows, recording, tall=False) as page:
        seconds = options.frames_seconds
        still = await traced(browser, page, lambda: asyncio.sleep(seconds))
        moved = await traced(browser, page, lambda: move(page, shows, seconds))
        scripts_kb = gzipped_kb(await fetched(page))
    async with _playing(browser, address, shows, recording, tall=True) as page:
        await asyncio.sleep(options.seconds + SETTLE_S)
        seen = await page.evaluate("() => window.shown")
        told = await (await page.context.request.get(f"{address}{TOLD}")).json()
    events = [
        Report(note(json.loads(data)["fact"]), at_ms)
        for kind, data, at_ms in told
        for note in (shows.kinds.get(kind),)
        if note
    ]
    found_ms = latencies(events, [(what, at_ms) for what, at_ms in seen])
    p50, p95 = percentiles(found_ms)
    values: dict[str, str | float] = {
        "frames/s while it is moved": moved.per_s,
        "longest time between two frames then, ms": moved.longest_ms,
        "main thread per frame then, p95, ms of processor": moved.work_p95_ms,
        "the page's processor time per frame then, ms": moved.processor_ms.get("renderer", math.nan),
        "drawing's processor time per frame then, ms": moved.processor_ms.get("gpu-process", math.nan),
        "frames/s while it is left alone": still.per_s,
        "event to pixel, p50, ms": p50,
        "event to pixel, p95, ms": p95,
        "events seen": f"{len(found_ms)} of {len(events)}",
        "script, gzipped, kB, without the map engine": scripts_kb["other"],
        "the map engine, gzipped, kB": scripts_kb["map"],
    }
    for what, value in values.items():
        rows.append({"page": shows.name, "measured": what, "value": value})
    return rows


@asynccontextmanager
async def _playing(
    browser: Browser, address: str, shows: ConsolePage, recording: Recording, *, tall: bool
) -> AsyncIterator[Page]:
    async with (
        httpx.AsyncClient(base_url=address) as client,
        opened(browser, address, shows, recording.day_ms, recording.pace, tall=tall) as page,
    ):
        await page.wait_for_timeout(SETTLE_S * 1000)
        (await client.post(BEGIN)).raise_for_status()
        await page.evaluate("() => window.beginMorning()")
        yield page
        (await client.post(REWIND)).raise_for_status()


async def renderer(browser: Browser) -> str:
    """What Chromium draws with."""
    page = await browser.new_page()
    told: str = await page.evaluate(RENDERER)
    await page.close()
    return told


def latencies(reports: Sequence[Report], seen: Sequence[tuple[str, float]]) -> list[float]:
    """Milliseconds from each report to when it was seen, before the next one of the same name."""
    found = []
    by_name: dict[str, list[float]] = {}
    for name, at_ms in seen:
        by_name.setdefault(name, []).append(at_ms)
    sent: dict[str, list[float]] = {}
    for each in reports:
        sent.setdefault(each.vehicle_id, []).append(each.sent_ms)
    for each in reports:
        again_ms = min((at_ms for at_ms in sent[each.vehicle_id] if at_ms > each.sent_ms), default=math.inf)
        later = [at_ms for at_ms in by_name.get(each.vehicle_id, []) if each.sent_ms <= at_ms <= again_ms]
        if later:
            found.append(min(later) - each.sent_ms)
    return found


def percentiles(values_ms: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 95th percentile."""
    if not values_ms:
        return math.nan, math.nan
    p50, p95 = np.percentile(values_ms, [50, 95])
    return float(p50), float(p95)


def gzipped_kb(fetched_paths: Sequence[str]) -> dict[str, float]:
    """Kilobytes of script a page fetched, as they travel: the map engine with its worker, and all others."""
    sums = {"map": 0.0, "other": 0.0}
    for path in fetched_paths:
        if path.startswith("/assets/") and path.endswith(".js"):
            kind = "map" if "basemap" in path or "worker" in path else "other"
            sums[kind] += len(gzip.compress((CONSOLE / path[1:]).read_bytes(), 9)) / 1000
    return sums


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vehicles", type=int, default=200)
    parser.add_argument("--rides", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=40.0, help="of the morning that is played")
    parser.add_argument("--frames-seconds", type=float, default=10.0, help="of each trace")
    parser.add_argument("--pace", type=float, default=20.0, help="seconds of the day in a second")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--page", action="append", choices=[shows.name for shows in PAGES])
    parser.add_argument("--recording", type=Path, help="is read where it is there, else written")
    options = parser.parse_args()
    if options.recording and options.recording.exists():
        recording = Recording.kept(options.recording)
    else:
        recording = asyncio.run(recorded(options))
        if options.recording:
            recording.keep(options.recording)
    rows, notes = asyncio.run(measure(recording, options))
    told_p50, told_p95 = percentiles(recording.delays_ms)
    rows = [
        {"page": "services alone", "measured": "report to event, p50, ms", "value": told_p50},
        {"page": "services alone", "measured": "report to event, p95, ms", "value": told_p95},
        *rows,
    ]
    notes = [
        (
            f"{recording.vehicle_count} vehicles, {recording.ride_count:,} rides; the clock goes"
            f" {recording.pace:.0f} times as fast: {recording.action_count} reports of drivers in"
            f" {options.seconds:.0f} s, {recording.failed_count} came out of turn."
        ),
        "A recorded gateway tells the morning again: services do not share the cores with the browser.",
        "Event to pixel: from when an event is sent to the frame after the one that shows it.",
        *notes,
    ]
    report.publish("console", rows, notes)


if __name__ == "__main__":
    main()
