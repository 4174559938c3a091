"""From a fresh clone to a first own booking on the map, as README says, with a real browser.

Usage: bench_first_booking.py [--cold] [--from REPOSITORY]
"""

import argparse
import os
import re
import resource
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import report
from playwright.sync_api import Page, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"),
)
LONGEST_S = 1_800.0
SHOWN_MS = 60_000
LIMIT_S = 300
CALL = (("Telefon", "0395 12"), ("Name", "Kruse"), ("Von", "alt rehse"), ("Nach", "bahnhof neubr"))
PICKUP = "Alt Rehse"
ZONE = ZoneInfo("Europe/Berlin")
DAYTIME_H = (7, 18)
"""When vehicles are out all over the demo district; at night the services get a clock that shows ten."""
LINK = re.compile(r"console\s+(http\S+)")


class Clock:
    """Stages, one after the other, and how long each took."""

    def __init__(self) -> None:
        self._began_s = self._last_s = time.monotonic()
        self.rows: list[dict[str, str | float]] = []

    def stage(self, name: str) -> None:
        """Say that a stage is over."""
        now_s = time.monotonic()
        row = {"seconds": round(now_s - self._last_s, 1), "since the clone": round(now_s - self._began_s, 1)}
        self.rows.append({"stage": name, **row})
        self._last_s = now_s

    @property
    def whole_s(self) -> float:
        """All stages together."""
        return self._last_s - self._began_s


def main() -> None:
    """Try it once and print how long each stage took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cold", action="store_true", help="with empty caches of pip and npm")
    parser.add_argument("--from", dest="source", default=str(report.ROOT), help="what is cloned")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="landlinie-trial-") as folder:
        trial = Path(folder) / "landlinie"
        environment = _environment(Path(folder), cold=options.cold)
        now = _daytime(datetime.now(UTC))
        clock = Clock()
        subprocess.run(["git", "clone", "--quiet", options.source, str(trial)], check=True)
        clock.stage("git clone")
        with _up(trial, environment, now, clock) as link:
            _book(link, now, clock)
    notes = [
        f"Caches of pip and npm: {'empty' if options.cold else 'as they were'}.",
        f"The clock of services and browser: {'simulated, ten in the morning' if now else 'the real one'}.",
        f"Processor time of all of it but the browser: {_used_s():.0f} s.",
        f"Limit: {LIMIT_S} s from the clone to the booking on the map; it took {clock.whole_s:.0f} s.",
    ]
    report.publish("first_booking", clock.rows, notes, part="cold" if options.cold else "warm")


def _environment(folder: Path, *, cold: bool) -> Mapping[str, str]:
    """Nothing of this environment that a volunteer would not have."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("NUMBA_", "VIRTUAL_ENV"))
    }
    kept["PATH"] = os.pathsep.join(
        part for part in kept["PATH"].split(os.pathsep) if not part.startswith(str(report.ROOT))
    )
    if cold:
        kept |= {"PIP_CACHE_DIR": str(folder / "pip"), "npm_config_cache": str(folder / "npm")}
    return kept


def _daytime(now: datetime) -> datetime | None:
    """None by day; at night the instant that stands for it: ten in the morning."""
    local = now.astimezone(ZONE)
    if DAYTIME_H[0] <= local.hour < DAYTIME_H[1]:
        return None
    return local.replace(hour=10, minute=0, second=0, microsecond=0).astimezone(UTC)


@contextmanager
def _up(trial: Path, environment: Mapping[str, str], now: datetime | None, clock: Clock) -> Iterator[str]:
    """``./dev up``, at ports that are free; gives the link that it prints."""
    command = ["./dev", "up", "--address", "127.0.0.1:0", "--http", "127.0.0.1:0"]
    command += ["--simulated-clock", now.isoformat()] if now else []
    log = trial / "up.log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            command, cwd=trial, env=dict(environment), stdout=written, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
    try:
        for said, stage in (
            ("Fetching the console's packages", "Python environment"),
            ("Building the console", "packages of the console"),
            (None, "console built"),
        ):
            wanted = partial(_built, trial) if said is None else partial(_said, log, said)
            _wait(process, wanted, log)
            clock.stage(stage)
        _wait(process, lambda: LINK.search(_text(log)) is not None, log)
        clock.stage("services ready, link printed")
        found = LINK.search(_text(log))
        assert found
        yield found[1]
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def _used_s() -> float:
    """Processor seconds of what was started and has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _built(trial: Path) -> bool:
    return (trial / "build" / "console" / ".made-from").is_file()


def _said(log: Path, sentence: str) -> bool:
    return sentence in _text(log)


def _text(log: Path) -> str:
    return log.read_text("utf-8", "replace")


def _wait(process: "subprocess.Popen[bytes]", until: Callable[[], bool], log: Path) -> None:
    give_up_s = time.monotonic() + LONGEST_S
    while not until():
        if process.poll() is not None or time.monotonic() > give_up_s:
            raise SystemExit(f"./dev up did not get ready:\n{_text(log)[-3000:]}")
        time.sleep(0.1)


def _book(link: str, now: datetime | None, clock: Clock) -> None:
    """Follow the link, take a call by keyboard, look for the ride on the map."""
    expect.set_options(timeout=SHOWN_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        context = browser.new_context(
            viewport={"width": 1280, "height": 800}, locale="de-DE", timezone_id=str(ZONE)
        )
        page = context.new_page()
        if now:
            page.clock.install(time=now)
        page.goto(link)
        expect(page.get_by_label("Telefon", exact=True)).to_be_focused()
        clock.stage("signed in by the link, phone desk shown")
        when = ((now or datetime.now(UTC)) + timedelta(minutes=40)).astimezone(ZONE).strftime("%H:%M")
        _take_call(page, [*CALL, ("Wann", when)])
        clock.stage("call taken by keyboard, booked")
        page.get_by_role("link", name="Karte").click()
        page.get_by_role("combobox", name="Liste zeigt").select_option("rides")
        expect(page.get_by_role("row").filter(has_text=PICKUP).first).to_be_visible()
        clock.stage("the ride seen on the map")
        browser.close()


def _take_call(page: Page, fields: Sequence[tuple[str, str]]) -> None:
    for label, text in fields:
        expect(page.get_by_label(label, exact=True)).to_be_focused()
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Gebucht", exact=True)).to_be_focused()


if __name__ == "__main__":
    main()
