"""Rules of trips, their times and ways, and transfers between them: one broken feed each."""

from collections.abc import Callable
from pathlib import Path

import pytest
from broken_feeds import Case, Change, add, case, cell, cells, swap
from validation_peer import assert_found

STOPS, ROUTES, TRIPS, CALLS = "stops.txt", "routes.txt", "trips.txt", "stop_times.txt"
SHAPES, TRANSFERS = "shapes.txt", "transfers.txt"
FREQUENCIES = "frequencies.txt"


CASES = [
    case(
        "stop_time_with_only_arrival_or_departure_time",
        "stop_times.txt:3:departure_time",
        cells(CALLS, 3, departure_time="", timepoint="0"),
    ),
    case(
        "start_and_end_range_out_of_order",
        "stop_times.txt:3:departure_time",
        cell(CALLS, 3, "departure_time", "08:09:00"),
    ),
    case(
        "stop_time_timepoint_without_times",
        "stop_times.txt:3:arrival_time",
        cells(CALLS, 3, arrival_time="", departure_time=""),
    ),
    case("missing_timepoint_value", "stop_times.txt:3:timepoint", cell(CALLS, 3, "timepoint", "")),
    case(
        "missing_required_field",
        "stop_times.txt:3:stop_id",
        cell(CALLS, 3, "stop_id", ""),
        add(STOPS.replace("stops", "location_group_stops"), "doerfer,markt"),
    ),
    case("forbidden_geography_id", "stop_times.txt:11:stop_id", cell(CALLS, 11, "stop_id", "dorf")),
    case(
        "forbidden_shape_dist_traveled",
        "stop_times.txt:13:shape_dist_traveled",
        cell(CALLS, 13, "shape_dist_traveled", "1"),
    ),
    case(
        "missing_pickup_or_drop_off_window",
        "stop_times.txt:11:end_pickup_drop_off_window",
        cell(CALLS, 11, "end_pickup_drop_off_window", ""),
    ),
    case(
        "invalid_pickup_drop_off_window",
        "stop_times.txt:11:end_pickup_drop_off_window",
        cell(CALLS, 11, "end_pickup_drop_off_window", "08:00:00"),
    ),
    case(
        "forbidden_arrival_or_departure_time",
        "stop_times.txt:11:arrival_time",
        cells(CALLS, 11, arrival_time="08:00:00", departure_time="08:00:00", timepoint="0"),
    ),
    case("forbidden_pickup_type", "stop_times.txt:11:pickup_type", cell(CALLS, 11, "pickup_type", "3")),
    case("forbidden_drop_off_type", "stop_times.txt:12:drop_off_type", cell(CALLS, 12, "drop_off_type", "")),
    case(
        "missing_pickup_drop_off_booking_rule_id",
        "stop_times.txt:11:pickup_booking_rule_id",
        cell(CALLS, 11, "pickup_booking_rule_id", ""),
    ),
    case(
        "missing_trip_edge",
        "stop_times.txt:4:arrival_time",
        cells(CALLS, 4, arrival_time="", departure_time="", timepoint="0"),
    ),
    case(
        "stop_time_with_arrival_before_previous_departure_time",
        "stop_times.txt:4:arrival_time",
        cells(CALLS, 4, arrival_time="08:05:00"),
    ),
    case(
        "decreasing_or_equal_stop_time_distance",
        "stop_times.txt:4:shape_dist_traveled",
        cell(CALLS, 4, "shape_dist_traveled", "1.5"),
    ),
    case(
        "missing_stop_times_record",
        "stop_times.txt:15",
        add(TRIPS, "ruf,alltag,r3,Rufbus,,,,"),
        add(CALLS, "r3,,,,,nord,1,08:00:00,18:00:00,2,2,,,heute,heute"),
    ),
    case(
        "unsorted_stop_times",
        "stop_times.txt:2:stop_sequence",
        swap(CALLS, "gleis1,,,1,,,,,0", "gleis1,,,4,,,,,0"),
        cell(CALLS, 2, "shape_dist_traveled", ""),
    ),
    case(
        "fast_travel_between_consecutive_stops",
        "stop_times.txt:3:arrival_time",
        cells(CALLS, 6, stop_id="markt", arrival_time="09:00:10", departure_time="09:00:10"),
        cells(CALLS, 3, arrival_time="08:00:05", departure_time="08:00:05"),
    ),
    case(
        "fast_travel_between_far_stops",
        "stop_times.txt:8:arrival_time",
        cells(STOPS, 10, stop_lat="56.6"),
        cell(TRANSFERS, 3, "transfer_type", "0"),
    ),
    case("unused_trip", "trips.txt:8:trip_id", add(TRIPS, "bus,alltag,b3,Dorf,,,,")),
    case(
        "unusable_trip",
        "trips.txt:8:trip_id",
        add(TRIPS, "bus,alltag,b3,Dorf,,,,"),
        add(CALLS, "b3,07:00:00,07:00:00,dorf,,,1,,,,,,1,,"),
    ),
    case("missing_bike_allowance", "trips.txt:2:bikes_allowed", cell(ROUTES, 2, "route_type", "4")),
    case(
        "trip_headsign_matches_intermediate_stop",
        "trips.txt:2:trip_headsign",
        cell(TRIPS, 2, "trip_headsign", "Markt"),
    ),
    case("inconsistent_route_type_for_block_id", "trips.txt:2:block_id", cell(TRIPS, 5, "block_id", "wagen")),
    case(
        "block_trips_with_overlapping_stop_times",
        "trips.txt:2:block_id",
        cells(CALLS, 5, arrival_time="08:29:00", departure_time="08:29:00"),
    ),
    case(
        "overlapping_frequency",
        "frequencies.txt:3:start_time",
        cell(FREQUENCIES, 3, "start_time", "11:00:00"),
    ),
    case(
        "start_and_end_range_equal",
        "frequencies.txt:2:end_time",
        cell(FREQUENCIES, 2, "end_time", "10:00:00"),
    ),
    case(
        "start_and_end_range_out_of_order",
        "frequencies.txt:2:end_time",
        cell(FREQUENCIES, 2, "end_time", "09:00:00"),
    ),
    case(
        "forbidden_continuous_pickup_drop_off",
        "stop_times.txt:11:start_pickup_drop_off_window",
        cell(ROUTES, 4, "continuous_pickup", "2"),
    ),
    case(
        "decreasing_shape_distance",
        "shapes.txt:3:shape_dist_traveled",
        cell(SHAPES, 2, "shape_dist_traveled", "2"),
    ),
    case(
        "equal_shape_distance_same_coordinates",
        "shapes.txt:5:shape_dist_traveled",
        add(SHAPES, "weg,53.6000,13.3000,4,5"),
    ),
    case(
        "equal_shape_distance_diff_coordinates",
        "shapes.txt:5:shape_dist_traveled",
        add(SHAPES, "weg,53.6001,13.3000,4,5"),
    ),
    case(
        "equal_shape_distance_diff_coordinates_distance_below_threshold",
        "shapes.txt:5:shape_dist_traveled",
        add(SHAPES, "weg,53.600001,13.3000,4,5"),
    ),
    case(
        "single_shape_point",
        "shapes.txt:5:shape_id",
        add(SHAPES, "punkt,53.6,13.3,1,0"),
        cell(TRIPS, 3, "shape_id", "punkt"),
    ),
    case("unused_shape", "shapes.txt:5:shape_id", add(SHAPES, "umweg,53.6,13.3,1,0", "umweg,53.61,13.3,2,1")),
    case(
        "trip_distance_exceeds_shape_distance",
        "trips.txt:2:shape_id",
        cell(CALLS, 4, "shape_dist_traveled", "5.5"),
        cell(SHAPES, 4, "shape_pt_lat", "53.6002"),
    ),
    case(
        "trip_distance_exceeds_shape_distance_below_threshold",
        "trips.txt:2:shape_id",
        cell(CALLS, 4, "shape_dist_traveled", "5.5"),
    ),
    case(
        "trip_with_shape_dist_traveled_but_no_shape_distances",
        "trips.txt:2:shape_id",
        cell(SHAPES, 3, "shape_dist_traveled", ""),
    ),
    case(
        "stop_too_far_from_shape",
        "stop_times.txt:3:stop_id",
        cells(SHAPES, 3, shape_pt_lat="53.56", shape_pt_lon="13.27"),
    ),
    case("missing_required_field", "transfers.txt:2:to_stop_id", cell(TRANSFERS, 2, "to_stop_id", "")),
    case("missing_required_field", "transfers.txt:3:to_trip_id", cell(TRANSFERS, 3, "to_trip_id", "")),
    case(
        "transfer_with_invalid_stop_location_type",
        "transfers.txt:2:from_stop_id",
        cell(TRANSFERS, 2, "from_stop_id", "tor"),
    ),
    case(
        "transfer_distance_above_2_km", "transfers.txt:2:to_stop_id", cell(TRANSFERS, 2, "to_stop_id", "dorf")
    ),
    case(
        "transfer_distance_too_large",
        "transfers.txt:2:to_stop_id",
        cell(TRANSFERS, 2, "to_stop_id", "weiler"),
        cell(STOPS, 10, "stop_lat", "53.67"),
    ),
    case(
        "transfer_with_invalid_trip_and_route",
        "transfers.txt:3:to_route_id",
        cell(TRANSFERS, 3, "to_route_id", "bus"),
    ),
    case(
        "transfer_with_invalid_trip_and_stop",
        "transfers.txt:3:from_stop_id",
        cell(TRANSFERS, 3, "from_stop_id", "markt"),
    ),
    case(
        "transfer_with_suspicious_mid_trip_in_seat",
        "transfers.txt:3:to_stop_id",
        cell(TRANSFERS, 3, "to_stop_id", "dorf"),
    ),
    case(
        "inconsistent_route_type_for_in_seat_transfer",
        "transfers.txt:3:transfer_type",
        cell(TRIPS, 5, "route_id", "bus"),
        cell(TRANSFERS, 3, "to_route_id", "bus"),
    ),
]


@pytest.mark.parametrize("broken", CASES, ids=lambda broken: f"{broken.code}-{broken.file}-{broken.field}")
def test_a_broken_rule_is_named_and_the_peer_says_the_same(
    broken: Case, written: Callable[[Change], Path]
) -> None:
    assert_found(broken, written(broken))
