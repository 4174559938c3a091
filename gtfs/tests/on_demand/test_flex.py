from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from own_services import (
    EVERY_DAY,
    FEED,
    GROUP,
    LATE,
    REAL_TIME,
    SAME_DAY,
    SQUARE,
    STOPS,
    THE_DAY_BEFORE,
    ZONE,
)
from timetable.findings import Severity
from timetable.on_demand.asking import services_covering
from timetable.on_demand.reading import ForeignServices, read_flex
from timetable.on_demand.writing import (
    FlexError,
    Hours,
    OwnService,
    flex_tables,
    write_flex,
)
from timetable.tables import FeedError
from timetable.validation.validate import validate
from validation_peer import TODAY, peer_counts

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.fixture
def services(tmp_path: Path) -> ForeignServices:
    write_flex(FEED, tmp_path / "flex.zip")
    read, findings = read_flex(tmp_path / "flex.zip")
    assert list(findings) == []
    return read


@pytest.mark.parametrize("parts", [(ZONE,), (GROUP,), (ZONE, LATE, GROUP)])
def test_what_we_publish_has_nothing_wrong_with_it_for_us_and_for_others(
    parts: Sequence[OwnService], tmp_path: Path
) -> None:
    path = tmp_path / "flex.zip"
    write_flex(replace(FEED, services=tuple(parts)), path)
    assert [str(found) for found in validate(path, TODAY)] == []
    assert peer_counts(path) == {}


def test_the_same_services_make_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        write_flex(FEED, tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"outline": ()}, "either outline or stops"),
        ({"stops": STOPS}, "either outline or stops"),
        ({"outline": SQUARE[:3]}, "outline: 3 corners"),
        ({"outline": (SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0])}, "no area"),
        ({"hours": ()}, "hours: none"),
        ({"hours": (Hours(EVERY_DAY, 7200, 3600),)}, "hours: 7200 to 3600 s"),
        ({"hours": (Hours((False,) * 7, 3600, 7200),)}, "on 0 days"),
        ({"name": ""}, "name: ''"),
        ({"rule": replace(REAL_TIME, least_minutes=5)}, "REAL_TIME"),
        ({"rule": replace(SAME_DAY, least_minutes=None)}, "SAME_DAY"),
        ({"rule": replace(THE_DAY_BEFORE, last_time_s=None)}, "PRIOR_DAYS"),
        ({"rule": replace(THE_DAY_BEFORE, start_time_s=None)}, "PRIOR_DAYS"),
    ],
)
def test_services_that_make_no_valid_feed_are_refused(change: dict[str, object], told: str) -> None:
    with pytest.raises(FlexError, match=told):
        flex_tables(replace(FEED, services=(replace(ZONE, **change),)))  # type: ignore[arg-type]  # any field


def test_an_empty_feed_is_refused() -> None:
    with pytest.raises(FlexError, match="0 services"):
        flex_tables(replace(FEED, services=()))


def test_a_ride_within_the_zone_is_covered_in_its_hours_and_not_outside(services: ForeignServices) -> None:
    here, there, beyond = (53.55, 13.25), (53.59, 13.21), (53.7, 13.25)
    (found,) = services_covering(services, here, there, at("2026-06-01T10:00"))
    assert (found.route_name, found.agency_name, found.phone) == ("Rufbus Nord", "Amt Nord", "+49 395 12345")
    assert (found.pickup_at, found.walk_m) == (None, 0.0)
    assert (found.window_start, found.window_end) == (at("2026-06-01T06:00"), at("2026-06-01T20:00"))
    assert found.book_by == at("2026-06-01T09:00")
    assert found.book_from == at("2026-05-04T10:00")
    assert services_covering(services, here, there, at("2026-06-01T21:00")) == ()
    assert services_covering(services, here, beyond, at("2026-06-01T10:00")) == ()
    assert services_covering(services, beyond, here, at("2026-06-01T10:00")) == ()


def test_booking_opens_and_closes(services: ForeignServices) -> None:
    (found,) = services_covering(services, (53.55, 13.25), (53.59, 13.21), at("2026-06-01T10:00"))
    asked = ["2026-05-04T09:59", "2026-05-04T10:00", "2026-06-01T09:00", "2026-06-01T09:01"]
    assert [found.can_be_booked(at(now)) for now in asked] == [False, True, True, False]


def test_a_service_past_midnight_belongs_to_the_day_before(services: ForeignServices) -> None:
    def covering(text: str) -> list[str]:
        found = services_covering(services, (53.55, 13.25), (53.59, 13.21), at(text))
        return [one.route_name for one in found]

    assert covering("2026-06-06T01:30") == ["Nachtbus"]
    assert covering("2026-06-07T01:30") == []
    assert covering("2026-06-06T02:30") == []


def test_stops_are_named_with_the_walk_to_them_and_the_day_before_is_the_last_to_book(
    services: ForeignServices,
) -> None:
    (found,) = services_covering(services, (53.701, 13.20), (53.75, 13.251), at("2026-06-01T09:00"))
    assert found.pickup_at is not None
    assert found.dropoff_at is not None
    assert (found.pickup_at.name, found.dropoff_at.name) == ("Dorf, Teich", "Weiler")
    assert 105 < found.walk_m < 115
    assert 60 < found.walk_after_m < 70
    assert found.book_by == at("2026-05-31T18:00")
    assert found.book_from == at("2026-05-18T08:00")
    assert found.phone == "+49 395 1"
    assert services_covering(services, (53.701, 13.20), (53.75, 13.251), at("2026-06-01T09:00"), 50.0) == ()


def test_days_that_do_not_count_are_skipped_back(tmp_path: Path) -> None:
    folder = tmp_path / "feed"
    folder.mkdir()
    rule = replace(THE_DAY_BEFORE, last_day=2)
    tables, zones = flex_tables(replace(FEED, services=(replace(ZONE, rule=rule),)))
    for name, table in tables.items():
        rows = [",".join(table.columns), *(",".join(row) for row in table.rows)]
        (folder / name).write_text("\n".join(rows), encoding="utf-8")
    (folder / "locations.geojson").write_text(zones, encoding="utf-8")
    text = (folder / "booking_rules.txt").read_text(encoding="utf-8").splitlines()
    (folder / "booking_rules.txt").write_text(
        f"{text[0]},prior_notice_service_id\n{text[1]},buero\n", encoding="utf-8"
    )
    with (folder / "calendar.txt").open("a", encoding="utf-8") as file:
        file.write("\nbuero,1,1,1,1,1,0,0,20260101,20261231\n")
    read, _ = read_flex(folder)
    (found,) = services_covering(read, (53.55, 13.25), (53.59, 13.21), at("2026-06-01T10:00"))
    assert found.book_by == at("2026-05-28T18:00")


def test_a_feed_of_a_draft_of_the_standard_is_read(tmp_path: Path) -> None:
    files = {
        "agency": "agency_id,agency_name,agency_url,agency_timezone,agency_phone\na,Amt,https://a.example.org,Europe/Berlin,110",
        "routes": "route_id,agency_id,route_long_name,route_type\nr,a,RufBus,715",
        "stops": "stop_id,stop_name,stop_lat,stop_lon\ns1,Eins,53.5,13.2\ns2,Zwei,53.6,13.3",
        "location_groups": "location_group_id,location_id,location_group_name\ng,s1,Gebiet\ng,s2,\ng,s3,",
        "trips": "route_id,service_id,trip_id\nr,w,t\nr,lost,u",
        "stop_times": "trip_id,stop_sequence,stop_id,start_pickup_dropoff_window,end_pickup_dropoff_window,"
        "pickup_type,drop_off_type\n"
        "t,1,g,08:00:00,18:00:00,2,2\nu,1,g,08:00:00,18:00:00,2,2\nt,2,g,18:00:00,08:00:00,2,2",
        "calendar": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,"
        "end_date\nw,1,1,1,1,1,1,1,20260101,20261231",
    }
    for name, content in files.items():
        (tmp_path / f"{name}.txt").write_text(content, encoding="utf-8")
    read, findings = read_flex(tmp_path)
    assert [(found.file, found.row, found.field, found.severity) for found in findings] == [
        ("location_groups.txt", 4, "location_id", Severity.ERROR),
        ("stop_times.txt", 4, "start_pickup_drop_off_window", Severity.ERROR),
        ("trips.txt", 3, "service_id", Severity.ERROR),
    ]
    (found,) = services_covering(read, (53.5, 13.2), (53.6, 13.3), at("2026-06-01T10:00"))
    assert (found.route_name, found.rule, found.phone, found.book_by) == (
        "RufBus",
        None,
        "110",
        at("2026-06-01T10:00"),
    )


def test_a_feed_without_a_time_zone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "agency.txt").write_text("agency_timezone\nBerlin\n", encoding="utf-8")
    with pytest.raises(FeedError, match="'Berlin'"):
        read_flex(tmp_path)
