"""Real services once for all browser tests of a worker, a real Chromium, and what goes wrong in a page."""

from collections.abc import Callable, Iterator

import pytest
from console_browser import DESK, WAIT_MS, Console, OpenPage, launched, require_chromium, serving
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, expect, sync_playwright
from pytest_socket import enable_socket


@pytest.fixture(scope="session")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    require_chromium()
    enable_socket()
    with serving(tmp_path_factory.mktemp("console")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Of one file: as long as Playwright is open, no other event loop can run in its process."""
    require_chromium()
    enable_socket()
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        chromium = launched(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(console: Console, browser: Browser) -> Iterator[OpenPage]:
    """Opens pages; none of them may have thrown, or said an error on its console, when the test is over."""
    wrong: list[str] = []
    opened: list[Page] = []

    def show(
        path: str,
        *,
        language: str = "de",
        theme: str = "light",
        size: tuple[int, int] = DESK,
        signed_in: bool = True,
    ) -> Page:
        page = console.open(
            browser, "/icon.svg", language=language, theme=theme, size=size, signed_in=signed_in
        )
        opened.append(page)
        page.on("pageerror", _noting(wrong))
        page.on("console", lambda message: _note_error(wrong, message))
        page.goto(f"{console.url}{path}")
        return page

    yield show
    for page in opened:
        # Leaving gives back the seats that are held; the clock of these services never lets an offer expire.
        page.goto("about:blank")
        page.context.close()
    assert not wrong


def _noting(wrong: list[str]) -> Callable[[Error], None]:
    return lambda error: wrong.append(str(error))


def _note_error(wrong: list[str], message: ConsoleMessage) -> None:
    # Chromium writes a line of its own for every answer that is an error; those are the page's to show.
    if message.type == "error" and not message.text.startswith("Failed to load resource"):
        wrong.append(message.text)
