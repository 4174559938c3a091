"""Whose reservations of cars a caller gets to see and to change: its own, unless the district is its work.

What a caller may not see does not exist for it.
"""

from service_kit.identity.principal import Principal, Role

from journeys.domain.cars import Reservation


def owns(caller: Principal, reservation: Reservation) -> bool:
    """Whether the reservation exists for the caller."""
    if Role.DISPATCHER in caller.roles:
        return True
    if reservation.client_id != caller.client_id:
        return False
    return Role.APP_BACKEND in caller.roles or reservation.passenger_reference == caller.subject


def passenger_of(caller: Principal, reference: str) -> str | None:
    """The pseudonym a car is reserved under; None where it is not the caller's to give."""
    if not caller.roles.isdisjoint({Role.DISPATCHER, Role.APP_BACKEND}):
        return reference
    return caller.subject if reference in {"", caller.subject} else None


def listed(caller: Principal) -> tuple[str | None, str | None]:
    """Of which client, and under which pseudonym, reservations are listed; None for all."""
    if Role.DISPATCHER in caller.roles:
        return None, None
    if Role.APP_BACKEND in caller.roles:
        return caller.client_id, None
    return caller.client_id, caller.subject
