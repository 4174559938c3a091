"""Drivers who do what the plan says, when it says it, and report it like a driver's phone does."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from landlinie.pooling.v1 import driver_pb2, plan_pb2

from onebox.client import DEADLINE_S, Services
from onebox.local_time import instant_of, stamp

Stop = plan_pb2.PlannedStop


@dataclass(frozen=True, slots=True)
class DriverAction:
    """The next thing a driver does."""

    when: datetime
    vehicle_id: str
    stop: Stop
    arrives: bool


class Drivers:
    """All drivers of a district's day, as the plans of its zones tell them."""

    def __init__(self, services: Services, zone_ids: list[str], service_date: str) -> None:
        self._services = services
        self._service_date = service_date
        self._plans = {zone_id: plan_pb2.Plan() for zone_id in zone_ids}
        self._arrived: set[str] = set()
        for zone_id in zone_ids:
            self.look_at(zone_id)

    def look_at(self, zone_id: str) -> None:
        """Read the zone's plan anew."""
        self._plans[zone_id] = self._services.pooling.GetPlan(
            plan_pb2.GetPlanRequest(zone_id=zone_id, service_date=self._service_date), timeout=DEADLINE_S
        ).plan

    def next_action(self) -> DriverAction | None:
        """What happens first on any vehicle; None when all tours are driven."""
        return min(self._next_actions(), key=lambda action: (action.when, action.vehicle_id), default=None)

    def do(self, action: DriverAction) -> None:
        """Report it, and look at the plan that comes of it."""
        pooling = self._services.pooling
        stop = action.stop
        what = f"{action.vehicle_id}.{'arrive' if action.arrives else 'leave'}.{stop.stop_id}"
        request_id = sha256(what.encode()).hexdigest()[:32]
        if action.arrives:
            pooling.ArriveAtStop(
                driver_pb2.ArriveAtStopRequest(
                    request_id=request_id,
                    vehicle_id=action.vehicle_id,
                    stop_id=stop.stop_id,
                    event_time=stamp(action.when),
                ),
                timeout=DEADLINE_S,
            )
            self._arrived.add(stop.stop_id)
        elif stop.action == plan_pb2.STOP_ACTION_PICKUP:
            pooling.BoardPassenger(
                driver_pb2.BoardPassengerRequest(
                    request_id=request_id,
                    vehicle_id=action.vehicle_id,
                    ride_id=stop.ride_id,
                    event_time=stamp(action.when),
                ),
                timeout=DEADLINE_S,
            )
        else:
            pooling.AlightPassenger(
                driver_pb2.AlightPassengerRequest(
                    request_id=request_id,
                    vehicle_id=action.vehicle_id,
                    ride_id=stop.ride_id,
                    event_time=stamp(action.when),
                ),
                timeout=DEADLINE_S,
            )
        zone_id = next(
            zone_id
            for zone_id, plan in self._plans.items()
            if any(tour.vehicle_id == action.vehicle_id for tour in plan.tours)
        )
        self.look_at(zone_id)

    def _next_actions(self) -> Iterator[DriverAction]:
        for plan in self._plans.values():
            for tour in plan.tours:
                # Breaks need no report, and a seat that is only held may never be used.
                stop = next(
                    (
                        stop
                        for stop in tour.stops
                        if not stop.done and stop.ride_id and not stop.held_offer_id
                    ),
                    None,
                )
                if stop is None:
                    continue
                arrives = stop.stop_id not in self._arrived
                when = stop.arrival_time if arrives else stop.departure_time
                yield DriverAction(instant_of(when), tour.vehicle_id, stop, arrives)
