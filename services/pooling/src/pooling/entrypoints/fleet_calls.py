"""Calls around zones, stops, vehicles and shifts."""

# ruff: noqa: N802 - methods are named as on the wire

from landlinie.pooling.v1 import fleet_pb2
from service_kit.grpc_calls import Context
from service_kit.identity.principal import caller

from pooling import messages
from pooling.application.desk import Call
from pooling.domain.fleet import Shift, Vehicle
from pooling.entrypoints import answers, requests
from pooling.entrypoints.base import Calls
from pooling.entrypoints.faults import Faults


class FleetCalls(Calls):
    """Zones, stops, vehicles and shifts."""

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

    async def UpdateShift(
        self, request: fleet_pb2.UpdateShiftRequest, context: Context
    ) -> fleet_pb2.UpdateShiftResponse:
        faults = Faults()
        call = requests.call_of(request, answers.updated_shift, faults)
        shift, fixed = requests.changed_shift_of(request, faults), requests.fixed_of(request, faults)
        answer = await self._written(call, faults, self._use.update_shift, shift, fixed)
        return fleet_pb2.UpdateShiftResponse.FromString(answer)

    async def CancelShift(
        self, request: fleet_pb2.CancelShiftRequest, context: Context
    ) -> fleet_pb2.CancelShiftResponse:
        faults = Faults()
        call = requests.call_of(request, answers.moved, faults)
        shift_id = faults.identifier(request.shift_id, "shift_id")
        etag = faults.identifier(request.etag, "etag", needed=False)
        answer = await self._written(call, faults, self._use.fleet.cancel_shift, shift_id, etag)
        return fleet_pb2.CancelShiftResponse.FromString(answer)
