"""What goes on while passengers book: the clock, desks that watch plans, drivers who do what plans say."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import grpc
from landlinie.common.v1 import clock_pb2
from landlinie.pooling.v1 import driver_pb2, plan_pb2
from load_calls import DEADLINE_S, OpenLoop
from load_clients import Clients, Clock, Pooling
from onebox.client import new_request_id
from onebox.district import District
from onebox.local_time import instant_of, stamp

PACE = 60.0
"""Simulated seconds that pass in a second."""
TICK_S = 0.25
AGAIN_S = 0.5

DRIVER_ACTION = "driver action"


class RunningClock:
    """Moves the clocks of all replicas on, again and again."""

    def __init__(self, clocks: Sequence[Clock], start: datetime) -> None:
        self._clocks = clocks
        self.now = start
        """What all of them have been told."""

    async def run(self) -> None:
        """Until cancelled; a call that is not served is made up for by the next one."""
        loop = asyncio.get_running_loop()
        start, began_s = self.now, loop.time()
        while True:
            now = start + timedelta(seconds=(loop.time() - began_s) * PACE)
            message = clock_pb2.AdvanceClockRequest(time=stamp(now))
            told = await asyncio.gather(
                *(clock.AdvanceClock(message, timeout=DEADLINE_S) for clock in self._clocks),
                return_exceptions=True,
            )
            if not any(isinstance(answer, BaseException) for answer in told):
                self.now = now
            await asyncio.sleep(TICK_S)


class Watcher:
    """A stream of a zone's plan, opened again when it ends."""

    def __init__(self, stub: Pooling, zone_id: str, service_date: str) -> None:
        self._stub = stub
        self._message = plan_pb2.WatchPlanRequest(zone_id=zone_id, service_date=service_date)
        self.plan = plan_pb2.Plan()
        self.plan_count = 0
        self.ended_count = 0

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                async for answer in self._stub.WatchPlan(self._message):
                    self.plan = answer.plan
                    self.plan_count += 1
            except grpc.aio.AioRpcError:
                self.ended_count += 1
            await asyncio.sleep(AGAIN_S)


class Driver:
    """Reports arrivals, boardings and alightings when the plan has them; what is not served is sent again."""

    def __init__(
        self, vehicle_id: str, stub: Pooling, watcher: Watcher, clock: RunningClock, loop: OpenLoop
    ) -> None:
        self._vehicle_id, self._stub, self._watcher = vehicle_id, stub, watcher
        self._clock, self._loop = clock, loop
        self._told: set[tuple[str, bool]] = set()
        self.action_count = 0

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            if not await self._act():
                await asyncio.sleep(TICK_S)

    async def _act(self) -> bool:
        stop = self._next_stop()
        if stop is None:
            return False
        arrives = (stop.stop_id, True) not in self._told
        when = instant_of(stop.arrival_time if arrives else stop.departure_time)
        if when > self._clock.now:
            return False
        due_s = asyncio.get_running_loop().time()
        request_id = new_request_id()
        while (
            await self._loop.call(DRIVER_ACTION, due_s, lambda: self._send(stop, arrives, when, request_id))
            is None
        ):
            await asyncio.sleep(AGAIN_S)
            if (newer := self._next_stop()) is None or newer.stop_id != stop.stop_id:
                # The dispatcher has planned something else before it meanwhile.
                return True
        self._told.add((stop.stop_id, arrives))
        self.action_count += 1
        return True

    def _send(
        self, stop: plan_pb2.PlannedStop, arrives: bool, when: datetime, request_id: str
    ) -> Awaitable[object]:
        if arrives:
            return self._stub.ArriveAtStop(
                driver_pb2.ArriveAtStopRequest(
                    request_id=request_id,
                    vehicle_id=self._vehicle_id,
                    stop_id=stop.stop_id,
                    event_time=stamp(when),
                ),
                timeout=DEADLINE_S,
            )
        if stop.action == plan_pb2.STOP_ACTION_PICKUP:
            return self._stub.BoardPassenger(
                driver_pb2.BoardPassengerRequest(
                    request_id=request_id,
                    vehicle_id=self._vehicle_id,
                    ride_id=stop.ride_id,
                    event_time=stamp(when),
                ),
                timeout=DEADLINE_S,
            )
        return self._stub.AlightPassenger(
            driver_pb2.AlightPassengerRequest(
                request_id=request_id,
                vehicle_id=self._vehicle_id,
                ride_id=stop.ride_id,
                event_time=stamp(when),
            ),
            timeout=DEADLINE_S,
        )

    def _next_stop(self) -> plan_pb2.PlannedStop | None:
        """The next stop of the earliest tour that is not over; what is only held needs no report."""
        tours = [tour for tour in self._watcher.plan.tours if tour.vehicle_id == self._vehicle_id]
        stops = (stop for tour in tours for stop in tour.stops)
        return next(
            (
                stop
                for stop in stops
                if not stop.done
                and stop.ride_id
                and not stop.held_offer_id
                and (stop.stop_id, False) not in self._told
            ),
            None,
        )


class Road:
    """All drivers and desks of the day."""

    def __init__(self, clients: Clients, loop: OpenLoop, district: District, clock: RunningClock) -> None:
        today = district.service_date.isoformat()
        self._clock = clock
        zone_of = {vehicle.id: vehicle.zone_id for vehicle in district.vehicles}
        self.drivers: list[Driver] = []
        self.watchers: list[Watcher] = []
        for vehicle_id, stub in clients.drivers.items():
            watcher = Watcher(stub, zone_of[vehicle_id], today)
            self.watchers.append(watcher)
            self.drivers.append(Driver(vehicle_id, stub, watcher, clock, loop))
        for stub in clients.desks:
            self.watchers += [Watcher(stub, zone.id, today) for zone in district.zones]

    @asynccontextmanager
    async def going_on(self) -> AsyncIterator[None]:
        """Everybody does their work for as long as the block runs."""
        works: list[RunningClock | Watcher | Driver] = [self._clock, *self.watchers, *self.drivers]
        tasks = [asyncio.create_task(work.run()) for work in works]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        for outcome in ended:
            if isinstance(outcome, Exception):
                raise outcome
