"""The console in a real Chromium, on real services: for tests, and for the pictures in the documentation."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest
from onebox.day.server_process import ServerProcess, start
from playwright.sync_api import Browser, Page, Playwright
from ticketing.adapters.sandbox_payments import SandboxBook, SandboxServer

REPOSITORY = Path(__file__).resolve().parents[2]
DISTRICT = REPOSITORY / "data" / "demo"
CHROMIUM = Path("/usr/bin/chromium")
# A Tuesday morning of the demo district's timetable, when every vehicle is out.
NOW = datetime(2021, 11, 23, 8, 30, tzinfo=UTC)

DESK = (1280, 800)
PHONE = (390, 844)
WAIT_MS = 90_000
"""For what is shown once the services have answered, on a machine that is busy with other things."""

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The map is drawn without a graphics card.
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]
_LOCALES = {"de": "de-DE", "en": "en-GB"}


def require_chromium() -> None:
    """Skip the test where there is no Chromium; in CI (``CI=true``) that is an error."""
    if CHROMIUM.exists():
        return
    reason = f"no Chromium at {CHROMIUM}: install its Debian package (./dev servers)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@contextmanager
def serving(folder: Path) -> Iterator["Console"]:
    """Real services of the demo district, with the console as it is built from these sources.

    Who pays online pays at a provider that moves no money.
    """
    subprocess.run([REPOSITORY / "dev", "console"], check=True, cwd=REPOSITORY)
    payments = SandboxBook("sandbox")
    with SandboxServer(payments) as provider:
        settings = {
            "LANDLINIE_GATEWAY_CONSOLE_DIR": str(REPOSITORY / "build" / "console"),
            "LANDLINIE_TICKETING_PAYMENTS_URL": provider.url,
            "LANDLINIE_TICKETING_PAYMENTS_SECRET": payments.secret,
        }
        with start(DISTRICT, folder, NOW, seed_days=3, with_http=True, environment=settings) as services:
            yield Console(services, payments)


@dataclass(frozen=True, slots=True)
class Console:
    """Where the console is served, and by what; ``payments`` is what the payment provider knows."""

    services: ServerProcess
    payments: SandboxBook = field(default_factory=lambda: SandboxBook("sandbox"))

    @property
    def url(self) -> str:
        """Where it begins."""
        return f"http://{self.services.http_address}"

    def token(self) -> str:
        """An access token of somebody who may do everything."""
        return self.services.credential()()

    def open(
        self,
        browser: Browser,
        path: str,
        *,
        language: str = "de",
        theme: str = "light",
        size: tuple[int, int] = DESK,
        signed_in: bool = True,
    ) -> Page:
        """Show a page in a browser of its own, whose clock is that of the services."""
        width, height = size
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale=_LOCALES[language],
            color_scheme="dark" if theme == "dark" else "light",
            timezone_id="Europe/Berlin",
        )
        context.set_default_timeout(WAIT_MS)
        page = context.new_page()
        page.clock.install(time=NOW)
        if signed_in:
            answer = context.request.post(
                f"{self.url}/v1/session",
                data={"token": self.token()},
                headers={"X-Landlinie-Client": "tests", "Origin": self.url},
            )
            assert answer.ok, answer.text()
        page.goto(f"{self.url}{path}")
        return page


class OpenPage(Protocol):
    """Shows a page of the console."""

    def __call__(
        self,
        path: str,
        *,
        language: str = "de",
        theme: str = "light",
        size: tuple[int, int] = DESK,
        signed_in: bool = True,
    ) -> Page: ...


def launched(playwright: Playwright) -> Browser:
    """A Chromium without a window, with a user folder of its own that goes with it."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
