"""Where trains are, read from the overlays that real time lays over the timetable."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from timetable.realtime import CallState, Overlay, RunState
from timetable.schedule import NONE
from timetable.transit.compact import Timetable
from timetable.transit.window import day_start_s

from journeys.domain.connection import RunningRide, ScheduledRide

Laid = Sequence[tuple[int, Overlay]]
Run = tuple[int, Overlay, int]


class RunningTimes:
    """See :class:`.LiveTimes`.

    Parameters
    ----------
    overlays
        Returns what is laid now, each with the number of its feed; the same object until something else is.
    """

    def __init__(self, timetable: Timetable, overlays: Callable[[], Laid]) -> None:
        self._timetable = timetable
        self._overlays = overlays
        self._indexed: tuple[Laid, Mapping[tuple[str, date], Run]] = ((), {})

    def now(self, ride: ScheduledRide) -> RunningRide | None:
        """See :class:`.LiveTimes`."""
        found = self._runs().get((ride.trip_id, ride.day))
        if found is None:
            return None
        feed, overlay, number = found
        if overlay.state[number] == RunState.CANCELED:
            return RunningRide(ride.depart_s, ride.arrive_s, runs=False)
        return self._times(feed, overlay, number, ride)

    def _runs(self) -> Mapping[tuple[str, date], Run]:
        laid = self._overlays()
        before, runs = self._indexed
        if laid is not before:
            runs = {
                (self._trip_id(feed, overlay, number), date.fromordinal(int(overlay.day[number]))): (
                    feed,
                    overlay,
                    number,
                )
                for feed, overlay in laid
                for number in range(overlay.run_count)
            }
            self._indexed = (laid, runs)
        return runs

    def _trip_id(self, feed: int, overlay: Overlay, number: int) -> str:
        trip = int(overlay.trip[number])
        if trip == NONE:
            return overlay.added_runs[int(overlay.added[number])].trip_id
        return self._timetable.names.trip_ids.at(trip + int(self._timetable.feeds.trip[feed]))

    def _times(self, feed: int, overlay: Overlay, number: int, ride: ScheduledRide) -> RunningRide | None:
        """Times at the two stops; a stop that is passed by is no stop."""
        trip = max(0, int(overlay.trip[number])) + int(self._timetable.feeds.trip[feed])
        zone = self._timetable.zones[int(self._timetable.trips.zone[trip])]
        start_s = day_start_s(zone, ride.day)
        depart_s: int | None = None
        for call in range(int(overlay.first[number]), int(overlay.first[number + 1])):
            stop = int(overlay.stop[call]) + int(self._timetable.feeds.stop[feed])
            if depart_s is None and self._is(stop, ride.board_stop_id, ride.board_label):
                depart_s = start_s + int(overlay.departure_s[call])
            elif depart_s is not None and self._is(stop, ride.alight_stop_id, ride.alight_label):
                if overlay.call_state[call] == CallState.SKIPPED:
                    break
                return RunningRide(depart_s, start_s + int(overlay.arrival_s[call]))
            else:
                continue
            if overlay.call_state[call] == CallState.SKIPPED:
                break
        else:
            return None
        return RunningRide(ride.depart_s, ride.arrive_s, runs=False)

    def _is(self, stop: int, stop_id: str, label: str) -> bool:
        """Whether it is the stop; another platform is told by another id, and has the same name."""
        names = self._timetable.names
        return names.stop_ids.at(stop) == stop_id or (bool(label) and names.stop_names.at(stop) == label)
