"""A PostgreSQL of our own: on this machine only, behind a password, its data in one folder."""

import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg
from service_kit.free_port import free_port

from onebox.cluster.part import CannotStart, Part, as_user, last_lines
from onebox.cluster.secret_files import password_in

USER = "landlinie"
DATABASE = "landlinie"
MOST_CONNECTIONS = 600
INSTALLED = Path("/usr/lib/postgresql")
"""Where Debian puts the programs of each version."""
_ANSWER_S = 5
_INITDB_S = 120.0


def postgres_part(folder: Path) -> tuple[Part, str]:
    """Return how PostgreSQL is run with its data in ``folder``, and the URL under which it is reached.

    PostgreSQL refuses to serve root: for root it runs as ``postgres``, or as ``nobody`` where there is no
    such user. A new folder is prepared here.

    Raises
    ------
    CannotStart
        Where it is not installed, or its folder cannot be prepared.
    """
    programs = postgres_programs()
    if programs is None:
        raise CannotStart(
            "PostgreSQL is not installed: install the package postgresql, "
            "or name a running one in LANDLINIE_DATABASE_URL"
        )
    folder = folder.resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    user = _other_user() if os.geteuid() == 0 else None
    password = password_in(folder)
    if user is not None:
        shutil.chown(folder, user)
        shutil.chown(folder / "password", user)
    if not (folder / "data" / "PG_VERSION").exists():
        _make(programs, folder, user)
    port = free_port()
    at = f"{USER}:{password}@127.0.0.1:{port}"
    command = [
        str(programs / "postgres"),
        *("-D", str(folder / "data"), "-p", str(port), "-c", "listen_addresses=127.0.0.1"),
        *("-c", "unix_socket_directories=", "-c", f"max_connections={MOST_CONNECTIONS}"),
    ]
    # SIGTERM would wait for every client to leave by itself.
    part = Part(
        "postgres", command, lambda: _has_database(f"postgresql://{at}"), user=user, stop_signal=signal.SIGINT
    )
    return part, f"postgresql://{at}/{DATABASE}"


def _make(programs: Path, folder: Path, user: str | None) -> None:
    log = folder / "initdb.log"
    # What a run that was killed half-way has left is no database.
    shutil.rmtree(folder / "data", ignore_errors=True)
    command = [
        str(programs / "initdb"),
        *("--pgdata", str(folder / "data"), f"--username={USER}", "--encoding=UTF8", "--locale=C"),
        *("--auth=scram-sha-256", "--pwfile", str(folder / "password")),
    ]
    try:
        with log.open("wb") as said:
            subprocess.run(  # noqa: S603 - found on this machine, our own arguments
                command, check=True, stdout=said, stderr=said, cwd="/", timeout=_INITDB_S, **as_user(user)
            )  # type: ignore[call-overload] # as subprocess.Popen takes them
    except PermissionError:
        raise CannotStart(f"PostgreSQL runs as {user}, who may not enter {folder}") from None
    except subprocess.SubprocessError as error:
        hint = f" (it runs as {user}, who must be able to enter that folder)" if user else ""
        raise CannotStart(
            f"PostgreSQL did not prepare {folder / 'data'}{hint}: {error}\n{last_lines(log)}"
        ) from None


def _has_database(server: str) -> bool:
    """Whether the server answers and has our database, after making it where it is missing."""
    try:
        with psycopg.connect(f"{server}/postgres", connect_timeout=_ANSWER_S, autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if known.fetchone() is None:
                connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0")
    except psycopg.Error:
        return False
    return True


def postgres_programs() -> Path | None:
    """The folder with PostgreSQL's programs; the newest where there are several."""
    folders = [Path(found).parent] if (found := shutil.which("postgres")) else []
    versions = INSTALLED.glob("[0-9]*/bin")
    folders += sorted(versions, key=lambda folder: int(folder.parent.name), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def _other_user() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
