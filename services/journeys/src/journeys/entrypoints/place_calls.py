"""Calls around names of places."""

# ruff: noqa: N802 - methods are named as on the wire

from math import isfinite
from zoneinfo import ZoneInfo

from landlinie.common.v1 import geo_pb2
from landlinie.journeys.v1 import place_pb2
from routing_core.places.place import WEIGHTS
from routing_core.places.search import LONGEST_QUERY, MOST_RESULTS
from service_kit.faults import Faults
from service_kit.grpc_calls import Context

from journeys import messages
from journeys.application.naming import Naming
from journeys.entrypoints.base import Calls

USUAL_RESULTS = 10


class PlaceCalls(Calls):
    """What somebody may mean, and what to call a position."""

    _naming: Naming
    _time_zone: ZoneInfo

    async def SearchPlaces(
        self, request: place_pb2.SearchPlacesRequest, context: Context
    ) -> place_pb2.SearchPlacesResponse:
        faults = Faults()
        text = faults.text(request.text, "text", LONGEST_QUERY)
        if not text.strip():
            faults.add("text", "is missing", "FIELD_MISSING")
        near = None
        if request.HasField("near"):
            near = position_of(request.near, "near", faults)
        for number, kind in enumerate(request.kinds):
            if kind not in WEIGHTS:
                faults.add(f"kinds[{number}]", f"{kind[:80]!r} is no kind of place", "KIND_INVALID")
        if request.max_result_count > MOST_RESULTS:
            faults.add(
                "max_result_count",
                f"{request.max_result_count} is more than {MOST_RESULTS}",
                "COUNT_OUT_OF_RANGE",
            )
        faults.settle()
        most = request.max_result_count or USUAL_RESULTS
        found = await self._pool.look_up(self._naming.search, text, near, list(request.kinds), most)
        return place_pb2.SearchPlacesResponse(
            places=[messages.named_place(each.place, exact_number=each.exact_number) for each in found],
            time_zone=self._time_zone.key,
        )

    async def DescribePosition(
        self, request: place_pb2.DescribePositionRequest, context: Context
    ) -> place_pb2.DescribePositionResponse:
        faults = Faults()
        if not request.HasField("position"):
            faults.add("position", "is missing", "FIELD_MISSING")
        latitude_deg, longitude_deg = position_of(request.position, "position", faults)
        faults.settle()
        found = await self._pool.look_up(self._naming.describe, latitude_deg, longitude_deg)
        return place_pb2.DescribePositionResponse(
            place=messages.named_place(found) if found else None, time_zone=self._time_zone.key
        )


def position_of(message: geo_pb2.Position, field: str, faults: Faults) -> tuple[float, float]:
    """Latitude and longitude on the globe, in degrees."""
    for name, most in (("latitude_deg", 90.0), ("longitude_deg", 180.0)):
        value = getattr(message, name)
        if not isfinite(value) or abs(value) > most:
            faults.add(
                f"{field}.{name}", f"{value} is not from {-most:g} to {most:g}", "POSITION_OUT_OF_RANGE"
            )
    return message.latitude_deg, message.longitude_deg
