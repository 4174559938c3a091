"""Containers, alarms, yards, tours and exports."""

from landlinie.waste.v1 import (
    alarm_service_pb2,
    container_service_pb2,
    export_service_pb2,
    tour_service_pb2,
    yard_service_pb2,
)

from gateway.routes.route import Answer, Route, Routes

_CONTAINERS = container_service_pb2.DESCRIPTOR.services_by_name["ContainerService"]
_register = Routes(_CONTAINERS, "Containers and sensors")
_levels = Routes(_CONTAINERS, "Levels")
_alarms = Routes(alarm_service_pb2.DESCRIPTOR.services_by_name["AlarmService"], "Alarms")
_yards = Routes(yard_service_pb2.DESCRIPTOR.services_by_name["YardService"], "Yards and parking spaces")
_TOURS = tour_service_pb2.DESCRIPTOR.services_by_name["TourService"]
_tours = Routes(_TOURS, "Tours")
_driving = Routes(_TOURS, "Driving a tour")
_exports = Routes(export_service_pb2.DESCRIPTOR.services_by_name["ExportService"], "Exports")

_RULE = {"sub_account_id": "rule.sub_account_id", "kind": "rule.kind"}
_TOUR = {"tour_id": "tour.tour_id"}

_REGISTER = (
    _register.to("RegisterSubAccount", "POST /v1/sub-accounts", success=201),
    _register.to("ListSubAccounts", "GET /v1/sub-accounts"),
    _register.to("RegisterSite", "POST /v1/sites", success=201),
    _register.to("ListSites", "GET /v1/sites"),
    _register.to("UpdateSite", "PUT /v1/sites/{site_id}", fields={"site_id": "site.site_id"}),
    _register.to("RemoveSite", "DELETE /v1/sites/{site_id}"),
    _register.to("RegisterContainer", "POST /v1/containers", success=201),
    _register.to("ListContainers", "GET /v1/containers"),
    _register.to(
        "UpdateContainer",
        "PUT /v1/containers/{container_id}",
        fields={"container_id": "container.container_id"},
    ),
    _register.to("RemoveContainer", "DELETE /v1/containers/{container_id}"),
    _register.to("RegisterDevice", "POST /v1/devices", success=201),
    _register.to("ListDevices", "GET /v1/devices"),
    _register.to("UpdateDevice", "PUT /v1/devices/{device_id}", fields={"device_id": "device.device_id"}),
    _register.to("RemoveDevice", "DELETE /v1/devices/{device_id}"),
)
_LEVELS = (
    _levels.to("ReportReadings", "POST /v1/readings"),
    _levels.to("ListReadings", "GET /v1/devices/{device_id}/readings"),
    _levels.to("ListLevels", "GET /v1/containers/{container_id}/levels"),
    _levels.to("ReportLift", "POST /v1/containers/{container_id}/emptyings", operation="reportEmptying"),
    _levels.to("ListLifts", "GET /v1/containers/{container_id}/emptyings", operation="listEmptyings"),
    _levels.to("ListDayFigures", "GET /v1/container-day-figures", operation="listContainerDayFigures"),
    _levels.to("GetContainerState", "GET /v1/containers/{container_id}/state"),
    _levels.to("GetForecast", "GET /v1/containers/{container_id}/forecast"),
    _levels.to("ListContainerStates", "GET /v1/container-states"),
    _levels.to("WatchContainerStates", "GET /v1/container-states/watch", answer=Answer.WATCH),
    Routes(_CONTAINERS, "Audit").to(
        "ListAuditEntries", "GET /v1/audit/waste", operation="listWasteAuditEntries"
    ),
)
_ALARMS = (
    _alarms.to("SetAlarmRule", "PUT /v1/sub-accounts/{sub_account_id}/alarm-rules/{kind}", fields=_RULE),
    _alarms.to("RemoveAlarmRule", "DELETE /v1/sub-accounts/{sub_account_id}/alarm-rules/{kind}"),
    _alarms.to("ListAlarmRules", "GET /v1/alarm-rules"),
    _alarms.to("ListAlarms", "GET /v1/alarms"),
    _alarms.to("WatchAlarms", "GET /v1/alarms/watch", answer=Answer.WATCH),
    _alarms.to("AcknowledgeAlarm", "POST /v1/alarms/{alarm_id}/acknowledge"),
    _alarms.to("ListDeviceStates", "GET /v1/device-states"),
)
_YARDS = (
    _yards.to("RegisterYard", "PUT /v1/yards/{yard_id}", fields={"yard_id": "yard.yard_id"}),
    _yards.to("ListYards", "GET /v1/yards"),
    _yards.to("GetYardState", "GET /v1/yards/{yard_id}/state"),
    _yards.to("WatchYardState", "GET /v1/yards/{yard_id}/state/watch", answer=Answer.WATCH),
    _yards.to(
        "RegisterParkingSpace",
        "PUT /v1/parking-spaces/{parking_space_id}",
        fields={"parking_space_id": "parking_space.parking_space_id"},
    ),
    _yards.to("ListParkingSpaces", "GET /v1/parking-spaces"),
)
_TOUR_ROUTES = (
    _tours.to("ProposeTours", "POST /v1/tour-proposals", success=201),
    _tours.to("GetTourProposal", "GET /v1/tour-proposals/{proposal_id}"),
    _tours.to("CancelTourProposal", "POST /v1/tour-proposals/{proposal_id}/cancel"),
    _tours.to("ListTours", "GET /v1/tours"),
    _tours.to("ApproveTours", "POST /v1/tours/approve"),
    _tours.to("InsertUrgent", "POST /v1/containers/{container_id}/urgent"),
    _tours.to("GetTour", "GET /v1/tours/{tour_id}"),
    _tours.to("RejectTour", "POST /v1/tours/{tour_id}/reject", fields=_TOUR),
    _tours.to("CancelTour", "POST /v1/tours/{tour_id}/cancel", fields=_TOUR),
    _tours.to("EditTour", "POST /v1/tours/{tour_id}/edit", fields=_TOUR),
    _tours.to(
        "DownloadTourSheet",
        "GET /v1/tours/{tour_id}/sheet",
        answer=Answer.FILE,
        media_type="application/pdf",
        longest_s=60.0,
    ),
    _driving.to("StartTour", "POST /v1/tours/{tour_id}/start"),
    _driving.to("ReportStopArrival", "POST /v1/tours/{tour_id}/stops/{stop_id}/arrive"),
    _driving.to("ReportContainerEmptied", "POST /v1/tours/{tour_id}/stops/{stop_id}/emptied"),
    _driving.to("ReportStopBlocked", "POST /v1/tours/{tour_id}/stops/{stop_id}/blocked"),
    _driving.to("ReportUnloading", "POST /v1/tours/{tour_id}/stops/{stop_id}/unloaded"),
    _driving.to("ReportBreakdown", "POST /v1/tours/{tour_id}/breakdown"),
    _driving.to("CloseTour", "POST /v1/tours/{tour_id}/close"),
    _driving.to("WatchManifest", "GET /v1/tours/{tour_id}/manifest/watch", answer=Answer.WATCH),
)
_EXPORTS = (
    _exports.to("DownloadExport", "GET /v1/exports/download", answer=Answer.FILE, longest_s=300.0),
    _exports.to(
        "SetExportSchedule",
        "PUT /v1/export-schedules/{schedule_id}",
        fields={"schedule_id": "schedule.schedule_id"},
    ),
    _exports.to("ListExportSchedules", "GET /v1/export-schedules"),
    _exports.to("RemoveExportSchedule", "DELETE /v1/export-schedules/{schedule_id}"),
)

ROUTES: tuple[Route, ...] = (*_REGISTER, *_LEVELS, *_ALARMS, *_YARDS, *_TOUR_ROUTES, *_EXPORTS)
