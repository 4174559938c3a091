"""``landlinie identity sessions``: who is signed in with a browser, and signing out who lost it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from gateway.bootstrap import open_store
from gateway.settings import GatewaySettings
from gateway.store.signed_in import EVERYBODY, SignedIn, SignedInBrowser
from rich.console import Console
from rich.table import Column, Table
from service_kit.identity.local_issuer import NoLocalIdentity, tenant_of

from onebox.settings import DEFAULT_DATA_DIR, DataDir

AT_ONCE = 500

app = typer.Typer(help="Who is signed in with a browser.", no_args_is_help=True)


@app.command("list")
def list_sessions(
    subject: Annotated[str, typer.Option(metavar="ID", help="only this person's")] = "",
    guests: Annotated[bool, typer.Option("--guests", help="passengers without an account, too")] = False,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """List who is signed in: who, as what, with what, since when, last seen when."""
    table = Table(
        Column("session", no_wrap=True, min_width=16),
        Column("who", no_wrap=True, overflow="fold"),
        "roles",
        "device",
        "since",
        "last seen",
        "until",
        box=None,
    )
    with _opened(data_dir) as signed_in:
        for session in _all_of(signed_in, subject):
            if session.kind == "guest" and not guests and not subject:
                continue
            times = (session.begun_at, session.seen_at, session.expires_at)
            table.add_row(
                session.session_id,
                session.subject or "not known yet",
                ", ".join(role.value for role in session.roles),
                " ".join(filter(None, (session.device.kind, session.device.browser, session.device.system))),
                *(f"{time:%Y-%m-%d %H:%M}" if time else "–" for time in times),
            )
    Console(highlight=False).print(table)


@app.command()
def end(
    session_id: Annotated[str | None, typer.Argument(metavar="[SESSION]", help="as listed")] = None,
    subject: Annotated[
        str | None, typer.Option(metavar="ID", help="everything of this person, links not followed yet, too")
    ] = None,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Sign one device out, or somebody everywhere; open pages notice at once."""
    if (session_id is None) == (subject is None):
        raise typer.BadParameter("give either a session or --subject", param_hint="SESSION")
    with _opened(data_dir) as signed_in:
        if subject is not None:
            ended = signed_in.end_all(EVERYBODY, subject)
            typer.echo(f"{ended.session_count} sessions and {ended.link_count} links of {subject} are ended.")
            return
        if session_id is not None and not signed_in.end(EVERYBODY, session_id):
            typer.echo(f"there is no session {session_id!r}", err=True)
            raise typer.Exit(1)
    typer.echo(f"Session {session_id} is ended.")


def _all_of(signed_in: SignedIn, subject: str) -> Iterator[SignedInBrowser]:
    after: tuple[str, str] | None = None
    while page := signed_in.page(EVERYBODY, subject=subject, after=after, count=AT_ONCE):
        yield from page
        after = page[-1].subject, page[-1].session_id


@contextmanager
def _opened(data_dir: Path) -> Iterator[SignedIn]:
    try:
        tenant = tenant_of(data_dir)
    except NoLocalIdentity as error:
        typer.echo(f"{error}. Start the services there once: landlinie up", err=True)
        raise typer.Exit(1) from None
    engine = open_store(GatewaySettings(data_dir=data_dir), tenant)
    try:
        yield SignedIn(engine)
    finally:
        engine.dispose()
