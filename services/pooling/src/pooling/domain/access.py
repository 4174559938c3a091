"""Whose rides, offers and vehicles a caller gets to see: its own, unless the whole district is its work.

What a caller may not see does not exist for it. Which methods it may call at all is settled before.
"""

from collections.abc import Callable
from dataclasses import replace

from service_kit.identity.principal import Principal, Role

from pooling.domain.offers import Offer
from pooling.domain.rides import Ride
from pooling.domain.zone_day import ZoneDay

WHOLE_DISTRICT = frozenset({Role.DISPATCHER, Role.OPERATOR, Role.AUDITOR})


def sees_everything(caller: Principal) -> bool:
    """Whether the whole district is the caller's work."""
    return not caller.roles.isdisjoint(WHOLE_DISTRICT)


def owns_ride(caller: Principal, ride: Ride) -> bool:
    """Whether the caller may change the ride, and learn whom to call about it."""
    if Role.DISPATCHER in caller.roles:
        return True
    if Role.APP_BACKEND in caller.roles and ride.client_id == caller.client_id:
        return True
    return Role.PASSENGER in caller.roles and _is_of(ride.client_id, ride.passenger_reference, caller)


def sees_ride(caller: Principal, ride: Ride) -> bool:
    """Whether the ride exists for the caller: its own, or one on a vehicle it drives."""
    return owns_ride(caller, ride) or (Role.DRIVER in caller.roles and drives(caller, ride.vehicle_id))


def may_book(caller: Principal, offer: Offer) -> bool:
    """Whether the offer was made to the caller; the phone desk books any."""
    if Role.DISPATCHER in caller.roles:
        return True
    if Role.APP_BACKEND in caller.roles:
        return offer.client_id == caller.client_id
    return _is_of(offer.client_id, offer.asked_by, caller)


def drives(caller: Principal, vehicle_id: str) -> bool:
    """Whether the vehicle exists for the caller."""
    return sees_everything(caller) or vehicle_id in caller.vehicle_ids


def made_to(offer: Offer, caller: Principal) -> Offer:
    """The offer, made to this caller."""
    return replace(offer, client_id=caller.client_id, asked_by=caller.subject)


def passenger_of(caller: Principal, reference: str) -> str | None:
    """The pseudonym a ride is booked under; None where it is not the caller's to give.

    Passengers travel under their own, whatever others are free to give them.
    """
    if not caller.roles.isdisjoint({Role.DISPATCHER, Role.APP_BACKEND}):
        return reference
    return caller.subject if reference in {"", caller.subject} else None


def rides_listed(caller: Principal) -> tuple[str | None, str | None]:
    """Of which client, and under which pseudonym, rides are listed; None for all."""
    if Role.DISPATCHER in caller.roles:
        return None, None
    if Role.APP_BACKEND in caller.roles:
        return caller.client_id, None
    return caller.client_id, caller.subject


def own_part(caller: Principal, day: ZoneDay) -> ZoneDay:
    """The day with the tours of vehicles that exist for the caller."""
    if sees_everything(caller):
        return day
    mine: Callable[[str], bool] = caller.vehicle_ids.__contains__
    return replace(day, duties=tuple(duty for duty in day.duties if mine(duty.vehicle.id)))


def _is_of(client_id: str, subject: str, caller: Principal) -> bool:
    return (client_id, subject) == (caller.client_id, caller.subject)
