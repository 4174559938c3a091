"""On whose behalf a request comes: of a program with its token, or of a browser with its session."""

import asyncio
from collections.abc import Collection

from service_kit.errors import PermissionDenied, Unauthenticated
from service_kit.identity.authentication import METADATA_KEY, Authentication
from service_kit.identity.principal import Principal
from starlette.requests import Request

from gateway.store.sessions import Session, Sessions

CLIENT_HEADER = "x-landlinie-client"
_SCHEME = "bearer "
_HARMLESS = {"GET", "HEAD", "OPTIONS"}
_COOKIE = "landlinie_session"
_COOKIE_ENCRYPTED = f"__Host-{_COOKIE}"
"""Browsers take it over encrypted connections only, and from this very host."""


class Callers:
    """Knows callers by bearer token or by session cookie.

    Parameters
    ----------
    tenant
        The district that is served; callers of others are turned away.
    origins
        Pages of other origins that may call; they have to bring tokens, for cookies are this origin's alone.
    """

    def __init__(
        self, authentication: Authentication, sessions: Sessions, tenant: str, origins: Collection[str]
    ) -> None:
        self._authentication = authentication
        self._sessions = sessions
        self._tenant = tenant
        self._origins = frozenset(origins)

    async def credential(self, request: Request) -> str | None:
        """Return the access token or service key to call the services with; None for nobody.

        Raises
        ------
        Unauthenticated
            ``SESSION_ENDED``, or ``CREDENTIALS_INVALID`` for a header that is no bearer's.
        PermissionDenied
            ``OTHER_ORIGIN`` where another site's page makes a browser ask.
        """
        given = _bearer(request)
        if given is not None:
            return given
        session = await self.session(request)
        return session.token if session else None

    async def session(self, request: Request) -> Session | None:
        """Return the browser's session; None where it has no cookie. Raises as :meth:`credential`."""
        secret = session_secret(request)
        if secret is None:
            return None
        self.check_origin(request)
        found = await asyncio.to_thread(self._sessions.find, secret)
        if found is None:
            raise Unauthenticated("SESSION_ENDED", "the session has ended: sign in again")
        if not found.is_named:
            whose = await self.principal(found.token)
            await asyncio.to_thread(self._sessions.name, found.session_id, whose)
        return found

    async def principal(self, credential: str | None) -> Principal:
        """Return whom a credential speaks for.

        Raises
        ------
        Unauthenticated
            ``CREDENTIALS_MISSING``, ``CREDENTIALS_INVALID`` or ``TOKEN_EXPIRED``.
        PermissionDenied
            ``OTHER_TENANT`` for a caller of another district.
        """
        carried = [] if credential is None else [(METADATA_KEY, f"Bearer {credential}")]
        found = await self._authentication.principal(carried)
        if found.tenant != self._tenant:
            raise PermissionDenied("OTHER_TENANT", "the caller belongs to another district")
        return found

    def check_origin(self, request: Request) -> None:
        """Make sure that it is our own page that changes something with a browser's cookie.

        Browsers say which page asks, and let no other site's page add a header of its own.

        Raises
        ------
        PermissionDenied
            ``OTHER_ORIGIN``, or ``CLIENT_HEADER_MISSING``.
        """
        check_origin(request, self._origins)


def check_origin(request: Request, origins: Collection[str] = ()) -> None:
    """See :meth:`Callers.check_origin`; ``origins`` are those of pages that may call besides our own."""
    if request.method in _HARMLESS:
        return
    origin = request.headers.get("origin")
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    if origin is not None and origin != own and origin not in origins:
        raise PermissionDenied("OTHER_ORIGIN", f"origin {origin[:100]!r} is not {own!r}")
    if not request.headers.get(CLIENT_HEADER):
        raise PermissionDenied(
            "CLIENT_HEADER_MISSING", "x-landlinie-client: is missing; it names the program that calls"
        )


def session_secret(request: Request) -> str | None:
    """Return the secret in the session's cookie."""
    return request.cookies.get(cookie_name(request))


def cookie_name(request: Request) -> str:
    """Return how the cookie is called on this connection."""
    return _COOKIE_ENCRYPTED if request.url.scheme == "https" else _COOKIE


def _bearer(request: Request) -> str | None:
    """Return the token in ``Authorization: Bearer …``; None where there is no such header."""
    given = request.headers.getlist("authorization")
    if not given:
        return None
    text = given[0][len(_SCHEME) :].strip()
    is_bearer = len(given) == 1 and given[0].lower().startswith(_SCHEME)
    # gRPC carries printable ASCII only.
    if not is_bearer or not text.isascii() or not text.isprintable():
        raise Unauthenticated("CREDENTIALS_INVALID", "the credentials are not valid")
    return text
