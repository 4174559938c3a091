"""Wrong values in every field of every call: the answer names the field, and nothing is written."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message_factory import GetMessageClass
from landlinie.common.v1 import geo_pb2, time_pb2
from landlinie.pooling.v1 import fleet_pb2, offer_pb2, ride_pb2
from live import Live, position, refusal
from pooling.messages import stamp
from town import DAY, ISLAND, clock_time
from valid import METHODS, call, valid_requests
from wrong import (
    UINT32_MAX,
    Wrong,
    choice,
    degrees,
    duration,
    fields_of,
    identifier,
    instant,
    page_token,
    put,
    service_date,
    text,
    too_many,
    window,
)

pytestmark = pytest.mark.network

INVALID = grpc.StatusCode.INVALID_ARGUMENT
Rows = dict[str, list[Wrong]]


def at(clock: str, days: int = 0) -> Any:
    return stamp(clock_time(clock, DAY) + timedelta(days=days))


def missing(reason: str = "FIELD_MISSING") -> Wrong:
    return Wrong("missing", None, reason)


def position_rows(path: str) -> Rows:
    nowhere = {
        "island": position(ISLAND),
        "300 km away": geo_pb2.Position(latitude_deg=56.3, longitude_deg=13.0),
        "no degrees": geo_pb2.Position(),
        "antipode": geo_pb2.Position(latitude_deg=-90, longitude_deg=-180),
    }
    return {
        path: [Wrong(what, value, "NO_ROAD_NEARBY") for what, value in nowhere.items()],
        f"{path}.latitude_deg": degrees(90),
        f"{path}.longitude_deg": degrees(180),
    }


def place_rows(path: str) -> Rows:
    return {
        path: [missing(), Wrong("nowhere", offer_pb2.Place(label="Kirche"), "FIELD_MISSING")],
        **position_rows(f"{path}.position"),
        f"{path}.virtual_stop_id": [
            *identifier(),
            Wrong("unknown", "nobody", "VIRTUAL_STOP_NOT_FOUND"),
        ],
        f"{path}.label": text(200),
    }


def window_rows(path: str) -> Rows:
    past = time_pb2.TimeWindow(earliest=at("03:00"), latest=at("04:59:59"))
    # It is five; by then the clocks have gone forward.
    far = time_pb2.TimeWindow(earliest=at("05:00", 28), latest=at("06:00:01", 28))
    return {
        path: [
            *window(at("10:00"), path, timedelta(hours=6)),
            Wrong("in the past", past, "TIME_IN_PAST", field=f"{path}.latest"),
            Wrong("beyond the horizon", far, "TIME_BEYOND_HORIZON", field=f"{path}.latest"),
        ],
        f"{path}.earliest": instant(needed=True),
        f"{path}.latest": instant(needed=True),
    }


def vehicle_rows(vehicle_id: list[Wrong], zone_id: list[Wrong]) -> Rows:
    layout, layouts = "vehicle.layouts[0]", "vehicle.layouts"
    far_too_many = [
        Wrong(str(count), count, "LAYOUTS_INVALID", field=layout) for count in (101, 10**9, UINT32_MAX)
    ]
    return {
        "vehicle.vehicle_id": vehicle_id,
        "vehicle.zone_id": zone_id,
        "vehicle.kind": choice(unset_is_wrong=True),
        "vehicle.name": text(100),
        layout: [
            Wrong("none", [], "LAYOUTS_INVALID", field=layouts),
            Wrong("nine", [fleet_pb2.Layout(seat_count=1)] * 9, "LAYOUTS_INVALID", field=layouts),
            Wrong("without places", fleet_pb2.Layout(), "LAYOUTS_INVALID"),
        ],
        f"{layout}.seat_count": far_too_many,
        f"{layout}.wheelchair_place_count": far_too_many,
    }


ETAG = [*identifier(needed=False), Wrong("another", "0a1b", "SHIFT_CHANGED", grpc.StatusCode.ABORTED)]


def shift_rows() -> Rows:
    rest, window_path = "shift.breaks[0]", "shift.breaks[0].start_window"
    proper = fleet_pb2.Break(
        start_window=time_pb2.TimeWindow(earliest=at("21:00"), latest=at("21:30")),
        duration=Duration(seconds=900),
    )
    outside = time_pb2.TimeWindow(earliest=at("20:29"), latest=at("20:40"))
    too_late = time_pb2.TimeWindow(earliest=at("23:00"), latest=at("23:16"))
    return {
        "shift.shift_id": [Wrong("given", "s1", "FIELD_NOT_SETTABLE")],
        "shift.vehicle_id": identifier("VEHICLE_NOT_FOUND"),
        "shift.zone_id": [Wrong("given", "nord", "FIELD_NOT_SETTABLE")],
        "shift.service_date": [Wrong("given", "2026-03-10", "FIELD_NOT_SETTABLE")],
        "shift.etag": [Wrong("given", "0a1b", "FIELD_NOT_SETTABLE")],
        "shift.start_time": instant(needed=True),
        "shift.end_time": [
            *instant(needed=True),
            Wrong("before the start", at("20:00"), "WINDOW_REVERSED"),
            Wrong("at the start", at("20:30"), "WINDOW_REVERSED"),
            Wrong("too long", at("12:30:01", 1), "SHIFT_TOO_LONG"),
            Wrong("in the next service day", at("05:00:01", 1), "SHIFT_TOO_LATE"),
        ],
        **position_rows("shift.start"),
        **position_rows("shift.end"),
        rest: [Wrong("nine", [proper] * 9, "TOO_MANY_BREAKS", field="shift.breaks")],
        window_path: [
            *window(at("21:00"), window_path, timedelta(hours=16)),
            Wrong("before the shift", outside, "BREAK_OUTSIDE_SHIFT"),
            Wrong("over after the shift", too_late, "BREAK_OUTSIDE_SHIFT"),
        ],
        f"{window_path}.earliest": instant(needed=True),
        f"{window_path}.latest": instant(needed=True),
        f"{rest}.duration": duration(),
    }


def list_rows(*foreign_tokens: str) -> Rows:
    return {
        "zone_id": identifier("ZONE_NOT_FOUND", needed=False),
        "page_size": too_many("PAGE_SIZE_INVALID", 500),
        "page_token": page_token(*foreign_tokens),
    }


REQUEST_ID: Rows = {"request_id": identifier()}
EVENT: Rows = {
    **REQUEST_ID,
    "vehicle_id": identifier("VEHICLE_NOT_FOUND"),
    "event_time": [
        *instant(),
        Wrong("in the future", at("05:00:01"), "EVENT_TIME_IN_FUTURE"),
        Wrong("too old", at("04:59:59", -2), "EVENT_TIME_TOO_OLD"),
    ],
}
RIDE_EVENT: Rows = {**EVENT, "ride_id": identifier("RIDE_NOT_FOUND")}
PLAN: Rows = {"zone_id": identifier("ZONE_NOT_FOUND"), "service_date": service_date()}
TABLE: dict[str, Rows] = {
    "RequestOffers": {
        **REQUEST_ID,
        **place_rows("pickup"),
        **place_rows("dropoff"),
        **window_rows("pickup_window"),
        **window_rows("dropoff_window"),
        "party": [missing("NO_PASSENGERS"), Wrong("nobody", offer_pb2.Party(), "NO_PASSENGERS")],
        "party.seated_count": too_many("TOO_MANY_PASSENGERS", 100),
        "party.wheelchair_count": too_many("TOO_MANY_PASSENGERS", 100),
        "max_walk_m": too_many("WALK_TOO_LONG", 5000),
        "max_offer_count": too_many("OFFER_COUNT_INVALID", 3),
    },
    "BookRide": {
        **REQUEST_ID,
        "offer_id": identifier("OFFER_NOT_FOUND"),
        "passenger_reference": identifier(needed=False),
        "payer": identifier(needed=False),
        "contact.name": text(100),
        "contact.phone": text(40),
    },
    "ReleaseOffers": {
        **REQUEST_ID,
        "offer_ids[0]": [
            *(
                Wrong(wrong.what, [wrong.value], wrong.reason, wrong.code, field="offer_ids[0]")
                for wrong in identifier("OFFER_NOT_FOUND")
            ),
            Wrong("51", ["o"] * 51, "COUNT_OUT_OF_RANGE", field="offer_ids"),
            Wrong("very many", ["o"] * 100_000, "COUNT_OUT_OF_RANGE", field="offer_ids"),
        ],
    },
    "CancelRide": {**REQUEST_ID, "ride_id": identifier("RIDE_NOT_FOUND"), "reason": text(200)},
    "PostponePickup": {
        **REQUEST_ID,
        "ride_id": identifier("RIDE_NOT_FOUND"),
        "earliest_pickup_time": [
            *instant(needed=True),
            Wrong("too far", at("11:30"), "POSTPONED_TOO_FAR"),
        ],
    },
    "ListMoves": {"ride_id": identifier("RIDE_NOT_FOUND")},
    "MoveRide": {
        **REQUEST_ID,
        "ride_id": identifier("RIDE_NOT_FOUND"),
        "shift_id": identifier("SHIFT_NOT_FOUND"),
    },
    "GetRide": {"ride_id": identifier("RIDE_NOT_FOUND")},
    "ListRides": {
        **list_rows("nobody", "-1", "1.0", "1" * 19),
        "service_date": service_date(),
        "states[0]": [
            *choice(unset_is_wrong=True),
            Wrong("eleven", [ride_pb2.RIDE_STATE_BOOKED] * 11, "TOO_MANY_STATES", field="states"),
            Wrong("a million", [ride_pb2.RIDE_STATE_BOOKED] * 1_000_000, "TOO_MANY_STATES", field="states"),
        ],
    },
    "GetPlan": PLAN,
    "GetPlanPaths": PLAN,
    "ImprovePlan": {
        **REQUEST_ID,
        **PLAN,
        "time_limit_ms": [
            *too_many("TIME_LIMIT_INVALID", 8000),
            Wrong("too short", 49, "TIME_LIMIT_INVALID"),
        ],
    },
    "WatchPlan": PLAN,
    "ListLiveVehicles": list_rows(),
    "GetDayFigures": {
        "zone_id": identifier("ZONE_NOT_FOUND", needed=False),
        "service_date": service_date(),
    },
    "ListDayFigures": {
        "zone_id": identifier("ZONE_NOT_FOUND", needed=False),
        "first_service_date": [*service_date(), Wrong("missing", "", "FIELD_MISSING")],
        "last_service_date": [
            *service_date(),
            Wrong("missing", "", "FIELD_MISSING"),
            Wrong("reversed", "2026-03-09", "DATES_REVERSED"),
            Wrong("more than a year", "2027-03-11", "TOO_MANY_DAYS"),
        ],
    },
    "ListZones": {},
    "ListVirtualStops": list_rows(),
    "CreateVehicle": {
        **REQUEST_ID,
        "vehicle": [],
        **vehicle_rows(
            [*identifier(), Wrong("taken", "bus", "VEHICLE_EXISTS", grpc.StatusCode.ALREADY_EXISTS)],
            identifier("ZONE_NOT_FOUND"),
        ),
    },
    "GetVehicle": {"vehicle_id": identifier("VEHICLE_NOT_FOUND")},
    "ListVehicles": list_rows(),
    "UpdateVehicle": {
        **REQUEST_ID,
        **vehicle_rows(
            identifier("VEHICLE_NOT_FOUND"),
            [
                *identifier(needed=False),
                Wrong("another", "ost", "ZONE_IS_FIXED", grpc.StatusCode.FAILED_PRECONDITION),
                Wrong("unknown", "nobody", "ZONE_IS_FIXED", grpc.StatusCode.FAILED_PRECONDITION),
            ],
        ),
    },
    "DeleteVehicle": {**REQUEST_ID, "vehicle_id": identifier("VEHICLE_NOT_FOUND")},
    "CreateShift": {**REQUEST_ID, **shift_rows()},
    "ListShifts": {
        **list_rows(),
        "service_date": service_date(),
        "vehicle_id": identifier("VEHICLE_NOT_FOUND", needed=False),
    },
    "UpdateShift": {
        **REQUEST_ID,
        **shift_rows(),
        "shift.shift_id": identifier("SHIFT_NOT_FOUND"),
        "shift.zone_id": [
            *identifier(needed=False),
            Wrong("another", "ost", "ZONE_IS_FIXED", grpc.StatusCode.FAILED_PRECONDITION),
        ],
        "shift.service_date": [
            *service_date(),
            Wrong("another", "2026-03-11", "SERVICE_DATE_IS_FIXED", grpc.StatusCode.FAILED_PRECONDITION),
        ],
        "shift.etag": ETAG,
    },
    "CancelShift": {**REQUEST_ID, "shift_id": identifier("SHIFT_NOT_FOUND"), "etag": ETAG},
    "ArriveAtStop": {**EVENT, "stop_id": identifier("STOP_NOT_FOUND")},
    "BoardPassenger": RIDE_EVENT,
    "ReportNoShow": RIDE_EVENT,
    "AlightPassenger": RIDE_EVENT,
    "ReportBreakdown": {
        **EVENT,
        **position_rows("position"),
        "reason": [Wrong("unknown", 99, "ENUM_INVALID")],
    },
    "ListBreakdowns": {**list_rows(), "vehicle_id": identifier(needed=False)},
    "GetBreakdown": {"breakdown_id": identifier("BREAKDOWN_NOT_FOUND")},
    "ListAuditEntries": {
        "start_time": instant(),
        "subject": identifier(needed=False),
        "entity_id": identifier(needed=False),
        "page_size": too_many("PAGE_SIZE_INVALID", 500),
        "page_token": page_token(),
    },
}
# Whole messages whose absence shows in several fields at once, or is nothing wrong; and a yes or no.
NEVER_WRONG = {
    "BookRide.contact",
    "ImprovePlan.prove",
    "MoveRide.plan_version",
    "RequestOffers.part_of_search",
    "CreateVehicle.vehicle",
    "CreateVehicle.vehicle.out_of_service",
    "UpdateVehicle.vehicle",
    "UpdateVehicle.vehicle.out_of_service",
    "CreateShift.shift",
    "UpdateShift.shift",
}
OTHER_WINDOW = {"pickup_window": "dropoff_window", "dropoff_window": "pickup_window"}
CASES = [
    pytest.param(method, path, wrong, id=f"{method}-{path}-{wrong.what}")
    for method, rows in TABLE.items()
    for path, wrongs in rows.items()
    for wrong in wrongs
]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    live = Live(tmp_path_factory.mktemp("live"))
    yield live
    live.close()


@pytest.fixture(scope="module")
def valid(live: Live) -> dict[str, Any]:
    return valid_requests(live)


def changed(valid: dict[str, Any], method: str) -> Any:
    copy = type(valid[method])()
    copy.CopyFrom(valid[method])
    return copy


def test_every_field_of_every_call_has_wrong_values() -> None:
    fields = {
        f"{name}.{path}": field
        for name, method in METHODS.items()
        for path, field in fields_of(method.input_type)
    }
    rows = {f"{name}.{path}": wrongs for name, table in TABLE.items() for path, wrongs in table.items()}
    assert TABLE.keys() == METHODS.keys()
    assert rows.keys() - fields.keys() == set()
    assert fields.keys() - {path for path, wrongs in rows.items() if wrongs} == NEVER_WRONG
    largest_tried = {path for path, wrongs in rows.items() if UINT32_MAX in [wrong.value for wrong in wrongs]}
    assert largest_tried == {
        path for path, field in fields.items() if field.type == FieldDescriptor.TYPE_UINT32
    }


@pytest.mark.parametrize(("method", "path", "wrong"), CASES)
def test_a_wrong_value_is_named_and_nothing_written(
    live: Live, valid: dict[str, Any], method: str, path: str, wrong: Wrong
) -> None:
    request = changed(valid, method)
    if other := OTHER_WINDOW.get(path.partition(".")[0]):
        request.ClearField(other)
    put(request, path, wrong.value)
    before = live.row_counts()

    code, error = refusal(lambda: call(live, method, request))

    field = wrong.field or path
    assert (code, error.reason) == (wrong.code, wrong.reason)
    assert [(violation.field, violation.reason) for violation in error.violations] == [(field, wrong.reason)]
    assert error.message.startswith(f"{field}: ")
    assert live.row_counts() == before
    assert live.stub.GetRide(valid["GetRide"]).ride.state == ride_pb2.RIDE_STATE_BOOKED


@pytest.mark.parametrize("method", [method for method, rows in TABLE.items() if rows])
def test_all_that_is_wrong_is_said_at_once(live: Live, valid: dict[str, Any], method: str) -> None:
    request, expected = changed(valid, method), set()
    for path, field in fields_of(METHODS[method].input_type):
        wrongs = TABLE[method].get(path)
        # A place has one of the two.
        if not wrongs or path.endswith(".virtual_stop_id"):
            continue
        if field.message_type is None or path.endswith(("_time", "earliest", "latest", "duration")):
            put(request, path, wrongs[0].value)
            expected.add(wrongs[0].field or path)
    before = live.row_counts()

    code, error = refusal(lambda: call(live, method, request))

    assert code == INVALID
    assert {violation.field for violation in error.violations} == expected
    assert len(error.violations) == len(expected)
    assert live.row_counts() == before


def test_an_empty_request_is_told_all_that_is_missing(live: Live) -> None:
    vehicle = {"request_id", "vehicle", "vehicle.vehicle_id", "vehicle.kind", "vehicle.layouts"}
    shift = {f"shift.{name}" for name in ("vehicle_id", "start_time", "end_time", "start", "end")}
    wanted = {
        "RequestOffers": {"request_id", "pickup", "dropoff", "pickup_window", "party"},
        "BookRide": {"request_id", "offer_id"},
        "ReleaseOffers": {"request_id", "offer_ids"},
        "CancelRide": {"request_id", "ride_id"},
        "PostponePickup": {"request_id", "ride_id", "earliest_pickup_time"},
        "ListMoves": {"ride_id"},
        "MoveRide": {"request_id", "ride_id", "shift_id"},
        "GetRide": {"ride_id"},
        "GetPlan": {"zone_id"},
        "GetPlanPaths": {"zone_id"},
        "ImprovePlan": {"request_id", "zone_id"},
        "WatchPlan": {"zone_id"},
        "ListDayFigures": {"first_service_date", "last_service_date"},
        "CreateVehicle": {*vehicle, "vehicle.zone_id"},
        "GetVehicle": {"vehicle_id"},
        "UpdateVehicle": vehicle,
        "DeleteVehicle": {"request_id", "vehicle_id"},
        "CreateShift": {"request_id", "shift", *shift},
        "UpdateShift": {"request_id", "shift", "shift.shift_id", *shift},
        "CancelShift": {"request_id", "shift_id"},
        "ArriveAtStop": {"request_id", "vehicle_id", "stop_id"},
        "BoardPassenger": {"request_id", "vehicle_id", "ride_id"},
        "ReportNoShow": {"request_id", "vehicle_id", "ride_id"},
        "AlightPassenger": {"request_id", "vehicle_id", "ride_id"},
        "ReportBreakdown": {"request_id", "vehicle_id"},
        "GetBreakdown": {"breakdown_id"},
    }
    before = live.row_counts()
    for name, method in METHODS.items():
        empty = GetMessageClass(method.input_type)()
        if name not in wanted:
            call(live, name, empty)
            continue
        code, error = refusal(partial(call, live, name, empty))
        assert code == INVALID
        assert {violation.field for violation in error.violations} == wanted[name]
    assert live.row_counts() == before
