"""Times as people type and read them, in the zone the services go by."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import typer
from google.protobuf.timestamp_pb2 import Timestamp


def parse(text: str, option: str, *, now: datetime, zone: ZoneInfo) -> datetime:
    """An instant from ``HH:MM`` (the next time the clock shows it) or ``YYYY-MM-DDTHH:MM``."""
    try:
        if len(text) <= 5:
            clock_time = datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - gets its zone below
            local_now = now.astimezone(zone)
            instant = datetime.combine(local_now.date(), clock_time, zone)
            return instant if instant >= local_now else instant + timedelta(days=1)
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is neither HH:MM nor YYYY-MM-DDTHH:MM", param_hint=option
        ) from None
    return instant if instant.tzinfo else instant.replace(tzinfo=zone)


def stamp(instant: datetime) -> Timestamp:
    """The instant on the wire."""
    result = Timestamp()
    result.FromDatetime(instant)
    return result


def instant_of(timestamp: Timestamp) -> datetime:
    """The instant from the wire, in UTC."""
    return timestamp.ToDatetime(tzinfo=UTC)


def clock(timestamp: Timestamp, zone: ZoneInfo) -> str:
    """``HH:MM`` in a time zone."""
    return instant_of(timestamp).astimezone(zone).strftime("%H:%M")


def day_and_clock(timestamp: Timestamp, zone: ZoneInfo) -> str:
    """``YYYY-MM-DD HH:MM`` in a time zone."""
    return instant_of(timestamp).astimezone(zone).strftime("%Y-%m-%d %H:%M")
