"""``landlinie identity``: tokens, service keys and certificates of this machine."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from gateway.store.sessions import SignIn
from rich.console import Console
from rich.table import Column, Table
from service_kit.errors import NotFound
from service_kit.identity.certificates import write_certificates
from service_kit.identity.local_issuer import FOLDER, LONGEST_TTL, LocalIssuer, NoLocalIdentity, tenant_of
from service_kit.identity.opening import Identity
from service_kit.identity.principal import Role
from service_kit.settings import IdentitySettings

from onebox import browser_sessions
from onebox.client import DEFAULT_HTTP_ADDRESS
from onebox.durations import duration
from onebox.settings import DEFAULT_DATA_DIR, DataDir
from onebox.sign_in import DRIVER_PAGE, link, make_code

_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
LONGEST_KEY_LIFE = timedelta(days=730)

app = typer.Typer(help="Tokens, service keys and certificates of this machine.", no_args_is_help=True)
key_app = typer.Typer(help="Keys of programs that cannot log in.", no_args_is_help=True)
app.add_typer(key_app, name="key")
app.add_typer(browser_sessions.app, name="sessions")

console = Console(highlight=False, soft_wrap=True)


def _identifier(text: str) -> str:
    if not _ID.fullmatch(text):
        raise typer.BadParameter(f"{text!r} is not 1 to 64 of [A-Za-z0-9._:-]")
    return text


Roles = Annotated[list[Role], typer.Option("--role", help="what the caller is; may be given several times")]
Subject = Annotated[str, typer.Option(parser=_identifier, metavar="ID", help="the caller's pseudonym")]
Client = Annotated[str, typer.Option(parser=_identifier, metavar="ID", help="the program that calls")]
SubAccounts = Annotated[
    list[str] | None,
    typer.Option("--sub-account", help="whose containers the caller works with; may be given several times"),
]


@app.command()
def issue(
    role: Roles,
    subject: Subject = "local",
    client: Client = "local",
    vehicle: Annotated[
        list[str] | None, typer.Option(help="a vehicle the driver drives; may be given several times")
    ] = None,
    sub_account: SubAccounts = None,
    ttl: Annotated[str, typer.Option(help="how long it is good: 15m, 8h, 30d at most")] = "1h",
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Print an access token for the services that keep their data there."""
    lifetime = duration(ttl, "--ttl")
    with _told():
        issuer, tenant = LocalIssuer.open(data_dir), tenant_of(data_dir)
    try:
        token = issuer.issue(
            subject=subject,
            roles=role,
            tenant=tenant,
            ttl=lifetime,
            client_id=client,
            vehicle_ids=[_identifier(each) for each in vehicle or ()],
            sub_account_ids=[_identifier(each) for each in sub_account or ()],
        )
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--ttl") from None
    typer.echo(token)


@app.command("link")
def sign_in_link(
    role: Roles,
    subject: Subject = "local",
    vehicle: Annotated[
        list[str] | None, typer.Option(help="a vehicle the driver drives; may be given several times")
    ] = None,
    sub_account: SubAccounts = None,
    session: Annotated[
        str, typer.Option(help="how long who follows it stays signed in: 30d at most")
    ] = "12h",
    url: Annotated[
        str, typer.Option(envvar="LANDLINIE_JOURNEYS_PUBLIC_URL", help="where the console is")
    ] = f"http://{DEFAULT_HTTP_ADDRESS}",
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Print a link that lets somebody into the console, once, within 15 minutes."""
    lifetime = duration(session, "--session", LONGEST_TTL)
    whom = SignIn(
        subject,
        frozenset(role),
        frozenset(_identifier(each) for each in vehicle or ()),
        frozenset(_identifier(each) for each in sub_account or ()),
        lifetime,
    )
    with _told():
        code = make_code(data_dir, whom)
    typer.echo(link(url.rstrip("/"), code, DRIVER_PAGE if whom.roles == {Role.DRIVER} else "/"))


@key_app.command()
def create(
    client: Annotated[
        str, typer.Argument(parser=_identifier, metavar="CLIENT", help="the program it is for")
    ],
    role: Roles,
    sub_account: SubAccounts = None,
    ttl: Annotated[str, typer.Option(help="how long it is good: 730d at most")] = "365d",
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Make a service key and print it, once."""
    lifetime = duration(ttl, "--ttl")
    if lifetime > LONGEST_KEY_LIFE:
        raise typer.BadParameter(f"{ttl} is more than {LONGEST_KEY_LIFE.days} days", param_hint="--ttl")
    with _opened(data_dir) as identity:
        key_id, key = identity.keys.create(
            client,
            frozenset(role),
            tenant_of(data_dir),
            lifetime,
            frozenset(_identifier(each) for each in sub_account or ()),
        )
    typer.echo(key)
    typer.echo(f"Key {key_id} of {client}; it is not kept and cannot be shown again.", err=True)


@key_app.command("list")
def list_keys(data_dir: DataDir = DEFAULT_DATA_DIR) -> None:
    """List all service keys there ever were."""
    table = Table(
        Column("key", no_wrap=True, min_width=12),
        "client",
        "roles",
        "sub-accounts",
        "created",
        "expires",
        "revoked",
        "last used",
        box=None,
    )
    with _opened(data_dir) as identity:
        for key in identity.keys.all():
            times = (key.created_at, key.expires_at, key.revoked_at, key.last_used_at)
            table.add_row(
                key.key_id,
                key.client_id,
                ", ".join(sorted(role.value for role in key.roles)),
                ", ".join(sorted(key.sub_account_ids)),
                *(f"{time:%Y-%m-%d %H:%M}" if time else "–" for time in times),
            )
    console.print(table)


@key_app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="as listed")], data_dir: DataDir = DEFAULT_DATA_DIR
) -> None:
    """Take a service key back, from the next call on."""
    with _opened(data_dir) as identity:
        try:
            identity.keys.revoke(key_id)
        except NotFound as error:
            typer.echo(error.message, err=True)
            raise typer.Exit(1) from None
    typer.echo(f"Key {key_id} is revoked.")


@app.command()
def certificates(
    host: Annotated[
        list[str] | None, typer.Option(help="name or address the server is reached under; several times")
    ] = None,
    ttl: Annotated[str, typer.Option(help="how long they are good")] = "90d",
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Write a local authority, and certificates of a server and a client that it has signed."""
    folder = data_dir / FOLDER / "tls"
    for path in write_certificates(folder, host or ["localhost", "127.0.0.1"], duration(ttl, "--ttl")):
        typer.echo(str(path))


@contextmanager
def _opened(data_dir: Path) -> Iterator[Identity]:
    with _told():
        tenant_of(data_dir)
        identity = Identity(IdentitySettings(), data_dir)
    with identity:
        yield identity


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except NoLocalIdentity as error:
        typer.echo(f"{error}. Start the services there once: landlinie up", err=True)
        raise typer.Exit(1) from None
