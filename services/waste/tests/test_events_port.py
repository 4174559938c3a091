"""Events for programs that fetch: in order, from any point on, of one's own sub-accounts."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alarm_desk import AlarmDesk
from district import Office
from open_door import Asking, NamedDoor, opened
from waste.domain.alarm_rules import Cause
from waste.entrypoints.events_port import event_routes

pytestmark = pytest.mark.network


@pytest.fixture
def asking(office: Office, database: str, tmp_path: Path) -> Iterator[Asking]:
    desk = AlarmDesk(office, database, tmp_path)
    for name in ("east", "west"):
        office.settle(name)
        desk.rule(name, Cause.AMPEL_RED)
        office.measure(f"{name}-0", [300], office.clock.now() - office.clock.now())
        desk.look(f"{name}-box")
    with opened(event_routes(desk.alarming, NamedDoor())) as asking:
        yield asking
    desk.close()


def test_events_are_fetched_in_order_and_once(asking: Asking) -> None:
    path, seen = "/v1/events?limit=1", []
    while True:
        answer = asking.get(path, "east")
        assert answer.headers["content-type"] == "application/cloudevents-batch+json"
        if not answer.json:
            break
        seen += answer.json
        found = re.search(r'<([^>]*)>; rel="next"', answer.headers["Link"])
        assert found is not None
        path = found[1]
    assert [event["type"] for event in seen] == [
        "org.landlinie.waste.ampel.changed.v1",
        "org.landlinie.waste.alarm.raised.v1",
    ]
    assert {event["subject"] for event in seen} == {"container/east-box"}
    assert all(event["specversion"] == "1.0" and event["source"] and event["id"] for event in seen)


@pytest.mark.parametrize("query", ["after=x", "after=-1", "limit=1001", "after=99999999999999999"])
def test_where_nobody_can_go_on_is_told(asking: Asking, query: str) -> None:
    assert asking.get(f"/v1/events?{query}", "east").status == 400
    assert asking.get("/v1/events").status == 401
