"""OSRM as a peer: its own executables, from the wheel on PyPI that carries them, asked over HTTP.

OSRM prepares the same extract with its own car profile, so its driving times are others; only its speed can
be compared. The wheel is fetched once, into ``build/peers/osrm``.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import report
from routing_core.roads.snap import RoadPoint

FOLDER = report.ROOT / "build" / "peers" / "osrm"
WHEEL = "osrm-bindings==26.10.0"
START_LIMIT_S = 60.0
CALL_LIMIT_S = 1800.0
LARGEST_TABLE = 2000


class NoOsrm(Exception):  # noqa: N818 - reads as what it is
    """Why there are no executables, or why they did not work."""


def fetched() -> Path:
    """The folder of OSRM's executables and profiles; raises NoOsrm."""
    inside = FOLDER / "wheel" / "osrm"
    if not inside.is_dir():
        FOLDER.mkdir(parents=True, exist_ok=True)
        # Only the executables are used, so the wheel's Python version does not matter.
        kind = ("--no-deps", "--only-binary", ":all:", "--python-version", "3.12", "--abi", "abi3")
        place = ("--platform", "manylinux_2_28_x86_64", "--dest", str(FOLDER))
        _run([sys.executable, "-m", "pip", "download", "--quiet", *kind, *place, WHEEL])
        with zipfile.ZipFile(next(FOLDER.glob("*.whl"))) as wheel:
            wheel.extractall(FOLDER / "wheel")
    for program in (inside / "bin").glob("osrm-*"):
        program.chmod(0o755)
    return inside


class Osrm:
    """One extract, prepared.

    Attributes
    ----------
    seconds
        What each step of the preparation took.
    """

    def __init__(self, extract: Path, folder: Path) -> None:
        self._home = fetched()
        copy = folder / f"map{''.join(extract.suffixes[-2:])}"
        copy.symlink_to(extract.resolve())
        self.seconds: dict[str, float] = {}
        self._step("extract", "--profile", str(self._home / "share" / "profiles" / "car.lua"), str(copy))
        # Partitioning numbers the nodes anew, which what was contracted would not fit any more.
        cells = folder / "cells"
        cells.mkdir()
        for path in folder.glob("map.osrm*"):
            shutil.copy(path, cells)
        self._maps = {"CH": folder / "map.osrm", "MLD": cells / "map.osrm"}
        self._step("contract", str(self._maps["CH"]))
        self._step("partition", str(self._maps["MLD"]))
        self._step("customize", str(self._maps["MLD"]))

    def _step(self, name: str, *arguments: str) -> None:
        began = time.perf_counter()
        _run([str(self._home / "bin" / f"osrm-{name}"), "--threads", "1", *arguments])
        self.seconds[name] = time.perf_counter() - began

    @contextmanager
    def served(self, algorithm: str) -> Iterator["Served"]:
        """A server with one thread, by ``CH`` or ``MLD``."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        limits = ("--max-table-size", str(LARGEST_TABLE), "--verbosity", "ERROR", "--threads", "1")
        where = ("--ip", "127.0.0.1", "--port", str(port), "--algorithm", algorithm)
        program = [str(self._home / "bin" / "osrm-routed"), *limits, *where, str(self._maps[algorithm])]
        with subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
            try:
                _wait_for(port, server)
                yield Served(port, server.pid)
            except HTTPException as error:
                raise NoOsrm(f"osrm-routed: {error!r}") from error
            finally:
                server.terminate()


class Served:
    """A running server; every call's answer is read to its end, and not parsed."""

    def __init__(self, port: int, pid: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=CALL_LIMIT_S)
        self._pid = pid

    def table(self, points: Sequence[RoadPoint]) -> bytes:
        """Driving times from all points to all points, as JSON."""
        return self._get(f"/table/v1/driving/{_path(points)}?generate_hints=false&skip_waypoints=true")

    def way(self, origin: RoadPoint, destination: RoadPoint) -> bytes:
        """The fastest way without its shape, as JSON."""
        return self._get(
            f"/route/v1/driving/{_path([origin, destination])}?overview=false&generate_hints=false"
        )

    def resident_mib(self) -> float:
        """Memory of the server now."""
        pages = int(Path(f"/proc/{self._pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def _get(self, path: str) -> bytes:
        self._connection.request("GET", path)
        response = self._connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise NoOsrm(f"answered {response.status}: {body[:200].decode(errors='replace')}")
        return body


def durations_s(table: bytes) -> list[list[float | None]]:
    """The times in a table's answer."""
    rows: list[list[float | None]] = json.loads(table)["durations"]
    return rows


def _path(points: Sequence[RoadPoint]) -> str:
    return ";".join(f"{point.longitude_deg:.7f},{point.latitude_deg:.7f}" for point in points)


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_LIMIT_S
    while time.monotonic() < until and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise NoOsrm("osrm-routed did not start")


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise NoOsrm(f"{Path(command[0]).name}: {error}") from error
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise NoOsrm(f"{Path(command[0]).name} ended with {done.returncode}: {' '.join(last)}")
