"""Vehicle positions: where vehicles are, and on which run."""

from dataclasses import dataclass

from google.transit import gtfs_realtime_pb2 as wire

from timetable.live.matching import Matcher, NoMatchError, Run
from timetable.live.message import Told, parse_message
from timetable.schedule import NONE, Schedule

NO_PLACE = "no place on earth"


@dataclass(frozen=True, slots=True)
class VehicleAt:
    """Where a vehicle is.

    Parameters
    ----------
    vehicle_id
        The source's own id; the entity's where it has none.
    label
        What stands on the vehicle; empty where it is not told.
    lat, lon
        Degrees, WGS84.
    bearing_degrees, speed_m_per_s
        Clockwise from north, and speed; ``None`` where it is not told.
    at_s
        When it was there, Unix seconds; 0 where neither vehicle nor message say.
    run
        The run of the timetable; ``None`` where there is none that fits.
    route
        The line's number in the schedule, ``NONE`` where it is not known.
    stop
        The number of the stop that the vehicle is at or drives to, ``NONE`` where it is not known.
    standing
        Whether it stands at that stop.
    occupancy
        The standard's name of how full it is, as in ``"FEW_SEATS_AVAILABLE"``; empty where it is not told.
    """

    vehicle_id: str
    label: str
    lat: float
    lon: float
    bearing_degrees: float | None
    speed_m_per_s: float | None
    at_s: int
    run: Run | None
    route: int
    stop: int
    standing: bool
    occupancy: str


def read_vehicles(data: bytes, schedule: Schedule, now_s: float) -> tuple[tuple[VehicleAt, ...], Told]:
    """Read the vehicle positions of a message; parameters and errors are those of ``read_trip_updates``.

    A vehicle on a run that the timetable does not have is kept and counted; one without a place is left out.
    """
    message, told = parse_message(data, now_s)
    matcher = Matcher(schedule, now_s)
    found = []
    for entity in message.entity:
        if entity.is_deleted or not entity.HasField("vehicle"):
            continue
        seen = entity.vehicle
        lat, lon = seen.position.latitude, seen.position.longitude
        placed = -90 <= lat <= 90 and -180 <= lon <= 180 and (lat, lon) != (0.0, 0.0)
        if not seen.HasField("position") or not placed:
            told.leave(NO_PLACE, seen.vehicle.id or entity.id)
            continue
        found.append(_vehicle(entity, matcher, told))
        told.used += 1
    return tuple(found), told


def _vehicle(entity: wire.FeedEntity, matcher: Matcher, told: Told) -> VehicleAt:
    seen, position = entity.vehicle, entity.vehicle.position
    run = None
    if seen.HasField("trip"):
        try:
            run = matcher.run(seen.trip)
        except NoMatchError as error:
            told.leave(str(error), seen.trip.trip_id or entity.id)
    trips = matcher.schedule.trips
    route = matcher.route_index.get(seen.trip.route_id, NONE) if run is None else int(trips.route[run.trip])
    full = wire.VehiclePosition.OccupancyStatus
    return VehicleAt(
        seen.vehicle.id or entity.id,
        seen.vehicle.label,
        position.latitude,
        position.longitude,
        position.bearing if position.HasField("bearing") else None,
        position.speed if position.HasField("speed") else None,
        seen.timestamp or told.told_at_s,
        run,
        route,
        _stop(seen, matcher, run),
        seen.current_status == wire.VehiclePosition.STOPPED_AT,
        full.Name(seen.occupancy_status) if seen.HasField("occupancy_status") else "",
    )


def _stop(seen: wire.VehiclePosition, matcher: Matcher, run: Run | None) -> int:
    if seen.stop_id:
        return matcher.schedule.stop_index.get(seen.stop_id, NONE)
    if run is None or not seen.HasField("current_stop_sequence"):
        return NONE
    first, end = matcher.schedule.trips.first[run.trip : run.trip + 2].tolist()
    times = matcher.schedule.stop_times
    for row in range(first, end):
        if int(times.sequence[row]) == seen.current_stop_sequence:
            return int(times.stop[row])
    return NONE
