"""The demo's sensors: registered at the waste service, and reporting to it as a network's bridge does."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from landlinie.waste.v1 import container_pb2, level_pb2
from waste.adapters.depot_file import load_waste
from waste.domain.tours_depot import DepotContainer

from onebox.client import DEADLINE_S, Services
from onebox.demo.fill_levels import DemoLevels, DemoReading, Health
from onebox.district import District
from onebox.local_time import instant_of, stamp
from onebox.seeding import PAGE_SIZE, content_id
from onebox.waste_seeding import send_all

MODEL = "milesight-em310-udl"
PREFIX = "demo-"
"""Of device ids: what is made up can be told from what is not."""
HISTORY = timedelta(days=21)
BROKEN_FOR = timedelta(days=3)
"""Since when a sensor that is broken was, when the demo began."""
AT_ONCE = 500


class DemoSensors:
    """Sensors of a district's containers, as they are registered; reports what they measured since.

    Parameters
    ----------
    containers
        Those of the district's own list; others get no sensor.
    """

    def __init__(self, district: District, containers: Sequence[DepotContainer]) -> None:
        self._sub_account_id = district.id
        self._levels = DemoLevels(containers, ZoneInfo(district.timezone))
        self._told_until: datetime | None = None
        self._broken_at: datetime | None = None

    @classmethod
    def of(cls, district: District) -> "DemoSensors":
        """The sensors of a district with containers; raises FieldError where its list has mistakes."""
        return cls(district, load_waste(district.folder).depot.containers)

    def report(self, services: Services, now: datetime) -> int:
        """Register what is missing, and report what was measured since the last time, by whomever.

        Returns
        -------
        How many readings were new.
        """
        if self._told_until is None:
            registered = self._register(services)
            self._broken_at = min(registered.values(), default=now) - BROKEN_FOR
            self._told_until = self._latest(services) or now - HISTORY
        count = 0
        readings = list(self._levels.readings(self._told_until, now, self._broken_at))
        for begin in range(0, len(readings), AT_ONCE):
            batch = readings[begin : begin + AT_ONCE]
            request = level_pb2.ReportReadingsRequest(readings=[_message(reading) for reading in batch])
            request.request_id = content_id(request.SerializeToString(deterministic=True))
            count += services.containers.ReportReadings(request, timeout=DEADLINE_S).taken_count
            self._told_until = batch[-1].at
        return count

    def _register(self, services: Services) -> Mapping[str, datetime]:
        """When each of the demo's devices was registered."""
        known = _devices(services)
        wanted = [
            container_pb2.Device(
                device_id=f"{PREFIX}{container_id}",
                sub_account_id=self._sub_account_id,
                model=MODEL,
                container_id=container_id,
            )
            for container_id, health in self._levels.health.items()
            if health is not Health.NONE and f"{PREFIX}{container_id}" not in known
        ]
        requests = [
            container_pb2.RegisterDeviceRequest(
                request_id=content_id(device.SerializeToString(deterministic=True)), device=device
            )
            for device in wanted
        ]
        send_all(services.containers.RegisterDevice, requests)
        return _devices(services) if wanted else known

    def _latest(self, services: Services) -> datetime | None:
        """When the last of the demo's readings was measured; None where there is none yet."""
        request = level_pb2.ListContainerStatesRequest(page_size=PAGE_SIZE)
        latest: datetime | None = None
        while True:
            page = services.containers.ListContainerStates(request, timeout=DEADLINE_S)
            for state in page.states:
                if state.HasField("latest"):
                    at = instant_of(state.latest.measure_time)
                    latest = at if latest is None else max(latest, at)
            if not page.next_page_token:
                return latest
            request.page_token = page.next_page_token


def _devices(services: Services) -> dict[str, datetime]:
    request = container_pb2.ListDevicesRequest(page_size=PAGE_SIZE)
    found: dict[str, datetime] = {}
    while True:
        page = services.containers.ListDevices(request, timeout=DEADLINE_S)
        for device in page.devices:
            if device.device_id.startswith(PREFIX):
                found[device.device_id] = instant_of(device.register_time)
        if not page.next_page_token:
            return found
        request.page_token = page.next_page_token


def _message(reading: DemoReading) -> level_pb2.Reading:
    return level_pb2.Reading(
        device_id=f"{PREFIX}{reading.container_id}",
        measure_time=stamp(reading.at),
        fill_share=reading.level_share,
        battery_share=reading.battery_share,
        tilted=reading.tilted,
    )
