"""From messages to checked plain values, and back: shared cars."""

from landlinie.common.v1 import geo_pb2, time_pb2
from landlinie.journeys.v1 import car_pb2
from service_kit.faults import NEVER, Faults

from journeys.domain.cars import SHORTEST, Car, Reservation, ReservationState, Window
from journeys.domain.places import Point
from journeys.messages import position, stamp

FARTHEST_M = 3_000_000
"""More nobody drives in three days."""
SOME_WINDOW = Window(NEVER, NEVER + SHORTEST)

STATES = {
    ReservationState.RESERVED: car_pb2.RESERVATION_STATE_RESERVED,
    ReservationState.CANCELLED: car_pb2.RESERVATION_STATE_CANCELLED,
    ReservationState.RETURNED: car_pb2.RESERVATION_STATE_RETURNED,
}


def window_of(message: time_pb2.TimeWindow, faults: Faults, field: str = "window") -> Window:
    """A window of time; some other after a fault was noted."""
    start = faults.instant(message.earliest, f"{field}.earliest")
    end = faults.instant(message.latest, f"{field}.latest")
    if NEVER in {start, end}:
        return SOME_WINDOW
    if end <= start:
        faults.add(f"{field}.latest", f"{end.isoformat()} is not after the earliest", "WINDOW_INVALID")
        return SOME_WINDOW
    return Window(start, end)


def position_of(message: geo_pb2.Position, faults: Faults, field: str) -> Point | None:
    """A position; None where it is none."""
    try:
        return Point(message.latitude_deg, message.longitude_deg)
    except ValueError as error:
        faults.add(field, str(error), "POSITION_INVALID")
        return None


def distance_of(value: int, faults: Faults, field: str = "distance_m") -> int:
    """Metres, at most as many as anybody drives."""
    if value > FARTHEST_M:
        faults.add(field, f"{value} is more than {FARTHEST_M}", "DISTANCE_INVALID")
    return min(value, FARTHEST_M)


def car_message(car: Car) -> car_pb2.Car:
    return car_pb2.Car(
        car_id=car.id,
        name=car.name,
        position=position(car.place.latitude_deg, car.place.longitude_deg),
        label=car.place.label,
        seat_count=car.seat_count,
        range_m=car.range_m,
        hour_price_cents=car.hour_price_cents,
        kilometre_price_cents=car.kilometre_price_cents,
        currency=car.currency,
        charging_m_per_hour=car.charging_m_per_hour,
    )


def reservation_message(reservation: Reservation) -> car_pb2.Reservation:
    window = reservation.window
    return car_pb2.Reservation(
        reservation_id=reservation.id,
        car_id=reservation.car_id,
        window=time_pb2.TimeWindow(earliest=stamp(window.start), latest=stamp(window.end)),
        state=STATES[reservation.state],
        passenger_reference=reservation.passenger_reference,
        distance_m=reservation.distance_m,
        ready_time=stamp(reservation.ready),
    )
