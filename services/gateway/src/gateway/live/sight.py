"""Who sees which events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from service_kit.identity.principal import Principal, Role

from gateway.live.facts import BY_KIND

About = Mapping[str, Sequence[str]]
"""What an event is about: ids by kind of thing."""

_SEES_THE_DISTRICT = {Role.DISPATCHER, Role.OPERATOR}
_FOLLOWS_BY_NAME = {Role.PASSENGER, Role.APP_BACKEND}


@dataclass(frozen=True, slots=True)
class Sight:
    """What one caller sees.

    Parameters
    ----------
    followed
        Rides and bookings that the caller named and was found to have, by kind of thing.
    """

    principal: Principal
    followed: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def is_possible(self, kind: str) -> bool:
        """Whether the caller may see such events at all."""
        return kind in BY_KIND and not BY_KIND[kind].roles.isdisjoint(self.principal.roles)

    def sees(self, kind: str, about: About) -> bool | None:
        """Whether the caller sees this event; None where only the tour's own service can tell."""
        roles = BY_KIND[kind].roles & self.principal.roles if kind in BY_KIND else frozenset()
        if roles & _SEES_THE_DISTRICT:
            return True
        if roles & _FOLLOWS_BY_NAME and self._follows(about):
            return True
        if Role.DRIVER in roles and self._drives(about):
            return True
        if Role.DEPOT in roles and self._collects(about):
            return True
        if roles & {Role.DRIVER, Role.DEPOT} and about.get("tour"):
            return None
        return False

    def _follows(self, about: About) -> bool:
        # Closures and the like concern everybody who may ask for them.
        if not any(about.values()):
            return Role.APP_BACKEND in self.principal.roles
        return any(not self.followed.get(thing, frozenset()).isdisjoint(ids) for thing, ids in about.items())

    def _drives(self, about: About) -> bool:
        if "vehicle" in about:
            return not self.principal.vehicle_ids.isdisjoint(about["vehicle"])
        return not any(about.values())

    def _collects(self, about: About) -> bool:
        return not self.principal.sub_account_ids.isdisjoint(about.get("sub_account", ()))
