"""Calls of drivers, and around breakdowns."""

# ruff: noqa: N802 - methods are named as on the wire

from collections.abc import Callable
from typing import Any, TypeVar

from google.protobuf.message import Message
from landlinie.pooling.v1 import breakdown_pb2, driver_pb2
from service_kit.grpc_calls import Context

from pooling.application.desk import Call
from pooling.domain.breakdown_report import BreakdownReason
from pooling.domain.rides import Ride
from pooling.entrypoints import answers, requests
from pooling.entrypoints.base import Calls
from pooling.entrypoints.faults import Faults

MessageT = TypeVar("MessageT", bound=Message)


class DriverCalls(Calls):
    """What drivers report, and what is known of breakdowns."""

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

    async def ReportBreakdown(
        self, request: breakdown_pb2.ReportBreakdownRequest, context: Context
    ) -> breakdown_pb2.ReportBreakdownResponse:
        faults = Faults()
        call = requests.call_of(request, answers.broken_down, faults)
        report = requests.report_of(request, self._clock.now(), faults)
        position = faults.position(request.position, "position") if request.HasField("position") else None
        reason = faults.choice(request.reason, answers.REASONS_BACK, "reason", BreakdownReason.OTHER)
        answer = await self._written(call, faults, self._use.report_breakdown, report, position, reason)
        return breakdown_pb2.ReportBreakdownResponse.FromString(answer)

    async def ListBreakdowns(
        self, request: breakdown_pb2.ListBreakdownsRequest, context: Context
    ) -> breakdown_pb2.ListBreakdownsResponse:
        faults = Faults()
        zone_id, token, size = self._page(request, faults)
        vehicle_id = faults.identifier(request.vehicle_id, "vehicle_id", needed=False) or None
        faults.settle()
        page = await self._pool.look_up(self._use.known_breakdowns.listed, zone_id, vehicle_id, token, size)
        return breakdown_pb2.ListBreakdownsResponse(
            breakdowns=[answers.breakdown(report) for report in page.items],
            next_page_token=self._pages.token(request, page.next_token),
        )

    async def GetBreakdown(
        self, request: breakdown_pb2.GetBreakdownRequest, context: Context
    ) -> breakdown_pb2.GetBreakdownResponse:
        faults = Faults()
        breakdown_id = faults.identifier(request.breakdown_id, "breakdown_id")
        faults.settle()
        found = await self._pool.look_up(self._use.known_breakdowns.breakdown, breakdown_id)
        return answers.known_breakdown(found)

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
