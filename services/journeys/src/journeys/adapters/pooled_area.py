"""Pooling's zones and virtual stops, asked over gRPC now and then in a thread of its own.

Nobody who asks for open data waits for it: where all services are one process, waiting for pooling on the
server's threads would be waiting for oneself. Without an answer the last one stays.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import grpc
import structlog
from landlinie.pooling.v1 import fleet_pb2, ride_pooling_service_pb2_grpc

from journeys.application.ports import Unavailable
from journeys.domain.open_rides import VirtualStop, Zone

ASK_S = 5.0
ASK_EVERY_S = 300.0
ASK_AGAIN_S = 2.0
"""Pause after a failure."""
PAGE = 500

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Area:
    zones: tuple[Zone, ...]
    stops: tuple[VirtualStop, ...]


class PooledZones:
    """See ``application.open_rides.PooledArea``; safe to use from several threads.

    Parameters
    ----------
    stub
        How to call pooling; raises Unavailable where it is not known yet.
    """

    def __init__(self, stub: Callable[[], ride_pooling_service_pb2_grpc.RidePoolingServiceStub]) -> None:
        self._stub = stub
        self._area: _Area | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pooled-zones", daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the question at hand and end."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def zones(self) -> Sequence[Zone]:
        return self._known().zones

    def stops(self) -> Sequence[VirtualStop]:
        return self._known().stops

    def ask(self) -> bool:
        """Ask once; whether there was an answer."""
        try:
            self._area = self._asked(self._stub())
        except (grpc.RpcError, Unavailable) as error:
            _log.info("zones_not_asked", error=type(error).__name__)
            return False
        return True

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._stopping.wait(ASK_EVERY_S if self.ask() else ASK_AGAIN_S)

    def _known(self) -> _Area:
        area = self._area
        if area is None:
            raise Unavailable("POOLING_UNAVAILABLE", "pooling's zones are not known")
        return area

    def _asked(self, stub: ride_pooling_service_pb2_grpc.RidePoolingServiceStub) -> _Area:
        zones = stub.ListZones(fleet_pb2.ListZonesRequest(), timeout=ASK_S).zones
        stops: dict[str, VirtualStop] = {}
        token = ""
        while True:
            request = fleet_pb2.ListVirtualStopsRequest(page_size=PAGE, page_token=token)
            answer = stub.ListVirtualStops(request, timeout=ASK_S)
            for stop in answer.virtual_stops:
                where = stop.position
                stops[stop.virtual_stop_id] = VirtualStop(
                    stop.virtual_stop_id,
                    stop.name,
                    where.latitude_deg,
                    where.longitude_deg,
                    frozenset(stop.zone_ids),
                )
            token = answer.next_page_token
            if not token:
                break
        return _Area(tuple(_zone(zone) for zone in zones), tuple(stops.values()))


def _zone(zone: fleet_pb2.Zone) -> Zone:
    ring = tuple((corner.longitude_deg, corner.latitude_deg) for corner in zone.boundary)
    return Zone(zone.zone_id, zone.name or zone.zone_id, ring)
