"""Booking an offer, and giving a ride up."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from routing_core.fleet.model import Action
from service_kit.errors import FailedPrecondition, NotFound, PermissionDenied
from service_kit.identity.principal import Principal

from pooling.application.desk import Call, Changes, Desk
from pooling.application.ports import Reader, Writer
from pooling.domain.access import may_book, owns_ride, passenger_of
from pooling.domain.facts import RideBooked, RideCancelled
from pooling.domain.offers import Offer, OfferState
from pooling.domain.rides import Contact, Ride, RideState, booked
from pooling.domain.zone_day import ZoneDay, in_vain

KEEP_CONTACT = timedelta(days=7)
"""How long after the service day a contact is kept."""


@dataclass(frozen=True, slots=True)
class Booking:
    """What is needed to book."""

    offer_id: str
    passenger_reference: str
    contact: Contact | None
    payer: str = ""


class BookRide:
    """Turns a held offer into a ride, and lets go of the others made with it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def __call__(self, call: Call[Ride], booking: Booking) -> bytes:
        """Book; raises NotFound, or FailedPrecondition with ``OFFER_EXPIRED``, ``OFFER_TAKEN`` or
        ``OFFER_WITHDRAWN``.
        """
        desk = self._desk
        if (answer := desk.answered(call)) is not None:
            return answer
        with desk.store.reading() as reader:
            offer = offer_of(reader, booking.offer_id, call.caller)
            siblings = reader.offers_of(offer.answer_id)

        def work(reader: Reader, now: datetime) -> Changes[Ride]:
            return self._book(reader, now, booking, call.caller)

        return desk.write(call, [sibling.zone_id for sibling in siblings], work)

    def _book(self, reader: Reader, now: datetime, booking: Booking, caller: Principal) -> Changes[Ride]:
        offer = offer_of(reader, booking.offer_id, caller)
        passenger_reference = passenger_of(caller, booking.passenger_reference)
        if passenger_reference is None:
            raise PermissionDenied.in_field(
                "passenger_reference", "passengers book for themselves only", "OTHER_PASSENGER"
            )
        _check_bookable(offer, now)
        others = [
            sibling
            for sibling in reader.offers_of(offer.answer_id)
            if sibling.id != offer.id and sibling.state is OfferState.HELD
        ]
        days = self._desk.days_without(reader, others, now)
        where = (offer.zone_id, offer.service_date)
        day = days.get(where) or reader.zone_day(*where)
        task = day.tasks.get(offer.id)
        if task is None:
            raise _expired(offer)
        days[where] = day.with_task(replace(task, held_until=None))
        ride = booked(
            offer,
            client_id=caller.client_id,
            passenger_reference=passenger_reference,
            payer=booking.payer,
            now=now,
        )
        fact = RideBooked(
            zone_id=ride.zone_id,
            time=now,
            service_date=ride.service_date,
            ride_id=ride.id,
            vehicle_id=ride.vehicle_id,
            shift_id=ride.shift_id,
            load=ride.load,
            pickup=ride.pickup,
            dropoff=ride.dropoff,
            promise=ride.promise,
            planned_pickup=ride.pickup_time,
            planned_dropoff=ride.dropoff_time,
            direct_s=ride.direct_s,
            pickup_service_s=offer.pickup_service_s,
            dropoff_service_s=offer.dropoff_service_s,
            payer=ride.payer,
        )
        return Changes(
            ride,
            days=list(days.values()),
            offer_states=[
                ([offer.id], OfferState.BOOKED),
                ([other.id for other in others], OfferState.RELEASED),
            ],
            rides=[ride],
            facts=[fact],
            also=self._keep_contact(ride, booking.contact),
        )

    def _keep_contact(self, ride: Ride, contact: Contact | None) -> Callable[[Writer], None] | None:
        if contact is None:
            return None
        delete_after = self._desk.service_day(ride.service_date).end + KEEP_CONTACT
        return lambda writer: writer.put_contact(ride.id, contact, delete_after)


class CancelRide:
    """Gives a ride up; its place is free at once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def __call__(self, call: Call[Ride], ride_id: str, reason: str) -> bytes:
        """Cancel; raises NotFound, or FailedPrecondition with ``RIDE_UNDER_WAY`` or ``RIDE_OVER``."""
        desk = self._desk
        if (answer := desk.answered(call)) is not None:
            return answer
        with desk.store.reading() as reader:
            zone_id = own_ride(reader, ride_id, call.caller).zone_id

        def work(reader: Reader, now: datetime) -> Changes[Ride]:
            ride = own_ride(reader, ride_id, call.caller)
            if ride.state is RideState.ABOARD:
                raise FailedPrecondition("RIDE_UNDER_WAY", f"ride_id: {ride_id} is aboard already")
            if ride.state is not RideState.BOOKED:
                raise FailedPrecondition("RIDE_OVER", f"ride_id: {ride_id} is {ride.state.value} already")
            day = reader.zone_day(ride.zone_id, ride.service_date)
            cancelled = replace(ride, state=RideState.CANCELLED, cancel_reason=reason)
            fact = RideCancelled(ride.zone_id, now, ride.service_date, ride.id)
            return Changes(
                cancelled,
                days=[self._without(day, ride_id, now)],
                rides=[cancelled],
                facts=[fact],
            )

        return desk.write(call, [zone_id], work)

    def _without(self, day: ZoneDay, ride_id: str, now: datetime) -> ZoneDay:
        """The day without the ride; a vehicle that is on its way to it gets there in vain."""
        index = day.duty_of(ride_id)
        if index is None:
            return day.without_tasks([ride_id])
        frame = self._desk.frame(day, now)
        stop = frame.heading_to(index)
        if stop is None or stop.subject != ride_id:
            return self._desk.let_go(day, [ride_id], now)
        arrived_s = day.duties[index].arrived_s
        came_s = max(frame.now_s, stop.start_s) if arrived_s is None else arrived_s
        day = frame.put_back(day, index, frame.tours[index])
        day = in_vain(day, index, came_s, max(came_s, frame.now_s))
        tour, _ = self._desk.frame(day, now).rescheduled(index)
        return frame.put_back(day, index, tour)


def stored_ride(reader: Reader, ride_id: str) -> Ride:
    """The ride; raises NotFound."""
    ride = reader.ride(ride_id)
    if ride is None:
        raise no_ride(ride_id)
    return ride


def no_ride(ride_id: str) -> NotFound:
    """What is said of a ride that is not there, or not there for the caller."""
    return NotFound.in_field("ride_id", f"there is no ride {ride_id!r}", "RIDE_NOT_FOUND")


def own_ride(reader: Reader, ride_id: str, caller: Principal) -> Ride:
    """A ride that the caller may change; raises NotFound."""
    ride = stored_ride(reader, ride_id)
    if not owns_ride(caller, ride):
        raise no_ride(ride_id)
    return ride


def with_planned_times(desk: Desk, day: ZoneDay, ride: Ride) -> Ride:
    """The ride with vehicle and times as the plan has them now."""
    index = day.duty_of(ride.id)
    if index is None:
        return ride
    duty = day.duties[index]
    service_day = desk.service_day(day.service_date)
    times = {stop.action: service_day.instant(stop.start_s) for stop in duty.stops if stop.subject == ride.id}
    return replace(
        ride,
        vehicle_id=duty.vehicle.id,
        shift_id=duty.shift.id,
        pickup_time=times.get(Action.PICKUP, ride.pickup_time),
        dropoff_time=times.get(Action.DROPOFF, ride.dropoff_time),
    )


def offer_of(reader: Reader, offer_id: str, caller: Principal, field: str = "offer_id") -> Offer:
    """An offer that the caller may book; raises NotFound."""
    offer = reader.offer(offer_id)
    if offer is None or not may_book(caller, offer):
        raise NotFound.in_field(field, f"there is no offer {offer_id!r}", "OFFER_NOT_FOUND")
    return offer


def _check_bookable(offer: Offer, now: datetime) -> None:
    if offer.state is OfferState.BOOKED:
        raise FailedPrecondition("OFFER_TAKEN", f"offer_id: {offer.id} is booked already")
    if offer.state is OfferState.WITHDRAWN:
        raise FailedPrecondition(
            "OFFER_WITHDRAWN", f"offer_id: {offer.id} is no longer on: its shift is gone"
        )
    if offer.state is OfferState.RELEASED or offer.expire_time <= now:
        raise _expired(offer)


def _expired(offer: Offer) -> FailedPrecondition:
    return FailedPrecondition(
        "OFFER_EXPIRED",
        f"offer_id: {offer.id} was held until {offer.expire_time.isoformat()}",
        metadata={"expire_time": offer.expire_time.isoformat()},
    )
