"""The demo's recycling yard: registered at the waste service, and counted by a sensor at its gate."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from landlinie.common.v1 import geo_pb2
from landlinie.waste.v1 import container_pb2, level_pb2, site_pb2, yard_pb2
from waste.adapters.depot_file import load_waste

from onebox.client import DEADLINE_S, Services
from onebox.demo.yard_visits import BAY_COUNT, OPENING, STAY_MIN, GateCount, gate_counts
from onebox.district import District
from onebox.local_time import instant_of, stamp
from onebox.seeding import PAGE_SIZE, content_id
from onebox.waste_seeding import send_all

YARD_ID = "wertstoffhof"
DEVICE_ID = "demo-gate"
MODEL = "parametric-pcr2"
HISTORY = timedelta(days=28)
AT_ONCE = 500


class DemoYard:
    """A yard where a district's depot is, open to everybody's eyes."""

    def __init__(
        self, district_id: str, zone: ZoneInfo, name: str, latitude_deg: float, longitude_deg: float
    ) -> None:
        self._sub_account_id, self._zone = district_id, zone
        self._name, self._latitude_deg, self._longitude_deg = name, latitude_deg, longitude_deg
        self._told_until: datetime | None = None

    @classmethod
    def of(cls, district: District) -> "DemoYard":
        """The yard of a district with a depot; raises FieldError where the depot's list has mistakes."""
        depot = load_waste(district.folder).depot
        zone = ZoneInfo(district.timezone)
        return cls(district.id, zone, depot.name, depot.latitude_deg, depot.longitude_deg)

    def report(self, services: Services, now: datetime) -> int:
        """Register what is missing, and report what was counted since the last time, by whomever.

        Returns
        -------
        How many readings were new.
        """
        if self._told_until is None:
            self._told_until = self._latest(services) or now - HISTORY
        counts = list(self._counts(self._told_until, now))
        taken = 0
        for begin in range(0, len(counts), AT_ONCE):
            batch = counts[begin : begin + AT_ONCE]
            request = level_pb2.ReportReadingsRequest(readings=[_message(count) for count in batch])
            request.request_id = content_id(request.SerializeToString(deterministic=True))
            taken += services.containers.ReportReadings(request, timeout=DEADLINE_S).taken_count
            self._told_until = batch[-1].at
        return taken

    def _latest(self, services: Services) -> datetime | None:
        """When the gate told something last; None where it never did. A yard that is there stays as it is."""
        request = yard_pb2.ListYardsRequest(page_size=PAGE_SIZE)
        known = services.yards.ListYards(request, timeout=DEADLINE_S).yards
        if YARD_ID not in {yard.yard_id for yard in known}:
            self._register(services)
        asked = yard_pb2.GetYardStateRequest(yard_id=YARD_ID)
        state = services.yards.GetYardState(asked, timeout=DEADLINE_S).state
        return instant_of(state.measure_time) if state.HasField("measure_time") else None

    def _register(self, services: Services) -> None:
        device = container_pb2.Device(
            device_id=DEVICE_ID, sub_account_id=self._sub_account_id, model=MODEL, yard_id=YARD_ID
        )
        wish = container_pb2.RegisterDeviceRequest(device=device)
        wish.request_id = content_id(device.SerializeToString(deterministic=True))
        send_all(services.containers.RegisterDevice, [wish])
        yard = yard_pb2.Yard(
            yard_id=YARD_ID,
            sub_account_id=self._sub_account_id,
            name=self._name,
            position=geo_pb2.Position(latitude_deg=self._latitude_deg, longitude_deg=self._longitude_deg),
            opening_hours=[
                site_pb2.OpeningSpan(
                    iso_weekdays=[weekday for weekday, each in OPENING.items() if each == (opens, closes)],
                    opens_at=f"{opens:02}:00",
                    closes_at=f"{closes:02}:00",
                )
                for opens, closes in dict.fromkeys(OPENING.values())
            ],
            bay_count=BAY_COUNT,
            stay_duration_min=STAY_MIN,
            public=True,
            sensors=[yard_pb2.YardSensor(device_id=DEVICE_ID, role=yard_pb2.YARD_SENSOR_ROLE_BOTH)],
            time_zone=self._zone.key,
        )
        request = yard_pb2.RegisterYardRequest(yard=yard)
        request.request_id = content_id(yard.SerializeToString(deterministic=True))
        services.yards.RegisterYard(request, timeout=DEADLINE_S)

    def _counts(self, after: datetime, now: datetime) -> Iterator[GateCount]:
        day = after.astimezone(self._zone).date()
        while day <= now.astimezone(self._zone).date():
            yield from (count for count in gate_counts(day, self._zone) if after < count.at <= now)
            day += timedelta(days=1)


def _message(count: GateCount) -> level_pb2.Reading:
    return level_pb2.Reading(
        device_id=DEVICE_ID,
        measure_time=stamp(count.at.astimezone(UTC)),
        count_in=count.count_in,
        count_out=count.count_out,
    )
