"""What the demo does by itself, on services that only note what they are asked."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from landlinie.waste.v1 import container_pb2, level_pb2, tour_planning_pb2
from onebox.client import Services
from onebox.demo.sensors import AT_ONCE, PREFIX, DemoSensors
from onebox.demo.tour_proposal import LOOKS_BEFORE, MOST_TRIES, DemoTours, tour_day
from onebox.district import District
from onebox.local_time import stamp
from waste.domain.tours_depot import DepotContainer

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 18, 9, 30, tzinfo=UTC)
DISTRICT = cast("District", SimpleNamespace(id="testamt", timezone="Europe/Berlin"))
CONTAINERS = [DepotContainer(f"c{n:02}", "site", "paper", 3200, 0.06, 180, 0.03) for n in range(20)]


class Told:
    """Answers like a service, from what it was told."""

    def __init__(self) -> None:
        self.devices: dict[str, container_pb2.Device] = {}
        self.readings: dict[tuple[str, int], level_pb2.Reading] = {}
        self.states = [tour_planning_pb2.TOUR_PROPOSAL_STATE_FAILED]
        self.proposed: list[str] = []
        self.tours = 0

    def services(self) -> Services:
        containers = SimpleNamespace(
            ListDevices=lambda *_, **__: container_pb2.ListDevicesResponse(devices=self.devices.values()),
            RegisterDevice=SimpleNamespace(future=self._register),
            ListContainerStates=self._states,
            ReportReadings=self._report,
        )
        tours = SimpleNamespace(
            ListTours=lambda *_, **__: SimpleNamespace(tours=[object()] * self.tours),
            ProposeTours=self._propose,
            GetTourProposal=lambda *_, **__: SimpleNamespace(proposal=SimpleNamespace(state=self.states[-1])),
        )
        return cast("Services", SimpleNamespace(containers=containers, tours=tours))

    def _register(self, request: container_pb2.RegisterDeviceRequest, **_: Any) -> Any:
        device = container_pb2.Device()
        device.CopyFrom(request.device)
        device.register_time.CopyFrom(stamp(NOW))
        self.devices[device.device_id] = device
        return SimpleNamespace(result=lambda: None)

    def _states(self, *_: Any, **__: Any) -> level_pb2.ListContainerStatesResponse:
        latest = max((at for _, at in self.readings), default=None)
        state = level_pb2.ContainerState(container_id="c00")
        if latest is not None:
            state.latest.measure_time.CopyFrom(Timestamp(seconds=latest))
        return level_pb2.ListContainerStatesResponse(states=[state])

    def _report(self, request: level_pb2.ReportReadingsRequest, **_: Any) -> Any:
        assert 1 <= len(request.readings) <= AT_ONCE
        before = len(self.readings)
        self.readings |= {(each.device_id, each.measure_time.seconds): each for each in request.readings}
        return SimpleNamespace(taken_count=len(self.readings) - before)

    def _propose(self, request: tour_planning_pb2.ProposeToursRequest, **_: Any) -> Any:
        self.proposed.append(f"{request.service_date} {request.request_id}")
        return SimpleNamespace(proposal=SimpleNamespace(proposal_id="p"))


@pytest.fixture
def told() -> Told:
    return Told()


def test_sensors_tell_their_past_once_and_then_go_on(told: Told) -> None:
    sensors = DemoSensors(DISTRICT, CONTAINERS)
    first = sensors.report(told.services(), NOW)
    assert first == len(told.readings) > 1_000
    assert all(name.startswith(PREFIX) for name in told.devices)
    assert sensors.report(told.services(), NOW) == 0
    later = sensors.report(told.services(), NOW + timedelta(hours=4))
    assert 0 < later <= len(told.devices)


def test_after_a_restart_only_what_was_missed_is_told(told: Told) -> None:
    DemoSensors(DISTRICT, CONTAINERS).report(told.services(), NOW)
    before = dict(told.readings)
    count = DemoSensors(DISTRICT, CONTAINERS).report(told.services(), NOW + timedelta(days=1))
    assert 0 < count <= 6 * len(told.devices)
    assert {key: told.readings[key] for key in before} == before


def test_tours_are_proposed_once_and_again_where_that_failed(told: Told) -> None:
    tours = DemoTours(DISTRICT, "yard")
    begun = [tours.look(told.services(), NOW) for _ in range(LOOKS_BEFORE + MOST_TRIES + 2)]
    assert begun == [False] * LOOKS_BEFORE + [True] * MOST_TRIES + [False] * 2
    assert len(set(told.proposed)) == MOST_TRIES

    running = Told()
    running.states = [tour_planning_pb2.TOUR_PROPOSAL_STATE_RUNNING]
    tours = DemoTours(DISTRICT, "yard")
    begun = [tours.look(running.services(), NOW) for _ in range(LOOKS_BEFORE + 3)]
    assert begun.count(True) == 1
    running.tours = 2
    assert not DemoTours(DISTRICT, "yard").look(running.services(), NOW)


def test_the_day_of_tours_is_a_working_one() -> None:
    assert tour_day(NOW, BERLIN) == date(2026, 3, 18)
    assert tour_day(NOW + timedelta(hours=3), BERLIN) == date(2026, 3, 19)
    assert tour_day(NOW + timedelta(days=2, hours=3), BERLIN) == date(2026, 3, 23)
