"""What may stand in each column of GTFS Schedule: its kind, whether it must, and what it refers to.

One line a column: its name, its kind, and what else is asked of it.

``!`` required, ``^`` required as a column whose values may be empty, ``~`` recommended; ``=0,1`` the values
of an enumeration; ``>=0``, ``>0``, ``<>0`` bounds;
``->file.column`` (``|`` for several) where the value has to stand; ``mixed`` for text that passengers read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

_TABLES = """
agency.txt agency_id
  agency_id id
  agency_name text ! mixed
  agency_url url !
  agency_timezone timezone !
  agency_lang language
  agency_phone phone
  agency_fare_url url
  agency_email email
  cemv_support enum =0,1,2
stops.txt stop_id
  stop_id id !
  stop_code text
  stop_name text mixed
  tts_stop_name text
  stop_desc text
  stop_lat latitude
  stop_lon longitude
  zone_id id
  stop_url url
  location_type enum =0,1,2,3,4
  parent_station id ->stops.txt.stop_id
  stop_timezone timezone
  wheelchair_boarding enum =0,1,2
  level_id id ->levels.txt.level_id
  platform_code text
  stop_access enum =0,1
routes.txt route_id
  route_id id !
  agency_id id ->agency.txt.agency_id
  route_short_name text mixed
  route_long_name text mixed
  route_desc text mixed
  route_type enum ! =0,1,2,3,4,5,6,7,11,12
  route_url url
  route_color color
  route_text_color color
  route_sort_order integer >=0
  continuous_pickup enum =0,1,2,3
  continuous_drop_off enum =0,1,2,3
  network_id id
  cemv_support enum =0,1,2
trips.txt trip_id
  trip_id id !
  route_id id ! ->routes.txt.route_id
  service_id id ! ->calendar.txt.service_id|calendar_dates.txt.service_id
  trip_headsign text mixed
  trip_short_name text mixed
  direction_id enum =0,1
  block_id id
  shape_id id ->shapes.txt.shape_id
  wheelchair_accessible enum =0,1,2
  bikes_allowed enum =0,1,2
  cars_allowed enum =0,1,2
  safe_duration_factor float
  safe_duration_offset float
stop_times.txt trip_id stop_sequence
  trip_id id ! ->trips.txt.trip_id
  arrival_time time
  departure_time time
  stop_id id ->stops.txt.stop_id
  location_group_id id ->location_groups.txt.location_group_id
  location_id id ->locations.geojson.id
  stop_sequence integer ! >=0
  stop_headsign text
  start_pickup_drop_off_window time
  end_pickup_drop_off_window time
  pickup_type enum =0,1,2,3
  drop_off_type enum =0,1,2,3
  continuous_pickup enum =0,1,2,3
  continuous_drop_off enum =0,1,2,3
  shape_dist_traveled float >=0
  timepoint enum =0,1
  pickup_booking_rule_id id ->booking_rules.txt.booking_rule_id
  drop_off_booking_rule_id id ->booking_rules.txt.booking_rule_id
calendar.txt service_id
  service_id id !
  monday enum ! =0,1
  tuesday enum ! =0,1
  wednesday enum ! =0,1
  thursday enum ! =0,1
  friday enum ! =0,1
  saturday enum ! =0,1
  sunday enum ! =0,1
  start_date date !
  end_date date !
calendar_dates.txt service_id date
  service_id id !
  date date !
  exception_type enum ! =1,2
fare_attributes.txt fare_id
  fare_id id !
  price decimal ! >=0
  currency_type currency !
  payment_method enum ! =0,1
  transfers enum =0,1,2
  agency_id id ->agency.txt.agency_id
  transfer_duration integer >=0
fare_rules.txt fare_id route_id origin_id destination_id contains_id
  fare_id id ! ->fare_attributes.txt.fare_id
  route_id id ->routes.txt.route_id
  origin_id id ->stops.txt.zone_id
  destination_id id ->stops.txt.zone_id
  contains_id id ->stops.txt.zone_id
timeframes.txt timeframe_group_id start_time end_time service_id
  timeframe_group_id id
  start_time time
  end_time time
  service_id text ! ->calendar.txt.service_id|calendar_dates.txt.service_id
rider_categories.txt rider_category_id
  rider_category_id id !
  rider_category_name text !
  is_default_fare_category enum ^ =0,1
  eligibility_url url
fare_media.txt fare_media_id
  fare_media_id id !
  fare_media_name text
  fare_media_type enum ! =0,1,2,3,4
fare_products.txt fare_product_id fare_media_id rider_category_id
  fare_product_id id !
  fare_product_name text
  amount amount ! >=0
  currency currency !
  fare_media_id id ->fare_media.txt.fare_media_id
  rider_category_id id ->rider_categories.txt.rider_category_id
fare_leg_rules.txt network_id from_area_id to_area_id from_timeframe_group_id to_timeframe_group_id \
fare_product_id
  leg_group_id id
  network_id id ->routes.txt.network_id|networks.txt.network_id
  from_area_id id ->areas.txt.area_id
  to_area_id id ->areas.txt.area_id
  from_timeframe_group_id id ->timeframes.txt.timeframe_group_id
  to_timeframe_group_id id ->timeframes.txt.timeframe_group_id
  fare_product_id id ! ->fare_products.txt.fare_product_id
  rule_priority integer >=0
fare_leg_join_rules.txt
  from_network_id id ! ->routes.txt.network_id|networks.txt.network_id
  to_network_id id ! ->routes.txt.network_id|networks.txt.network_id
  from_stop_id id ->stops.txt.stop_id
  to_stop_id id ->stops.txt.stop_id
fare_transfer_rules.txt from_leg_group_id to_leg_group_id duration_limit transfer_count fare_product_id
  from_leg_group_id id ->fare_leg_rules.txt.leg_group_id
  to_leg_group_id id ->fare_leg_rules.txt.leg_group_id
  duration_limit integer >0
  duration_limit_type enum =0,1,2,3
  fare_transfer_type enum ! =0,1,2
  transfer_count integer
  fare_product_id id ->fare_products.txt.fare_product_id
areas.txt area_id
  area_id id !
  area_name text
stop_areas.txt area_id stop_id
  area_id id ! ->areas.txt.area_id
  stop_id id ! ->stops.txt.stop_id
networks.txt network_id
  network_id id !
  network_name text mixed
route_networks.txt route_id
  network_id id ! ->networks.txt.network_id
  route_id id ! ->routes.txt.route_id
shapes.txt shape_id shape_pt_sequence
  shape_id id !
  shape_pt_lat latitude !
  shape_pt_lon longitude !
  shape_pt_sequence integer ! >=0
  shape_dist_traveled float >=0
frequencies.txt trip_id start_time
  trip_id text ! ->trips.txt.trip_id
  start_time time !
  end_time time !
  headway_secs integer ! >0
  exact_times enum =0,1
transfers.txt from_stop_id to_stop_id from_trip_id to_trip_id from_route_id to_route_id
  from_stop_id id ->stops.txt.stop_id
  to_stop_id id ->stops.txt.stop_id
  transfer_type enum ^ =0,1,2,3,4,5
  min_transfer_time integer >=0
  from_trip_id id ->trips.txt.trip_id
  to_trip_id id ->trips.txt.trip_id
  from_route_id id ->routes.txt.route_id
  to_route_id id ->routes.txt.route_id
pathways.txt pathway_id
  pathway_id id !
  from_stop_id id ! ->stops.txt.stop_id
  to_stop_id id ! ->stops.txt.stop_id
  pathway_mode enum ! =1,2,3,4,5,6,7
  is_bidirectional enum ! =0,1
  length float >=0
  traversal_time integer >0
  stair_count integer <>0
  max_slope float
  min_width float >0
  signposted_as text mixed
  reversed_signposted_as text mixed
levels.txt level_id
  level_id id !
  level_index float !
  level_name text mixed
location_groups.txt location_group_id
  location_group_id id !
  location_group_name text mixed
location_group_stops.txt
  location_group_id text !
  stop_id text !
booking_rules.txt booking_rule_id
  booking_rule_id id !
  booking_type enum ! =0,1,2
  prior_notice_duration_min integer
  prior_notice_duration_max integer
  prior_notice_start_day integer
  prior_notice_start_time time
  prior_notice_last_day integer
  prior_notice_last_time time
  prior_notice_service_id text
  message text mixed
  pickup_message text mixed
  drop_off_message text mixed
  phone_number phone
  info_url url
  booking_url url
translations.txt table_name field_name language record_id record_sub_id field_value
  table_name text !
  field_name text !
  language language !
  translation text !
  record_id text
  record_sub_id text
  field_value text
feed_info.txt
  feed_publisher_name text !
  feed_publisher_url url !
  feed_lang language !
  default_lang language
  feed_start_date date ~
  feed_end_date date ~
  feed_version text ~
  feed_contact_email email
  feed_contact_url url
attributions.txt attribution_id
  attribution_id id
  agency_id id ->agency.txt.agency_id
  route_id id ->routes.txt.route_id
  trip_id id ->trips.txt.trip_id
  organization_name text !
  is_producer enum =0,1
  is_operator enum =0,1
  is_authority enum =0,1
  attribution_url url
  attribution_email email
  attribution_phone phone
"""


@dataclass(frozen=True, slots=True)
class Column:
    """What is asked of the values of one column."""

    name: str
    kind: str
    required: bool
    required_column: bool
    recommended: bool
    values: frozenset[str]
    bound: str
    refers_to: tuple[tuple[str, str], ...]
    mixed_case: bool


@dataclass(frozen=True)
class TableRules:
    """What is asked of one file; ``key`` are the columns that together name a row."""

    file: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        return {column.name: column for column in self.columns}


def _column(line: str) -> Column:
    name, kind, *marks = line.split()
    values = next((mark[1:].split(",") for mark in marks if mark.startswith("=")), ())
    targets = next((mark[2:].split("|") for mark in marks if mark.startswith("->")), ())
    places = tuple((file, column) for file, _, column in (target.rpartition(".") for target in targets))
    bound = next((mark for mark in marks if mark in {">=0", ">0", "<>0"}), "")
    required = "!" in marks
    return Column(
        name, kind, required, required or "^" in marks, "~" in marks, frozenset(values), bound, places,
        "mixed" in marks,
    )  # fmt: skip


def _parsed() -> dict[str, TableRules]:
    tables: dict[str, TableRules] = {}
    blocks: list[list[str]] = []
    for line in _TABLES.strip().splitlines():
        if line.startswith(" "):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    for head, *lines in blocks:
        file, *key = head.split()
        tables[file] = TableRules(file, tuple(key), tuple(map(_column, lines)))
    return tables


TABLES: Mapping[str, TableRules] = MappingProxyType(_parsed())
"""By file name."""
