"""From messages to checked plain values."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

from google.protobuf.message import Message
from landlinie.pooling.v1 import fleet_pb2, offer_pb2, plan_pb2, ride_pb2
from routing_core.fleet.model import Layout, Load
from service_kit.identity.principal import caller

from pooling.application.changing_shifts import Fixed
from pooling.application.desk import Call
from pooling.application.driving import Report
from pooling.application.request_offers import PlaceWish, Question
from pooling.application.rides import Booking
from pooling.application.shift_rules import LONGEST_SHIFT, check_shift
from pooling.domain.fleet import Rest, Shift, Vehicle, VehicleKind
from pooling.domain.offers import Ask, Span
from pooling.domain.places import BoardingPoint
from pooling.domain.rides import Contact
from pooling.domain.zone import HORIZON
from pooling.entrypoints.faults import IDENTIFIER, LONGEST_WINDOW, NEVER, NOWHERE, Faults
from pooling.messages import KINDS_BACK

MOST_PASSENGERS = 100
MOST_OFFERS = 3
MOST_RELEASED = 50
LONGEST_WALK_M = 5000
LONGEST_LABEL = 200
LONGEST_NAME = 100
LONGEST_PHONE = 40
MOST_LAYOUTS = 8
MOST_BREAKS = 8
SHORTEST_SEARCH_MS = 50
LONGEST_SEARCH_MS = 8000

MessageT = TypeVar("MessageT", bound=Message)
ResultT = TypeVar("ResultT")


def call_of(request: Any, encode: Callable[[ResultT], Message], faults: Faults) -> Call[ResultT]:
    """The write a request asks for."""
    request_id = faults.identifier(request.request_id, "request_id")
    digest = hashlib.sha256(request.SerializeToString(deterministic=True)).digest()
    return Call(
        request.DESCRIPTOR.name.removesuffix("Request"),
        request_id,
        digest,
        lambda result: encode(result).SerializeToString(),
        caller(),
        frozenset(_ids_in(request)),
    )


def _ids_in(message: Message) -> Iterator[str]:
    """The things a request names: whatever stands in a field that ends in ``_id``, if it is an id."""
    for field, value in message.ListFields():
        if field.message_type is not None and not field.is_repeated:
            yield from _ids_in(value)
        elif field.name.endswith("_id") and field.name != "request_id" and IDENTIFIER.fullmatch(value):
            yield value


def offer_ids_of(request: offer_pb2.ReleaseOffersRequest, faults: Faults) -> list[str]:
    """Which offers are given back."""
    if not 1 <= len(request.offer_ids) <= MOST_RELEASED:
        count = len(request.offer_ids)
        faults.add("offer_ids", f"names {count}, must name 1 to {MOST_RELEASED}", "COUNT_OUT_OF_RANGE")
        return []
    return [
        faults.identifier(offer_id, f"offer_ids[{number}]")
        for number, offer_id in enumerate(request.offer_ids)
    ]


def question_of(request: offer_pb2.RequestOffersRequest, now: datetime, faults: Faults) -> Question:
    """What is asked for; a window that has begun already starts now."""
    pickup = _place(request, "pickup", faults)
    dropoff = _place(request, "dropoff", faults)
    pickup_span = _window(request, "pickup_window", now, faults)
    dropoff_span = _window(request, "dropoff_window", now, faults)
    if not request.HasField("pickup_window") and not request.HasField("dropoff_window"):
        faults.add("pickup_window", "is missing, and so is dropoff_window", "FIELD_MISSING")
    if (
        pickup_span
        and dropoff_span
        and NEVER not in (pickup_span.earliest, dropoff_span.latest)
        and dropoff_span.latest < pickup_span.earliest
    ):
        faults.add("dropoff_window.latest", "is before pickup_window.earliest", "WINDOW_REVERSED")
    load = _load(request, faults)
    if request.max_walk_m > LONGEST_WALK_M:
        faults.add("max_walk_m", f"{request.max_walk_m} is more than {LONGEST_WALK_M}", "WALK_TOO_LONG")
    if request.max_offer_count > MOST_OFFERS:
        faults.add(
            "max_offer_count", f"{request.max_offer_count} is more than {MOST_OFFERS}", "OFFER_COUNT_INVALID"
        )
    somewhere = BoardingPoint(NOWHERE)
    ask = Ask(
        somewhere,
        somewhere,
        load,
        pickup_span,
        dropoff_span,
        request.max_walk_m,
        request.max_offer_count or MOST_OFFERS,
        request.part_of_search,
    )
    return Question(pickup, dropoff, ask)


def booking_of(request: ride_pb2.BookRideRequest, faults: Faults) -> Booking:
    """What is booked, by whom."""
    contact = None
    if request.HasField("contact"):
        contact = Contact(
            faults.text(request.contact.name, "contact.name", LONGEST_NAME),
            faults.text(request.contact.phone, "contact.phone", LONGEST_PHONE),
        )
    return Booking(
        faults.identifier(request.offer_id, "offer_id"),
        faults.identifier(request.passenger_reference, "passenger_reference", needed=False),
        contact,
        faults.identifier(request.payer, "payer", needed=False),
    )


def report_of(request: Any, now: datetime, faults: Faults) -> Report:
    """What a driver reports."""
    time = None
    if request.HasField("event_time"):
        time = faults.instant(request.event_time, "event_time")
        if time is not NEVER and now - time > timedelta(days=2):
            faults.add("event_time", f"{time.isoformat()} is more than two days ago", "EVENT_TIME_TOO_OLD")
    return Report(faults.identifier(request.vehicle_id, "vehicle_id"), time)


def time_limit_s(request: plan_pb2.ImprovePlanRequest, faults: Faults) -> float:
    """How long to look for a better plan."""
    limit_ms = request.time_limit_ms or 1000
    if not SHORTEST_SEARCH_MS <= limit_ms <= LONGEST_SEARCH_MS:
        faults.add(
            "time_limit_ms",
            f"{limit_ms} is not from {SHORTEST_SEARCH_MS} to {LONGEST_SEARCH_MS}",
            "TIME_LIMIT_INVALID",
        )
    return limit_ms / 1000


def vehicle_of(request: Any, faults: Faults, *, zone_needed: bool) -> Vehicle:
    """The vehicle in a request."""
    if not request.HasField("vehicle"):
        faults.add("vehicle", "is missing", "FIELD_MISSING")
    vehicle: fleet_pb2.Vehicle = request.vehicle
    layouts = []
    if not 1 <= len(vehicle.layouts) <= MOST_LAYOUTS:
        faults.add(
            "vehicle.layouts",
            f"has {len(vehicle.layouts)} entries, must have 1 to {MOST_LAYOUTS}",
            "LAYOUTS_INVALID",
        )
    for number, layout in enumerate(vehicle.layouts[:MOST_LAYOUTS]):
        places = layout.seat_count + layout.wheelchair_place_count
        if not 1 <= places <= MOST_PASSENGERS:
            faults.add(
                f"vehicle.layouts[{number}]",
                f"has {places} places, must have 1 to {MOST_PASSENGERS}",
                "LAYOUTS_INVALID",
            )
        layouts.append(Layout(layout.seat_count, layout.wheelchair_place_count))
    return Vehicle(
        faults.identifier(vehicle.vehicle_id, "vehicle.vehicle_id"),
        faults.identifier(vehicle.zone_id, "vehicle.zone_id", needed=zone_needed),
        faults.choice(vehicle.kind, KINDS_BACK, "vehicle.kind", VehicleKind.ANRUFBUS),
        faults.text(vehicle.name, "vehicle.name", LONGEST_NAME),
        tuple(layouts) or (Layout(1),),
        vehicle.out_of_service,
    )


def shift_of(request: fleet_pb2.CreateShiftRequest, faults: Faults) -> Shift:
    """The new shift in a request; what the service fills in is left open."""
    for name in ("shift_id", "zone_id", "service_date", "etag"):
        if getattr(request.shift, name):
            faults.add(f"shift.{name}", "is filled in by the service", "FIELD_NOT_SETTABLE")
    return _shift(request, faults)


def changed_shift_of(request: fleet_pb2.UpdateShiftRequest, faults: Faults) -> Shift:
    """A shift as it shall be; what is fixed is left open."""
    return replace(_shift(request, faults), id=faults.identifier(request.shift.shift_id, "shift.shift_id"))


def fixed_of(request: fleet_pb2.UpdateShiftRequest, faults: Faults) -> Fixed:
    """What the request takes for granted of a shift: its zone and service date, and that it is as it was."""
    return Fixed(
        faults.identifier(request.shift.zone_id, "shift.zone_id", needed=False),
        faults.service_date(request.shift.service_date, "shift.service_date"),
        faults.identifier(request.shift.etag, "shift.etag", needed=False),
    )


def _shift(request: Any, faults: Faults) -> Shift:
    """What can be wished of a shift."""
    if not request.HasField("shift"):
        faults.add("shift", "is missing", "FIELD_MISSING")
    message: fleet_pb2.Shift = request.shift
    start = _needed(
        message.HasField("start_time"), message.start_time, "shift.start_time", faults.instant, faults
    )
    end = _needed(message.HasField("end_time"), message.end_time, "shift.end_time", faults.instant, faults)
    start_point = _needed(message.HasField("start"), message.start, "shift.start", faults.position, faults)
    end_point = _needed(message.HasField("end"), message.end, "shift.end", faults.position, faults)
    if len(message.breaks) > MOST_BREAKS:
        faults.add(
            "shift.breaks", f"has {len(message.breaks)} entries, at most {MOST_BREAKS}", "TOO_MANY_BREAKS"
        )
    breaks = []
    for number, rest in enumerate(message.breaks[:MOST_BREAKS]):
        window = faults.span(rest.start_window, f"shift.breaks[{number}].start_window", longest=LONGEST_SHIFT)
        duration_s = faults.duration_s(rest.duration, f"shift.breaks[{number}].duration")
        breaks.append(Rest("", window.earliest, window.latest, duration_s))
    shift = Shift(
        "",
        faults.identifier(message.vehicle_id, "shift.vehicle_id"),
        "",
        (start or NEVER).date(),
        start or NEVER,
        end or NEVER,
        start_point or NOWHERE,
        end_point or NOWHERE,
        tuple(breaks),
    )
    if start and end and NEVER not in (start, end):
        faults.extend(check_shift(shift))
    return shift


def _needed(
    given: bool,
    message: MessageT,
    field: str,
    read: Callable[[MessageT, str], ResultT],
    faults: Faults,
) -> ResultT | None:
    """The field's value, or None after noting that it is missing."""
    if given:
        return read(message, field)
    faults.add(field, "is missing", "FIELD_MISSING")
    return None


def _place(
    request: offer_pb2.RequestOffersRequest, name: Literal["pickup", "dropoff"], faults: Faults
) -> PlaceWish:
    place: offer_pb2.Place = getattr(request, name)
    label = faults.text(place.label, f"{name}.label", LONGEST_LABEL)
    which = place.WhichOneof("where") if request.HasField(name) else None
    if which is None:
        faults.add(name, "is missing: a position or a virtual_stop_id is needed", "FIELD_MISSING")
        return PlaceWish(NOWHERE)
    if which == "position":
        return PlaceWish(faults.position(place.position, f"{name}.position"), label=label)
    return PlaceWish(None, faults.identifier(place.virtual_stop_id, f"{name}.virtual_stop_id"), label)


def _window(
    request: offer_pb2.RequestOffersRequest,
    name: Literal["pickup_window", "dropoff_window"],
    now: datetime,
    faults: Faults,
) -> Span | None:
    if not request.HasField(name):
        return None
    span = faults.span(getattr(request, name), name, longest=LONGEST_WINDOW)
    if NEVER in (span.earliest, span.latest):
        return span
    if span.latest < now:
        faults.add(f"{name}.latest", f"{span.latest.isoformat()} is in the past", "TIME_IN_PAST")
        return span
    if span.latest > now + HORIZON:
        faults.add(f"{name}.latest", f"is more than {HORIZON.days} days ahead", "TIME_BEYOND_HORIZON")
    return Span(max(span.earliest, now), span.latest)


def _load(request: offer_pb2.RequestOffersRequest, faults: Faults) -> Load:
    party = request.party
    total = party.seated_count + party.wheelchair_count
    if total == 0:
        faults.add("party", "has no passengers", "NO_PASSENGERS")
    for name in ("seated_count", "wheelchair_count"):
        if getattr(party, name) > MOST_PASSENGERS:
            faults.add(
                f"party.{name}",
                f"{getattr(party, name)} is more than {MOST_PASSENGERS}",
                "TOO_MANY_PASSENGERS",
            )
    return Load(party.seated_count, party.wheelchair_count)
