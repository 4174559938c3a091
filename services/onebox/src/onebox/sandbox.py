"""``landlinie sandbox-payments``: a payment provider to try things out with."""

import threading
from typing import Annotated

import typer
from ticketing.adapters.sandbox_payments import SandboxBook, SandboxServer

SECRET = "sandbox"  # noqa: S105 - opens nothing


def sandbox_payments(
    port: Annotated[int, typer.Option(min=0, max=65535, help="of this machine; 0 takes any free one")] = 8099,
    secret: Annotated[
        str, typer.Option(envvar="LANDLINIE_TICKETING_PAYMENTS_SECRET", help="bearer token that calls need")
    ] = SECRET,
    decline_from_cents: Annotated[
        int | None, typer.Option(min=1, help="decline to hold so much or more", show_default="never")
    ] = None,
) -> None:
    """Serve a provider that keeps a provider's rules and moves no money, until told to stop."""
    with SandboxServer(SandboxBook(secret, decline_from_cents), port) as server:
        typer.echo(f"LANDLINIE_TICKETING_PAYMENTS_URL={server.url}")
        threading.Event().wait()
