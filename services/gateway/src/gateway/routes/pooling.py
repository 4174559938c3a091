"""Rides on demand, and closures of roads."""

from landlinie.network.v1 import road_change_service_pb2
from landlinie.pooling.v1 import ride_pooling_service_pb2

from gateway.routes.route import Answer, Routes

_SERVICE = ride_pooling_service_pb2.DESCRIPTOR.services_by_name["RidePoolingService"]
_rides = Routes(_SERVICE, "Rides on demand")
_plans = Routes(_SERVICE, "Plans")
_fleet = Routes(_SERVICE, "Vehicles and shifts")
_drivers = Routes(_SERVICE, "Drivers")
_roads = Routes(road_change_service_pb2.DESCRIPTOR.services_by_name["RoadChangeService"], "Closures")

ROUTES = (
    _rides.to("RequestOffers", "POST /v1/ride-offers"),
    _rides.to("ReleaseOffers", "POST /v1/ride-offers/release"),
    _rides.to("BookRide", "POST /v1/rides", success=201),
    _rides.to("ListRides", "GET /v1/rides"),
    _rides.to("GetRide", "GET /v1/rides/{ride_id}"),
    _rides.to("CancelRide", "POST /v1/rides/{ride_id}/cancel"),
    _rides.to("PostponePickup", "POST /v1/rides/{ride_id}/postpone"),
    _rides.to("ListMoves", "GET /v1/rides/{ride_id}/moves"),
    _rides.to("MoveRide", "POST /v1/rides/{ride_id}/move"),
    _plans.to("GetPlan", "GET /v1/zones/{zone_id}/plan"),
    _plans.to("WatchPlan", "GET /v1/zones/{zone_id}/plan/watch", answer=Answer.WATCH),
    _plans.to("GetPlanPaths", "GET /v1/zones/{zone_id}/plan/paths"),
    _plans.to("ImprovePlan", "POST /v1/zones/{zone_id}/plan/improve"),
    _plans.to("ListLiveVehicles", "GET /v1/live-vehicles"),
    _plans.to("GetDayFigures", "GET /v1/day-figures/{service_date}"),
    _plans.to("ListDayFigures", "GET /v1/day-figures"),
    _plans.to("ListZones", "GET /v1/zones", revalidated=True),
    _plans.to("ListVirtualStops", "GET /v1/virtual-stops", revalidated=True),
    _fleet.to("CreateVehicle", "POST /v1/vehicles", success=201),
    _fleet.to("ListVehicles", "GET /v1/vehicles"),
    _fleet.to("GetVehicle", "GET /v1/vehicles/{vehicle_id}"),
    _fleet.to("UpdateVehicle", "PUT /v1/vehicles/{vehicle_id}", fields={"vehicle_id": "vehicle.vehicle_id"}),
    _fleet.to("DeleteVehicle", "DELETE /v1/vehicles/{vehicle_id}"),
    _fleet.to("CreateShift", "POST /v1/shifts", success=201),
    _fleet.to("ListShifts", "GET /v1/shifts"),
    _fleet.to("UpdateShift", "PUT /v1/shifts/{shift_id}", fields={"shift_id": "shift.shift_id"}),
    _fleet.to("CancelShift", "POST /v1/shifts/{shift_id}/cancel"),
    _drivers.to("ArriveAtStop", "POST /v1/vehicles/{vehicle_id}/stops/{stop_id}/arrive"),
    _drivers.to("BoardPassenger", "POST /v1/vehicles/{vehicle_id}/rides/{ride_id}/board"),
    _drivers.to("ReportNoShow", "POST /v1/vehicles/{vehicle_id}/rides/{ride_id}/no-show"),
    _drivers.to("AlightPassenger", "POST /v1/vehicles/{vehicle_id}/rides/{ride_id}/alight"),
    _drivers.to(
        "ReportBreakdown", "POST /v1/vehicles/{vehicle_id}/breakdown", operation="reportVehicleBreakdown"
    ),
    _drivers.to("ListBreakdowns", "GET /v1/breakdowns"),
    _drivers.to("GetBreakdown", "GET /v1/breakdowns/{breakdown_id}"),
    Routes(_SERVICE, "Audit").to(
        "ListAuditEntries", "GET /v1/audit/pooling", operation="listPoolingAuditEntries"
    ),
    _roads.to("ReportRoadChange", "POST /v1/road-changes", success=201),
    _roads.to("ListRoadChanges", "GET /v1/road-changes"),
    _roads.to("LiftRoadChange", "DELETE /v1/road-changes/{road_change_id}"),
)
