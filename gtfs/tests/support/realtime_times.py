"""Times of messages about the small timetable of the tests."""

from datetime import datetime
from zoneinfo import ZoneInfo

from google.transit import gtfs_realtime_pb2 as wire

Update = wire.TripUpdate


def at(clock: str, day: str = "2026-06-01") -> int:
    """Unix seconds of a local time in Berlin; 2026-06-01 is a Monday."""
    local = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZoneInfo("Europe/Berlin"))
    return int(local.timestamp())


NOW = at("08:00")


def clock_s(clock: str) -> int:
    """Seconds of ``HH:MM`` or ``HH:MM:SS``."""
    hours, minutes, *rest = map(int, clock.split(":"))
    return hours * 3600 + minutes * 60 + (rest[0] if rest else 0)


def trip_update(feed: wire.FeedMessage, trip_id: str, **trip: str | int) -> wire.TripUpdate:
    """Add a trip update for a trip; more fields of its descriptor by name."""
    entity = feed.entity.add(id=f"{len(feed.entity)}")
    entity.trip_update.trip.trip_id = trip_id
    for name, value in trip.items():
        setattr(entity.trip_update.trip, name, value)
    return entity.trip_update
