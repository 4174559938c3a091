"""What of the district a caller gets to see: what belongs to the sub-accounts in its token.

What a caller may not see does not exist for it. Which methods it may call at all is settled before.
"""

from dataclasses import dataclass

from service_kit.identity.principal import Principal, Role


@dataclass(frozen=True, slots=True)
class Scope:
    """The sub-accounts that exist for somebody; all of them where ``sub_account_ids`` is None."""

    sub_account_ids: frozenset[str] | None = None

    def __contains__(self, sub_account_id: str) -> bool:
        return self.sub_account_ids is None or sub_account_id in self.sub_account_ids

    def narrowed(self, sub_account_id: str) -> "Scope":
        """To one sub-account where one is named: to none at all where that one is not there."""
        if not sub_account_id:
            return self
        return Scope(frozenset({sub_account_id}) if sub_account_id in self else frozenset())


EVERYTHING = Scope()
"""For the service's own work, which is done for nobody in particular."""


def scope_of(caller: Principal) -> Scope:
    """What exists for the caller: everything for those who run the services."""
    if Role.OPERATOR in caller.roles:
        return EVERYTHING
    return Scope(caller.sub_account_ids)
