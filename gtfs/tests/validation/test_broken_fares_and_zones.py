"""Rules of pathways, fares, booking and zones: one broken feed each."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from broken_feeds import Case, Change, add, case, cell, cells, feature, swap, text
from validation_peer import assert_found

STOPS, CALLS = "stops.txt", "stop_times.txt"
PATHWAYS, ZONES, BOOKING = "pathways.txt", "locations.geojson", "booking_rules.txt"
FARE_TRANSFERS, TIMEFRAMES = "fare_transfer_rules.txt", "timeframes.txt"
RING = [[13.2, 53.5], [13.3, 53.5], [13.3, 53.6], [13.2, 53.6], [13.2, 53.5]]
BOW = [[13.2, 53.5], [13.3, 53.6], [13.3, 53.5], [13.2, 53.6], [13.2, 53.5]]
BESIDE = [[lon + 0.05, lat - 0.02] for lon, lat in RING]
ZERO = [[0.1, 0.1], [0.2, 0.1], [0.2, 0.2], [0.1, 0.1]]


def polygon(ring: list[list[float]], kind: str = "Polygon") -> dict[str, object]:
    return {"type": kind, "coordinates": [ring]}


CASES = [
    case(
        "bidirectional_exit_gate", "pathways.txt:2:is_bidirectional", cell(PATHWAYS, 2, "pathway_mode", "7")
    ),
    case("pathway_loop", "pathways.txt:5:to_stop_id", add(PATHWAYS, "w4,tor,tor,1,1,,,")),
    case(
        "pathway_to_wrong_location_type", "pathways.txt:5:to_stop_id", add(PATHWAYS, "w4,tor,bahnhof,1,1,,,")
    ),
    case(
        "pathway_to_platform_with_boarding_areas",
        "pathways.txt:5:to_stop_id",
        add(PATHWAYS, "w4,tor,gleis2,1,1,,,"),
    ),
    case(
        "pathway_to_stop_with_access_outside_of_station_pathways",
        "pathways.txt:3:to_stop_id",
        cell(STOPS, 3, "stop_access", "1"),
    ),
    case("missing_level_id", "stops.txt:6:level_id", cell(STOPS, 6, "level_id", "")),
    case(
        "pathway_dangling_generic_node",
        "stops.txt:11:stop_id",
        add(STOPS, "ecke,,,,,3,bahnhof,null,,,,,"),
        add(PATHWAYS, "w4,tor,ecke,1,1,,,"),
    ),
    case("pathway_unreachable_location", "stops.txt:7:stop_id", cell(PATHWAYS, 4, "is_bidirectional", "0")),
    case(
        "fare_transfer_rule_without_transfer_count",
        "fare_transfer_rules.txt:2:transfer_count",
        cell(FARE_TRANSFERS, 2, "transfer_count", ""),
    ),
    case(
        "fare_transfer_rule_invalid_transfer_count",
        "fare_transfer_rules.txt:2:transfer_count",
        cell(FARE_TRANSFERS, 2, "transfer_count", "0"),
    ),
    case(
        "fare_transfer_rule_with_forbidden_transfer_count",
        "fare_transfer_rules.txt:2:transfer_count",
        cell(FARE_TRANSFERS, 2, "to_leg_group_id", ""),
    ),
    case(
        "fare_transfer_rule_duration_limit_without_type",
        "fare_transfer_rules.txt:2:duration_limit_type",
        cell(FARE_TRANSFERS, 2, "duration_limit_type", ""),
    ),
    case(
        "fare_transfer_rule_duration_limit_type_without_duration_limit",
        "fare_transfer_rules.txt:2:duration_limit",
        cell(FARE_TRANSFERS, 2, "duration_limit", ""),
    ),
    case(
        "timeframe_only_start_or_end_time_specified",
        "timeframes.txt:3:end_time",
        cell(TIMEFRAMES, 3, "end_time", ""),
    ),
    case(
        "timeframe_start_or_end_time_greater_than_twenty_four_hours",
        "timeframes.txt:3:end_time",
        cell(TIMEFRAMES, 3, "end_time", "24:00:01"),
    ),
    case("timeframe_overlap", "timeframes.txt:3:start_time", cell(TIMEFRAMES, 3, "start_time", "08:59:59")),
    case(
        "duplicate_fare_media", "fare_media.txt:4:fare_media_name", add("fare_media.txt", "chip,Landkarte,2")
    ),
    case(
        "missing_recommended_field",
        "fare_media.txt:2:fare_media_name",
        cell("fare_media.txt", 2, "fare_media_name", ""),
    ),
    case(
        "fare_product_with_multiple_default_rider_categories",
        "fare_products.txt:3:rider_category_id",
        cell("rider_categories.txt", 3, "is_default_fare_category", "1"),
    ),
    case(
        "missing_required_field",
        "fare_leg_join_rules.txt:2:to_stop_id",
        cell("fare_leg_join_rules.txt", 2, "to_stop_id", ""),
    ),
    case(
        "forbidden_real_time_booking_field_value",
        "booking_rules.txt:4:prior_notice_duration_min",
        cell(BOOKING, 4, "prior_notice_duration_min", "5"),
    ),
    case(
        "forbidden_same_day_booking_field_value",
        "booking_rules.txt:2:prior_notice_last_day",
        cell(BOOKING, 2, "prior_notice_last_day", "1"),
    ),
    case(
        "forbidden_prior_day_booking_field_value",
        "booking_rules.txt:3:prior_notice_duration_min",
        cell(BOOKING, 3, "prior_notice_duration_min", "60"),
    ),
    case(
        "missing_prior_notice_duration_min",
        "booking_rules.txt:2:prior_notice_duration_min",
        cell(BOOKING, 2, "prior_notice_duration_min", ""),
    ),
    case(
        "missing_prior_notice_last_day",
        "booking_rules.txt:3:prior_notice_last_day",
        cell(BOOKING, 3, "prior_notice_last_day", ""),
    ),
    case(
        "missing_prior_notice_last_time",
        "booking_rules.txt:3:prior_notice_last_time",
        cell(BOOKING, 3, "prior_notice_last_time", ""),
    ),
    case(
        "missing_prior_notice_start_time",
        "booking_rules.txt:3:prior_notice_start_time",
        cell(BOOKING, 3, "prior_notice_start_time", ""),
    ),
    case(
        "forbidden_prior_notice_start_time",
        "booking_rules.txt:3:prior_notice_start_time",
        cell(BOOKING, 3, "prior_notice_start_day", ""),
    ),
    case(
        "forbidden_prior_notice_start_day",
        "booking_rules.txt:2:prior_notice_start_day",
        cells(
            BOOKING,
            2,
            prior_notice_duration_max="600",
            prior_notice_start_day="2",
            prior_notice_start_time="08:00:00",
        ),
    ),
    case(
        "invalid_prior_notice_duration_min",
        "booking_rules.txt:2:prior_notice_duration_min",
        cell(BOOKING, 2, "prior_notice_duration_max", "30"),
    ),
    case(
        "prior_notice_last_day_after_start_day",
        "booking_rules.txt:3:prior_notice_last_day",
        cell(BOOKING, 3, "prior_notice_last_day", "15"),
    ),
    case("malformed_json", ZONES, text(ZONES, "{")),
    case(
        "geo_json_duplicated_element",
        "locations.geojson::type",
        swap(
            ZONES, '{"type": "FeatureCollection"', '{"type": "FeatureCollection", "type": "FeatureCollection"'
        ),
    ),
    case("geo_json_unknown_element", "locations.geojson::colour", feature(0, colour="red")),
    case("unsupported_geo_json_type", "locations.geojson::type", swap(ZONES, "FeatureCollection", "Feature")),
    case("unsupported_feature_type", "locations.geojson::type", feature(0, type="Place")),
    case(
        "unsupported_geometry_type",
        "locations.geojson::geometry.type",
        feature(0, geometry={"type": "Point", "coordinates": [13.2, 53.5]}),
        disputed="unsupported_geometry_type",
    ),
    case("invalid_geometry", "locations.geojson::geometry.coordinates", feature(0, geometry=polygon(BOW))),
    case("missing_required_element", "locations.geojson::geometry", feature(0, geometry=None)),
    case(
        "missing_required_element",
        "locations.geojson::features",
        text(ZONES, json.dumps({"type": "FeatureCollection"})),
        disputed="missing_required_element",
    ),
    case(
        "duplicate_geo_json_key",
        "locations.geojson::id",
        feature(1, id="nord"),
        swap(CALLS, "r2,,,,,sued", "r2,,,,,nord"),
    ),
    case("point_near_origin", "locations.geojson::geometry.coordinates", feature(0, geometry=polygon(ZERO))),
    case(
        "overlapping_zone_and_pickup_drop_off_window",
        "stop_times.txt:14:location_id",
        feature(1, geometry=polygon(BESIDE)),
        cell(CALLS, 14, "pickup_type", "2"),
        cell(CALLS, 14, "pickup_booking_rule_id", "heute"),
    ),
]


@pytest.mark.parametrize("broken", CASES, ids=lambda broken: f"{broken.code}-{broken.file}-{broken.field}")
def test_a_broken_rule_is_named_and_the_peer_says_the_same(
    broken: Case, written: Callable[[Change], Path]
) -> None:
    assert_found(broken, written(broken))
