"""The door: who calls, may they, and not too often."""

from collections.abc import Iterable
from dataclasses import dataclass

from google.protobuf.descriptor import ServiceDescriptor

from service_kit.errors import PermissionDenied, ResourceExhausted, Unauthenticated
from service_kit.identity.authentication import Authentication
from service_kit.identity.policy import WELL_KNOWN, Access, Budget, declared
from service_kit.identity.principal import Principal
from service_kit.identity.turned_away import TurnedAway
from service_kit.rate_limit import Rate, RateLimiter


@dataclass(frozen=True, slots=True)
class Admission:
    """A call that may go on; of nobody in particular where the principal is None."""

    principal: Principal | None
    budget: Budget


class Guard:
    """Admits calls to the methods of one server.

    Parameters
    ----------
    tenant
        The district that is served; callers of others are turned away.
    rates
        How often one caller may call, by what the call is taken from.

    Attributes
    ----------
    turned_away
        Who was not let in since that was last recorded.
    """

    def __init__(
        self,
        authentication: Authentication,
        *,
        tenant: str,
        limiter: RateLimiter,
        rates: dict[Budget, Rate],
    ) -> None:
        self._authentication = authentication
        self._tenant = tenant
        self._limiter = limiter
        self._rates = rates
        self._access: dict[str, Access] = dict(WELL_KNOWN)
        self.turned_away = TurnedAway()

    def learn(self, service: ServiceDescriptor) -> None:
        """Take note of who may call the service's methods; raises UndeclaredMethod."""
        self._access |= declared([service])

    async def admit(self, method: str, metadata: Iterable[tuple[str, str | bytes]]) -> Admission:
        """Let a call of ``/package.Service/Method`` in.

        Raises
        ------
        Unauthenticated
            Where nobody known calls.
        PermissionDenied
            ``OTHER_TENANT``, ``ROLE_MISSING``, or ``METHOD_UNDECLARED``, which nobody may call.
        ResourceExhausted
            ``RATE_LIMITED``, with the time after which to call again.
        Unavailable
            Where the issuer's keys were never had.
        """
        access = self._access.get(method)
        if access is not None and access.anybody:
            return Admission(None, access.budget)
        principal = await self._known(method, metadata)
        try:
            access = self._allowed(access, principal)
        except PermissionDenied as error:
            self.turned_away.add(principal, method, error.reason)
            raise
        key = f"{access.budget.name}/{principal.scope}"
        wait_s = await self._limiter.take(key, self._rates[access.budget])
        if wait_s:
            raise ResourceExhausted(
                "RATE_LIMITED", "the caller calls too often", retry_after_s=max(wait_s, 0.05)
            )
        return Admission(principal, access.budget)

    async def _known(self, method: str, metadata: Iterable[tuple[str, str | bytes]]) -> Principal:
        try:
            return await self._authentication.principal(metadata)
        except Unauthenticated as error:
            self.turned_away.add(None, method, error.reason)
            raise

    def _allowed(self, access: Access | None, principal: Principal) -> Access:
        if access is None:
            raise PermissionDenied("METHOD_UNDECLARED", "nobody may call this method")
        if principal.tenant != self._tenant:
            raise PermissionDenied("OTHER_TENANT", "the caller belongs to another district")
        if principal.roles.isdisjoint(access.roles):
            raise PermissionDenied("ROLE_MISSING", "none of the caller's roles may call this method")
        return access
