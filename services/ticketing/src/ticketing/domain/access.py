"""Whose accounts a caller gets to see: its own, unless every account is its work.

What a caller may not see does not exist for it. Which methods it may call at all is settled before.
"""

from service_kit.identity.principal import Principal, Role

from ticketing.domain.account import Account

EVERYBODYS = frozenset({Role.DISPATCHER, Role.TICKETING_SYSTEM, Role.OPERATOR})
"""Who works for all passengers of the district."""


def sees_account(caller: Principal, account: Account) -> bool:
    """Whether the account exists for the caller."""
    if not caller.roles.isdisjoint(EVERYBODYS):
        return True
    if caller.client_id != account.client_id:
        return False
    if Role.APP_BACKEND in caller.roles:
        return True
    return Role.PASSENGER in caller.roles and account.subject == caller.subject


def vouches_for_rides(caller: Principal) -> bool:
    """Whether what the caller tells of a ride's zones counts: passengers would choose the cheaper ones."""
    return not caller.roles.isdisjoint(EVERYBODYS | {Role.APP_BACKEND})


def subject_of(caller: Principal, reference: str) -> str | None:
    """The passenger's pseudonym an account is opened under; None where it is not the caller's to give.

    Passengers open accounts for themselves, whatever others are free to give.
    """
    if not caller.roles.isdisjoint(EVERYBODYS | {Role.APP_BACKEND}):
        return reference
    return caller.subject if reference in {"", caller.subject} else None
