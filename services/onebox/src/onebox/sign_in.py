"""Links that let somebody in with a browser, once."""

from datetime import timedelta
from pathlib import Path

from gateway.bootstrap import open_store
from gateway.settings import GatewaySettings
from gateway.store.sessions import Sessions, SignIn
from service_kit.identity.local_issuer import LOCAL_ROLES, tenant_of

LINK_TTL = timedelta(minutes=15)
"""For so long a link is good."""
SESSION = timedelta(hours=12)
"""How long who comes with one stays signed in."""

DRIVER_PAGE = "/driver"
"""Where phones of drivers begin; all others at the console."""

LOCAL = SignIn("local", LOCAL_ROLES, frozenset(), frozenset(), SESSION)
"""Whoever may read what is printed on this machine."""


def link(base: str, code: str, page: str = "/") -> str:
    """Return the link; behind the hash, so that the code gets into no log on the way."""
    return f"{base}{page}#code={code}"


def make_code(data_dir: Path, whom: SignIn, ttl: timedelta = LINK_TTL) -> str:
    """Return a code for the gateway that keeps its sessions there; raises NoLocalIdentity."""
    engine = open_store(GatewaySettings(data_dir=data_dir), tenant_of(data_dir))
    try:
        return Sessions(engine).make_code(whom, ttl)
    finally:
        engine.dispose()
