"""Moving a simulated clock from outside."""

from datetime import UTC

from google.protobuf.timestamp_pb2 import Timestamp
from landlinie.common.v1 import clock_pb2, clock_pb2_grpc

from service_kit.clock import SimulatedClock
from service_kit.errors import InvalidInput
from service_kit.grpc_calls import Context

DESCRIPTOR = clock_pb2.DESCRIPTOR.services_by_name["SimulatedClockService"]


class SimulatedClockServicer(clock_pb2_grpc.SimulatedClockServiceServicer):
    """Serves the clock of a simulation; never added to a server that goes by the system's clock."""

    def __init__(self, clock: SimulatedClock) -> None:
        self._clock = clock

    async def AdvanceClock(  # noqa: N802 - the method's name on the wire
        self,
        request: clock_pb2.AdvanceClockRequest,
        context: Context,  # noqa: ARG002
    ) -> clock_pb2.AdvanceClockResponse:
        if not request.HasField("time"):
            raise InvalidInput.in_field("time", "is missing", "FIELD_MISSING")
        try:
            time = request.time.ToDatetime(tzinfo=UTC)
        except (ValueError, OverflowError):
            raise InvalidInput.in_field(
                "time", f"{request.time.seconds} s is no instant of the calendar", "TIME_OUT_OF_RANGE"
            ) from None
        moved = Timestamp()
        moved.FromDatetime(self._clock.advance_to(time))
        return clock_pb2.AdvanceClockResponse(time=moved)
