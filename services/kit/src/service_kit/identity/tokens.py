"""Access tokens: JSON Web Tokens as OIDC providers sign them, verified and read as principals."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt
import structlog

from service_kit.errors import Unauthenticated
from service_kit.identity.key_sources import ALGORITHMS, KeySource
from service_kit.identity.principal import Principal, Role

LEEWAY_S = 30.0
"""How far the clocks of issuer and service may be apart."""

_LONGEST = 8_192
_MOST_LISTED = 64
_PSEUDONYM = re.compile(r"[A-Za-z0-9._:-]{1,64}")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """Whose tokens are taken.

    Parameters
    ----------
    issuer, audience
        What ``iss`` and ``aud`` must be.
    roles_claim
        Where the roles are listed; dots lead into objects: ``realm_access.roles``.
    tenant_claim, vehicles_claim, sub_accounts_claim
        The district, the vehicles of a driver, and the sub-accounts of a depot.
    """

    issuer: str
    audience: str
    keys: KeySource
    roles_claim: str = "landlinie_roles"
    tenant_claim: str = "landlinie_tenant"
    vehicles_claim: str = "landlinie_vehicles"
    sub_accounts_claim: str = "landlinie_sub_accounts"


class TokenVerifier:
    """Verifies tokens of the given issuers."""

    def __init__(self, issuers: Sequence[TrustedIssuer]) -> None:
        self._issuers = {issuer.issuer: issuer for issuer in issuers}

    async def principal(self, token: str) -> Principal:
        """Return whom the token speaks for.

        Raises
        ------
        Unauthenticated
            ``TOKEN_EXPIRED`` for one that was good, ``CREDENTIALS_INVALID`` for any other fault.
        Unavailable
            Where the issuer's keys were never had.
        """
        try:
            issuer, claims = await self._verified(token)
        except jwt.ExpiredSignatureError:
            raise Unauthenticated("TOKEN_EXPIRED", "the token has expired") from None
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            # The class says what an operator needs to know; the text may quote the token.
            _log.info("token_refused", error=type(error).__name__)
            raise invalid_credentials() from None
        return _principal_of(claims, issuer)

    async def _verified(self, token: str) -> tuple[TrustedIssuer, Mapping[str, Any]]:
        if len(token) > _LONGEST:
            raise jwt.InvalidTokenError("too long")
        header = jwt.get_unverified_header(token)
        kid = header.get("kid")
        if header.get("alg") not in ALGORITHMS or not isinstance(kid, str):
            raise jwt.InvalidAlgorithmError("algorithm or key id")
        claimed = jwt.decode(token, options={"verify_signature": False}).get("iss")
        issuer = self._issuers.get(claimed) if isinstance(claimed, str) else None
        if issuer is None:
            raise jwt.InvalidIssuerError("issuer")
        key = await issuer.keys.key(kid)
        if key is None:
            raise jwt.InvalidKeyError("key id")
        claims = jwt.decode(
            token,
            key,
            # The key says how it signs, never the token.
            algorithms=[key.algorithm_name],
            audience=issuer.audience,
            issuer=issuer.issuer,
            leeway=LEEWAY_S,
            options={"require": ["exp", "iss", "aud", "sub"]},
        )
        return issuer, claims


def invalid_credentials() -> Unauthenticated:
    """The answer to every credential that is wrong, whatever is wrong with it."""
    return Unauthenticated("CREDENTIALS_INVALID", "the credentials are not valid")


def expiry_of(token: str) -> datetime | None:
    """Return when a token ends that was verified before; None where it does not say."""
    try:
        ends: object = jwt.decode(token, options={"verify_signature": False}).get("exp")
    except jwt.PyJWTError:
        return None
    return datetime.fromtimestamp(ends, UTC) if isinstance(ends, int | float) else None


def pseudonym(subject: str) -> str:
    """Return the subject where it is a plain id, else a digest: no address or name gets into records."""
    if _PSEUDONYM.fullmatch(subject):
        return subject
    return hashlib.sha256(subject.encode()).hexdigest()


def _principal_of(claims: Mapping[str, Any], issuer: TrustedIssuer) -> Principal:
    tenant = claims.get(issuer.tenant_claim)
    client_id = claims.get("azp") or claims.get("client_id") or "unknown"
    if not isinstance(tenant, str) or not isinstance(client_id, str) or not claims["sub"]:
        raise invalid_credentials()
    vehicles = _texts(claims.get(issuer.vehicles_claim))
    sub_accounts = _texts(claims.get(issuer.sub_accounts_claim))
    if max(len(vehicles), len(sub_accounts)) > _MOST_LISTED:
        raise invalid_credentials()
    names = _texts(_at(claims, issuer.roles_claim))
    return Principal(
        subject=pseudonym(claims["sub"]),
        # Providers list roles of other programs, too.
        roles=frozenset(role for role in Role if role.value in names),
        tenant=tenant,
        client_id=pseudonym(client_id),
        vehicle_ids=frozenset(vehicles),
        sub_account_ids=frozenset(sub_accounts),
    )


def _at(claims: Mapping[str, Any], path: str) -> Any:
    found: Any = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _texts(value: Any) -> set[str]:
    return {entry for entry in value if isinstance(entry, str)} if isinstance(value, list) else set()
