"""Rules of files, columns, values, keys and references: one broken feed each."""

from collections.abc import Callable
from pathlib import Path

import pytest
from broken_feeds import Case, Change, add, case, cell, cells, drop, swap, text, without
from validation_peer import assert_found

AGENCY, STOPS, ROUTES, TRIPS, CALLS = "agency.txt", "stops.txt", "routes.txt", "trips.txt", "stop_times.txt"
ZONES = "locations.geojson"

CASES = [
    case("missing_required_file", AGENCY, drop(AGENCY)),
    case("missing_required_file", ROUTES, drop(ROUTES)),
    case("missing_required_file", CALLS, drop(CALLS)),
    case("missing_required_file", STOPS, drop(STOPS, ZONES)),
    case("missing_required_file", "feed_info.txt", drop("feed_info.txt")),
    case("missing_recommended_file", "feed_info.txt", drop("feed_info.txt", "translations.txt")),
    case(
        "missing_calendar_and_calendar_date_files", "calendar.txt", drop("calendar.txt", "calendar_dates.txt")
    ),
    case("unknown_file", "extra.txt", text("extra.txt", "a\n1\n")),
    case("empty_file", "trips.txt:1", text(TRIPS, "")),
    case("empty_file", TRIPS, text(TRIPS, "route_id,service_id,trip_id\n"), disputed="empty_file"),
    case("missing_required_column", "stops.txt:1:stop_id", without(STOPS, "stop_id")),
    case("missing_required_column", "calendar.txt:1:monday", without("calendar.txt", "monday")),
    case("unknown_column", "areas.txt:1:colour", cell("areas.txt", 2, "colour", "red")),
    case(
        "duplicated_column",
        "areas.txt:1:area_name",
        text("areas.txt", "area_id,area_name,area_name\nstadt,S,S\nland,L,L\n"),
    ),
    case("empty_column_name", "areas.txt:1", text("areas.txt", "area_id,,area_name\nstadt,,S\nland,,L\n")),
    case("invalid_row_length", "areas.txt:3", text("areas.txt", "area_id,area_name\nstadt,S\nland\n")),
    case("invalid_row_length", "areas.txt:2", text("areas.txt", "area_id,area_name\nstadt,S,1\nland,L\n")),
    case("empty_row", "areas.txt:3", text("areas.txt", 'area_id,area_name\nstadt,S\n""\nland,L\n')),
    case(
        "new_line_in_value",
        "areas.txt:2:area_name",
        text("areas.txt", 'area_id,area_name\nstadt,"S\nT"\nland,L\n'),
    ),
    case(
        "new_line_in_value",
        "areas.txt:2:area_name",
        text("areas.txt", 'area_id,area_name\nstadt,"\nS"\nland,L\n'),
    ),
    case(
        "leading_or_trailing_whitespaces",
        "areas.txt:3:area_name",
        text("areas.txt", 'area_id,area_name\nstadt,S\nland,"L '),
    ),
    case("invalid_character", "areas.txt:2:area_name", cell("areas.txt", 2, "area_name", "S\ufffd")),
    case(
        "leading_or_trailing_whitespaces",
        "areas.txt:3:area_name",
        text("areas.txt", 'area_id,area_name\nstadt,S \nland," L"\n'),
    ),
    case("csv_parsing_failed", "stops.txt:4:stop_desc", cell("stops.txt", 4, "stop_desc", "x" * 4097)),
    case("missing_required_field", "agency.txt:2:agency_name", cell(AGENCY, 2, "agency_name", "")),
    case(
        "missing_recommended_field",
        "feed_info.txt:2:feed_version",
        cell("feed_info.txt", 2, "feed_version", ""),
    ),
    case(
        "missing_recommended_field", "feed_info.txt:2:feed_version", without("feed_info.txt", "feed_version")
    ),
    case(
        "missing_recommended_field",
        "agency.txt:2:agency_id",
        without(AGENCY, "agency_id"),
        without(ROUTES, "agency_id"),
        without("fare_attributes.txt", "agency_id"),
    ),
    case("invalid_color", "routes.txt:2:route_color", cell(ROUTES, 2, "route_color", "#FFFFF")),
    case(
        "invalid_currency", "fare_products.txt:2:currency", cell("fare_products.txt", 2, "currency", "EURO")
    ),
    case(
        "invalid_currency_amount", "fare_products.txt:2:amount", cell("fare_products.txt", 2, "amount", "6.0")
    ),
    case("invalid_date", "calendar.txt:2:end_date", cell("calendar.txt", 2, "end_date", "20260230")),
    case("invalid_date", "calendar_dates.txt:2:date", cell("calendar_dates.txt", 2, "date", "2026-12-25")),
    case("invalid_email", "agency.txt:2:agency_email", cell(AGENCY, 2, "agency_email", "bus at land")),
    case(
        "invalid_float",
        "shapes.txt:3:shape_dist_traveled",
        cell("shapes.txt", 3, "shape_dist_traveled", "1,5"),
    ),
    case("invalid_float", "stops.txt:8:stop_lat", cell(STOPS, 8, "stop_lat", "53°57")),
    case("invalid_integer", "stop_times.txt:3:stop_sequence", cell(CALLS, 3, "stop_sequence", "2.0")),
    case("invalid_language_code", "agency.txt:2:agency_lang", cell(AGENCY, 2, "agency_lang", "deutsch_de")),
    case("invalid_time", "stop_times.txt:3:arrival_time", cell(CALLS, 3, "arrival_time", "8:60:00")),
    case("invalid_time", "frequencies.txt:2:start_time", cell("frequencies.txt", 2, "start_time", "10:00")),
    case("invalid_timezone", "agency.txt:2:agency_timezone", cell(AGENCY, 2, "agency_timezone", "Berlin")),
    case("invalid_url", "agency.txt:2:agency_url", cell(AGENCY, 2, "agency_url", "land.example.org")),
    case("number_out_of_range", "stops.txt:8:stop_lat", cell(STOPS, 8, "stop_lat", "95")),
    case("number_out_of_range", "stops.txt:8:stop_lon", cell(STOPS, 8, "stop_lon", "-181.5")),
    case(
        "number_out_of_range",
        "frequencies.txt:2:headway_secs",
        cell("frequencies.txt", 2, "headway_secs", "0"),
    ),
    case(
        "number_out_of_range",
        "transfers.txt:2:min_transfer_time",
        cell("transfers.txt", 2, "min_transfer_time", "-1"),
    ),
    case("number_out_of_range", "pathways.txt:3:stair_count", cell("pathways.txt", 3, "stair_count", "0")),
    case("unexpected_enum_value", "routes.txt:2:route_type", cell(ROUTES, 2, "route_type", "700")),
    case("unexpected_enum_value", "trips.txt:2:direction_id", cell(TRIPS, 2, "direction_id", "2")),
    case(
        "mixed_case_recommended_field", "stops.txt:8:stop_name", cell(STOPS, 8, "stop_name", "AM ALTEN MARKT")
    ),
    case("mixed_case_recommended_field", "stops.txt:8:stop_name", cell(STOPS, 8, "stop_name", "markt")),
    case("non_ascii_or_non_printable_char", "trips.txt:2:block_id", cell(TRIPS, 2, "block_id", "straße")),
    case("duplicate_key", "areas.txt:4:area_id", add("areas.txt", "stadt,Noch eine")),
    case("duplicate_key", "stop_times.txt:4:stop_sequence", cell(CALLS, 4, "stop_sequence", "2")),
    case("duplicate_key", "shapes.txt:4:shape_pt_sequence", cell("shapes.txt", 4, "shape_pt_sequence", "2")),
    case("duplicate_key", "trips.txt:3:trip_id", cell(TRIPS, 3, "trip_id", "b1")),
    case("duplicate_key", "calendar_dates.txt:3:service_id", add("calendar_dates.txt", "alltag,20261225,2")),
    case(
        "more_than_one_entity",
        "feed_info.txt:3",
        add("feed_info.txt", "Amt,https://amt.example.org,de,20260101,20261231,1,bus@amt.example.org"),
    ),
    case("foreign_key_violation", "trips.txt:2:route_id", cell(TRIPS, 2, "route_id", "weg")),
    case("foreign_key_violation", "trips.txt:2:service_id", cell(TRIPS, 2, "service_id", "sonntags")),
    case("foreign_key_violation", "trips.txt:2:shape_id", cell(TRIPS, 2, "shape_id", "umweg")),
    case(
        "foreign_key_violation",
        "stop_times.txt:3:stop_id",
        cell(CALLS, 3, "stop_id", "kirche"),
        disputed="stop_too_far_from_shape",
    ),
    case(
        "foreign_key_violation",
        "stop_times.txt:15:trip_id",
        add(CALLS, "b9,11:00:00,11:00:00,dorf,,,1,,,,,,1,,"),
    ),
    case("foreign_key_violation", "stop_times.txt:13:location_id", cell(CALLS, 13, "location_id", "osten")),
    case(
        "foreign_key_violation",
        "stop_times.txt:11:location_group_id",
        cells(CALLS, 11, location_group_id="alle"),
    ),
    case(
        "foreign_key_violation",
        "stop_times.txt:11:pickup_booking_rule_id",
        cell(CALLS, 11, "pickup_booking_rule_id", "nie"),
    ),
    case("foreign_key_violation", "stops.txt:3:parent_station", cell(STOPS, 3, "parent_station", "hafen")),
    case("foreign_key_violation", "stops.txt:3:level_id", cell(STOPS, 3, "level_id", "eins")),
    case("foreign_key_violation", "routes.txt:2:agency_id", cell(ROUTES, 2, "agency_id", "stadt")),
    case(
        "foreign_key_violation",
        "transfers.txt:2:to_stop_id",
        cell("transfers.txt", 2, "to_stop_id", "hafen"),
        disputed="transfer_distance_too_large",
    ),
    case(
        "foreign_key_violation",
        "pathways.txt:2:from_stop_id",
        cell("pathways.txt", 2, "from_stop_id", "hafen"),
    ),
    case("foreign_key_violation", "frequencies.txt:2:trip_id", cell("frequencies.txt", 2, "trip_id", "z9")),
    case("foreign_key_violation", "fare_rules.txt:2:origin_id", cell("fare_rules.txt", 2, "origin_id", "C")),
    case(
        "foreign_key_violation",
        "fare_rules.txt:2:fare_id",
        cell("fare_rules.txt", 2, "fare_id", "mehrfahrten"),
    ),
    case(
        "foreign_key_violation",
        "fare_leg_rules.txt:2:network_id",
        cell("fare_leg_rules.txt", 2, "network_id", "stadtnetz"),
    ),
    case(
        "foreign_key_violation",
        "fare_leg_rules.txt:2:from_area_id",
        cell("fare_leg_rules.txt", 2, "from_area_id", "wald"),
    ),
    case(
        "foreign_key_violation",
        "fare_products.txt:2:fare_media_id",
        cell("fare_products.txt", 2, "fare_media_id", "chip"),
    ),
    case("foreign_key_violation", "stop_areas.txt:2:stop_id", cell("stop_areas.txt", 2, "stop_id", "hafen")),
    case(
        "foreign_key_violation", "timeframes.txt:2:service_id", cell("timeframes.txt", 2, "service_id", "nie")
    ),
    case(
        "foreign_key_violation",
        "attributions.txt:2:route_id",
        cell("attributions.txt", 2, "route_id", "fähre"),
    ),
]


@pytest.mark.parametrize("broken", CASES, ids=lambda broken: f"{broken.code}-{broken.file}-{broken.field}")
def test_a_broken_value_is_named_and_the_peer_says_the_same(
    broken: Case, written: Callable[[Change], Path]
) -> None:
    assert_found(broken, written(broken))


def test_lines_of_broken_text_are_those_of_the_file(written: Callable[[Change], Path]) -> None:
    late = case("invalid_time", "stop_times.txt:14:arrival_time", swap(CALLS, "r2,,,,,sued", "r2,x,,,,sued"))
    assert_found(late, written(late))
