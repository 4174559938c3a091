"""From a call's metadata to whom it comes from."""

import asyncio
from collections.abc import Iterable

from service_kit.errors import Unauthenticated
from service_kit.identity.principal import Principal
from service_kit.identity.service_keys import PREFIX, ServiceKeys
from service_kit.identity.tokens import TokenVerifier, invalid_credentials

METADATA_KEY = "authorization"
_SCHEME = "bearer "


def bearer_of(metadata: Iterable[tuple[str, str | bytes]]) -> str:
    """Return the token or service key that a call carries, unread.

    Raises
    ------
    Unauthenticated
        ``CREDENTIALS_MISSING``; ``CREDENTIALS_INVALID`` where it carries several, or none that is one.
    """
    given = [value for key, value in metadata if key == METADATA_KEY]
    if not given:
        raise Unauthenticated("CREDENTIALS_MISSING", "the call carries no credentials")
    # Of two, somebody on the way might judge one and we the other.
    if len(given) > 1 or not isinstance(given[0], str) or not given[0].lower().startswith(_SCHEME):
        raise invalid_credentials()
    return given[0][len(_SCHEME) :]


class Authentication:
    """Takes ``authorization: Bearer …`` with an access token or a service key."""

    def __init__(self, tokens: TokenVerifier, keys: ServiceKeys) -> None:
        self._tokens = tokens
        self._keys = keys

    async def principal(self, metadata: Iterable[tuple[str, str | bytes]]) -> Principal:
        """Return whom the call comes from.

        Raises
        ------
        Unauthenticated
            ``CREDENTIALS_MISSING``, ``CREDENTIALS_INVALID`` or ``TOKEN_EXPIRED``.
        Unavailable
            Where the issuer's keys were never had.
        """
        credential = bearer_of(metadata)
        if not credential.startswith(PREFIX):
            return await self._tokens.principal(credential)
        found = await asyncio.to_thread(self._keys.principal, credential)
        if found is None:
            raise invalid_credentials()
        return found
