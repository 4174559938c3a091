"""GTFS-Realtime: messages of plain values."""

from collections.abc import Sequence

from timetable.live.outgoing import OutAlert, OutRun, OutVehicle
from timetable.live.writing import write_alerts, write_trip_updates, write_vehicles


class RealtimeMessages:
    """See ``application.open_rides.Messages``."""

    def trip_updates(self, runs: Sequence[OutRun], now_s: int) -> bytes:
        return write_trip_updates(runs, now_s)

    def vehicles(self, vehicles: Sequence[OutVehicle], now_s: int) -> bytes:
        return write_vehicles(vehicles, now_s)

    def alerts(self, alerts: Sequence[OutAlert], now_s: int) -> bytes:
        return write_alerts(alerts, now_s)
