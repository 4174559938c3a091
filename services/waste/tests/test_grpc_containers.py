"""The service of containers over gRPC: registered, measured, judged, watched; what is wrong is named."""

import math
from datetime import timedelta
from typing import Any

import grpc
import pytest
from district import NOON
from google.protobuf.message import Message
from landlinie.waste.v1 import audit_pb2, container_pb2, level_pb2, site_pb2, sub_account_pb2
from live_waste import LiveWaste, container, device, reading, site
from service_kit.errors import ServiceError
from service_kit.grpc_errors import from_rpc_error
from service_kit.identity.principal import Role
from service_kit.telemetry.sources import SOURCES
from waste.messages import stamp

pytestmark = pytest.mark.network


def refused(call: Any, request: Message) -> tuple[grpc.StatusCode, ServiceError]:
    with pytest.raises(grpc.RpcError) as raised:
        call(request)
    return raised.value.code(), from_rpc_error(raised.value)


def test_what_is_registered_comes_back_as_it_was_told(live: LiveWaste) -> None:
    live.settle("east")
    desk = live.desk_of("east")
    [found] = desk.ListContainers(container_pb2.ListContainersRequest()).containers
    told = container("east")
    told.sub_account_id = "east"
    told.critical_level_share, told.lift_duration_s = 0.8, 180
    assert found == told
    [place] = desk.ListSites(site_pb2.ListSitesRequest(sub_account_id="east")).sites
    assert place.opening_hours[0] == site("east").opening_hours[0]
    assert place.position == site("east").position
    [sensor] = desk.ListDevices(container_pb2.ListDevicesRequest(container_id="east-box")).devices
    assert (sensor.container_id, sensor.register_time.ToDatetime()) == (
        "east-box",
        NOON.replace(tzinfo=None),
    )
    [own] = desk.ListSubAccounts(sub_account_pb2.ListSubAccountsRequest()).sub_accounts
    assert own.sub_account_id == "east"


def test_things_are_changed_and_removed(live: LiveWaste) -> None:
    live.settle("east")
    desk = live.desk_of("east")
    smaller = container("east")
    smaller.volume_l, smaller.critical_level_share = 1100, 0.6
    request = container_pb2.UpdateContainerRequest(request_id="u1", container=smaller)
    assert desk.UpdateContainer(request).container.volume_l == 1100
    moved = site("east")
    moved.sub_account_id, moved.name = "", "elsewhere"
    answer = desk.UpdateSite(site_pb2.UpdateSiteRequest(request_id="u2", site=moved))
    assert (answer.site.sub_account_id, answer.site.name) == ("east", "elsewhere")
    free = container_pb2.Device(device_id="east-sensor", model="EM310-UDL", parking_space_id="p1")
    freed = desk.UpdateDevice(container_pb2.UpdateDeviceRequest(request_id="u3", device=free)).device
    assert (freed.WhichOneof("watched"), freed.sub_account_id) == ("parking_space_id", "east")
    code, error = refused(desk.RemoveSite, site_pb2.RemoveSiteRequest(request_id="r0", site_id="east-site"))
    assert (code, error.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "SITE_IN_USE")
    desk.RemoveDevice(container_pb2.RemoveDeviceRequest(request_id="r1", device_id="east-sensor"))
    desk.RemoveContainer(container_pb2.RemoveContainerRequest(request_id="r2", container_id="east-box"))
    desk.RemoveSite(site_pb2.RemoveSiteRequest(request_id="r3", site_id="east-site"))
    assert not desk.ListSites(site_pb2.ListSitesRequest()).sites
    # Sent again, it brings the answer of then.
    desk.RemoveSite(site_pb2.RemoveSiteRequest(request_id="r3", site_id="east-site"))


def test_a_full_container_is_red_and_levels_are_listed_in_pages(live: LiveWaste) -> None:
    live.settle("east")
    desk = live.desk_of("east")
    live.measure("east", 1800, 1200, 400)
    live.eventually(lambda: live.state_of("east").ampel == level_pb2.AMPEL_RED)
    state = desk.GetContainerState(level_pb2.GetContainerStateRequest(container_id="east-box")).state
    assert state.reason == level_pb2.AMPEL_REASON_CRITICAL_LEVEL
    assert (round(state.latest.level_share, 6), state.latest.volume_l) == (0.9, 1800)
    request = level_pb2.ListLevelsRequest(container_id="east-box", page_size=2)
    first = desk.ListLevels(request)
    request.page_token = first.next_page_token
    second = desk.ListLevels(request)
    shares = [round(level.level_share, 6) for page in (first, second) for level in page.levels]
    assert shares == [0.2, 0.5, 0.9]
    assert not second.next_page_token
    readings = level_pb2.ListReadingsRequest(device_id="east-sensor", end_time=stamp(NOON))
    assert [each.distance_mm for each in desk.ListReadings(readings).readings] == [1800, 1200]
    red = level_pb2.ListContainerStatesRequest(ampels=[level_pb2.AMPEL_RED])
    assert [each.container_id for each in desk.ListContainerStates(red).states] == ["east-box"]
    green = level_pb2.ListContainerStatesRequest(ampels=[level_pb2.AMPEL_GREEN])
    assert not desk.ListContainerStates(green).states


def test_readings_sent_twice_are_taken_once(live: LiveWaste) -> None:
    live.settle("east")
    readings = [reading("east-sensor", NOON, 900)]
    first = live.staff.ReportReadings(level_pb2.ReportReadingsRequest(request_id="one", readings=readings))
    again = live.staff.ReportReadings(level_pb2.ReportReadingsRequest(request_id="two", readings=readings))
    assert (first.taken_count, again.taken_count, again.repeated_count) == (1, 0, 1)


def test_who_watches_is_told_all_there_is_and_every_change(live: LiveWaste) -> None:
    live.settle("east")
    watching = live.desk_of("east").WatchContainerStates(level_pb2.WatchContainerStatesRequest(), timeout=20)
    assert next(watching).state.container_id == "east-box"
    while not next(watching).current:
        pass
    live.measure("east", 300)
    while (answer := next(watching)).state.ampel != level_pb2.AMPEL_RED:
        pass
    live.staff.RemoveContainer(
        container_pb2.RemoveContainerRequest(request_id="gone", container_id="east-box")
    )
    while not (answer := next(watching)).removed_container_id:
        pass
    assert answer.removed_container_id == "east-box"
    watching.cancel()


def test_a_lift_that_is_reported_makes_it_green(live: LiveWaste) -> None:
    live.settle("east")
    live.measure("east", 300)
    live.eventually(lambda: live.state_of("east").ampel == level_pb2.AMPEL_RED)
    live.clock.advance_to(NOON + timedelta(minutes=5))
    request = level_pb2.ReportLiftRequest(request_id="lift", container_id="east-box", weight_kg=140.0)
    lift = live.desk_of("east").ReportLift(request).lift
    assert (lift.weight_kg, lift.weighed, round(lift.before_share, 6)) == (140.0, True, 0.95)
    live.eventually(lambda: live.state_of("east").ampel == level_pb2.AMPEL_GREEN)
    assert live.desk_of("east").ListLifts(level_pb2.ListLiftsRequest()).lifts == [lift]
    hours = live.desk_of("east").GetForecast(level_pb2.GetForecastRequest(container_id="east-box")).hours
    assert all(hour.lower_80_share <= hour.upper_80_share for hour in hours)
    asked = level_pb2.ListDayFiguresRequest(
        first_service_date=f"{NOON - timedelta(days=1):%Y-%m-%d}", last_service_date=f"{NOON:%Y-%m-%d}"
    )
    before, today = live.desk_of("east").ListDayFigures(asked).days
    assert (before.emptied_count, before.service_date) == (0, asked.first_service_date)
    assert (today.emptied_count, today.half_empty_count, today.weight_kg) == (1, 0, 140.0)
    assert [day.emptied_count for day in live.desk_of("west").ListDayFigures(asked).days] == [0, 0]
    code, error = refused(live.staff.ListDayFigures, level_pb2.ListDayFiguresRequest())
    assert (code, error.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "FIELD_MISSING")


def test_figures_tell_how_many_containers_have_which_colour(live: LiveWaste) -> None:
    live.settle("east")
    live.settle("west")
    live.measure("east", 300)

    def told() -> dict[str, float]:
        return {
            sample.labels.get("ampel", sample.name): sample.value
            for family in SOURCES.collect()
            for sample in family.samples
            if sample.name.startswith("landlinie_container")
        }

    wanted = {"green": 0, "yellow": 0, "red": 1, "unknown": 1, "landlinie_container_states_due": 0}
    live.eventually(lambda: told() == wanted)
    groups = {
        sample.labels["group"]
        for family in SOURCES.collect()
        for sample in family.samples
        if sample.name == "landlinie_consumer_lag_events" and sample.labels["group"].startswith("waste-")
    }
    assert groups == {"waste-tours-red", "waste-tours-lifts"}


def test_auditors_read_who_did_what(live: LiveWaste) -> None:
    live.settle("east")
    desk = live.desk_of("east")
    refused(desk.RemoveSite, site_pb2.RemoveSiteRequest(request_id="r", site_id="nothing"))
    request = audit_pb2.ListAuditEntriesRequest(entity_id="nothing")
    [entry] = live.staff.ListAuditEntries(request).entries
    assert (entry.method, entry.outcome, entry.subject) == ("RemoveSite", "SITE_NOT_FOUND", "desk")
    code, error = refused(desk.ListAuditEntries, request)
    assert (code, error.reason) == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_MISSING")
    drivers = live.channel_of(Role.DRIVER, vehicle_ids=["truck"])
    calls = type(live.staff)(drivers)
    code, error = refused(calls.ListContainers, container_pb2.ListContainersRequest())
    assert (code, error.reason) == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_MISSING")


NAN, FAR = math.nan, 1e9
WRONG: dict[str, tuple[Any, str, str]] = {
    "no name": (lambda told: told.ClearField("name"), "site.name", "FIELD_MISSING"),
    "long name": (lambda told: setattr(told, "name", "x" * 121), "site.name", "TEXT_TOO_LONG"),
    "no place": (lambda told: told.ClearField("position"), "site.position", "FIELD_MISSING"),
    "no latitude": (
        lambda told: setattr(told.position, "latitude_deg", NAN),
        "site.position.latitude_deg",
        "VALUE_OUT_OF_RANGE",
    ),
    "odd id": (lambda told: setattr(told, "site_id", "a b"), "site.site_id", "IDENTIFIER_INVALID"),
    "no such day": (
        lambda told: told.opening_hours[0].iso_weekdays.append(8),
        "site.opening_hours[0].iso_weekdays",
        "WEEKDAY_INVALID",
    ),
    "no such hour": (
        lambda told: setattr(told.opening_hours[0], "opens_at", "25:00"),
        "site.opening_hours[0].opens_at",
        "TIME_OF_DAY_INVALID",
    ),
    "reversed": (
        lambda told: setattr(told.opening_hours[0], "closes_at", "06:00"),
        "site.opening_hours[0].closes_at",
        "WINDOW_REVERSED",
    ),
    "no such side": (lambda told: setattr(told, "curb_side", 9), "site.curb_side", "ENUM_INVALID"),
    "many kinds": (lambda told: told.truck_kinds.extend(["k"] * 9), "site.truck_kinds", "TOO_MANY"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_with_a_site_is_named(live: LiveWaste, what: str) -> None:
    spoil, field, reason = WRONG[what]
    live.settle("east")
    told = site("east")
    told.site_id = "other"
    spoil(told)
    code, error = refused(live.staff.RegisterSite, site_pb2.RegisterSiteRequest(request_id="r", site=told))
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert (error.violations[0].field, error.violations[0].reason) == (field, reason)
    assert len(live.staff.ListSites(site_pb2.ListSitesRequest()).sites) == 1


def test_what_is_wrong_with_containers_devices_and_readings_is_named_all_at_once(live: LiveWaste) -> None:
    live.settle("east")
    told = container_pb2.Container(container_id="new", kg_per_l=9.0, critical_level_share=NAN)
    told.geometry.CopyFrom(container_pb2.Geometry(sections=[container_pb2.Section(height_mm=FAR)]))
    request = container_pb2.RegisterContainerRequest(request_id="r", container=told)
    _, error = refused(live.staff.RegisterContainer, request)
    assert {fault.field for fault in error.violations} == {
        "container.site_id",
        "container.depot_id",
        "container.kind",
        "container.fraction",
        "container.volume_l",
        "container.geometry",
        "container.critical_level_share",
        "container.kg_per_l",
    }
    nameless = device("east")
    nameless.device_id, nameless.model, nameless.container_id = "new", "<odd>", "a b"
    _, error = refused(
        live.staff.RegisterDevice, container_pb2.RegisterDeviceRequest(request_id="r", device=nameless)
    )
    assert {fault.field for fault in error.violations} == {"device.model", "device.container_id"}
    readings = [
        reading("east-sensor", NOON + timedelta(hours=1), 500),
        level_pb2.Reading(device_id="east-sensor", measure_time=stamp(NOON)),
        level_pb2.Reading(device_id="east-sensor", measure_time=stamp(NOON), fill_share=1.5),
        level_pb2.Reading(device_id="east-sensor", distance_mm=200_000),
    ]
    _, error = refused(
        live.staff.ReportReadings, level_pb2.ReportReadingsRequest(request_id="r", readings=readings)
    )
    assert [(fault.field, fault.reason) for fault in error.violations] == [
        ("readings[0].measure_time", "TIME_IN_FUTURE"),
        ("readings[1]", "READING_EMPTY"),
        ("readings[2].fill_share", "VALUE_OUT_OF_RANGE"),
        ("readings[3].measure_time", "FIELD_MISSING"),
        ("readings[3].distance_mm", "VALUE_OUT_OF_RANGE"),
    ]
    many = [reading("east-sensor", NOON - timedelta(minutes=each), 500) for each in range(501)]
    _, error = refused(
        live.staff.ReportReadings, level_pb2.ReportReadingsRequest(request_id="r", readings=many)
    )
    assert error.violations[0].reason == "TOO_MANY"
    _, error = refused(
        live.staff.GetForecast, level_pb2.GetForecastRequest(container_id="east-box", hour_count=169)
    )
    assert error.violations[0].field == "hour_count"
