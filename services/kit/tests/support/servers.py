"""Real PostgreSQL and Redis for tests: by URL, or from this machine's binaries; else the test says why not.

One server of a kind serves all test processes of a run; each test gets a database of its own. Whoever wants
to kill a server starts one for itself. Servers end with the run, even if that is killed.
"""

import fcntl
import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
import redis
import sqlalchemy as sa

POSTGRES_URL = "LANDLINIE_TEST_POSTGRES_URL"
REDIS_URL = "LANDLINIE_TEST_REDIS_URL"
START_S = 60.0
REDIS_DATABASES = 512
# Ends the server with the process that owns it, however that one ends, and leaves nothing behind.
_KEEPER = """
owner=$1 folder=$2; shift 2
"$@" >"$folder/log" 2>&1 & child=$!
echo $child >"$folder/pid"
while kill -0 "$owner" 2>/dev/null && kill -0 "$child" 2>/dev/null; do sleep 0.5; done
kill -0 "$owner" 2>/dev/null || { kill -INT "$child" 2>/dev/null; wait "$child"; rm -rf "$folder"; }
"""


def not_to_be_had(what: str) -> NoReturn:
    """Skip; where everything has to be tested, fail instead."""
    reason = f"no {what} here: name one, or install its Debian package (./dev servers)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


class Server:
    """A server process of the tests' own, in a folder of its own.

    Attributes
    ----------
    url
        Where it answers; over a socket in its folder.
    """

    kind: str
    url: str

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"landlinie-{self.kind}-"))

    def start(self) -> None:
        """Run it until the owner's process ends; returns once it answers."""
        (self.folder / "pid").unlink(missing_ok=True)
        subprocess.run(
            ["/bin/sh", "-c", f"({_KEEPER}) &", "keeper", str(_owner()), str(self.folder), *self._command()],
            start_new_session=True,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + START_S
        while not self._answers():
            if time.monotonic() > until:
                raise RuntimeError(f"{self.kind} does not start: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.02)

    def kill(self) -> None:
        """``kill -9``, and the end of the process."""
        self.signal(signal.SIGKILL)
        pid = self.pid
        while Path(f"/proc/{pid}").exists() and not _is_zombie(pid):
            time.sleep(0.01)

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    @property
    def pid(self) -> int:
        return int((self.folder / "pid").read_text())

    def remove(self) -> None:
        """Kill it and delete its folder."""
        if (self.folder / "pid").exists():
            with suppress(ProcessLookupError):
                self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _command(self) -> list[str]:
        raise NotImplementedError

    def _answers(self) -> bool:
        raise NotImplementedError


class PostgresServer(Server):
    """PostgreSQL; as another user where root runs the tests, which it refuses to serve."""

    kind = "postgres"

    def __init__(self) -> None:
        super().__init__()
        found = _postgres_bin()
        if found is None:
            not_to_be_had("PostgreSQL")
        self._bin = found
        self._as: list[str] = []
        user = pwd.getpwuid(os.getuid()).pw_name
        if os.getuid() == 0:
            user = _unprivileged_user()
            shutil.chown(self.folder, user)
            self._as = [
                "setpriv",
                f"--reuid={user}",
                f"--regid={pwd.getpwnam(user).pw_gid}",
                "--clear-groups",
            ]
        self.url = f"postgresql+psycopg://landlinie@/postgres?host={self.folder}"
        subprocess.run(
            [
                *self._as,
                str(self._bin / "initdb"),
                *("--pgdata", str(self.folder / "data"), "--username=landlinie", "--auth=trust"),
                *("--encoding=UTF8", "--locale=C", "--no-sync"),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
        )

    def kill(self) -> None:
        """Kill all of it: a server process that outlives the first one keeps the next from starting."""
        children = subprocess.run(
            ["pgrep", "-P", str(self.pid)], capture_output=True, text=True, check=False
        ).stdout.split()
        super().kill()
        for child in children:
            until = time.monotonic() + START_S
            while Path(f"/proc/{child}").exists() and not _is_zombie(int(child)) and time.monotonic() < until:
                time.sleep(0.01)

    def _command(self) -> list[str]:
        return [
            *self._as,
            str(self._bin / "postgres"),
            *("-D", str(self.folder / "data"), "-k", str(self.folder), "-c", "listen_addresses="),
            *("-c", "max_connections=300", "-c", "shared_buffers=64MB", "-c", "fsync=off"),
        ]

    def _answers(self) -> bool:
        try:
            psycopg.connect(f"host={self.folder} user=landlinie dbname=postgres", connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True


class RedisServer(Server):
    """Redis on a socket file; what it holds is lost when it ends."""

    kind = "redis"

    def __init__(self) -> None:
        super().__init__()
        found = shutil.which("redis-server")
        if found is None:
            not_to_be_had("Redis")
        self._program = found
        self.url = f"unix://{self.folder}/socket"

    def _command(self) -> list[str]:
        return [
            self._program,
            *("--port", "0", "--unixsocket", str(self.folder / "socket"), "--dir", str(self.folder)),
            *("--save", "", "--databases", str(REDIS_DATABASES)),
        ]

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> str:
    """URL of a PostgreSQL whose user may make databases."""
    if given := os.environ.get(POSTGRES_URL):
        return given
    if _postgres_bin() is None:
        not_to_be_had("PostgreSQL")
    return _shared(tmp_path_factory, PostgresServer)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """An empty PostgreSQL database of the test's own."""
    with new_database(postgres_server) as url:
        yield url


@contextmanager
def new_database(server: str) -> Iterator[str]:
    """An empty database that is there for as long as the block runs."""
    name = f"test_{uuid.uuid4().hex}"
    url = sa.make_url(server)
    engine = sa.create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0")
        yield url.set(database=name).render_as_string(hide_password=False)
        with engine.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> str:
    """URL of a Redis that tests of all processes share."""
    if given := os.environ.get(REDIS_URL):
        return given
    if shutil.which("redis-server") is None:
        not_to_be_had("Redis")
    return _shared(tmp_path_factory, RedisServer)


@pytest.fixture
def redis_url(redis_server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An empty Redis database; no other test of the run has the same number before all had their turn."""
    with _locked(tmp_path_factory) as folder:
        counter = folder / "redis-number"
        number = int(counter.read_text()) + 1 if counter.exists() else 0
        counter.write_text(str(number))
    with redis.Redis.from_url(redis_server) as client:
        count = int(client.config_get("databases")["databases"])
    glue = "?db=" if redis_server.startswith("unix:") else "/"
    url = f"{redis_server}{glue}{number % count}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


def _shared(tmp_path_factory: pytest.TempPathFactory, kind: type[Server]) -> str:
    with _locked(tmp_path_factory) as folder:
        known = folder / f"{kind.kind}.json"
        if known.exists():
            return str(json.loads(known.read_text())["url"])
        server = kind()
        server.start()
        known.write_text(json.dumps({"url": server.url}))
        return server.url


@contextmanager
def _locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder that all test processes of this run share, while nobody else of them is in it."""
    base = tmp_path_factory.getbasetemp()
    folder = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with (folder / "servers.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def _owner() -> int:
    """The process of the run: that of all workers, where there are some."""
    return os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()


def _postgres_bin() -> Path | None:
    known = [Path(found).parent] if (found := shutil.which("postgres")) else []
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    folders = [*known, *reversed(versions)]
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def _unprivileged_user() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
