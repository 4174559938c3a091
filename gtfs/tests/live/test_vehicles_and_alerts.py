from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from google.transit import gtfs_realtime_pb2 as wire
from gtfs_rt_validator.api import Mode, Request, resolve_roles, validate
from realtime_times import NOW, at
from timetable.live.alerts import read_alerts
from timetable.live.matching import Run
from timetable.live.outgoing import OutAlert, OutCall, OutRun, OutVehicle
from timetable.live.trip_updates import read_trip_updates
from timetable.live.vehicles import read_vehicles
from timetable.live.writing import write_alerts, write_trip_updates, write_vehicles
from timetable.realtime import CallState, RunState
from timetable.schedule import NONE, Schedule

Message = Callable[..., bytes]
MONDAY = date(2026, 6, 1)
RUN = OutRun(
    "t1", "bus", MONDAY, "rufbus-1",
    (OutCall("a", 10, at("08:01"), at("08:02")), OutCall("b", 20, 0, 0, skipped=True),
     OutCall("c", 30, at("08:22"), at("08:23")), OutCall("d", 40, at("08:31"), at("08:31"))),
)  # fmt: skip
LATE = OutAlert(
    "late", ("bus",), NOW - 60, NOW + 600, "OTHER_CAUSE", "SIGNIFICANT_DELAYS", {"de": "Später", "en": "Late"}
)
GONE = OutRun("t2", "bus", MONDAY, "", (), canceled=True)


def test_vehicles_are_read_with_their_run_and_stop(schedule: Schedule, message: Message) -> None:
    def describe(feed: wire.FeedMessage) -> None:
        for name, trip in (("v1", "t1"), ("v2", "t9"), ("v3", "")):
            seen = feed.entity.add(id=name).vehicle
            seen.vehicle.id = name
            seen.position.latitude, seen.position.longitude = (53.5, 13.2) if name != "v3" else (0, 0)
            seen.trip.trip_id = trip
            seen.current_stop_sequence, seen.current_status = 20, wire.VehiclePosition.STOPPED_AT
            seen.occupancy_status = wire.VehiclePosition.FEW_SEATS_AVAILABLE

    vehicles, told = read_vehicles(message(describe), schedule, NOW)
    assert [vehicle.vehicle_id for vehicle in vehicles] == ["v1", "v2"]
    known, stranger = vehicles
    assert (known.run, known.route) == (Run(schedule.trip_index["t1"], MONDAY, NONE), 0)
    assert (schedule.stops.ids[known.stop], known.standing, known.at_s) == ("b", True, NOW)
    assert (known.occupancy, known.speed_m_per_s) == ("FEW_SEATS_AVAILABLE", None)
    assert (stranger.run, stranger.stop) == (None, NONE)
    assert told.unused == {"unknown trip": 1, "no place on earth": 1}


def test_alerts_are_read_with_whom_they_concern(schedule: Schedule, message: Message) -> None:
    def describe(feed: wire.FeedMessage) -> None:
        alert = feed.entity.add(id="works").alert
        alert.active_period.add(start=NOW, end=NOW + 100)
        alert.informed_entity.add(route_id="bus", direction_id=1)
        alert.informed_entity.add(stop_id="hafen")
        alert.informed_entity.add().trip.trip_id = "t1"
        alert.cause, alert.effect = wire.Alert.CONSTRUCTION, wire.Alert.DETOUR
        alert.header_text.translation.add(text="Umleitung", language="de")
        feed.entity.add(id="elsewhere").alert.informed_entity.add(route_id="tram")

    (alert,), told = read_alerts(message(describe), schedule, NOW)
    assert (alert.cause, alert.effect, alert.header) == ("CONSTRUCTION", "DETOUR", {"de": "Umleitung"})
    assert [(c.route, c.direction, c.run is not None) for c in alert.concerns] == [
        (0, 1, False),
        (NONE, NONE, True),
    ]
    assert [alert.holds_at(NOW + seconds) for seconds in (-1, 0, 99, 100)] == [False, True, True, False]
    assert told.unused == {"concerns nothing that is known": 1}


def test_what_we_write_is_what_we_read(schedule: Schedule) -> None:
    overlay, told = read_trip_updates(write_trip_updates([RUN, GONE], NOW), schedule, NOW)
    assert (told.used, told.stale, told.unused) == (2, False, {})
    assert overlay.state.tolist() == [RunState.RUNS, RunState.CANCELED]
    assert overlay.call_state.tolist() == [
        CallState.SERVED,
        CallState.SKIPPED,
        CallState.SERVED,
        CallState.SERVED,
    ]
    assert overlay.departure_s[0] == 8 * 3600 + 120
    data = write_vehicles([OutVehicle("rufbus-1", "Rufbus", 53.5, 13.2, NOW, 370.0, 8.0, RUN)], NOW)
    (vehicle,), _ = read_vehicles(data, schedule, NOW)
    assert (vehicle.bearing_degrees, vehicle.speed_m_per_s, vehicle.label) == (10.0, 8.0, "Rufbus")
    assert vehicle.run == Run(schedule.trip_index["t1"], MONDAY, NONE)


def test_what_we_write_passes_a_validator_of_others(feed_folder: Path, tmp_path: Path) -> None:
    files = {name: tmp_path / f"{name}.pb" for name in ("tu", "vp", "sa")}
    files["tu"].write_bytes(write_trip_updates([RUN, GONE], NOW))
    files["vp"].write_bytes(
        write_vehicles([OutVehicle("rufbus-1", "Rufbus", 53.5, 13.2, NOW, 10.0, 8.0, RUN)], NOW)
    )
    files["sa"].write_bytes(write_alerts([LATE], NOW))
    result = validate(
        Request(
            mode=Mode.MODERN,
            gtfs=feed_folder,
            inputs=resolve_roles({role: str(path) for role, path in files.items()}),
            at=datetime.fromtimestamp(NOW + 5, UTC),
        )
    )
    assert result.error_ids() == ()


@pytest.mark.parametrize(
    ("runs", "told"),
    [
        ([RUN, RUN], "told twice"),
        ([OutRun("t1", "bus", MONDAY, "", ())], "neither calls nor canceled"),
        ([OutRun("t1", "bus", MONDAY, "", (OutCall("a", 1, 20, 10),))], "times run backwards"),
        ([OutRun("t1", "bus", MONDAY, "", (OutCall("a", 2, 1, 1), OutCall("b", 1, 2, 2)))], "call 1 after 2"),
    ],
)
def test_what_makes_no_sense_is_not_written(runs: list[OutRun], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        write_trip_updates(runs, NOW)


def test_vehicles_have_places_and_stand_there_once() -> None:
    vehicle = OutVehicle("v", "", 53.5, 13.2, NOW)
    with pytest.raises(ValueError, match="told twice"):
        write_vehicles([vehicle, vehicle], NOW)
    with pytest.raises(ValueError, match="lat 95"):
        write_vehicles([OutVehicle("v", "", 95.0, 13.2, NOW)], NOW)


def test_alerts_that_we_write_are_read_as_they_were_meant(schedule: Schedule) -> None:
    (alert,) = read_alerts(write_alerts([LATE], NOW), schedule, NOW)[0]
    assert (alert.cause, alert.effect, alert.header) == (LATE.cause, LATE.effect, LATE.header)
    assert alert.periods == ((NOW - 60, NOW + 600),)
    assert [schedule.routes.ids[concern.route] for concern in alert.concerns] == ["bus"]


@pytest.mark.parametrize(
    ("alerts", "told"),
    [
        ([LATE, LATE], "told twice"),
        ([replace(LATE, route_ids=())], "concerns 0 routes"),
        ([replace(LATE, header={})], "0 texts"),
        ([replace(LATE, until_s=LATE.from_s)], "from"),
        ([replace(LATE, effect="NO_IDEA")], "effect 'NO_IDEA'"),
        ([replace(LATE, cause="")], "cause ''"),
    ],
)
def test_alerts_that_say_nothing_are_not_written(alerts: list[OutAlert], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        write_alerts(alerts, NOW)
