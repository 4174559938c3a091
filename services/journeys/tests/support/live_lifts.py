"""Drivers and passengers who call the service in the made-up village."""

from itertools import count
from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from identified import channel_to, token
from landlinie.common.v1 import geo_pb2
from landlinie.journeys.v1 import lift_pb2, lift_service_pb2_grpc, place_pb2
from planned_village import Village, at, place
from service_kit.identity.principal import Role

DAY = "2026-03-10"
WESTHOF, OSTHOF = (
    place(position=geo_pb2.Position(latitude_deg=53.508, longitude_deg=longitude_deg), label=label)
    for longitude_deg, label in ((13.2, "bei Müllers"), (13.24, "at work"))
)
HOME = place(position=geo_pb2.Position(latitude_deg=53.5083, longitude_deg=13.2102), label="home")
SHOP = place(position=geo_pb2.Position(latitude_deg=53.5082, longitude_deg=13.2299), label="shop")
_numbers = count(1)


def new_id() -> str:
    return f"lift-call-{next(_numbers)}"


class Person:
    """Somebody with a token, and what they call."""

    def __init__(self, village: Village, name: str, *roles: Role, client_id: str = "app") -> None:
        self.token = token(*(roles or (Role.PASSENGER,)), subject=name, client_id=client_id)
        channel = channel_to(village.address, self.token)
        village._channels.append(channel)
        self.stub: Any = lift_service_pb2_grpc.LiftServiceStub(channel)

    def post(self, clock: str = "07:30", **fields: Any) -> lift_pb2.Lift:
        """Offer a lift."""
        lift: lift_pb2.Lift = self.stub.PostLift(posting(clock, **fields)).lift
        return lift

    def find(self, **fields: Any) -> list[lift_pb2.FoundLift]:
        return list(self.stub.FindLifts(finding(**fields)).lifts)

    def ask(self, lift_id: str, **fields: Any) -> lift_pb2.Seat:
        seat: lift_pb2.Seat = self.stub.RequestSeat(asking(lift_id, **fields)).seat
        return seat

    def answer(self, seat_id: str, *, accept: bool = True) -> lift_pb2.Seat:
        request = lift_pb2.AnswerSeatRequestRequest(request_id=new_id(), seat_id=seat_id, accept=accept)
        seat: lift_pb2.Seat = self.stub.AnswerSeatRequest(request).seat
        return seat

    def seats(self, **fields: Any) -> list[lift_pb2.Seat]:
        return list(self.stub.ListSeats(lift_pb2.ListSeatsRequest(**fields)).seats)


def posting(clock: str = "07:30", **fields: Any) -> lift_pb2.PostLiftRequest:
    """A lift through the village; fields of the lift, or of the request."""
    own = {name: fields.pop(name) for name in ("driver_reference", "driver_is_woman") if name in fields}
    start: place_pb2.Place = fields.pop("start", WESTHOF)
    lift: dict[str, Any] = {
        "from": start,
        "to": OSTHOF,
        "times": lift_pb2.LiftTimes(departure_time=at(clock)),
        "seat_count": 2,
        "max_detour": Duration(seconds=600),
        "audience": lift_pb2.LIFT_AUDIENCE_EVERYBODY,
        **fields,
    }
    return lift_pb2.PostLiftRequest(request_id=new_id(), lift=lift_pb2.Lift(**lift), **own)


def finding(**fields: Any) -> lift_pb2.FindLiftsRequest:
    asked: dict[str, Any] = {
        "from": HOME,
        "to": SHOP,
        "earliest_departure": at("07:00"),
        "latest_departure": at("08:30"),
        **fields,
    }
    return lift_pb2.FindLiftsRequest(**asked)


def asking(lift_id: str, **fields: Any) -> lift_pb2.RequestSeatRequest:
    asked: dict[str, Any] = {
        "request_id": new_id(),
        "lift_id": lift_id,
        "service_date": DAY,
        "from": HOME,
        "to": SHOP,
    }
    return lift_pb2.RequestSeatRequest(**(asked | fields))


def clock_of(stamp: Timestamp) -> int:
    """Seconds since seven in the morning."""
    return int(stamp.seconds - at("07:00").seconds)
