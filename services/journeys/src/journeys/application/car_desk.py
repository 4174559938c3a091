"""Shared cars: which are free, reserving one, giving it up, bringing it back."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from service_kit.clock import Clock
from service_kit.errors import FailedPrecondition, InvalidInput, NotFound, PermissionDenied, Unavailable
from service_kit.identity.principal import Principal, Role
from service_kit.once import Call, write

from journeys.application.car_ports import CarReader, CarStore, CarWriter, Position, ReservationFilter
from journeys.application.desk import Desk
from journeys.domain.car_access import listed, owns, passenger_of
from journeys.domain.car_facts import CarReservationCancelled, CarReserved, CarReturned
from journeys.domain.cars import (
    AHEAD,
    LONGEST,
    SHORTEST,
    Car,
    Obstacle,
    Reservation,
    ReservationState,
    Window,
    free_until,
    obstacle,
)
from journeys.domain.places import Point

MOST_OPEN = 5
"""Reservations that a passenger who books alone may have at a time: nobody keeps all cars from others."""
LATE_CLOCK = timedelta(minutes=5)
"""So long ago a window may begin: clocks differ, and people type."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A car that somebody wants; ``distance_m`` is 0 where nobody says how far."""

    car_id: str
    window: Window
    distance_m: int
    passenger_reference: str


@dataclass(frozen=True, slots=True)
class Returned:
    """A reservation that is over, and its price."""

    reservation: Reservation
    price_cents: int
    currency: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A car that stands free: until when, and when it was taken last as far as is kept."""

    until: datetime
    last_taken: datetime | None


class CarDesk:
    """The use cases.

    Parameters
    ----------
    cars
        Of the district, in the order in which they are listed.
    committed
        Called after a transaction.
    """

    def __init__(
        self,
        store: CarStore,
        cars: Iterable[Car],
        *,
        zone: ZoneInfo,
        clock: Clock,
        committed: Callable[[], None],
    ) -> None:
        self.store = store
        self.desk: Desk[CarReader, CarWriter] = Desk(store, clock, committed)
        self.cars: Mapping[str, Car] = {car.id: car for car in cars}
        self._zone = zone
        self._clock = clock

    def free(self, window: Window, distance_m: int = 0, near: Point | None = None) -> list[Car]:
        """Cars that can be had in a window, nearest first where a position is given.

        ``distance_m`` is how far one is to be driven; as far as anybody gets in that time when 0.
        """
        now = self._clock.now()
        with self.store.reading() as reader:
            kept = _by_car(reader.touching(_charging_after(window), now))
        found = [
            car
            for car in self.cars.values()
            if self._obstacle(car, window, car.distance_m(window, distance_m), kept[car.id], now) is None
        ]
        return found if near is None else sorted(found, key=lambda car: near.distance_m(car.place))

    def lendable(self) -> Iterable[Car]:
        """All cars."""
        return self.cars.values()

    def first_free(
        self, car_id: str, length: timedelta, distance_m: int, starts: Sequence[datetime]
    ) -> datetime | None:
        """The first of these instants from which on a car can be had for so long; None where none is."""
        if not starts or not SHORTEST <= length <= LONGEST:
            return None
        car, now = self._car(car_id), self._clock.now()
        with self.store.reading() as reader:
            kept = reader.touching(_charging_after(Window(min(starts), max(starts) + length)), now, car_id)
        for start in starts:
            window = Window(start, start + length)
            if not now - LATE_CLOCK <= start <= now + AHEAD:
                continue
            if self._obstacle(car, window, distance_m, kept, now) is None:
                return start
        return None

    def standing_free(self, most: timedelta) -> Mapping[str, Standing]:
        """Cars that stand free now, by id, looked ahead so far."""
        now = self._clock.now()
        with self.store.reading() as reader:
            kept = _by_car(reader.touching(Window(now, now + most), now))
            taken = reader.last_taken(now)
        found = {}
        for car in self.cars.values():
            until = free_until(car, now, most, reservations=kept[car.id], zone=self._zone)
            if until is not None:
                found[car.id] = Standing(until, taken.get(car.id))
        return found

    def reserve(self, call: Call[Reservation], wanted: Wanted) -> bytes:
        """Reserve a car.

        Raises
        ------
        NotFound
            ``CAR_NOT_FOUND``.
        InvalidInput
            ``WINDOW_INVALID``, where it is over, too short, too long or too far ahead.
        FailedPrecondition
            ``CAR_RANGE_EXCEEDED``, ``CAR_WITH_VOLUNTEERS``, ``CAR_TAKEN`` or ``TOO_MANY_RESERVATIONS``.
        PermissionDenied
            ``OTHER_PASSENGER``, where a passenger names somebody else.
        """
        reservation_id = reservation_id_of(call)
        named = replace(call, entity_ids=call.entity_ids | {reservation_id})
        return self.desk.once(
            named, lambda writer: self._reserve(writer, wanted, call.caller, reservation_id)
        )

    def cancel(self, call: Call[Reservation], reservation_id: str) -> bytes:
        """Give a reservation up; one that is given up already stays so.

        Raises NotFound, or FailedPrecondition with ``RESERVATION_RETURNED`` or ``RESERVATION_BEGUN``.
        """

        def work(writer: CarWriter) -> Reservation:
            now = self._clock.now()
            found = _own(writer, reservation_id, call.caller)
            if found.state is ReservationState.CANCELLED:
                return found
            if found.state is ReservationState.RETURNED:
                raise FailedPrecondition("RESERVATION_RETURNED", f"the car of {reservation_id!r} is back")
            if found.window.start <= now and Role.DISPATCHER not in call.caller.roles:
                raise FailedPrecondition(
                    "RESERVATION_BEGUN",
                    f"reservation {reservation_id!r} has begun: bring the car back instead",
                )
            cancelled = found.cancelled()
            writer.put_reservation(cancelled)
            writer.tell_cars([CarReservationCancelled(now, found.car_id, found.id)])
            return cancelled

        return self.desk.once(call, work)

    def withdraw(self, call: Call[Reservation], wanted: Wanted, reservation_id: str) -> Reservation:
        """Give up a reservation of which it is not known whether it was made; made later it is refused.

        Returns the reservation as it is now: given up, unless the drive has begun or is over.
        """

        def work(writer: CarWriter) -> Reservation:
            now = self._clock.now()
            writer.take_turn(wanted.car_id)
            found = writer.reservation(reservation_id)
            if found is None:
                never = Reservation(
                    reservation_id,
                    wanted.car_id,
                    wanted.window,
                    wanted.window.end,
                    wanted.distance_m,
                    ReservationState.CANCELLED,
                    call.caller.client_id,
                    wanted.passenger_reference,
                )
                writer.put_reservation(never)
                return never
            if found.state is not ReservationState.RESERVED or found.window.start <= now:
                return found
            cancelled = found.cancelled()
            writer.put_reservation(cancelled)
            writer.tell_cars([CarReservationCancelled(now, found.car_id, found.id)])
            return cancelled

        self.desk.once(call, work)
        with self.store.reading() as reader:
            found = reader.reservation(reservation_id)
        if found is None:
            raise Unavailable(
                "RESERVATION_UNKNOWN", f"reservation {reservation_id!r} was forgotten meanwhile"
            )
        return found

    def reservation(self, reservation_id: str) -> Reservation | None:
        """A reservation as it is, for the service's own work."""
        with self.store.reading() as reader:
            return reader.reservation(reservation_id)

    def bring_back(
        self, call: Call[Returned], reservation_id: str, returned: datetime, driven_m: int
    ) -> bytes:
        """Note that a car is back, and say what the drive costs.

        Raises NotFound, InvalidInput where the instant is in the future or before the beginning, or
        FailedPrecondition with ``RESERVATION_RETURNED`` or ``RESERVATION_CANCELLED``.
        """

        def work(writer: CarWriter) -> Returned:
            now = self._clock.now()
            found = _own(writer, reservation_id, call.caller)
            if found.state is not ReservationState.RESERVED:
                reason = f"RESERVATION_{found.state.name}"
                raise FailedPrecondition(reason, f"reservation {reservation_id!r} is {found.state} already")
            if not found.window.start <= returned <= now + LATE_CLOCK:
                raise InvalidInput.in_field(
                    "return_time",
                    f"{returned.isoformat()} is not between {found.window.start.isoformat()} and now",
                    "TIME_OUT_OF_RANGE",
                )
            car = self._car(found.car_id)
            back = found.brought_back(returned, driven_m, car.charging(driven_m))
            price_cents = car.price_cents(found.window, returned, driven_m)
            writer.put_reservation(back)
            writer.tell_cars(
                [CarReturned(now, car.id, found.id, returned, driven_m, price_cents, car.currency)]
            )
            return Returned(back, price_cents, car.currency)

        return self.desk.once(call, work)

    def reservations(
        self, caller: Principal, car_id: str | None, after: Position | None, count: int
    ) -> Sequence[Reservation]:
        """At most ``count`` of those the caller may see, by the beginning of their windows."""
        client_id, passenger_reference = listed(caller)
        with self.store.reading() as reader:
            return reader.reservations(
                ReservationFilter(car_id, client_id, passenger_reference), after, count
            )

    def forget(self, over_before: timedelta) -> int:
        """Delete reservations that are over for so long; how many rows went."""
        before = self._clock.now() - over_before
        return write(self.store, lambda writer: writer.forget_reservations(before))

    def _reserve(
        self, writer: CarWriter, wanted: Wanted, caller: Principal, reservation_id: str
    ) -> Reservation:
        car, now = self._car(wanted.car_id), self._clock.now()
        window = wanted.window
        _check_window(window, now)
        reference = passenger_of(caller, wanted.passenger_reference)
        if reference is None:
            raise PermissionDenied.in_field(
                "passenger_reference", "passengers book for themselves only", "OTHER_PASSENGER"
            )
        writer.take_turn(car.id)
        if writer.reservation(reservation_id) is not None:
            raise FailedPrecondition(
                "RESERVATION_CANCELLED", f"reservation {reservation_id!r} was given up before it was made"
            )
        distance_m = car.distance_m(window, wanted.distance_m)
        kept = writer.touching(_charging_after(window), now, car.id)
        why_not = self._obstacle(car, window, distance_m, kept, now)
        if why_not is not None:
            raise _refusal(why_not, car, distance_m)
        alone = caller.roles.isdisjoint({Role.DISPATCHER, Role.APP_BACKEND})
        if alone and writer.open_count(caller.client_id, reference, now) >= MOST_OPEN:
            raise FailedPrecondition(
                "TOO_MANY_RESERVATIONS",
                f"{MOST_OPEN} reservations are open: give one up, or bring a car back",
            )
        reservation = Reservation(
            reservation_id,
            car.id,
            window,
            window.end + car.charging(distance_m),
            distance_m,
            ReservationState.RESERVED,
            caller.client_id,
            reference,
        )
        writer.put_reservation(reservation)
        writer.tell_cars([CarReserved(now, car.id, reservation.id, window)])
        return reservation

    def _car(self, car_id: str) -> Car:
        if car_id not in self.cars:
            raise NotFound.in_field("car_id", f"there is no car {car_id!r}", "CAR_NOT_FOUND")
        return self.cars[car_id]

    def _obstacle(
        self, car: Car, window: Window, distance_m: int, kept: Sequence[Reservation], now: datetime
    ) -> Obstacle | None:
        return obstacle(car, window, distance_m, reservations=kept, zone=self._zone, now=now)


def reservation_id_of(call: Call[Reservation]) -> str:
    """The id that a reservation gets: who asked for it finds it by what was asked, even without an answer."""
    return call.answer_key[:32]


def _check_window(window: Window, now: datetime) -> None:
    for wrong, why in (
        (window.start < now - LATE_CLOCK, f"begins at {window.start.isoformat()}, which is over"),
        (window.start > now + AHEAD, f"begins more than {AHEAD.days} days ahead"),
        (window.length < SHORTEST, f"is {window.length} long, at least {SHORTEST}"),
        (window.length > LONGEST, f"is {window.length} long, at most {LONGEST}"),
    ):
        if wrong:
            raise InvalidInput.in_field("window", why, "WINDOW_INVALID")


def _refusal(why: Obstacle, car: Car, distance_m: int) -> FailedPrecondition:
    match why:
        case Obstacle.TOO_FAR:
            return FailedPrecondition.in_field(
                "distance_m",
                f"{distance_m} m is more than the {car.range_m} m that {car.id!r} goes on one charge",
                "CAR_RANGE_EXCEEDED",
            )
        case Obstacle.VOLUNTEERS:
            return FailedPrecondition.in_field(
                "window",
                f"volunteers drive {car.id!r} then, or it has to be charged for them",
                "CAR_WITH_VOLUNTEERS",
            )
        case Obstacle.RESERVED:
            return FailedPrecondition.in_field(
                "window", f"{car.id!r} is reserved or charged then", "CAR_TAKEN"
            )


def _own(reader: CarReader, reservation_id: str, caller: Principal) -> Reservation:
    found = reader.reservation(reservation_id)
    if found is None or not owns(caller, found):
        raise NotFound.in_field(
            "reservation_id", f"there is no reservation {reservation_id!r}", "RESERVATION_NOT_FOUND"
        )
    return found


def _charging_after(window: Window) -> Window:
    """The window with as much time after it as charging can take; what touches it may be in the way."""
    return Window(window.start, window.end + LONGEST)


def _by_car(reservations: Iterable[Reservation]) -> Mapping[str, list[Reservation]]:
    found: dict[str, list[Reservation]] = defaultdict(list)
    for reservation in reservations:
        found[reservation.car_id].append(reservation)
    return found
