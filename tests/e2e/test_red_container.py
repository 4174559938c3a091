"""The demo district's containers: one that turns red at ten is in the alarm list by a minute past."""

import time
from datetime import timedelta

import pytest
from landlinie.waste.v1 import alarm_pb2, container_pb2, level_pb2
from onebox.client import connected
from onebox.day.server_process import ServerProcess
from onebox.local_time import stamp
from ride_calls import CALL_S

from conftest import EVENING_BEFORE

pytestmark = [pytest.mark.slow, pytest.mark.network]

TEN = EVENING_BEFORE.replace(hour=9) + timedelta(days=1)
"""Ten o'clock in the district."""
PATIENCE_S = 30.0


def test_a_container_red_at_ten_is_an_alarm_by_a_minute_past(services: ServerProcess) -> None:
    with connected(services.address, services.credential()) as called:
        containers = called.containers
        request = container_pb2.ListContainersRequest(page_size=500)
        found = containers.ListContainers(request, timeout=CALL_S).containers
        assert len(found) > 200
        assert {container.depot_id for container in found} == {"yard"}
        full, other = found[0], found[1]
        for container in (full, other):
            device = container_pb2.Device(
                device_id=f"sensor-{container.container_id}",
                sub_account_id=container.sub_account_id,
                model="EM400-MUD",
                container_id=container.container_id,
            )
            containers.RegisterDevice(
                container_pb2.RegisterDeviceRequest(
                    request_id=f"register-{container.container_id}", device=device
                ),
                timeout=CALL_S,
            )
        called.clock.advance_to(TEN)
        readings = [
            level_pb2.Reading(
                device_id=f"sensor-{container.container_id}", measure_time=stamp(TEN), fill_share=share
            )
            for container, share in ((full, 0.93), (other, 0.2))
        ]
        containers.ReportReadings(
            level_pb2.ReportReadingsRequest(request_id="ten", readings=readings), timeout=CALL_S
        )
        # The clock stands at ten: what is there now is there by a minute past.
        give_up_at_s = time.monotonic() + PATIENCE_S
        asked = alarm_pb2.ListAlarmsRequest(sub_account_id=full.sub_account_id)
        while not (listed := called.alarms.ListAlarms(asked, timeout=CALL_S).alarms):
            assert time.monotonic() < give_up_at_s
            time.sleep(0.1)
    assert {alarm.container_id for alarm in listed} == {full.container_id}
    assert {alarm.raise_time.ToDatetime() for alarm in listed} == {TEN.replace(tzinfo=None)}
    assert [alarm.kind for alarm in listed] == [alarm_pb2.ALARM_KIND_AMPEL_RED]
    assert listed[0].reason.startswith("Ampel red")
