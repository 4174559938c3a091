"""A feed with something of everything, in which nothing is wrong, to be broken one rule at a time."""

import json

SQUARE = [[13.2, 53.5], [13.3, 53.5], [13.3, 53.6], [13.2, 53.6], [13.2, 53.5]]
BESIDE = [[13.25, 53.5], [13.4, 53.5], [13.4, 53.6], [13.25, 53.6], [13.25, 53.5]]


def zone(name: str, ring: list[list[float]]) -> dict[str, object]:
    """A feature of ``locations.geojson``."""
    return {
        "type": "Feature",
        "id": name,
        "properties": {"stop_name": f"Zone {name}"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


FILES = {
    "agency": """agency_id,agency_name,agency_url,agency_timezone,agency_lang,agency_phone,agency_email
land,Landkreis Bus,https://land.example.org,Europe/Berlin,de,+49 395 12345,bus@land.example.org""",
    "stops": """stop_id,stop_name,stop_lat,stop_lon,zone_id,location_type,parent_station,level_id,\
stop_access,\
platform_code,stop_desc,stop_url,stop_timezone
bahnhof,Bahnhof,53.5600,13.2600,A,1,,,,,,,
gleis1,Bahnhof,53.5601,13.2601,A,0,bahnhof,null,,1,,,
gleis2,Bahnhof,53.5602,13.2602,A,0,bahnhof,null,,2,,,
tor,Eingang,53.5603,13.2603,,2,bahnhof,null,,,,,
knoten,,,,,3,bahnhof,null,,,,,
kante,,,,,4,gleis2,null,,,,,
markt,Markt,53.5700,13.2700,A,,,,,,,,
dorf,Dorf,53.6000,13.3000,B,0,,,,,,,
weiler,Weiler,53.6100,13.3100,B,0,,,,,,,""",
    "levels": "level_id,level_index,level_name\nnull,0,Erdgeschoss",
    "routes": """route_id,agency_id,route_short_name,route_long_name,route_desc,route_type,route_url,\
route_color,\
route_text_color,route_sort_order,continuous_pickup,continuous_drop_off
bus,land,12,Bahnhof nach Dorf,,3,,FFFFFF,000000,1,,
bahn,land,RB1,Bahnhof nach Weiler,,2,,,,2,,
ruf,land,Ruf,Rufbus Nord,,3,,,,3,,""",
    "trips": """route_id,service_id,trip_id,trip_headsign,direction_id,block_id,shape_id,bikes_allowed
bus,alltag,b1,Dorf,0,wagen,weg,
bus,alltag,b2,Bahnhof,1,wagen,,
bahn,alltag,z1,Weiler,0,,,
bahn,alltag,z2,Dorf,0,,,
ruf,alltag,r1,Rufbus,,,,
ruf,alltag,r2,Rufbus,,,,""",
    "stop_times": """trip_id,arrival_time,departure_time,stop_id,location_group_id,location_id,\
stop_sequence,\
start_pickup_drop_off_window,end_pickup_drop_off_window,pickup_type,drop_off_type,shape_dist_traveled,\
timepoint,\
pickup_booking_rule_id,drop_off_booking_rule_id
b1,08:00:00,08:00:00,gleis1,,,1,,,,,0,1,,
b1,08:10:00,08:11:00,markt,,,2,,,,,1.5,1,,
b1,08:30:00,08:30:00,dorf,,,3,,,,,5,1,,
b2,09:00:00,09:00:00,dorf,,,1,,,,,,1,,
b2,09:30:00,09:30:00,gleis2,,,2,,,,,,1,,
z1,10:00:00,10:00:00,gleis1,,,1,,,,,,1,,
z1,10:20:00,10:20:00,weiler,,,2,,,,,,1,,
z2,10:20:00,10:20:00,weiler,,,1,,,,,,1,,
z2,10:40:00,10:40:00,dorf,,,2,,,,,,1,,
r1,,,,doerfer,,1,08:00:00,18:00:00,2,1,,,vorher,
r1,,,,doerfer,,2,08:00:00,18:00:00,1,2,,,,vorher
r2,,,,,nord,1,08:00:00,18:00:00,2,1,,,heute,
r2,,,,,sued,2,08:00:00,18:00:00,1,2,,,,heute""",
    "calendar": """service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date
alltag,1,1,1,1,1,1,1,20260101,20261231""",
    "calendar_dates": "service_id,date,exception_type\nalltag,20261225,2",
    "shapes": """shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence,shape_dist_traveled
weg,53.5601,13.2601,1,0
weg,53.5700,13.2700,2,1.5
weg,53.6000,13.3000,3,5""",
    "frequencies": """trip_id,start_time,end_time,headway_secs,exact_times
z1,10:00:00,12:00:00,1800,1
z1,12:00:00,14:00:00,3600,1""",
    "transfers": """from_stop_id,to_stop_id,from_trip_id,to_trip_id,from_route_id,to_route_id,\
transfer_type,\
min_transfer_time
gleis1,gleis2,,,,,2,120
weiler,weiler,z1,z2,bahn,bahn,4,""",
    "pathways": """pathway_id,from_stop_id,to_stop_id,pathway_mode,is_bidirectional,length,\
traversal_time,stair_count
w1,tor,knoten,1,1,10,20,
w2,knoten,gleis1,2,1,10,20,12
w3,knoten,kante,5,1,5,30,""",
    "fare_attributes": """fare_id,price,currency_type,payment_method,transfers,agency_id,transfer_duration
einzel,2.40,EUR,0,0,land,""",
    "fare_rules": "fare_id,route_id,origin_id,destination_id,contains_id\neinzel,bus,A,B,",
    "networks": "network_id,network_name\nnetz,Landnetz",
    "route_networks": "network_id,route_id\nnetz,bus",
    "areas": "area_id,area_name\nstadt,Stadt\nland,Land",
    "stop_areas": "area_id,stop_id\nstadt,markt\nland,dorf",
    "timeframes": "timeframe_group_id,start_time,end_time,service_id\nfrueh,05:00:00,09:00:00,alltag\n\
frueh,09:00:00,10:00:00,alltag",
    "rider_categories": "rider_category_id,rider_category_name,is_default_fare_category\nalle,Alle,\
1\nkind,Kind,0",
    "fare_media": "fare_media_id,fare_media_name,fare_media_type\nkarte,Landkarte,2\npapier,Papier,1",
    "fare_products": """fare_product_id,fare_product_name,rider_category_id,fare_media_id,amount,currency
tag,Tageskarte,alle,karte,6.00,EUR
tag,Tageskarte,kind,karte,3.00,EUR""",
    "fare_leg_rules": """leg_group_id,network_id,from_area_id,to_area_id,from_timeframe_group_id,\
to_timeframe_group_id,fare_product_id
fahrt,netz,stadt,land,frueh,frueh,tag""",
    "fare_leg_join_rules": "from_network_id,to_network_id,from_stop_id,to_stop_id\nnetz,netz,markt,markt",
    "fare_transfer_rules": """from_leg_group_id,to_leg_group_id,transfer_count,duration_limit,\
duration_limit_type,fare_transfer_type,fare_product_id
fahrt,fahrt,1,3600,0,0,tag""",
    "location_groups": "location_group_id,location_group_name\ndoerfer,Dörfer im Norden",
    "location_group_stops": "location_group_id,stop_id\ndoerfer,dorf\ndoerfer,weiler",
    "booking_rules": """booking_rule_id,booking_type,prior_notice_duration_min,prior_notice_duration_max,\
prior_notice_last_day,prior_notice_last_time,prior_notice_start_day,prior_notice_start_time,\
prior_notice_service_id,phone_number,info_url
heute,1,60,,,,,,,+49 395 12345,https://land.example.org/ruf
vorher,2,,,1,18:00:00,14,08:00:00,,+49 395 12345,
gleich,0,,,,,,,,,""",
    "translations": """table_name,field_name,language,translation,record_id,record_sub_id,field_value
stops,stop_name,en,Market,markt,,
routes,route_long_name,en,Dial a ride,,,Rufbus Nord""",
    "feed_info": """feed_publisher_name,feed_publisher_url,feed_lang,feed_start_date,feed_end_date,\
feed_version,\
feed_contact_email
Landkreis,https://land.example.org,de,20260101,20261231,1,bus@land.example.org""",
    "attributions": "attribution_id,organization_name,is_producer,route_id\na1,Landkreis,1,bus",
}


def whole_feed() -> dict[str, str]:
    """The texts of the feed by file name."""
    files = {f"{name}.txt": f"{content}\n" for name, content in FILES.items()}
    zones = {"type": "FeatureCollection", "features": [zone("nord", SQUARE), zone("sued", _south())]}
    files["locations.geojson"] = json.dumps(zones)
    return files


def _south() -> list[list[float]]:
    return [[lon, lat - 0.1] for lon, lat in SQUARE]
