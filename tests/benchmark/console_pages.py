"""The console's two pages that move most: opened in a browser whose clock runs with a played morning."""

import asyncio
import itertools
import math
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit

from playwright.async_api import Browser, Page

WIDTH_PX, HEIGHT_PX = 1280, 800
LIMIT_MS = 90_000
STEP_S = 0.01
CIRCLE_PX, STEPS_A_RADIAN = 160, 30
SCROLL_PX, SCROLL_PX_A_SECOND = 1000, 1000

_WATCHING = """
(() => {
  const system = Date.now.bind(Date);
  let from = null;
  const now = () => DAY_MS + (from === null ? 0 : (system() - from) * PACE);
  window.Date = class extends Date {
    constructor(...given) {
      super(...(given.length > 0 ? given : [now()]));
    }
    static now() {
      return now();
    }
  };
  window.beginMorning = () => { from = system(); };
  window.shown = [];
  performance.setResourceTimingBufferSize(5000);
  // The frame after the one that was drawn with it: by then it is on the screen.
  const note = (what) => requestAnimationFrame(() => window.shown.push([what, system()]));
  new PerformanceObserver((list) => {
    for (const mark of list.getEntries())
      if (mark.name.startsWith('report shown ')) note(mark.name.slice('report shown '.length));
  }).observe({ type: 'mark' });
  new MutationObserver((changes) => {
    for (const { target } of changes) note(`${target.dataset.ride} ${target.dataset.state}`);
  }).observe(document, { subtree: true, attributeFilter: ['data-state'] });
})();
"""


@dataclass(frozen=True, slots=True)
class ConsolePage:
    """A page, when it is there, and what of it is moved.

    Attributes
    ----------
    tall_px
        Height of the window while events are looked for, so that enough of them are in view.
    kinds
        Events that must be seen on it, and what the page notes when it shows one: made of the event's fact.
    """

    name: str
    path: str
    ready: str
    moved: str
    drags: bool
    tall_px: int
    kinds: dict[str, Callable[[dict[str, str]], str]]


PAGES = (
    ConsolePage(
        "map",
        "/map",
        "[data-testid=map][data-ready=true]",
        "[data-testid=map]",
        drags=True,
        tall_px=HEIGHT_PX,
        kinds={"VehicleArrived": lambda fact: fact["vehicle_id"]},
    ),
    ConsolePage(
        "timeline",
        "/timeline",
        "[data-vehicle] [data-ride]",
        "[role=group]:has([data-vehicle])",
        drags=False,
        tall_px=3 * HEIGHT_PX,
        kinds={
            "PassengerBoarded": lambda fact: f"{fact['ride_id']} RIDE_STATE_ABOARD",
            "PassengerAlighted": lambda fact: f"{fact['ride_id']} RIDE_STATE_COMPLETED",
        },
    ),
)


@asynccontextmanager
async def opened(
    browser: Browser,
    address: str,
    shows: ConsolePage,
    day_ms: float,
    pace: float,
    *,
    session: Mapping[str, str] = MappingProxyType({}),
    tall: bool = False,
) -> AsyncIterator[Page]:
    """Open a page whose clock stands at the morning's beginning until ``beginMorning()`` is called in it."""
    height_px = shows.tall_px if tall else HEIGHT_PX
    context = await browser.new_context(viewport={"width": WIDTH_PX, "height": height_px}, locale="de-DE")
    await context.add_cookies(
        [{"name": name, "value": value, "url": address} for name, value in session.items()]
    )
    page = await context.new_page()
    await page.add_init_script(_WATCHING.replace("DAY_MS", str(day_ms)).replace("PACE", str(pace)))
    await page.goto(f"{address}{shows.path}")
    await page.wait_for_selector(shows.ready, timeout=LIMIT_MS)
    yield page
    await context.close()


async def move(page: Page, shows: ConsolePage, seconds: float) -> None:
    """Drag the map round in circles, or scroll the timeline all four ways."""
    box = await page.locator(shows.moved).first.bounding_box()
    if box is None:
        raise RuntimeError(f"{shows.path}: {shows.moved} is not to be seen")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await (_drag if shows.drags else _scroll)(page, x, y, time.monotonic() + seconds)


async def _drag(page: Page, x: float, y: float, until_s: float) -> None:
    step = 0
    await page.mouse.move(x + CIRCLE_PX, y)
    await page.mouse.down()
    while time.monotonic() < until_s:
        step += 1
        angle = step / STEPS_A_RADIAN
        await page.mouse.move(x + CIRCLE_PX * math.cos(angle), y + CIRCLE_PX * math.sin(angle))
        await asyncio.sleep(STEP_S)
    await page.mouse.up()


async def _scroll(page: Page, x: float, y: float, until_s: float) -> None:
    # The browser turns the wheel itself, as often as it draws.
    wheel = await page.context.new_cdp_session(page)
    for ways in itertools.cycle(((0, -SCROLL_PX), (-SCROLL_PX, 0), (0, SCROLL_PX), (SCROLL_PX, 0))):
        if time.monotonic() >= until_s:
            break
        along, down = ways
        gesture = {"x": x, "y": y, "xDistance": along, "yDistance": down, "speed": SCROLL_PX_A_SECOND}
        await wheel.send("Input.synthesizeScrollGesture", {**gesture, "gestureSourceType": "mouse"})
    await wheel.detach()


async def fetched(page: Page) -> list[str]:
    """What the page has asked its server for, as paths with their queries, each once."""
    urls = await page.evaluate("() => performance.getEntriesByType('resource').map((each) => each.name)")
    parts = [urlsplit(url) for url in urls]
    return list(dict.fromkeys(f"{part.path}?{part.query}" if part.query else part.path for part in parts))
