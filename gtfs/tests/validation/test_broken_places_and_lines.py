"""Rules of agencies, stops, lines and calendars: one broken feed each."""

from collections.abc import Callable
from pathlib import Path

import pytest
from broken_feeds import Case, Change, add, case, cell, cells, drop, feature, swap, text
from validation_peer import assert_found

AGENCY, STOPS, ROUTES, TRIPS, CALLS = "agency.txt", "stops.txt", "routes.txt", "trips.txt", "stop_times.txt"
CALENDAR, FEED, SHAPES = "calendar.txt", "feed_info.txt", "shapes.txt"
SECOND = "stadt,Stadt Bus,https://stadt.example.org,{zone},{lang},,"
BERLIN = SECOND.format(zone="Europe/Berlin", lang="de")


CASES = [
    case(
        "missing_required_agency_id",
        "routes.txt:2:agency_id",
        add(AGENCY, BERLIN),
        cell(ROUTES, 2, "agency_id", ""),
    ),
    case("missing_required_agency_id", "agency.txt:3:agency_id", add(AGENCY, BERLIN.removeprefix("stadt"))),
    case(
        "inconsistent_agency_timezone",
        "agency.txt:3:agency_timezone",
        add(AGENCY, SECOND.format(zone="Europe/London", lang="de")),
    ),
    case(
        "inconsistent_agency_lang",
        "agency.txt:3:agency_lang",
        add(AGENCY, SECOND.format(zone="Europe/Berlin", lang="pl")),
        cell(FEED, 2, "feed_lang", "mul"),
    ),
    case(
        "feed_info_lang_and_agency_lang_mismatch",
        "agency.txt:2:agency_lang",
        cell(AGENCY, 2, "agency_lang", "pl"),
    ),
    case("missing_feed_info_date", "feed_info.txt:2:feed_end_date", cell(FEED, 2, "feed_end_date", "")),
    case("missing_feed_contact_email_and_url", "feed_info.txt:2", cell(FEED, 2, "feed_contact_email", "")),
    case(
        "start_and_end_range_out_of_order",
        "feed_info.txt:2:feed_end_date",
        cell(FEED, 2, "feed_end_date", "20251231"),
    ),
    case(
        "feed_expiration_date7_days",
        "feed_info.txt:2:feed_end_date",
        cell(FEED, 2, "feed_end_date", "20260607"),
    ),
    case(
        "feed_expiration_date30_days",
        "feed_info.txt:2:feed_end_date",
        cell(FEED, 2, "feed_end_date", "20260630"),
    ),
    case("future_feed", "feed_info.txt:2:feed_start_date", cell(FEED, 2, "feed_start_date", "20260602")),
    case("attribution_without_role", "attributions.txt:2", cell("attributions.txt", 2, "is_producer", "0")),
    case(
        "translation_unknown_table_name",
        "translations.txt:2:table_name",
        cell("translations.txt", 2, "table_name", "haltestellen"),
    ),
    case(
        "translation_unexpected_value",
        "translations.txt:3:record_id",
        cell("translations.txt", 3, "record_id", "ruf"),
    ),
    case(
        "translation_unexpected_value",
        "translations.txt:2:record_sub_id",
        cell("translations.txt", 2, "record_sub_id", "1"),
    ),
    case(
        "translation_foreign_key_violation",
        "translations.txt:2:record_id",
        cell("translations.txt", 2, "record_id", "hafen"),
    ),
    case(
        "missing_required_field", "translations.txt:2:record_id", cell("translations.txt", 2, "record_id", "")
    ),
    case("missing_stop_name", "stops.txt:8:stop_name", cell(STOPS, 8, "stop_name", "")),
    case(
        "stop_without_location",
        "stops.txt:9:stop_lon",
        cell(STOPS, 9, "stop_lon", ""),
        disputed="fast_travel_between_far_stops stop_too_far_from_shape",
    ),
    case(
        "location_without_parent_station", "stops.txt:5:parent_station", cell(STOPS, 5, "parent_station", "")
    ),
    case(
        "station_with_parent_station", "stops.txt:2:parent_station", cell(STOPS, 2, "parent_station", "markt")
    ),
    case(
        "platform_without_parent_station", "stops.txt:9:parent_station", cell(STOPS, 9, "platform_code", "3")
    ),
    case(
        "wrong_parent_location_type", "stops.txt:5:parent_station", cell(STOPS, 5, "parent_station", "markt")
    ),
    case(
        "wrong_parent_location_type",
        "stops.txt:7:parent_station",
        cell(STOPS, 7, "parent_station", "bahnhof"),
    ),
    case("unused_station", "stops.txt:11:stop_id", add(STOPS, "hafen,Hafen,53.6,13.2,,1,,,,,,,")),
    case(
        "stop_access_specified_for_incorrect_location",
        "stops.txt:2:stop_access",
        cell(STOPS, 2, "stop_access", "0"),
    ),
    case(
        "stop_access_specified_for_stop_with_no_parent_station",
        "stops.txt:8:stop_access",
        cell(STOPS, 8, "stop_access", "1"),
    ),
    case("same_name_and_description_for_stop", "stops.txt:8:stop_desc", cell(STOPS, 8, "stop_desc", "Markt")),
    case("point_near_origin", "stops.txt:10:stop_lat", cells(STOPS, 10, stop_lat="0.5", stop_lon="0")),
    case("point_near_pole", "shapes.txt:3:shape_pt_lat", cell(SHAPES, 3, "shape_pt_lat", "89.5")),
    case(
        "location_with_unexpected_stop_time",
        "stops.txt:2:location_type",
        cell(CALLS, 2, "stop_id", "bahnhof"),
    ),
    case("stop_without_stop_time", "stops.txt:11:stop_id", add(STOPS, "hafen,Hafen,53.6,13.2,A,0,,,,,,,")),
    case("stop_without_zone_id", "stops.txt:8:zone_id", cell(STOPS, 8, "zone_id", "")),
    case(
        "duplicate_geography_id",
        "locations.geojson",
        feature(0, id="dorf"),
        swap(CALLS, "r2,,,,,nord", "r2,,,,,dorf"),
    ),
    case(
        "route_both_short_and_long_name_missing",
        "routes.txt:2",
        cells(ROUTES, 2, route_short_name="", route_long_name=""),
    ),
    case(
        "route_short_name_too_long",
        "routes.txt:2:route_short_name",
        cell(ROUTES, 2, "route_short_name", "Bus nach Dorf 1"),
    ),
    case(
        "route_long_name_contains_short_name",
        "routes.txt:2:route_long_name",
        cell(ROUTES, 2, "route_long_name", "12 - Dorf"),
    ),
    case(
        "same_name_and_description_for_route",
        "routes.txt:2:route_desc",
        cell(ROUTES, 2, "route_desc", "bahnhof nach Dorf"),
    ),
    case(
        "route_color_contrast", "routes.txt:2:route_text_color", cell(ROUTES, 2, "route_text_color", "EEEEEE")
    ),
    case(
        "duplicate_route_name",
        "routes.txt:5:route_short_name",
        add(ROUTES, "bus2,land,12,Bahnhof nach Dorf,,3,,,,,,"),
    ),
    case(
        "same_route_and_agency_url",
        "routes.txt:2:route_url",
        cell(ROUTES, 2, "route_url", "https://land.example.org"),
    ),
    case(
        "same_stop_and_agency_url",
        "stops.txt:8:stop_url",
        cell(STOPS, 8, "stop_url", "https://land.example.org"),
    ),
    case(
        "same_stop_and_route_url",
        "stops.txt:8:stop_url",
        cell(STOPS, 8, "stop_url", "https://bus.example.org"),
        cell(ROUTES, 2, "route_url", "https://bus.example.org"),
    ),
    case(
        "route_networks_specified_in_more_than_one_file",
        "networks.txt::network_id",
        cell(ROUTES, 2, "network_id", "netz"),
    ),
    case(
        "start_and_end_range_out_of_order",
        "calendar.txt:2:end_date",
        cell(CALENDAR, 2, "end_date", "20251231"),
        add("calendar_dates.txt", "alltag,20260601,1", "alltag,20260609,1"),
        disputed="feed_valid_beyond_total_service_window",
    ),
    case(
        "service_has_no_active_day_of_the_week",
        "calendar.txt:3:service_id",
        add(CALENDAR, "nie,0,0,0,0,0,0,0,20260101,20261231"),
    ),
    case(
        "expired_calendar", "calendar.txt:3:service_id", add(CALENDAR, "alt,1,1,1,1,1,1,1,20260101,20260501")
    ),
    case(
        "expired_calendar",
        "calendar_dates.txt:2:service_id",
        drop(CALENDAR),
        text("calendar_dates.txt", "service_id,date,exception_type\nalltag,20260501,1\n"),
    ),
    case(
        "big_gap_in_service",
        "calendar.txt:3:service_id",
        add(CALENDAR, "sommer,0,0,0,0,0,0,1,20260601,20260701"),
        add("calendar_dates.txt", *(f"sommer,202606{day},2" for day in ("14", "21"))),
    ),
    case(
        "service_extends_far_in_the_future",
        "calendar.txt:3:end_date",
        add(CALENDAR, "lang,1,1,1,1,1,1,1,20260101,20281231"),
    ),
    case("future_calendar", CALENDAR, cell(CALENDAR, 2, "start_date", "20260602")),
    case("trip_coverage_not_active_for_next7_days", TRIPS, cell(CALENDAR, 2, "end_date", "20260605")),
    case("service_window_outside_feed_period", "feed_info.txt:2", cell(CALENDAR, 2, "end_date", "20270105")),
    case(
        "feed_valid_beyond_total_service_window",
        "feed_info.txt:2",
        cell(CALENDAR, 2, "start_date", "20260120"),
    ),
]


@pytest.mark.parametrize("broken", CASES, ids=lambda broken: f"{broken.code}-{broken.file}-{broken.field}")
def test_a_broken_rule_is_named_and_the_peer_says_the_same(
    broken: Case, written: Callable[[Change], Path]
) -> None:
    assert_found(broken, written(broken))
