"""The files of GTFS Schedule and their columns, as the reference of June 2026 lists them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one file.

    Parameters
    ----------
    required
        Columns that the file must have.
    optional
        Columns that it may have; also those that are required only under a condition.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return self.required + self.optional


def _layout(required: str, optional: str) -> Layout:
    return Layout(tuple(required.split()), tuple(optional.split()))


_LAYOUTS = {
    "agency.txt": _layout(
        "agency_name agency_url agency_timezone",
        "agency_id agency_lang agency_phone agency_fare_url agency_email cemv_support",
    ),
    "stops.txt": _layout(
        "stop_id",
        "stop_code stop_name tts_stop_name stop_desc stop_lat stop_lon zone_id stop_url "
        "location_type parent_station stop_timezone wheelchair_boarding level_id platform_code "
        "stop_access",
    ),
    "routes.txt": _layout(
        "route_id route_type",
        "agency_id route_short_name route_long_name route_desc route_url route_color "
        "route_text_color route_sort_order continuous_pickup continuous_drop_off network_id "
        "cemv_support",
    ),
    "trips.txt": _layout(
        "route_id service_id trip_id",
        "trip_headsign trip_short_name direction_id block_id shape_id wheelchair_accessible "
        "bikes_allowed cars_allowed safe_duration_factor safe_duration_offset",
    ),
    "stop_times.txt": _layout(
        "trip_id stop_sequence",
        "arrival_time departure_time stop_id location_group_id location_id stop_headsign "
        "start_pickup_drop_off_window end_pickup_drop_off_window pickup_type drop_off_type "
        "continuous_pickup continuous_drop_off shape_dist_traveled timepoint pickup_booking_rule_id "
        "drop_off_booking_rule_id",
    ),
    "calendar.txt": _layout(
        "service_id monday tuesday wednesday thursday friday saturday sunday start_date end_date", ""
    ),
    "calendar_dates.txt": _layout("service_id date exception_type", ""),
    "fare_attributes.txt": _layout(
        "fare_id price currency_type payment_method transfers", "agency_id transfer_duration"
    ),
    "fare_rules.txt": _layout("fare_id", "route_id origin_id destination_id contains_id"),
    "timeframes.txt": _layout("timeframe_group_id service_id", "start_time end_time"),
    "rider_categories.txt": _layout(
        "rider_category_id rider_category_name is_default_fare_category", "eligibility_url"
    ),
    "fare_media.txt": _layout("fare_media_id fare_media_type", "fare_media_name"),
    "fare_products.txt": _layout(
        "fare_product_id amount currency", "fare_product_name rider_category_id fare_media_id"
    ),
    "fare_leg_rules.txt": _layout(
        "fare_product_id",
        "leg_group_id network_id from_area_id to_area_id from_timeframe_group_id "
        "to_timeframe_group_id rule_priority",
    ),
    "fare_leg_join_rules.txt": _layout("from_network_id to_network_id", "from_stop_id to_stop_id"),
    "fare_transfer_rules.txt": _layout(
        "fare_transfer_type",
        "from_leg_group_id to_leg_group_id transfer_count duration_limit duration_limit_type fare_product_id",
    ),
    "areas.txt": _layout("area_id", "area_name"),
    "stop_areas.txt": _layout("area_id stop_id", ""),
    "networks.txt": _layout("network_id", "network_name"),
    "route_networks.txt": _layout("network_id route_id", ""),
    "shapes.txt": _layout("shape_id shape_pt_lat shape_pt_lon shape_pt_sequence", "shape_dist_traveled"),
    "frequencies.txt": _layout("trip_id start_time end_time headway_secs", "exact_times"),
    "transfers.txt": _layout(
        "transfer_type",
        "from_stop_id to_stop_id from_route_id to_route_id from_trip_id to_trip_id min_transfer_time",
    ),
    "pathways.txt": _layout(
        "pathway_id from_stop_id to_stop_id pathway_mode is_bidirectional",
        "length traversal_time stair_count max_slope min_width signposted_as reversed_signposted_as",
    ),
    "levels.txt": _layout("level_id level_index", "level_name"),
    "location_groups.txt": _layout("location_group_id", "location_group_name"),
    "location_group_stops.txt": _layout("location_group_id stop_id", ""),
    "booking_rules.txt": _layout(
        "booking_rule_id booking_type",
        "prior_notice_duration_min prior_notice_duration_max prior_notice_last_day "
        "prior_notice_last_time prior_notice_start_day prior_notice_start_time "
        "prior_notice_service_id message pickup_message drop_off_message phone_number info_url "
        "booking_url",
    ),
    "translations.txt": _layout(
        "table_name field_name language translation", "record_id record_sub_id field_value"
    ),
    "feed_info.txt": _layout(
        "feed_publisher_name feed_publisher_url feed_lang",
        "default_lang feed_start_date feed_end_date feed_version feed_contact_email feed_contact_url",
    ),
    "attributions.txt": _layout(
        "organization_name",
        "attribution_id agency_id route_id trip_id is_producer is_operator is_authority "
        "attribution_url attribution_email attribution_phone",
    ),
}
LAYOUTS: Mapping[str, Layout] = MappingProxyType(_LAYOUTS)
"""By file name, as in ``LAYOUTS["stops.txt"]``. Files that are not here are no part of the standard."""
