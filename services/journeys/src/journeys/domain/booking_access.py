"""Whose bookings a caller gets to see: its own, unless bookings of others are its work.

What a caller may not see does not exist for it.
"""

from service_kit.identity.principal import Principal, Role


def owns_booking(caller: Principal, client_id: str, subject: str) -> bool:
    """Whether a booking made by that client, on behalf of that subject, exists for the caller."""
    if Role.DISPATCHER in caller.roles:
        return True
    if Role.APP_BACKEND in caller.roles and client_id == caller.client_id:
        return True
    return (client_id, subject) == (caller.client_id, caller.subject)


def bookings_listed(caller: Principal) -> tuple[str | None, str | None]:
    """Of which client, and made by which subject, bookings are listed; None for all."""
    if Role.DISPATCHER in caller.roles:
        return None, None
    if Role.APP_BACKEND in caller.roles:
        return caller.client_id, None
    return caller.client_id, caller.subject


def passenger_of(caller: Principal, reference: str) -> str | None:
    """The pseudonym a journey is booked under; None where it is not the caller's to give."""
    if not caller.roles.isdisjoint({Role.DISPATCHER, Role.APP_BACKEND}):
        return reference
    return caller.subject if reference in {"", caller.subject} else None
