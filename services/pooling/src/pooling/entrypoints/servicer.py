"""``landlinie.pooling.v1.RidePoolingService``: each method reads, runs a use case in the pool, answers."""

# ruff: noqa: N802 - methods are named as on the wire

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Protocol, TypeVar

from google.protobuf.message import Message
from landlinie.pooling.v1 import (
    audit_pb2,
    board_pb2,
    driver_pb2,
    fleet_pb2,
    offer_pb2,
    plan_pb2,
    ride_pb2,
    ride_pooling_service_pb2_grpc,
)
from service_kit.clock import Clock
from service_kit.errors import ServiceError
from service_kit.grpc_calls import Context
from service_kit.identity.principal import caller
from service_kit.pages import Pages
from service_kit.worker_pool import WorkerPool

from pooling import messages
from pooling.application.audit_trail import AuditTrail
from pooling.application.desk import Call
from pooling.application.driving import Driving
from pooling.application.fleet import FleetAdministration
from pooling.application.improving import ImprovePlan
from pooling.application.ports import AuditFilter, RideFilter
from pooling.application.queries import Queries
from pooling.application.releasing import ReleaseOffers
from pooling.application.request_offers import RequestOffers
from pooling.application.rides import BookRide, CancelRide
from pooling.domain.fleet import Shift, Vehicle
from pooling.domain.rides import Ride, RideState
from pooling.entrypoints import answers, requests
from pooling.entrypoints.faults import Faults
from pooling.entrypoints.watch import PlanChanges

LONGEST_REASON = 200
MOST_STATES = 10

MessageT = TypeVar("MessageT", bound=Message)
ResultT = TypeVar("ResultT")


class Board(Protocol):
    """What the events tell of now and of today."""

    def live_vehicles(self, zone_id: str | None, after: str, count: int) -> list[board_pb2.LiveVehicle]:
        """At most ``count`` vehicles by id, after an id."""
        ...

    def day_figures(self, zone_id: str | None, service_date: date) -> board_pb2.DayFigures:
        """Figures of a zone's day, or of all zones."""
        ...


@dataclass(frozen=True, slots=True)
class UseCases:
    """What the servicer calls."""

    request_offers: RequestOffers
    book_ride: BookRide
    cancel_ride: CancelRide
    release_offers: ReleaseOffers
    improve_plan: ImprovePlan
    driving: Driving
    fleet: FleetAdministration
    queries: Queries
    audit_trail: AuditTrail


class RidePoolingServicer(ride_pooling_service_pb2_grpc.RidePoolingServiceServicer):
    """The service's methods."""

    def __init__(
        self,
        use_cases: UseCases,
        board: Board,
        *,
        pool: WorkerPool,
        clock: Clock,
        changes: PlanChanges,
        pages: Pages,
    ) -> None:
        self._use = use_cases
        self._board = board
        self._pool = pool
        self._clock = clock
        self._changes = changes
        self._pages = pages

    async def RequestOffers(
        self, request: offer_pb2.RequestOffersRequest, context: Context
    ) -> offer_pb2.RequestOffersResponse:
        faults = Faults()
        call = requests.call_of(request, answers.offers, faults)
        question = requests.question_of(request, self._clock.now(), faults)
        answer = await self._written(call, faults, self._use.request_offers, question)
        return offer_pb2.RequestOffersResponse.FromString(answer)

    async def ReleaseOffers(
        self, request: offer_pb2.ReleaseOffersRequest, context: Context
    ) -> offer_pb2.ReleaseOffersResponse:
        faults = Faults()
        call = requests.call_of(request, answers.released, faults)
        offer_ids = requests.offer_ids_of(request, faults)
        answer = await self._written(call, faults, self._use.release_offers, offer_ids)
        return offer_pb2.ReleaseOffersResponse.FromString(answer)

    async def BookRide(
        self, request: ride_pb2.BookRideRequest, context: Context
    ) -> ride_pb2.BookRideResponse:
        faults = Faults()
        call = requests.call_of(request, answers.booked, faults)
        booking = requests.booking_of(request, faults)
        answer = await self._written(call, faults, self._use.book_ride, booking)
        return ride_pb2.BookRideResponse.FromString(answer)

    async def CancelRide(
        self, request: ride_pb2.CancelRideRequest, context: Context
    ) -> ride_pb2.CancelRideResponse:
        faults = Faults()
        call = requests.call_of(request, answers.cancelled, faults)
        ride_id = faults.identifier(request.ride_id, "ride_id")
        reason = faults.text(request.reason, "reason", LONGEST_REASON)
        answer = await self._written(call, faults, self._use.cancel_ride, ride_id, reason)
        return ride_pb2.CancelRideResponse.FromString(answer)

    async def GetRide(self, request: ride_pb2.GetRideRequest, context: Context) -> ride_pb2.GetRideResponse:
        faults = Faults()
        ride_id = faults.identifier(request.ride_id, "ride_id")
        faults.settle()
        ride, contact = await self._pool.look_up(self._use.queries.ride, ride_id, caller())
        answer = ride_pb2.GetRideResponse(ride=answers.ride(ride))
        if contact:
            answer.contact.name, answer.contact.phone = contact.name, contact.phone
        return answer

    async def ListRides(
        self, request: ride_pb2.ListRidesRequest, context: Context
    ) -> ride_pb2.ListRidesResponse:
        faults = Faults()
        if len(request.states) > MOST_STATES:
            faults.add(
                "states", f"has {len(request.states)} entries, at most {MOST_STATES}", "TOO_MANY_STATES"
            )
        chosen = RideFilter(
            faults.identifier(request.zone_id, "zone_id", needed=False) or None,
            faults.service_date(request.service_date, "service_date"),
            frozenset(
                faults.choice(state, answers.STATES_BACK, f"states[{number}]", RideState.BOOKED)
                for number, state in enumerate(request.states[:MOST_STATES])
            ),
        )
        size = faults.page_size(request.page_size)
        token = self._pages.position(request, faults)
        faults.settle()
        page = await self._pool.look_up(self._use.queries.rides, chosen, token, size, caller())
        return ride_pb2.ListRidesResponse(
            rides=[answers.ride(ride) for ride in page.items],
            next_page_token=self._pages.token(request, page.next_token),
        )

    async def GetPlan(self, request: plan_pb2.GetPlanRequest, context: Context) -> plan_pb2.GetPlanResponse:
        faults = Faults()
        zone_id = faults.identifier(request.zone_id, "zone_id")
        service_date = faults.service_date(request.service_date, "service_date")
        faults.settle()
        day, service_day = await self._pool.look_up(self._use.queries.plan, zone_id, service_date, caller())
        return plan_pb2.GetPlanResponse(plan=answers.plan(day, service_day))

    async def ImprovePlan(
        self, request: plan_pb2.ImprovePlanRequest, context: Context
    ) -> plan_pb2.ImprovePlanResponse:
        faults = Faults()
        call = requests.call_of(request, answers.improved, faults)
        zone_id = faults.identifier(request.zone_id, "zone_id")
        service_date = faults.service_date(request.service_date, "service_date")
        limit_s = requests.time_limit_s(request, faults)
        improve = partial(self._use.improve_plan, prove=request.prove)
        answer = await self._written(call, faults, improve, zone_id, service_date, limit_s)
        return plan_pb2.ImprovePlanResponse.FromString(answer)

    async def WatchPlan(
        self, request: plan_pb2.WatchPlanRequest, context: Context
    ) -> AsyncIterator[plan_pb2.WatchPlanResponse]:
        faults = Faults()
        zone_id = faults.identifier(request.zone_id, "zone_id")
        service_date = faults.service_date(request.service_date, "service_date")
        faults.settle()
        self._use.queries.zone(zone_id)
        shown: plan_pb2.Plan | None = None
        while True:
            watched = service_date or self._use.queries.today()
            change = self._changes.next_of((zone_id, watched))
            day, service_day = await self._pool.look_up(self._use.queries.plan, zone_id, watched, caller())
            # A hold that ran out changes the plan too, without a version of its own.
            plan = answers.plan(day, service_day)
            if plan != shown:
                shown = plan
                yield plan_pb2.WatchPlanResponse(plan=plan)
            await self._changes.wait(change)

    async def ListLiveVehicles(
        self, request: board_pb2.ListLiveVehiclesRequest, context: Context
    ) -> board_pb2.ListLiveVehiclesResponse:
        faults = Faults()
        zone_id, token, size = self._page(request, faults)
        faults.settle()
        if zone_id is not None:
            self._use.queries.zone(zone_id)
        found = await self._pool.look_up(self._board.live_vehicles, zone_id, token, size + 1)
        return board_pb2.ListLiveVehiclesResponse(
            vehicles=found[:size],
            next_page_token=self._pages.token(
                request, found[size - 1].vehicle_id if len(found) > size else ""
            ),
        )

    async def GetDayFigures(
        self, request: board_pb2.GetDayFiguresRequest, context: Context
    ) -> board_pb2.GetDayFiguresResponse:
        faults = Faults()
        zone_id = faults.identifier(request.zone_id, "zone_id", needed=False) or None
        service_date = faults.service_date(request.service_date, "service_date")
        faults.settle()
        if zone_id is not None:
            self._use.queries.zone(zone_id)
        figures = await self._pool.look_up(
            self._board.day_figures, zone_id, service_date or self._use.queries.today()
        )
        return board_pb2.GetDayFiguresResponse(figures=figures)

    async def ListZones(
        self, request: fleet_pb2.ListZonesRequest, context: Context
    ) -> fleet_pb2.ListZonesResponse:
        return fleet_pb2.ListZonesResponse(
            zones=[
                fleet_pb2.Zone(
                    zone_id=zone.id,
                    name=zone.name,
                    boundary=[messages.position(corner) for corner in zone.boundary],
                    time_zone=self._use.queries.time_zone,
                )
                for zone in self._use.queries.zones()
            ]
        )

    async def ListVirtualStops(
        self, request: fleet_pb2.ListVirtualStopsRequest, context: Context
    ) -> fleet_pb2.ListVirtualStopsResponse:
        faults = Faults()
        zone_id, token, size = self._page(request, faults)
        faults.settle()
        page = await self._pool.look_up(self._use.queries.virtual_stops, zone_id, token, size)
        return fleet_pb2.ListVirtualStopsResponse(
            virtual_stops=[
                fleet_pb2.VirtualStop(
                    virtual_stop_id=stop.id,
                    name=stop.name,
                    position=messages.position(stop.point),
                    zone_ids=self._use.queries.zone_ids_of(stop),
                )
                for stop in page.items
            ],
            next_page_token=self._pages.token(request, page.next_token),
        )

    async def CreateVehicle(
        self, request: fleet_pb2.CreateVehicleRequest, context: Context
    ) -> fleet_pb2.CreateVehicleResponse:
        faults = Faults()
        call: Call[Vehicle] = requests.call_of(
            request, lambda made: fleet_pb2.CreateVehicleResponse(vehicle=messages.vehicle(made)), faults
        )
        vehicle = requests.vehicle_of(request, faults, zone_needed=True)
        answer = await self._written(call, faults, self._use.fleet.create_vehicle, vehicle)
        return fleet_pb2.CreateVehicleResponse.FromString(answer)

    async def GetVehicle(
        self, request: fleet_pb2.GetVehicleRequest, context: Context
    ) -> fleet_pb2.GetVehicleResponse:
        faults = Faults()
        vehicle_id = faults.identifier(request.vehicle_id, "vehicle_id")
        faults.settle()
        vehicle = await self._pool.look_up(self._use.queries.vehicle, vehicle_id, caller())
        return fleet_pb2.GetVehicleResponse(vehicle=messages.vehicle(vehicle))

    async def ListVehicles(
        self, request: fleet_pb2.ListVehiclesRequest, context: Context
    ) -> fleet_pb2.ListVehiclesResponse:
        faults = Faults()
        zone_id, token, size = self._page(request, faults)
        faults.settle()
        page = await self._pool.look_up(self._use.queries.vehicles, zone_id, token, size, caller())
        return fleet_pb2.ListVehiclesResponse(
            vehicles=[messages.vehicle(vehicle) for vehicle in page.items],
            next_page_token=self._pages.token(request, page.next_token),
        )

    async def UpdateVehicle(
        self, request: fleet_pb2.UpdateVehicleRequest, context: Context
    ) -> fleet_pb2.UpdateVehicleResponse:
        faults = Faults()
        call: Call[Vehicle] = requests.call_of(
            request,
            lambda changed: fleet_pb2.UpdateVehicleResponse(vehicle=messages.vehicle(changed)),
            faults,
        )
        vehicle = requests.vehicle_of(request, faults, zone_needed=False)
        answer = await self._written(call, faults, self._use.fleet.update_vehicle, vehicle)
        return fleet_pb2.UpdateVehicleResponse.FromString(answer)

    async def DeleteVehicle(
        self, request: fleet_pb2.DeleteVehicleRequest, context: Context
    ) -> fleet_pb2.DeleteVehicleResponse:
        faults = Faults()
        call: Call[None] = requests.call_of(request, lambda _: fleet_pb2.DeleteVehicleResponse(), faults)
        vehicle_id = faults.identifier(request.vehicle_id, "vehicle_id")
        await self._written(call, faults, self._use.fleet.delete_vehicle, vehicle_id)
        return fleet_pb2.DeleteVehicleResponse()

    async def CreateShift(
        self, request: fleet_pb2.CreateShiftRequest, context: Context
    ) -> fleet_pb2.CreateShiftResponse:
        faults = Faults()
        call: Call[Shift] = requests.call_of(
            request, lambda made: fleet_pb2.CreateShiftResponse(shift=messages.shift(made)), faults
        )
        shift = requests.shift_of(request, faults)
        answer = await self._written(call, faults, self._use.fleet.create_shift, shift)
        return fleet_pb2.CreateShiftResponse.FromString(answer)

    async def ListShifts(
        self, request: fleet_pb2.ListShiftsRequest, context: Context
    ) -> fleet_pb2.ListShiftsResponse:
        faults = Faults()
        zone_id, token, size = self._page(request, faults)
        service_date = faults.service_date(request.service_date, "service_date")
        vehicle_id = faults.identifier(request.vehicle_id, "vehicle_id", needed=False) or None
        faults.settle()
        page = await self._pool.look_up(
            self._use.queries.shifts, zone_id, service_date, vehicle_id, token, size, caller=caller()
        )
        return fleet_pb2.ListShiftsResponse(
            shifts=[messages.shift(shift) for shift in page.items],
            next_page_token=self._pages.token(request, page.next_token),
        )

    async def CancelShift(
        self, request: fleet_pb2.CancelShiftRequest, context: Context
    ) -> fleet_pb2.CancelShiftResponse:
        faults = Faults()
        call = requests.call_of(request, answers.moved, faults)
        shift_id = faults.identifier(request.shift_id, "shift_id")
        answer = await self._written(call, faults, self._use.fleet.cancel_shift, shift_id)
        return fleet_pb2.CancelShiftResponse.FromString(answer)

    async def ListAuditEntries(
        self, request: audit_pb2.ListAuditEntriesRequest, context: Context
    ) -> audit_pb2.ListAuditEntriesResponse:
        faults = Faults()
        since = None
        if request.HasField("start_time"):
            since = faults.instant(request.start_time, "start_time")
        chosen = AuditFilter(
            since,
            faults.identifier(request.subject, "subject", needed=False) or None,
            faults.identifier(request.entity_id, "entity_id", needed=False) or None,
        )
        token, size = self._pages.position(request, faults), faults.page_size(request.page_size)
        faults.settle()
        page = await self._pool.look_up(self._use.audit_trail.entries, chosen, token, size)
        return audit_pb2.ListAuditEntriesResponse(
            entries=[answers.audit_entry(number, entry) for number, entry in page.items],
            next_page_token=self._pages.token(request, page.next_token),
        )

    async def ArriveAtStop(
        self, request: driver_pb2.ArriveAtStopRequest, context: Context
    ) -> driver_pb2.ArriveAtStopResponse:
        faults = Faults()
        call: Call[None] = requests.call_of(request, lambda _: driver_pb2.ArriveAtStopResponse(), faults)
        report = requests.report_of(request, self._clock.now(), faults)
        stop_id = faults.identifier(request.stop_id, "stop_id")
        await self._written(call, faults, self._use.driving.arrive, report, stop_id)
        return driver_pb2.ArriveAtStopResponse()

    async def BoardPassenger(
        self, request: driver_pb2.BoardPassengerRequest, context: Context
    ) -> driver_pb2.BoardPassengerResponse:
        return await self._reported(request, self._use.driving.board, driver_pb2.BoardPassengerResponse)

    async def ReportNoShow(
        self, request: driver_pb2.ReportNoShowRequest, context: Context
    ) -> driver_pb2.ReportNoShowResponse:
        return await self._reported(request, self._use.driving.no_show, driver_pb2.ReportNoShowResponse)

    async def AlightPassenger(
        self, request: driver_pb2.AlightPassengerRequest, context: Context
    ) -> driver_pb2.AlightPassengerResponse:
        return await self._reported(request, self._use.driving.alight, driver_pb2.AlightPassengerResponse)

    async def _reported(
        self, request: Any, use_case: Callable[..., bytes], response: type[MessageT]
    ) -> MessageT:
        """What the three reports about one ride have in common."""
        faults = Faults()

        def told(ride: Ride) -> Message:
            message: Any = response()
            message.ride.CopyFrom(answers.ride(ride))
            return message  # type: ignore[no-any-return]  # a MessageT

        call = requests.call_of(request, told, faults)
        report = requests.report_of(request, self._clock.now(), faults)
        ride_id = faults.identifier(request.ride_id, "ride_id")
        return response.FromString(await self._written(call, faults, use_case, report, ride_id))

    async def _written(
        self, call: Call[ResultT], faults: Faults, use_case: Callable[..., bytes], *asked: object
    ) -> bytes:
        """The answer to a write; one sent again is answered as before, even if it would be too late now."""
        if faults.found:
            answer = await self._pool.look_up(self._use.queries.answer, call)
            if answer is not None:
                return answer
            faults.settle()
        try:
            return await self._pool.run(use_case, call, *asked)
        except ServiceError as error:
            await self._pool.run(self._use.audit_trail.refused, call, error)
            raise

    def _page(self, request: Any, faults: Faults) -> tuple[str | None, str, int]:
        """Zone, where to begin, and how many."""
        return (
            faults.identifier(request.zone_id, "zone_id", needed=False) or None,
            self._pages.position(request, faults),
            faults.page_size(request.page_size),
        )
