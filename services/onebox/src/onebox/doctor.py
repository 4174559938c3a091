"""``landlinie doctor``: what is needed here, what is there, and what to do about the difference."""

import shutil
import socket
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import grpc
import redis
import sqlalchemy as sa
import typer
from google.protobuf import __version__ as protobuf_version
from grpc_health.v1 import health_pb2, health_pb2_grpc
from pydantic import ValidationError
from rich.console import Console
from rich.table import Column, Table
from routing_core.insertion.best import warm_up
from service_kit.database import open_engine
from service_kit.grpc_targets import addresses_of
from service_kit.identity.tls import open_channel
from service_kit.settings import ClientTlsSettings, StoreSettings
from service_kit.start_trouble import sentence_about
from service_kit.telemetry.settings import host_and_port
from ticketing.adapters.district import read_fares

from onebox.client import DEFAULT_ADDRESS, DEFAULT_HTTP_ADDRESS
from onebox.district import DistrictError, load_district
from onebox.settings import DEFAULT_DATA_DIR, DEFAULT_DISTRICT, DataDir, DistrictDir

FREE_BYTES = 200_000_000
OLDEST_PYTHON = (3, 11)
OLDEST_POSTGRES = 150_000
OLDEST_SQLITE = (3, 35, 0)  # RETURNING, and upserts as we write them


class NotWell(Exception):  # noqa: N818 - reads as what it is
    """Something is missing; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    well: bool
    detail: str


def doctor(
    district: DistrictDir = DEFAULT_DISTRICT,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    address: Annotated[str, typer.Option(envvar="LANDLINIE_ADDRESS", help="where services run or shall")] = (
        DEFAULT_ADDRESS
    ),
    http: Annotated[
        str,
        typer.Option(envvar="LANDLINIE_GATEWAY_ADDRESS", help="where HTTP and the console are or shall be"),
    ] = DEFAULT_HTTP_ADDRESS,
) -> None:
    """Check this installation; exit code 1 when something is missing."""
    checks: list[tuple[str, Callable[[], str]]] = [
        ("Python", _python),
        ("SQLite", _sqlite),
        ("protobuf", lambda: protobuf_version),
        ("time zones", _time_zones),
        ("compiled kernels", _kernels),
        ("district", lambda: _district(district)),
        ("tariff", lambda: _tariff(district)),
        ("data folder", lambda: _data_folder(data_dir)),
        ("services", lambda: _services(address)),
        ("HTTP", lambda: _http(http)),
        *_stores(),
    ]
    findings = [_finding(what, check) for what, check in checks]
    table = Table("", "what", Column("found", overflow="fold"))
    for finding in findings:
        table.add_row("[green]ok[/green]" if finding.well else "[red]no[/red]", finding.what, finding.detail)
    Console().print(table)
    if not all(finding.well for finding in findings):
        raise typer.Exit(1)


def _finding(what: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(what, well=True, detail=check())
    except (NotWell, DistrictError) as problem:
        return Finding(what, well=False, detail=str(problem))


def _python() -> str:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        raise NotWell(f"{version}; install 3.11 or newer")
    return version


def _sqlite() -> str:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise NotWell(f"{sqlite3.sqlite_version}; a Python with SQLite 3.35 or newer is needed")
    return sqlite3.sqlite_version


def _time_zones() -> str:
    try:
        return str(ZoneInfo("Europe/Berlin"))
    except ZoneInfoNotFoundError:
        raise NotWell("no zone Europe/Berlin; install the system's tzdata") from None


def _kernels() -> str:
    started = time.perf_counter()
    warm_up()
    return f"ready after {time.perf_counter() - started:.1f} s"


def _district(folder: Path) -> str:
    found = load_district(folder)
    return (
        f"{found.name}: {len(found.zones)} zones, {len(found.vehicles)} vehicles, "
        f"{len(found.virtual_stops)} virtual stops"
    )


def _tariff(folder: Path) -> str:
    fares = read_fares(folder)
    if fares is None:
        return "none: rides are not billed here"
    versions = fares.book.versions
    today = fares.book.service_day(datetime.now(UTC))
    if versions[0].valid_from > today:
        raise NotWell(
            f"no version holds today; the first, {versions[0].id!r}, begins on {versions[0].valid_from}"
        )
    return f"{fares.book.version(today).id}, of {len(versions)} versions"


def _data_folder(folder: Path) -> str:
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            free_bytes = shutil.disk_usage(nearest).free
    except OSError as error:
        raise NotWell(f"cannot write in {nearest}: {error.strerror}") from None
    if free_bytes < FREE_BYTES:
        raise NotWell(f"{free_bytes // 1_000_000} MB free in {nearest}; {FREE_BYTES // 1_000_000} are needed")
    return f"{folder}, {free_bytes // 1_000_000} MB free"


def _stores() -> list[tuple[str, Callable[[], str]]]:
    """Checks of what is used beside the data folder; none where that is all."""
    try:
        settings = StoreSettings()
    except ValidationError as error:
        message = sentence_about(error)
        return [("stores", lambda: _not_well(message))]
    checks: list[tuple[str, Callable[[], str]]] = []
    if settings.database_url is not None:
        database_url = settings.database_url.get_secret_value()
        checks.append(("PostgreSQL", lambda: _postgres(database_url)))
    if settings.redis_url is not None:
        redis_url = settings.redis_url.get_secret_value()
        checks.append(("Redis", lambda: _redis(redis_url)))
    return checks


def _not_well(message: str) -> str:
    raise NotWell(message)


def _postgres(url: str) -> str:
    engine = open_engine(url, pool_size=1)
    try:
        with engine.connect() as connection:
            version = str(connection.scalar(sa.text("SHOW server_version")))
            number = int(connection.scalar(sa.text("SHOW server_version_num")) or 0)
            most = connection.scalar(sa.text("SHOW max_connections"))
            makes = connection.scalar(sa.text("SELECT has_database_privilege(current_database(), 'CREATE')"))
    except sa.exc.DBAPIError as error:
        raise NotWell(f"does not answer: {str(error.orig).strip()}") from None
    finally:
        engine.dispose()
    if number < OLDEST_POSTGRES:
        raise NotWell(f"{version}; {OLDEST_POSTGRES // 10_000} or newer is needed")
    if not makes:
        raise NotWell(f"{version}; the user may not make schemas: GRANT CREATE ON DATABASE")
    return f"{version}, {most} connections at most"


def _redis(url: str) -> str:
    try:
        with redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5) as client:
            return str(client.info("server")["redis_version"])
    except (redis.RedisError, OSError) as error:
        raise NotWell(f"does not answer: {error}") from None


def _services(address: str) -> str:
    for one in addresses_of(address):
        _host_and_port(one)
    try:
        opened = open_channel(address, ClientTlsSettings())
    except (OSError, ValueError) as error:
        raise NotWell(f"{address} cannot be asked: {error}") from None
    with opened as channel:
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=2)
        except grpc.RpcError:
            return _port_to_be_had(address)
    status = health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)
    if answer.status != health_pb2.HealthCheckResponse.SERVING:
        raise NotWell(f"{address} answers {status}")
    return f"{address} is serving"


def _http(address: str) -> str:
    host, port = _host_and_port(address)
    connection = HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        told = answer.read(200).decode(errors="replace").strip()
    except (OSError, HTTPException):
        return _port_to_be_had(address)
    finally:
        connection.close()
    if answer.status != HTTPStatus.OK:
        raise NotWell(f"{address} answers {answer.status}: {told}")
    return f"{address} takes requests"


def _host_and_port(address: str) -> tuple[str, int]:
    try:
        return host_and_port(address)
    except ValueError as error:
        raise NotWell(str(error)) from None


def _port_to_be_had(address: str) -> str:
    host, _, port = address.rpartition(":")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except (OSError, ValueError, OverflowError) as error:
            raise NotWell(f"{address} is not to be had: {error}") from None
    return f"none running; {address} is free"
