"""What passengers, their apps and the phone desk want under load; days stay about as full as they were."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp
from landlinie.common.v1 import geo_pb2, time_pb2
from landlinie.pooling.v1 import offer_pb2, plan_pb2, ride_pb2
from load_calls import DEADLINE_S, OpenLoop
from load_clients import Clients
from onebox.client import new_request_id
from onebox.district import District, Place, RideRequest, Window
from onebox.local_time import stamp
from onebox.seeding import clock_instant

DAY_COUNT = 7
"""Today and the days after, for which passengers book."""
FILLED = 0.5
"""Share of the district's requests with which each later day is filled before; today all are asked."""
NOTICE = timedelta(minutes=30)
BOOKED_OF_OFFERED = 0.8
THINKING_S = 0.3
SHARES = {"ask": 0.2, "see ride": 0.45, "see rides": 0.1, "see plan": 0.25}
"""Of sessions: an app asks for offers and mostly books, or looks at rides; a desk looks at a plan."""
PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class Booked:
    """A ride of which a client was told that it is booked."""

    ride_id: str
    app: int
    is_today: bool


class Demand:
    """Sessions of passengers' apps and the phone desk.

    Attributes
    ----------
    booked
        Rides that were acknowledged and not cancelled.
    """

    def __init__(
        self,
        clients: Clients,
        loop: OpenLoop,
        district: District,
        random_numbers: random.Random,
        now: Callable[[], datetime],
    ) -> None:
        self._clients, self._loop, self._district = clients, loop, district
        self._random, self._now = random_numbers, now
        self._zone = ZoneInfo(district.timezone)
        self._sessions: dict[str, Callable[[float], Awaitable[None]]] = {
            "ask": self._ask_and_book,
            "see ride": self._see_ride,
            "see rides": self._see_rides,
            "see plan": self._see_plan,
        }
        self.booked: list[Booked] = []
        self._wanted_count = 0

    async def fill(self) -> None:
        """Book the days' usual rides, one after another for each app."""
        wishes = [
            (request, ahead)
            for ahead in range(DAY_COUNT)
            for request in self._district.requests
            if (self._in_time(request) if ahead == 0 else self._random.random() < FILLED)
        ]
        self._random.shuffle(wishes)
        count = len(self._clients.apps)

        async def book_all(app: int) -> None:
            for request, ahead in wishes[app::count]:
                answer = await self._offers(app, request, ahead, timedelta(0))
                if answer.offers:
                    self._note(await self._book(app, answer.offers[0].offer_id), app, ahead)

        await asyncio.gather(*(book_all(app) for app in range(count)))
        self._wanted_count = len(self.booked)

    async def session(self, due_s: float) -> None:
        """What somebody does, who they are and what they want being drawn."""
        kind = self._random.choices(list(SHARES), list(SHARES.values()))[0]
        await self._sessions[kind](due_s)

    async def _ask_and_book(self, due_s: float) -> None:
        app = self._random.randrange(len(self._clients.apps))
        request = self._random.choice(self._district.requests)
        ahead = self._random.randrange(DAY_COUNT)
        if ahead == 0 and not self._in_time(request):
            ahead = 1
        shift = timedelta(minutes=self._random.randrange(0, 60, 5))
        answer = await self._loop.call(
            "RequestOffers", due_s, lambda: self._offers(app, request, ahead, shift)
        )
        if answer is None or not answer.offers or self._random.random() > BOOKED_OF_OFFERED:
            return
        offer_id = answer.offers[0].offer_id
        ride = await self._after_thinking("BookRide", lambda: self._book(app, offer_id))
        if ride is None:
            return
        self._note(ride, app, ahead)
        if len(self.booked) > self._wanted_count:
            await self._cancel()

    async def _cancel(self) -> None:
        later = [number for number, ride in enumerate(self.booked) if not ride.is_today]
        # Out of the list at once and for good: nobody else cancels it, and an answer that does not come says
        # nothing of the ride.
        ride = self.booked.pop(self._random.choice(later))
        message = ride_pb2.CancelRideRequest(request_id=new_request_id(), ride_id=ride.ride_id)
        stub = self._clients.apps[ride.app]
        await self._after_thinking("CancelRide", lambda: stub.CancelRide(message, timeout=DEADLINE_S))

    async def _see_ride(self, due_s: float) -> None:
        ride = self._random.choice(self.booked)
        stub = self._clients.apps[ride.app]
        message = ride_pb2.GetRideRequest(ride_id=ride.ride_id)
        await self._loop.call("GetRide", due_s, lambda: stub.GetRide(message, timeout=DEADLINE_S))

    async def _see_rides(self, due_s: float) -> None:
        stub = self._random.choice(self._clients.apps)
        message = ride_pb2.ListRidesRequest(service_date=self._a_day(), page_size=PAGE_SIZE)
        await self._loop.call("ListRides", due_s, lambda: stub.ListRides(message, timeout=DEADLINE_S))

    async def _see_plan(self, due_s: float) -> None:
        stub = self._random.choice(self._clients.desks)
        zone_id = self._random.choice(self._district.zones).id
        message = plan_pb2.GetPlanRequest(zone_id=zone_id, service_date=self._a_day())
        await self._loop.call("GetPlan", due_s, lambda: stub.GetPlan(message, timeout=DEADLINE_S))

    async def _after_thinking(self, name: str, send: Callable[[], Awaitable[object]]) -> object | None:
        due_s = asyncio.get_running_loop().time() + THINKING_S
        await asyncio.sleep(THINKING_S)
        return await self._loop.call(name, due_s, send)

    def _offers(
        self, app: int, request: RideRequest, ahead: int, shift: timedelta
    ) -> Awaitable[offer_pb2.RequestOffersResponse]:
        def window(wanted: Window | None) -> time_pb2.TimeWindow | None:
            if wanted is None:
                return None
            return time_pb2.TimeWindow(
                earliest=self._stamp(wanted.earliest_s, ahead, shift),
                latest=self._stamp(wanted.latest_s, ahead, shift),
            )

        message = offer_pb2.RequestOffersRequest(
            request_id=new_request_id(),
            pickup=_place(request.pickup),
            dropoff=_place(request.dropoff),
            pickup_window=window(request.pickup_window),
            dropoff_window=window(request.dropoff_window),
            party=offer_pb2.Party(
                seated_count=request.seated_count, wheelchair_count=request.wheelchair_count
            ),
            max_walk_m=request.max_walk_m,
        )
        return self._clients.apps[app].RequestOffers(message, timeout=DEADLINE_S)

    async def _book(self, app: int, offer_id: str) -> str:
        message = ride_pb2.BookRideRequest(request_id=new_request_id(), offer_id=offer_id)
        answer = await self._clients.apps[app].BookRide(message, timeout=DEADLINE_S)
        return answer.ride.ride_id

    def _note(self, ride_id: object, app: int, ahead: int) -> None:
        self.booked.append(Booked(str(ride_id), app, ahead == 0))

    def _in_time(self, request: RideRequest) -> bool:
        wanted = request.pickup_window or request.dropoff_window
        assert wanted is not None
        earliest = clock_instant(self._district.service_date, wanted.earliest_s, self._zone)
        return earliest > self._now() + NOTICE

    def _stamp(self, seconds: int, ahead: int, shift: timedelta) -> Timestamp:
        return stamp(clock_instant(self._date(ahead), seconds, self._zone) + shift)

    def _date(self, ahead: int) -> date:
        return self._district.service_date + timedelta(days=ahead)

    def _a_day(self) -> str:
        return self._date(self._random.randrange(DAY_COUNT)).isoformat()


def _place(place: Place) -> offer_pb2.Place:
    return offer_pb2.Place(
        position=geo_pb2.Position(
            latitude_deg=place.position.latitude_deg, longitude_deg=place.position.longitude_deg
        ),
        label=place.label,
    )
