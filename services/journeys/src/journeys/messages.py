"""The service's values as messages, and back."""

from collections.abc import Iterable
from datetime import UTC, datetime

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from landlinie.common.v1 import audit_pb2, geo_pb2
from landlinie.journeys.v1 import journey_pb2, place_pb2
from landlinie.pooling.v1 import offer_pb2
from routing_core.places.place import Place
from service_kit.identity.audit import AuditEntry
from service_kit.identity.policy import role_value

from journeys.application.finding import Gap
from journeys.domain.journey import (
    BenchWait,
    Detail,
    ForeignRide,
    Journey,
    Leg,
    LiftSeat,
    Mode,
    PassedStop,
    PooledOffer,
    SharedCar,
    SharedVehicle,
    Transit,
    VehicleNow,
)
from journeys.domain.places import Point
from journeys.domain.wording import sentence


def stamp(instant: datetime) -> Timestamp:
    """An instant."""
    found = Timestamp()
    found.FromDatetime(instant.astimezone(UTC))
    return found


def stamp_s(instant_s: int) -> Timestamp:
    """An instant of Unix seconds."""
    return Timestamp(seconds=instant_s)


def position(latitude_deg: float, longitude_deg: float) -> geo_pb2.Position:
    """A position."""
    return geo_pb2.Position(latitude_deg=latitude_deg, longitude_deg=longitude_deg)


def named_place(place: Place, *, exact_number: bool = True) -> place_pb2.NamedPlace:
    """A place that has a name."""
    return place_pb2.NamedPlace(
        place_id=place.id,
        kind=place.kind,
        label=place.label,
        position=position(place.latitude_deg, place.longitude_deg),
        number_not_on_map=not exact_number,
    )


def audit_entry(number: int, entry: AuditEntry) -> audit_pb2.AuditEntry:
    """What somebody did."""
    return audit_pb2.AuditEntry(
        number=number,
        time=stamp(entry.time),
        subject=entry.subject,
        client_id=entry.client_id,
        roles=sorted(role_value(role) for role in entry.roles),
        method=entry.method,
        request_id=entry.request_id,
        entity_ids=sorted(entry.entity_ids),
        outcome=entry.outcome,
        count=entry.count,
    )


def mode_value(mode: Mode) -> journey_pb2.Mode.ValueType:
    """A mode as messages name it."""
    return journey_pb2.Mode.Value(f"MODE_{mode.name}")


def journey(found: Journey, journey_id: str, expires_at: datetime) -> journey_pb2.Journey:
    """A journey that is kept until it expires."""
    told = journey_pb2.Journey(
        journey_id=journey_id,
        legs=[leg(each) for each in found.legs],
        departure_time=stamp_s(found.depart_s),
        arrival_time=stamp_s(found.arrive_s),
        transfer_count=found.transfers,
        walk_m=found.walk_m,
        co2_g=found.co2_g,
        reasons=[
            journey_pb2.Reason(
                code=journey_pb2.ReasonCode.Value(f"REASON_CODE_{code.name}"), message=sentence(code, found)
            )
            for code in found.reasons
        ],
        expire_time=stamp(expires_at),
    )
    if found.price is not None:
        told.price.cents = found.price.cents
        told.price.currency = found.price.currency
        told.price.complete = found.price.complete
    return told


def journey_bytes(found: Journey, journey_id: str, expires_at: datetime) -> bytes:
    """The same, serialized."""
    return journey(found, journey_id, expires_at).SerializeToString()


def leg(found: Leg) -> journey_pb2.Leg:
    """A part of a journey."""
    told = journey_pb2.Leg(
        mode=mode_value(found.mode),
        departure_time=stamp_s(found.depart_s),
        arrival_time=stamp_s(found.arrive_s),
        distance_m=found.length_m,
        polyline=polyline(found.line),
        bookable=found.bookable,
    )
    # Named as a keyword is.
    platforms = ("", "")
    if isinstance(found.detail, Transit):
        platforms = (found.detail.board_platform, found.detail.alight_platform)
    getattr(told, "from").CopyFrom(_end(found.start, platforms[0]))
    told.to.CopyFrom(_end(found.end, platforms[1]))
    _tell_detail(told, found.detail)
    return told


def _tell_detail(told: journey_pb2.Leg, detail: Detail) -> None:
    match detail:
        case Transit():
            told.transit.CopyFrom(_transit(detail))
        case PooledOffer():
            told.pooled.offer.CopyFrom(offer_pb2.Offer.FromString(detail.wire))
        case SharedCar():
            told.shared_car.CopyFrom(_shared_car(detail))
        case SharedVehicle():
            told.shared_vehicle.CopyFrom(_shared_vehicle(detail))
        case ForeignRide():
            told.foreign_on_demand.CopyFrom(_foreign_ride(detail))
        case LiftSeat():
            told.lift.CopyFrom(_lift_seat(detail))
        case BenchWait():
            told.bench.CopyFrom(_bench_wait(detail))
        case None:
            pass


def _end(point: Point, platform: str) -> journey_pb2.LegEnd:
    return journey_pb2.LegEnd(
        position=position(point.latitude_deg, point.longitude_deg),
        label=point.label,
        stop_id=point.stop_id,
        platform=platform,
    )


def _transit(detail: Transit) -> journey_pb2.TransitLeg:
    return journey_pb2.TransitLeg(
        route_id=detail.route_id,
        trip_id=detail.trip_id,
        service_date=detail.day.isoformat(),
        line_name=detail.line,
        headsign=detail.headsign,
        passed_stops=[_passed(stop) for stop in detail.passed],
        scheduled_departure_time=stamp_s(detail.scheduled_depart_s),
        scheduled_arrival_time=stamp_s(detail.scheduled_arrive_s),
        real_time=detail.real_time,
        agency_name=detail.agency,
        alerts=detail.alerts,
        vehicle=None if detail.vehicle is None else _vehicle(detail.vehicle),
    )


def _vehicle(now: VehicleNow) -> journey_pb2.VehicleNow:
    return journey_pb2.VehicleNow(
        position=position(now.latitude_deg, now.longitude_deg),
        time=stamp_s(now.at_s),
        label=now.label,
        occupancy=now.occupancy,
    )


def _passed(stop: PassedStop) -> journey_pb2.PassedStop:
    return journey_pb2.PassedStop(
        stop_id=stop.stop_id,
        name=stop.name,
        arrival_time=stamp_s(stop.arrive_s),
        departure_time=stamp_s(stop.depart_s),
    )


def _shared_car(detail: SharedCar) -> journey_pb2.SharedCarLeg:
    return journey_pb2.SharedCarLeg(
        car_id=detail.car_id,
        car_name=detail.name,
        return_by=stamp_s(detail.return_by_s),
        distance_m=detail.distance_m,
        price_cents=detail.price_cents,
        currency=detail.currency,
    )


def _shared_vehicle(detail: SharedVehicle) -> journey_pb2.SharedVehicleLeg:
    return journey_pb2.SharedVehicleLeg(
        system_name=detail.system,
        operator_name=detail.operator,
        booking_url=detail.booking_url,
        phone=detail.phone,
        told_time=stamp_s(detail.told_s),
        return_by=None if detail.return_by_s is None else stamp_s(detail.return_by_s),
    )


def _foreign_ride(detail: ForeignRide) -> journey_pb2.ForeignOnDemandLeg:
    return journey_pb2.ForeignOnDemandLeg(
        service_name=detail.service,
        agency_name=detail.agency,
        phone=detail.phone,
        booking_url=detail.url,
        book_by=stamp_s(detail.book_by_s),
        message=detail.message,
    )


def _lift_seat(detail: LiftSeat) -> journey_pb2.LiftLeg:
    return journey_pb2.LiftLeg(
        lift_id=detail.lift_id,
        detour=Duration(seconds=detail.detour_s),
        needs_confirmation=True,
        service_date=detail.day.isoformat(),
    )


def _bench_wait(detail: BenchWait) -> journey_pb2.BenchLeg:
    return journey_pb2.BenchLeg(
        bench_id=detail.bench_id,
        destination_sign=detail.destination,
        chance=detail.chance,
        observed_count=detail.observed_count,
        longest_wait=Duration(seconds=detail.longest_wait_s),
        expected_wait=Duration(seconds=detail.expected_wait_s),
        message=detail.message,
    )


def gap(found: Gap) -> journey_pb2.Gap:
    """A part of the search that could not be asked."""
    mode = journey_pb2.MODE_UNSPECIFIED if found.mode is None else mode_value(found.mode)
    return journey_pb2.Gap(mode=mode, reason=found.reason, message=found.message)


def polyline(line: Iterable[tuple[float, float]]) -> str:
    """Google's encoded polyline of latitudes and longitudes in degrees: differences, with five decimals."""
    text: list[str] = []
    before = (0, 0)
    for point in line:
        rounded = (round(point[0] * 1e5), round(point[1] * 1e5))
        for value, last in zip(rounded, before, strict=True):
            difference = value - last
            # The sign goes last; then five bits at a time, the lowest first, all but the last one marked.
            bits = ~(difference << 1) if difference < 0 else difference << 1
            while bits >= 0x20:
                text.append(chr((0x20 | (bits & 0x1F)) + 63))
                bits >>= 5
            text.append(chr(bits + 63))
        before = rounded
    return "".join(text)
