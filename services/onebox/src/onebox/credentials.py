"""What the command calls the services with: a token given to it, or one signed with this machine's key."""

from collections.abc import Callable
from pathlib import Path

import typer
from rich.console import Console
from service_kit.identity.local_issuer import LocalCredential, LocalIssuer, NoLocalIdentity, tenant_of

Credential = Callable[[], str]


def local_credential(data_dir: Path) -> Credential:
    """Return what makes tokens for services that keep their data there; raises NoLocalIdentity."""
    return LocalCredential(LocalIssuer.open(data_dir), tenant_of(data_dir))


def credential(token: str | None, data_dir: Path) -> Credential:
    """Return the token given, or what makes local ones; without either the command ends with exit code 1."""
    if token is not None:
        return lambda: token
    try:
        return local_credential(data_dir)
    except NoLocalIdentity as error:
        console = Console(stderr=True, highlight=False, soft_wrap=True)
        console.print(
            f"No identity to call with: {error}. Start the services with: landlinie up; "
            "name their data folder with --data-dir, or give a token with --token."
        )
        raise typer.Exit(1) from None
