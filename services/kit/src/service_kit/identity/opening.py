"""The identity of one data folder, put together: its issuer, its service keys, a guard that takes both."""

from pathlib import Path

import sqlalchemy as sa

from service_kit.closing import Closing
from service_kit.database import open_engine
from service_kit.identity.authentication import Authentication
from service_kit.identity.guard import Guard
from service_kit.identity.key_sources import FetchedKeys
from service_kit.identity.local_issuer import LocalIssuer, private_folder
from service_kit.identity.policy import Budget
from service_kit.identity.service_keys import ServiceKeys
from service_kit.identity.tokens import TokenVerifier, TrustedIssuer
from service_kit.rate_limit import Rate, RateLimiter, TokenBuckets
from service_kit.settings import GrpcSettings, IdentitySettings


class Identity(Closing):
    """Opens, and where needed makes, the identity in a data folder.

    Raises
    ------
    NoLocalIdentity
        Where the signing key cannot be used.
    ValueError
        Where the provider's keys would come unencrypted.
    """

    def __init__(self, settings: IdentitySettings, data_dir: Path) -> None:
        self.local = LocalIssuer.open_or_make(data_dir)
        self._settings = settings
        path = private_folder(data_dir) / "keys.sqlite"
        self._engine = open_engine(sa.URL.create("sqlite", database=str(path)))
        self.keys = ServiceKeys(self._engine)

    def authentication(self) -> Authentication:
        """Return what knows callers by their tokens and keys."""
        issuers = [self.local.trusted()]
        if self._settings.issuer is not None and self._settings.jwks_url is not None:
            issuers.append(
                TrustedIssuer(
                    self._settings.issuer,
                    self._settings.audience,
                    FetchedKeys(self._settings.jwks_url),
                    self._settings.roles_claim,
                    self._settings.tenant_claim,
                    self._settings.vehicles_claim,
                    self._settings.sub_accounts_claim,
                )
            )
        return Authentication(TokenVerifier(issuers), self.keys)

    def guard(self, tenant: str, limits: GrpcSettings, limiter: RateLimiter | None = None) -> Guard:
        """Return a guard of the tenant's services; without a limiter, allowances are this process's own."""
        rate = Rate(limits.calls_per_client_per_s, limits.call_burst_per_client)
        return Guard(
            self.authentication(),
            tenant=tenant,
            limiter=limiter or TokenBuckets(),
            rates=dict.fromkeys(Budget, rate),
        )

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()
