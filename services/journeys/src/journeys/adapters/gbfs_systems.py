"""Lenders of shared vehicles, asked again and again over GBFS: addresses, or folders with the documents."""

import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from timetable.gbfs.model import SharedFleet
from timetable.gbfs.reading import MOST_BYTES, USED, GbfsReadError, feeds_of, read_gbfs

from journeys.application.ports import Unavailable

ASK_S = 10.0
"""How long a document is waited for."""
ASK_EVERY_S = 60.0
STALE = timedelta(minutes=10)
"""What was told longer ago says nothing of now."""
CLOCKS_DIFFER = timedelta(minutes=2)
LANGUAGE = "de"

_log = structlog.get_logger(__name__)


class LenderUnreadableError(Exception):
    """Documents that cannot be had; the text says which and why."""


class GbfsSystem:
    """One lender; safe to use from several threads.

    Parameters
    ----------
    address
        ``http(s)://…/gbfs.json``, or a folder with the documents.
    """

    def __init__(self, address: str, now: Callable[[], datetime]) -> None:
        self.address = address
        self._now = now
        self._fleet: SharedFleet | None = None
        self._lock = threading.Lock()

    def __call__(self) -> SharedFleet:
        """What it told last; raises Unavailable where that is not known, or too old."""
        with self._lock:
            fleet = self._fleet
        if fleet is None:
            raise Unavailable("LENDER_UNREADABLE", f"what {self.address} lends is not known")
        age = self._now() - fleet.told_at
        if not -CLOCKS_DIFFER <= age <= STALE:
            raise Unavailable(
                "LENDER_STALE", f"{fleet.system.name} told at {fleet.told_at.isoformat()} what it lends"
            )
        return fleet

    def ask(self) -> None:
        """Read the documents; what was told before stays where they cannot be had."""
        try:
            fleet, findings = read_gbfs(self._documents())
        except (GbfsReadError, LenderUnreadableError) as error:
            _log.warning("lender_not_read", address=self.address, error=str(error))
            return
        with self._lock:
            first, self._fleet = self._fleet is None, fleet
        if first:
            _log.info(
                "lender_read",
                address=self.address,
                vehicle_count=len(fleet.vehicles),
                finding_count=len(findings),
            )

    def _documents(self) -> dict[str, bytes]:
        if urlsplit(self.address).scheme not in {"http", "https"}:
            folder = Path(self.address)
            found = {name: folder / f"{name}.json" for name in USED}
            return {name: _read(path) for name, path in found.items() if path.is_file()}
        addresses = feeds_of(_fetched(self.address), LANGUAGE)
        return {name: _fetched(address) for name, address in addresses.items()}


class GbfsWatch:
    """Asks all lenders now and then, in a thread of its own."""

    def __init__(self, systems: list[GbfsSystem], ask_every_s: float = ASK_EVERY_S) -> None:
        self.systems = systems
        self._ask_every_s = ask_every_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gbfs-watch", daemon=True)

    def start(self) -> None:
        """Begin to ask; nobody is asked where there is no lender."""
        if self.systems:
            self._thread.start()

    def stop(self) -> None:
        """Finish the question at hand and end."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while True:
            for system in self.systems:
                if self._stopping.is_set():
                    return
                try:
                    system.ask()
                except Exception as error:
                    # One lender's documents must not keep the others from being asked.
                    _log.warning("lender_not_read", address=system.address, error=repr(error))
            if self._stopping.wait(self._ask_every_s):
                return


def systems_of(addresses: str, now: Callable[[], datetime]) -> list[GbfsSystem]:
    """The lenders at these addresses, divided by commas."""
    return [GbfsSystem(address.strip(), now) for address in addresses.split(",") if address.strip()]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise LenderUnreadableError(f"{path}: {error.strerror}") from error


def _fetched(address: str) -> bytes:
    """A document; addresses that a lender names are asked over HTTP only."""
    if urlsplit(address).scheme not in {"http", "https"}:
        raise LenderUnreadableError(f"{address}: neither http nor https")
    request = urllib.request.Request(address, headers={"Accept": "application/json"})  # noqa: S310 - see above
    try:
        with urllib.request.urlopen(request, timeout=ASK_S) as answer:  # noqa: S310 - see above
            content: bytes = answer.read(MOST_BYTES + 1)
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise LenderUnreadableError(f"{address}: {error}") from error
    return content
