"""Plain values as messages: what calls answer with and facts are told in."""

from datetime import UTC, date, datetime

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from landlinie.common.v1 import geo_pb2, time_pb2
from landlinie.pooling.v1 import fleet_pb2, offer_pb2
from routing_core.fleet.model import Layout, Load

from pooling.domain.fleet import Rest, Shift, Vehicle, VehicleKind
from pooling.domain.offers import MESSAGES, Promise, RefusalCode, RefusalReason, Span
from pooling.domain.places import BoardingPoint, Point, point

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KINDS = {kind: fleet_pb2.VehicleKind.Value(f"VEHICLE_KIND_{kind.name}") for kind in VehicleKind}
KINDS_BACK = {value: kind for kind, value in KINDS.items()}
CODES = {code: offer_pb2.RefusalCode.Value(f"REFUSAL_CODE_{code.name}") for code in RefusalCode}
CODES_BACK = {value: code for code, value in CODES.items()}


def stamp(instant: datetime) -> Timestamp:
    # What FromDatetime does by way of calendar tuples: plans have thousands of them.
    since = instant - EPOCH
    return Timestamp(seconds=since.days * 86_400 + since.seconds, nanos=since.microseconds * 1_000)


def instant(message: Timestamp) -> datetime:
    return message.ToDatetime(tzinfo=UTC)


def duration(seconds: int) -> Duration:
    return Duration(seconds=seconds)


def position(place: Point) -> geo_pb2.Position:
    return geo_pb2.Position(latitude_deg=place.latitude_deg, longitude_deg=place.longitude_deg)


def party(load: Load) -> offer_pb2.Party:
    return offer_pb2.Party(seated_count=load.seated_count, wheelchair_count=load.wheelchair_count)


def boarding_point(place: BoardingPoint) -> offer_pb2.BoardingPoint:
    return offer_pb2.BoardingPoint(
        position=position(place.point),
        virtual_stop_id=place.virtual_stop_id,
        label=place.label,
        walk_m=place.walk_m,
        walk_duration=duration(place.walk_s),
    )


def promise(promised: Promise) -> offer_pb2.Promise:
    return offer_pb2.Promise(
        pickup_window=time_pb2.TimeWindow(
            earliest=stamp(promised.pickup.earliest), latest=stamp(promised.pickup.latest)
        ),
        latest_arrival=stamp(promised.latest_arrival),
        max_ride_duration=duration(promised.max_ride_s),
    )


def refusal_reason(reason: RefusalReason) -> offer_pb2.RefusalReason:
    return offer_pb2.RefusalReason(
        code=CODES[reason.code], shift_count=reason.shift_count, message=MESSAGES[reason.code]
    )


def vehicle(found: Vehicle) -> fleet_pb2.Vehicle:
    return fleet_pb2.Vehicle(
        vehicle_id=found.id,
        zone_id=found.zone_id,
        kind=KINDS[found.kind],
        name=found.name,
        layouts=[
            fleet_pb2.Layout(
                seat_count=layout.seat_count, wheelchair_place_count=layout.wheelchair_place_count
            )
            for layout in found.layouts
        ],
        out_of_service=found.out_of_service,
    )


def shift(found: Shift) -> fleet_pb2.Shift:
    return fleet_pb2.Shift(
        shift_id=found.id,
        vehicle_id=found.vehicle_id,
        zone_id=found.zone_id,
        service_date=found.service_date.isoformat(),
        start_time=stamp(found.start),
        end_time=stamp(found.end),
        start=position(found.start_point),
        end=position(found.end_point),
        breaks=[
            fleet_pb2.Break(
                start_window=time_pb2.TimeWindow(earliest=stamp(rest.earliest), latest=stamp(rest.latest)),
                duration=duration(rest.duration_s),
            )
            for rest in found.breaks
        ],
        etag=found.etag,
    )


def load_of(message: offer_pb2.Party) -> Load:
    return Load(message.seated_count, message.wheelchair_count)


def point_of(message: geo_pb2.Position) -> Point:
    return point(message.latitude_deg, message.longitude_deg)


def boarding_point_of(message: offer_pb2.BoardingPoint) -> BoardingPoint:
    return BoardingPoint(point_of(message.position), message.label, message.virtual_stop_id, message.walk_m)


def promise_of(message: offer_pb2.Promise) -> Promise:
    window = message.pickup_window
    return Promise(
        Span(instant(window.earliest), instant(window.latest)),
        instant(message.latest_arrival),
        message.max_ride_duration.seconds,
    )


def refusal_reason_of(message: offer_pb2.RefusalReason) -> RefusalReason:
    return RefusalReason(CODES_BACK[message.code], message.shift_count)


def vehicle_of(message: fleet_pb2.Vehicle) -> Vehicle:
    return Vehicle(
        message.vehicle_id,
        message.zone_id,
        KINDS_BACK[message.kind],
        message.name,
        tuple(Layout(layout.seat_count, layout.wheelchair_place_count) for layout in message.layouts),
        message.out_of_service,
    )


def shift_of(message: fleet_pb2.Shift) -> Shift:
    return Shift(
        message.shift_id,
        message.vehicle_id,
        message.zone_id,
        date.fromisoformat(message.service_date),
        instant(message.start_time),
        instant(message.end_time),
        point_of(message.start),
        point_of(message.end),
        tuple(
            Rest(
                f"{message.shift_id}.break{number}",
                instant(rest.start_window.earliest),
                instant(rest.start_window.latest),
                rest.duration.seconds,
            )
            for number, rest in enumerate(message.breaks, start=1)
        ),
    )
