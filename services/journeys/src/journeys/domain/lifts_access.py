"""Who sees what of lifts and seats: drivers theirs, passengers theirs, dispatchers what safety needs.

What a caller may not see does not exist for it.
"""

from enum import StrEnum

from service_kit.identity.principal import Principal, Role

from journeys.domain.lifts import Lift, Party
from journeys.domain.lifts_seats import Seat


class Side(StrEnum):
    """As whom somebody is told of a seat."""

    DRIVER = "driver"
    PASSENGER = "passenger"
    OVERSIGHT = "oversight"


SPEAKS_FOR_OTHERS = frozenset({Role.DISPATCHER, Role.APP_BACKEND})
"""Who chooses the pseudonyms of drivers and passengers; others are themselves."""


def party_of(caller: Principal, reference: str) -> Party | None:
    """Whom the caller acts for; None where that is not the caller's to say."""
    if caller.roles.isdisjoint(SPEAKS_FOR_OTHERS):
        return Party(caller.client_id, caller.subject) if reference in {"", caller.subject} else None
    return Party(caller.client_id, reference) if reference else None


def owns(caller: Principal, party: Party) -> bool:
    """Whether the caller is this driver or passenger, or speaks for them."""
    if caller.client_id != party.client_id:
        return False
    return not caller.roles.isdisjoint(SPEAKS_FOR_OTHERS) or caller.subject == party.reference


def oversees(caller: Principal) -> bool:
    """Whether the caller answers for everybody's safety."""
    return Role.DISPATCHER in caller.roles


def manages(caller: Principal, lift: Lift) -> bool:
    """Whether the caller sees all of a lift and may withdraw it."""
    return owns(caller, lift.driver) or oversees(caller)


def side_of(caller: Principal, seat: Seat, reference: str = "") -> Side | None:
    """As whom the caller is told of a seat; None where it does not exist for the caller.

    Parameters
    ----------
    reference
        One of the caller's pseudonyms, where only that one's side counts.
    """
    for side, party in ((Side.PASSENGER, seat.passenger), (Side.DRIVER, seat.driver)):
        if owns(caller, party) and reference in {"", party.reference}:
            return side
    return Side.OVERSIGHT if oversees(caller) and not reference else None
