"""Use cases: recycling yards and parking spaces are registered; how full they are is told when asked."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from service_kit.clock import Clock
from service_kit.errors import NotFound
from service_kit.identity.audit import entry_of
from service_kit.identity.principal import Principal
from service_kit.once import Call, write_once

from waste.application.ports_containers import Chosen, ContainerStore, Span
from waste.application.ports_yards import (
    ParkingSpace,
    PlaceT,
    SensorRole,
    Yard,
    YardStore,
    YardWriter,
)
from waste.domain.access import EVERYTHING, Scope, scope_of
from waste.domain.containers import Device, SubAccount
from waste.domain.readings import Reading
from waste.domain.yard import (
    DRIFT_DAYS,
    NO_WAITING,
    STALE_AFTER,
    Counter,
    Passage,
    Waiting,
    exit_correction,
    occupancies,
    passages,
    queue_of_length,
    throughput_per_h,
    waiting,
    zeroed_at,
)
from waste.domain.yard_forecast import YardForecast
from waste.domain.yard_hours import OpeningHours

ResultT = TypeVar("ResultT")

LEARNED_FROM = timedelta(weeks=10)
LEARN_EVERY_S = 3600.0
LOOK_EVERY_S = 15.0
"""Who asks within it is told the same: the public may ask as often as it likes."""
MOST_READINGS = 200_000
HEARD_WITHIN = timedelta(hours=30)


@dataclass(frozen=True, slots=True)
class YardAhead:
    """What is expected of a yard at an instant: cars, and how long one waits."""

    at: datetime
    expected_cars: float
    lower_80_cars: float
    upper_80_cars: float
    waiting: timedelta


@dataclass(frozen=True, slots=True)
class YardState:
    """A yard now.

    Parameters
    ----------
    measured_at
        When its sensors last told something; None where they never did.
    car_count
        Those that unload and those that wait.
    source
        What it is measured by, in words.
    """

    yard: Yard
    at: datetime
    open: bool
    stale: bool
    measured_at: datetime | None
    car_count: int
    queue_count: int
    waiting: Waiting
    throughput_per_h: float
    source: str
    ahead: tuple[YardAhead, ...] = ()

    @property
    def occupancy_share(self) -> float:
        """Cars by bays: above 1 there is a queue."""
        return self.car_count / self.yard.plan.bay_count


@dataclass(frozen=True, slots=True)
class SpaceState:
    """A parking space now; ``occupied`` is None where nobody knows."""

    space: ParkingSpace
    occupied: bool | None
    measured_at: datetime | None


class Yards:
    """Keeps yards and parking spaces, and reads their sensors from what is measured."""

    def __init__(
        self, store: YardStore, measured: ContainerStore, clock: Clock, is_holiday: Callable[[date], bool]
    ) -> None:
        self._store = store
        self._measured = measured
        self._clock = clock
        self._is_holiday = is_holiday
        self._forecasts: dict[str, tuple[Yard, float, YardForecast, float]] = {}
        self._states: dict[str, tuple[Yard, float, datetime, YardState]] = {}
        self._lock = threading.Lock()

    def register(self, call: Call[ResultT], place: Yard | ParkingSpace) -> bytes:
        """Keep a place in place of the one of its id; raises NotFound for what others have."""

        def work(writer: YardWriter) -> Yard | ParkingSpace:
            scope = scope_of(call.caller)
            self._check_owner(place, scope)
            known = writer.owner(type(place), place.id)
            if known is not None and known not in scope:
                raise not_found(type(place), place.id)
            writer.keep(place)
            writer.record(
                entry_of(
                    call.caller,
                    time=self._clock.now(),
                    method=call.method,
                    request_id=call.request_id,
                    entity_ids=call.entity_ids,
                )
            )
            return place

        return write_once(self._store, call, self._clock.now(), work)  # type: ignore[arg-type]  # encodes both

    def listed(self, kind: type[PlaceT], scope: Scope, after: str, count: int) -> list[PlaceT]:
        """Places with ids after one, by id."""
        with self._store.reading() as reader:
            return reader.listed(kind, scope, after, count)

    def state(self, yard_id: str, caller: Principal) -> YardState:
        """A yard now; raises NotFound."""
        return self._state_of(self._found(yard_id, scope_of(caller)))

    def public_state(self, yard_id: str) -> YardState:
        """A yard that anybody may look at; raises NotFound for others."""
        yard = self._found(yard_id, EVERYTHING)
        if not yard.public:
            raise not_found(Yard, yard_id)
        return self._state_of(yard)

    def public_yards(self) -> list[Yard]:
        """Yards that anybody may look at, by id."""
        return [yard for yard in self.listed(Yard, EVERYTHING, "", 1000) if yard.public]

    def spaces(self, scope: Scope, after: str, count: int) -> list[SpaceState]:
        """Parking spaces with ids after one, by id, as they are now."""
        spaces = self.listed(ParkingSpace, scope, after, count)
        watched = self._devices_of(scope)
        now = self._clock.now()
        return [self._space_state(space, watched.get(space.id, []), now) for space in spaces]

    def _check_owner(self, place: Yard | ParkingSpace, scope: Scope) -> None:
        with self._measured.reading() as reader:
            if reader.find(SubAccount, place.sub_account_id, scope) is None:
                raise NotFound.in_field(
                    "sub_account_id",
                    f"there is no sub-account {place.sub_account_id!r}",
                    "SUB_ACCOUNT_NOT_FOUND",
                )
            for device_id, _ in place.sensors if isinstance(place, Yard) else ():
                device = reader.find(Device, device_id, scope)
                if device is None or device.sub_account_id != place.sub_account_id:
                    raise NotFound.in_field(
                        "yard.sensors", f"there is no device {device_id!r}", "DEVICE_NOT_FOUND"
                    )

    def _found(self, yard_id: str, scope: Scope) -> Yard:
        with self._store.reading() as reader:
            yard = reader.find(Yard, yard_id, scope)
        if yard is None:
            raise not_found(Yard, yard_id)
        return yard

    def _state_of(self, yard: Yard) -> YardState:
        """As worked out a moment ago, or now."""
        now, now_s = self._clock.now(), time.monotonic()
        with self._lock:
            kept = self._states.get(yard.id)
        fresh = kept is not None and now_s - kept[1] < LOOK_EVERY_S
        if kept is not None and fresh and kept[0] == yard and kept[2] == now.replace(second=0, microsecond=0):
            return kept[3]
        state = self._worked_out(yard, now)
        with self._lock:
            self._states[yard.id] = (yard, now_s, now.replace(second=0, microsecond=0), state)
        return state

    def _worked_out(self, yard: Yard, now: datetime) -> YardState:
        hours = self._hours(yard, now)
        forecast, correction = self._forecast(yard, hours, now)
        told = self._readings(yard, Span(min(zeroed_at(now, yard.zone), now - HEARD_WITHIN)))
        counted = [each for each in _passages(yard, told) if each.at >= zeroed_at(now, yard.zone)]
        cars = list(occupancies(counted, yard.zone, correction=correction))
        measured_at = max((reading.at for readings in told.values() for reading in readings), default=None)
        inside = cars[-1][1] if cars else 0.0
        per_h = throughput_per_h(counted, cars, yard.plan, now, correction=correction)
        queue = _queue(yard, told)
        source = _source(yard, correction)
        if queue is None:
            queue = max(0, round(inside) - yard.plan.bay_count)
            full = round(inside) >= yard.plan.bay_count
        else:
            full = queue > 0 or round(inside) >= yard.plan.bay_count
            # Without loops the yard is as full as somebody waits for it; those who wait come on top.
            inside = (inside if cars else float(yard.plan.bay_count if queue else 0)) + queue
        is_open = hours.is_open(now)
        stale = measured_at is None or now - measured_at > (STALE_AFTER if is_open else HEARD_WITHIN)
        return YardState(
            yard,
            now,
            is_open,
            stale,
            measured_at,
            round(inside),
            queue,
            waiting(queue, per_h, full=full) if is_open else NO_WAITING,
            per_h,
            source,
            _ahead(forecast, now, [] if stale or not cars else [*cars, (now, cars[-1][1])], yard),
        )

    def _forecast(self, yard: Yard, hours: OpeningHours, now: datetime) -> tuple[YardForecast, float]:
        """What was learned of a yard, and by which factor its exits are corrected; anew every hour.

        A yard without a past is asked for one every time: that is quick, and it may get one at any moment.
        """
        with self._lock:
            kept = self._forecasts.get(yard.id)
        if kept is not None and kept[0] == yard and time.monotonic() - kept[1] < LEARN_EVERY_S:
            return kept[2], kept[3]
        told = self._readings(yard, Span(now - LEARNED_FROM))
        counted = _passages(yard, told)
        correction = exit_correction(
            [each for each in counted if each.at >= now - timedelta(days=DRIFT_DAYS + 1)], yard.zone, now
        )
        learned = YardForecast(list(occupancies(counted, yard.zone, correction=correction)), hours)
        if counted:
            with self._lock:
                self._forecasts[yard.id] = (yard, time.monotonic(), learned, correction)
        return learned, correction

    def _hours(self, yard: Yard, now: datetime) -> OpeningHours:
        first = (now - LEARNED_FROM).astimezone(yard.zone).date()
        days = [first + timedelta(days=number) for number in range(LEARNED_FROM.days + 10)]
        return OpeningHours(
            yard.zone, yard.opening_hours, frozenset(day for day in days if self._is_holiday(day))
        )

    def _readings(self, yard: Yard, span: Span) -> Mapping[str, list[Reading]]:
        scope = Scope(frozenset({yard.sub_account_id}))
        with self._measured.reading() as reader:
            return {
                device_id: reader.readings(device_id, scope, span, MOST_READINGS)
                for device_id, _ in yard.sensors
            }

    def _devices_of(self, scope: Scope) -> dict[str, list[str]]:
        """Devices that watch each place."""
        found: dict[str, list[str]] = {}
        after = ""
        with self._measured.reading() as reader:
            while page := reader.listed(Device, Chosen(scope), after, 500):
                for device in page:
                    found.setdefault(device.watched_id, []).append(device.id)
                after = page[-1].id
        return found

    def _space_state(self, space: ParkingSpace, device_ids: Sequence[str], now: datetime) -> SpaceState:
        scope = Scope(frozenset({space.sub_account_id}))
        with self._measured.reading() as reader:
            told = [
                reading
                for device_id in device_ids
                for reading in reader.readings(device_id, scope, Span(now - HEARD_WITHIN), MOST_READINGS)
                if reading.measurement.occupied is not None
            ]
        latest = max(told, key=lambda reading: reading.at, default=None)
        if latest is None:
            return SpaceState(space, None, None)
        return SpaceState(space, latest.measurement.occupied, latest.at)


def not_found(kind: type[object], place_id: str) -> NotFound:
    """What is said of a place that is not there, or not there for the caller."""
    name = "yard" if kind is Yard else "parking_space"
    return NotFound.in_field(
        f"{name}_id", f"there is no {name.replace('_', ' ')} {place_id!r}", f"{name.upper()}_NOT_FOUND"
    )


def _passages(yard: Yard, told: Mapping[str, Sequence[Reading]]) -> list[Passage]:
    """What the loops counted, oldest first; a loop at the exit may count upwards only."""
    found: list[Passage] = []
    for device_id, role in yard.sensors:
        if role is SensorRole.QUEUE:
            continue
        counters = [_counter(role, reading) for reading in told[device_id]]
        found += passages([counter for counter in counters if counter is not None])
    return sorted(found, key=lambda passage: passage.at)


def _counter(role: SensorRole, reading: Reading) -> Counter | None:
    count_in, count_out = reading.measurement.count_in, reading.measurement.count_out
    if count_in is None and count_out is None:
        return None
    if role is SensorRole.ENTRY:
        return Counter(reading.at, count_in if count_in is not None else count_out, None)
    if role is SensorRole.EXIT:
        return Counter(reading.at, None, count_out if count_out is not None else count_in)
    return Counter(reading.at, count_in, count_out)


def _queue(yard: Yard, told: Mapping[str, Sequence[Reading]]) -> int | None:
    """Cars in the queue by the sensor that measures its length; None without one."""
    lengths = [
        (reading.at, reading.measurement.distance_mm)
        for device_id, role in yard.sensors
        if role is SensorRole.QUEUE
        for reading in told[device_id]
        if reading.measurement.distance_mm is not None
    ]
    return queue_of_length(max(lengths)[1] / 1000) if lengths else None


def _source(yard: Yard, correction: float) -> str:
    roles = {role for _, role in yard.sensors}
    words = []
    if roles - {SensorRole.QUEUE}:
        words.append(f"loop counters, zeroed at night, exits times {correction:.3f}")
    if SensorRole.QUEUE in roles:
        words.append("queue length sensor")
    return "; ".join(words) or "no sensors"


def _ahead(
    forecast: YardForecast, now: datetime, today: Sequence[tuple[datetime, float]], yard: Yard
) -> tuple[YardAhead, ...]:
    def wait(cars: float) -> timedelta:
        queue = round(cars) - yard.plan.bay_count
        return waiting(max(queue, 0), yard.plan.throughput_per_h, full=queue >= 0).expected

    return tuple(
        YardAhead(
            slot.at, slot.expected_cars, slot.lower_80_cars, slot.upper_80_cars, wait(slot.expected_cars)
        )
        for slot in forecast.ahead(now, today)
    )
