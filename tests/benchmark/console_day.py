"""A full day for the console: many vehicles, thousands of rides, drivers who report what the plan has."""

import asyncio
import json
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import grpc
from landlinie.common.v1 import clock_pb2, geo_pb2, time_pb2
from landlinie.pooling.v1 import driver_pb2, offer_pb2, plan_pb2, ride_pb2
from load_clients import Clients, Pooling
from onebox.client import new_request_id
from onebox.district import District, Place, RideRequest
from onebox.local_time import instant_of, stamp
from onebox.seeding import clock_instant

CALL_S = 30.0
FIRST_PICKUP_S, LAST_PICKUP_S = 8 * 3600, 13 * 3600
SHIFT = ("05:00", "14:30")
WINDOW = timedelta(minutes=30)
ASKING_AT_ONCE = 3
"""One for each zone: their plans do not wait for one another."""
MOST_WISHES_A_RIDE = 3
TICK_S = 0.2


def write_district(demo: Path, folder: Path, vehicle_count: int) -> None:
    """Copy the demo district with so many vehicles, all on duty for the morning."""
    shutil.copytree(demo, folder)
    path = folder / "fleet.json"
    fleet = json.loads(path.read_text("utf-8"))
    vehicles, shifts = _copies(fleet, vehicle_count)
    path.write_text(json.dumps({**fleet, "vehicles": vehicles, "shifts": shifts}), "utf-8")


def _copies(fleet: dict[str, Any], count: int) -> tuple[list[Any], list[Any]]:
    vehicles, shifts = [], []
    first_shift = {shift["vehicle_id"]: shift for shift in reversed(fleet["shifts"])}
    for number, vehicle in enumerate(islice(cycle(fleet["vehicles"]), count)):
        name = f"{vehicle['id']}-{number}"
        vehicles.append({**vehicle, "id": name, "name": f"{vehicle['name']} ({number})"})
        times = {"start": SHIFT[0], "end": SHIFT[1], "breaks": []}
        shifts.append({**first_shift[vehicle["id"]], **times, "id": f"{name}-day", "vehicle_id": name})
    return vehicles, shifts


async def book(clients: Clients, district: District, count: int, drawn: random.Random) -> int:
    """Book rides all over the morning, drawn from the district's requests; return how many there are."""
    wishes = iter(range(MOST_WISHES_A_RIDE * count))
    booked = 0

    async def ask(app: Pooling) -> None:
        nonlocal booked
        for _ in wishes:
            if booked >= count:
                return
            request = drawn.choice(district.requests)
            answer = await app.RequestOffers(_wish(district, request, drawn), timeout=CALL_S)
            if answer.offers:
                message = ride_pb2.BookRideRequest(
                    request_id=new_request_id(), offer_id=answer.offers[0].offer_id
                )
                await app.BookRide(message, timeout=CALL_S)
                booked += 1

    await asyncio.gather(*(ask(app) for app in clients.apps[:ASKING_AT_ONCE]))
    return booked


def _wish(district: District, request: RideRequest, drawn: random.Random) -> offer_pb2.RequestOffersRequest:
    second = drawn.randrange(FIRST_PICKUP_S, LAST_PICKUP_S, 300)
    earliest = clock_instant(district.service_date, second, ZoneInfo(district.timezone))
    return offer_pb2.RequestOffersRequest(
        request_id=new_request_id(),
        pickup=_place(request.pickup),
        dropoff=_place(request.dropoff),
        pickup_window=time_pb2.TimeWindow(earliest=stamp(earliest), latest=stamp(earliest + WINDOW)),
        party=offer_pb2.Party(seated_count=request.seated_count, wheelchair_count=request.wheelchair_count),
        max_walk_m=request.max_walk_m,
    )


def _place(place: Place) -> offer_pb2.Place:
    position = geo_pb2.Position(
        latitude_deg=place.position.latitude_deg, longitude_deg=place.position.longitude_deg
    )
    return offer_pb2.Place(position=position, label=place.label)


@dataclass(frozen=True, slots=True)
class Action:
    """Something a driver does."""

    when: datetime
    vehicle_id: str
    stop: plan_pb2.PlannedStop
    arrives: bool


@dataclass(frozen=True, slots=True)
class Report:
    """An arrival that was reported, and when by the system's clock the report was sent, in milliseconds."""

    vehicle_id: str
    sent_ms: float


class PlayedMorning:
    """Moves the clock and lets every driver report what was planned.

    Parameters
    ----------
    start
        What the clock shows at first.
    pace
        Seconds of the day that pass in a second.
    """

    def __init__(self, clients: Clients, district: District, start: datetime, pace: float) -> None:
        self._clients, self._district = clients, district
        self.start, self._pace = start, pace
        self.reports: list[Report] = []
        self.action_count = self.failed_count = 0

    async def set_clock(self) -> None:
        """Bring the services' clock to where it begins."""
        message = clock_pb2.AdvanceClockRequest(time=stamp(self.start))
        await self._clients.clocks[0].AdvanceClock(message, timeout=CALL_S)

    async def play(self, seconds: float, wall_ms: Callable[[], float]) -> None:
        """Go on for so long, in seconds of ours."""
        loop = asyncio.get_running_loop()
        actions = sorted(self._actions(await self._tours()), key=lambda action: action.when)
        begun_s = loop.time()
        while (passed_s := loop.time() - begun_s) < seconds:
            now = self.start + timedelta(seconds=passed_s * self._pace)
            await self._clients.clocks[0].AdvanceClock(
                clock_pb2.AdvanceClockRequest(time=stamp(now)), timeout=CALL_S
            )
            while actions and actions[0].when <= now:
                await self._do(actions.pop(0), wall_ms)
            await asyncio.sleep(TICK_S)

    async def _tours(self) -> list[plan_pb2.Tour]:
        found: list[plan_pb2.Tour] = []
        for zone in self._district.zones:
            asked = plan_pb2.GetPlanRequest(
                zone_id=zone.id, service_date=self._district.service_date.isoformat()
            )
            found += (await self._clients.desks[0].GetPlan(asked, timeout=CALL_S)).plan.tours
        return found

    @staticmethod
    def _actions(tours: list[plan_pb2.Tour]) -> Iterator[Action]:
        for tour in tours:
            for stop in tour.stops:
                if stop.ride_id and not stop.done:
                    yield Action(instant_of(stop.arrival_time), tour.vehicle_id, stop, arrives=True)
                    yield Action(instant_of(stop.departure_time), tour.vehicle_id, stop, arrives=False)

    async def _do(self, action: Action, wall_ms: Callable[[], float]) -> None:
        stub = self._clients.drivers[action.vehicle_id]
        common: dict[str, Any] = {
            "request_id": new_request_id(),
            "vehicle_id": action.vehicle_id,
            "event_time": stamp(action.when),
        }
        sent_ms = wall_ms()
        try:
            if action.arrives:
                await stub.ArriveAtStop(
                    driver_pb2.ArriveAtStopRequest(stop_id=action.stop.stop_id, **common), timeout=CALL_S
                )
                self.reports.append(Report(action.vehicle_id, sent_ms))
            elif action.stop.action == plan_pb2.STOP_ACTION_PICKUP:
                await stub.BoardPassenger(
                    driver_pb2.BoardPassengerRequest(ride_id=action.stop.ride_id, **common), timeout=CALL_S
                )
            else:
                await stub.AlightPassenger(
                    driver_pb2.AlightPassengerRequest(ride_id=action.stop.ride_id, **common), timeout=CALL_S
                )
        except grpc.aio.AioRpcError:
            # Somebody before was late: the plan has moved on, and this report came out of turn.
            self.failed_count += 1
            return
        self.action_count += 1
