"""One town behind a running service, for all who try to get in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from landlinie.network.v1 import road_change_pb2, road_change_service_pb2
from landlinie.network.v1.road_change_service_pb2_grpc import RoadChangeServiceStub
from live import Live, position
from pooling.adapters.roads import RoutedRoads
from service_kit import consumers
from service_kit.identity import turned_away
from town import ROAD
from valid import valid_requests


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(consumers, "_POLL_S", 0.02)
        patch.setattr(turned_away, "RECORD_EVERY_S", 0.05)
        # The town's one road cannot be closed; who may say so, and in which words, is asked here.
        patch.setattr(RoutedRoads, "touches_roads", lambda _roads, _path: True)
        patch.setattr(RoutedRoads, "change", lambda _roads, _changes: None)
        live = Live(Path(tmp_path_factory.mktemp("town")))
        yield live
        live.close()


@pytest.fixture(scope="module")
def requests(live: Live) -> dict[str, Any]:
    """One request of every method that has nothing wrong with it."""
    change = road_change_pb2.RoadChange(
        path=[position(point) for point in ROAD[1:3]],
        start_time=live.stamp("05:00"),
        end_time=live.stamp("06:00"),
        speed_share=0.5,
        note="Baustelle",
    )
    report = road_change_service_pb2.ReportRoadChangeRequest(request_id="r1", road_change=change)
    known = RoadChangeServiceStub(live.channel).ReportRoadChange(report).road_change
    return {
        **valid_requests(live),
        "ReportRoadChange": report,
        "LiftRoadChange": road_change_service_pb2.LiftRoadChangeRequest(
            request_id="r1", road_change_id=known.road_change_id
        ),
        "ListRoadChanges": road_change_service_pb2.ListRoadChangesRequest(page_size=5),
    }
