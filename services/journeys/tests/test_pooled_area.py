"""Pooling's zones and virtual stops, page by page, and while pooling is away."""

from types import SimpleNamespace
from typing import Any

import grpc
import pytest
from journeys.adapters.pooled_area import PooledZones
from journeys.application.ports import Unavailable
from landlinie.common.v1 import geo_pb2
from landlinie.pooling.v1 import fleet_pb2


class Away(grpc.RpcError):
    """No answer."""


class Pooling:
    """Two zones, and three virtual stops on two pages."""

    away = False

    def ListZones(self, request: Any, timeout: float) -> fleet_pb2.ListZonesResponse:  # noqa: ARG002, N802
        if self.away:
            raise Away
        corner = geo_pb2.Position(latitude_deg=53.5, longitude_deg=13.2)
        return fleet_pb2.ListZonesResponse(
            zones=[fleet_pb2.Zone(zone_id="a", name="A", boundary=[corner]), fleet_pb2.Zone(zone_id="b")]
        )

    def ListVirtualStops(  # noqa: N802
        self,
        request: fleet_pb2.ListVirtualStopsRequest,
        timeout: float,  # noqa: ARG002
    ) -> fleet_pb2.ListVirtualStopsResponse:
        names = ["x", "y"] if not request.page_token else ["z"]
        return fleet_pb2.ListVirtualStopsResponse(
            virtual_stops=[fleet_pb2.VirtualStop(virtual_stop_id=name, zone_ids=["a"]) for name in names],
            next_page_token="" if request.page_token else "more",
        )


def test_all_pages_are_read_and_stay_while_pooling_is_away() -> None:
    pooling = Pooling()
    area = PooledZones(lambda: pooling)  # type: ignore[arg-type, return-value] # plays what is asked
    with pytest.raises(Unavailable):
        area.zones()
    assert area.ask()
    assert [(zone.id, zone.name) for zone in area.zones()] == [("a", "A"), ("b", "b")]
    assert area.zones()[0].ring == ((13.2, 53.5),)
    assert [stop.id for stop in area.stops()] == ["x", "y", "z"]
    pooling.away = True
    assert not area.ask()
    assert len(area.stops()) == 3


def test_whom_nobody_knows_yet_is_asked_again() -> None:
    def nobody() -> Any:
        raise Unavailable("POOLING_UNAVAILABLE", "not yet")

    area = PooledZones(nobody)
    assert not area.ask()
    area.start()
    area.stop()
    with pytest.raises(Unavailable):
        area.stops()


def test_a_thread_asks_by_itself() -> None:
    asked = SimpleNamespace(count=0)

    class Counted(Pooling):
        def ListZones(self, request: Any, timeout: float) -> fleet_pb2.ListZonesResponse:  # noqa: N802
            asked.count += 1
            area._stopping.set()
            return super().ListZones(request, timeout)

    area = PooledZones(Counted)  # type: ignore[arg-type] # plays what is asked
    area.start()
    area._thread.join(20)
    assert asked.count == 1
    assert area.zones()
