"""The running service: open data behind the same door as gRPC; yards, parking spaces and exports."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from district import NOON
from google.protobuf.message import Message
from identified import token
from landlinie.waste.v1 import (
    container_pb2,
    export_pb2,
    export_service_pb2_grpc,
    level_pb2,
    site_pb2,
    yard_pb2,
    yard_service_pb2_grpc,
)
from live_waste import LiveWaste
from open_door import Asking
from service_kit.errors import ServiceError
from service_kit.grpc_errors import from_rpc_error
from service_kit.identity.principal import Role
from waste.messages import stamp

pytestmark = pytest.mark.network


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveWaste]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LANDLINIE_WASTE_HTTP_ADDRESS", "127.0.0.1:0")
        live = LiveWaste(Path(tmp_path_factory.mktemp("open")))
    for name in ("east", "west"):
        live.settle(name)
        live.measure(name, 2000, 1500, 900)
    yield live
    live.close()


@pytest.fixture
def asking(live: LiveWaste) -> Asking:
    assert live.app.http is not None
    return Asking(live.app.http.address)


def desk_of(live: LiveWaste, stub: Any, *sub_accounts: str) -> Any:
    return stub(live.channel_of(Role.DEPOT, subject="desk", sub_account_ids=sub_accounts))


def refused(call: Any, request: Message) -> tuple[grpc.StatusCode, ServiceError]:
    with pytest.raises(grpc.RpcError) as raised:
        call(request)
    return raised.value.code(), from_rpc_error(raised.value)


def test_open_data_is_behind_the_same_door_as_grpc(asking: Asking) -> None:
    def bearer(*roles: Role, **who: Any) -> str:
        return token(*roles, **who)

    paths = ("/ngsi-ld/v1/entities?type=WasteContainer", "/sta/v1.1/Things", "/v1/events")
    east = bearer(Role.DEPOT, subject="desk", sub_account_ids=("east",))
    for path in paths:
        answer = asking.get(path, east)
        assert answer.status == 200
        assert b"west" not in answer.body
        assert asking.get(path).json["reason"] == "CREDENTIALS_MISSING"
        assert asking.get(path, "nonsense").json["reason"] == "CREDENTIALS_INVALID"
        foreign = bearer(Role.DEPOT, tenant="other", sub_account_ids=("east",))
        assert asking.get(path, foreign).json["reason"] == "OTHER_TENANT"
        passenger = bearer(Role.PASSENGER, sub_account_ids=("east",))
        assert (asking.get(path, passenger).status, asking.get(path, passenger).json["reason"]) == (
            403,
            "ROLE_MISSING",
        )
    assert b"east-box" in asking.get(paths[0], east).body
    everybody = bearer(Role.OPERATOR)
    assert b"west-box" in asking.get(paths[0], everybody).body


def test_a_yard_is_registered_counted_and_told_to_everybody(live: LiveWaste, asking: Asking) -> None:
    yards = desk_of(live, yard_service_pb2_grpc.YardServiceStub, "east")
    loop = container_pb2.Device(device_id="loop", sub_account_id="east", model="EM310-UDL", yard_id="hof")
    live.staff.RegisterDevice(container_pb2.RegisterDeviceRequest(request_id="loop", device=loop))
    yard = yard_pb2.Yard(
        yard_id="hof",
        sub_account_id="east",
        name="Wertstoffhof",
        bay_count=4,
        stay_duration_min=12,
        public=True,
        opening_hours=[site_pb2.OpeningSpan(opens_at="06:00", closes_at="20:00")],
        sensors=[yard_pb2.YardSensor(device_id="loop", role=yard_pb2.YARD_SENSOR_ROLE_BOTH)],
    )
    kept = yards.RegisterYard(yard_pb2.RegisterYardRequest(request_id="y1", yard=yard)).yard
    assert (kept.yard_id, kept.time_zone, len(kept.opening_hours[0].iso_weekdays)) == (
        "hof",
        "Europe/Berlin",
        7,
    )
    assert yards.ListYards(yard_pb2.ListYardsRequest()).yards == [kept]
    readings = [
        level_pb2.Reading(
            device_id="loop", measure_time=stamp(NOON.replace(hour=hour)), count_in=came, count_out=0
        )
        for hour, came in ((10, 0), (11, 6))
    ]
    live.staff.ReportReadings(level_pb2.ReportReadingsRequest(request_id="l1", readings=readings))
    state = yards.GetYardState(yard_pb2.GetYardStateRequest(yard_id="hof")).state
    assert (state.open, state.stale, state.car_count, state.queue_count) == (True, True, 6, 2)
    watching = yards.WatchYardState(yard_pb2.WatchYardStateRequest(yard_id="hof"), timeout=20)
    assert next(watching).state.car_count == 6
    watching.cancel()
    told = asking.get("/v1/public/yards/hof").json
    # Measured an hour ago: not told as now.
    assert (told["open"], told["stale"], told["car_count"]) == (True, True, None)
    others = desk_of(live, yard_service_pb2_grpc.YardServiceStub, "west")
    assert (
        refused(others.GetYardState, yard_pb2.GetYardStateRequest(yard_id="hof"))[1].reason
        == "YARD_NOT_FOUND"
    )
    wrong = yard_pb2.Yard(yard_id="b c", sub_account_id="east", bay_count=0, time_zone="Mars")
    _, error = refused(yards.RegisterYard, yard_pb2.RegisterYardRequest(request_id="y2", yard=wrong))
    assert {fault.field for fault in error.violations} == {"yard.yard_id", "yard.bay_count", "yard.time_zone"}


def test_a_parking_space_is_as_its_sensor_says(live: LiveWaste) -> None:
    yards = desk_of(live, yard_service_pb2_grpc.YardServiceStub, "east")
    space = yard_pb2.ParkingSpace(parking_space_id="p1", sub_account_id="east", name="Markt 1")
    yards.RegisterParkingSpace(yard_pb2.RegisterParkingSpaceRequest(request_id="p1", parking_space=space))
    sensor = container_pb2.Device(
        device_id="park", sub_account_id="east", model="EM310-UDL", parking_space_id="p1"
    )
    live.staff.RegisterDevice(container_pb2.RegisterDeviceRequest(request_id="park", device=sensor))
    told = level_pb2.Reading(device_id="park", measure_time=stamp(NOON), occupied=True)
    live.staff.ReportReadings(level_pb2.ReportReadingsRequest(request_id="p2", readings=[told]))
    [found] = yards.ListParkingSpaces(yard_pb2.ListParkingSpacesRequest()).parking_spaces
    assert (found.parking_space_id, found.occupied) == ("p1", True)


def test_exports_are_downloaded_and_scheduled(live: LiveWaste) -> None:
    exports = desk_of(live, export_service_pb2_grpc.ExportServiceStub, "east")
    request = export_pb2.DownloadExportRequest(
        sub_account_id="east",
        format=export_pb2.EXPORT_FORMAT_GEOJSON,
        content=export_pb2.EXPORT_CONTENT_CONTAINERS,
    )
    pieces = list(exports.DownloadExport(request))
    assert {piece.file_name for piece in pieces} == {"east-containers.geojson"}
    told = json.loads(b"".join(piece.content for piece in pieces))
    assert [feature["id"] for feature in told["features"]] == ["east-box"]
    request.content = export_pb2.EXPORT_CONTENT_LEVELS
    code, error = refused(lambda asked: list(exports.DownloadExport(asked)), request)
    assert (code, error.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "FORMAT_UNSUITABLE")
    request.format, request.sub_account_id = export_pb2.EXPORT_FORMAT_CSV, "west"
    assert refused(lambda asked: list(exports.DownloadExport(asked)), request)[1].reason == (
        "SUB_ACCOUNT_NOT_FOUND"
    )
    schedule = export_pb2.ExportSchedule(
        schedule_id="nightly",
        sub_account_id="east",
        format=export_pb2.EXPORT_FORMAT_PARQUET,
        content=export_pb2.EXPORT_CONTENT_READINGS,
        cron="30 6 * * *",
    )
    kept = exports.SetExportSchedule(
        export_pb2.SetExportScheduleRequest(request_id="s1", schedule=schedule)
    ).schedule
    assert (kept.keep_days, kept.time_zone) == (30, "Europe/Berlin")
    assert kept.next_time.ToDatetime().isoformat() == "2026-06-16T04:30:00"
    assert exports.ListExportSchedules(export_pb2.ListExportSchedulesRequest()).schedules == [kept]
    schedule.cron, schedule.time_zone = "never", ""
    request_2 = export_pb2.SetExportScheduleRequest(request_id="s2", schedule=schedule)
    assert [fault.field for fault in refused(exports.SetExportSchedule, request_2)[1].violations] == [
        "schedule.cron"
    ]
    exports.RemoveExportSchedule(
        export_pb2.RemoveExportScheduleRequest(request_id="s3", schedule_id="nightly")
    )
    assert not exports.ListExportSchedules(export_pb2.ListExportSchedulesRequest()).schedules
