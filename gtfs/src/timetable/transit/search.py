"""The search over a timetable: when does one arrive, when must one leave, what is there to choose from.

A :class:`TransitSearch` may be asked by many threads at once; kernels run without holding the interpreter.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple, TypeVar

import numpy as np

from timetable.realtime import Overlay
from timetable.schedule import Ints, Offsets
from timetable.transit.bags_kernel import Wishes, search_bags
from timetable.transit.compact import Timetable
from timetable.transit.fare_model import FareModel, fares_in_window
from timetable.transit.journeys import Journey
from timetable.transit.network import FAR, LANE_COLUMNS, MOST_BOARDINGS, POINT_COLUMNS, TIME, Labels
from timetable.transit.overlay import Laid, lay, nothing_laid
from timetable.transit.query import (
    EPOCH,
    EVERYBODY,
    Prepared,
    Query,
    QueryError,
    Reach,
    check,
    prepare,
    window_of,
)
from timetable.transit.sweep_kernel import ARRIVE, CHAIN, DEPART, departures_within, sweep, times_at_stops
from timetable.transit.window import DAY_S, Filter, Window, cut_window

ENTRIES_AT_FIRST = 1 << 17
"""Room in the log of a search; one that needs more begins again with more."""
MOST_ENTRIES = 1 << 25
"""With more than that, the answer would be no help to anybody."""
WINDOWS_KEPT = 6
PROMISING = 192

FoundT = TypeVar("FoundT")


@dataclass(frozen=True)
class StopTimes:
    """Times at all stops, shape (stops): Unix seconds, -1 where a stop is not reached within the horizon.

    ``boardings`` is the fewest vehicles that do it in this time.
    """

    at_s: Offsets
    boardings: Ints


class _State(NamedTuple):
    """What is laid over the timetable, and windows cut since, the last asked at the end."""

    laid: Laid
    windows: "OrderedDict[tuple[int, int, Filter], Window]"


class TransitSearch:
    """Searches over one timetable, with what realtime lays over it.

    ``promising`` is how many points go on from round to round in the first go of a search, which finds out
    how good an answer there is at least; the answers do not depend on it, only the time they take.
    """

    def __init__(self, timetable: Timetable, promising: int = PROMISING) -> None:
        self.timetable = timetable
        self._promising = promising
        self._lock = Lock()
        self._state = _State(nothing_laid(timetable), OrderedDict())
        self._idle: list[Labels] = []
        # Backwards, changes are read in their order by boarding point.
        self._back = {
            wheelchair: (changes.seconds[changes.back], changes.walk_s[changes.back])
            for wheelchair, changes in ((False, timetable.changes), (True, timetable.step_free))
        }

    def warm_up(self) -> None:
        """Ask each kind of question once, so that nobody waits for kernels to be compiled, or a window to be
        cut.
        """
        at_s = (self.timetable.first_day - EPOCH).days * DAY_S
        query = Query(at_s, Reach.of([0]), Reach.of([self.timetable.stop_count - 1]))
        self.departing_within(query, 1)
        self.choices(query)
        self.times_from(at_s, query.access)

    def lay(self, overlays: Sequence[tuple[int, Overlay]]) -> int:
        """Lay overlays over the timetable, each with the number of its feed, in place of those before.

        Searches that run go on with what they began with; all that begin afterwards see the change.

        Returns
        -------
        int
            How many runs of the overlays no timetable knows.

        Raises
        ------
        ValueError
            As :func:`timetable.transit.overlay.lay` does; nothing is changed then.
        """
        laid = lay(self.timetable, overlays)
        with self._lock:
            asked = list(self._state.windows)
        windows = OrderedDict((key, cut_window(self.timetable, *key, laid)) for key in asked)
        with self._lock:
            self._state = _State(laid, windows)
        return laid.strangers

    def departing(self, query: Query) -> list[Journey]:
        """Journeys that leave at the time asked or later: for each count of boardings the earliest arrival.

        Only those that arrive earlier than all with fewer boardings; fewest boardings first.

        Raises
        ------
        QueryError
            Where the question has no meaning.
        """
        return self._searched(query, 0, forward=True)

    def arriving(self, query: Query) -> list[Journey]:
        """Journeys that arrive at the time asked or earlier: for each count of boardings the latest
        departure.

        Otherwise as :meth:`departing`.
        """
        return self._searched(query, 0, forward=False)

    def departing_within(self, query: Query, range_s: int) -> list[Journey]:
        """All journeys worth taking that leave within ``range_s`` seconds from the time asked.

        No other, in the range or after it, leaves as late, arrives as early and has as few boardings, and is
        better in one of them. The latest departure first.
        """
        return self._searched(query, range_s, forward=True)

    def arriving_within(self, query: Query, range_s: int) -> list[Journey]:
        """The same for journeys that arrive within ``range_s`` seconds up to the time asked, earliest
        first.
        """
        return self._searched(query, range_s, forward=False)

    def choices(self, query: Query, fares: FareModel | None = None, *, arrive: bool = False) -> list[Journey]:
        """All journeys that no other one is better than in arrival, boardings, walking and price together.

        Parameters
        ----------
        query
            ``at_s`` is when one is ready to leave, or with ``arrive`` has to be there; then the departure
            counts.
        fares
            What journeys cost; without it the price counts for nothing.

        Returns
        -------
        list
            The earliest arrival, or latest departure, first.

        Raises
        ------
        QueryError, ValueError
            Where the question has no meaning, or the fares do not fit the timetable.
        """
        asked = self.prepared(query, 0, forward=not arrive)
        model = FareModel.free(self.timetable) if fares is None else fares
        priced = fares_in_window(model, self.timetable, asked.window)
        wishes = Wishes(
            asked.earliest, asked.starts.point, asked.starts.seconds, asked.goals.point, asked.goals.seconds,
            asked.least_s, FAR if query.direct_s is None else query.direct_s, asked.limit,
            query.most_boardings,
            priced.upto_cents, priced.zone_bit, priced.boarding_cents, priced.zones_cents,
        )  # fmt: skip

        def searched(labels: Labels) -> tuple[int, list[Journey]]:
            enough, found, chains = search_bags(asked.net, labels, wishes)
            ends = [*found[1:, 2].tolist(), len(chains)]
            every = sorted(zip(found.tolist(), ends, strict=False))
            journeys = []
            for (time, _, begin, cents), end in every:
                chain = chains[begin:end]
                price = None if fares is None else cents
                journeys.append(asked.reading.journey(chain, time - int(chain[0, TIME]), price))
            return enough, journeys

        return self._with_labels(asked.window, searched)

    def times_from(self, at_s: int, access: Reach, needs: Filter = EVERYBODY) -> StopTimes:
        """The earliest arrival at every stop, with up to ``MOST_BOARDINGS`` vehicles and walks between
        them.
        """
        return self._all_times(Query(at_s, access, Reach.of([]), needs), forward=True)

    def times_to(self, at_s: int, egress: Reach, needs: Filter = EVERYBODY) -> StopTimes:
        """The latest departure from every stop that is early enough; otherwise as :meth:`times_from`."""
        return self._all_times(Query(at_s, Reach.of([]), egress, needs), forward=False)

    def prepared(self, query: Query, range_s: int, *, forward: bool) -> Prepared:
        """A checked question and the window it needs."""
        check(query, self.timetable, range_s)
        window = self._window((*window_of(query, range_s, forward=forward), query.needs))
        back = self._back[query.needs.wheelchair]
        return prepare(query, self.timetable, window, back, range_s, forward=forward)

    def _searched(self, query: Query, range_s: int, *, forward: bool) -> list[Journey]:
        asked = self.prepared(query, range_s, forward=forward)
        net, starts, goals = asked.net, asked.starts, asked.goals
        latest = asked.earliest + range_s
        departures = np.array([asked.earliest], dtype=np.int32)
        if range_s:
            inside = departures_within(net, starts.point, starts.seconds, asked.earliest, latest)
            # What is no better than leaving after the range is not worth taking.
            departures = np.concatenate([np.array([latest + 1], dtype=np.int32), inside])
        direct_s = FAR if query.direct_s is None else query.direct_s

        def swept(labels: Labels) -> tuple[int, list[Journey]]:
            enough, found, chains = sweep(
                net, labels, departures, starts.point, starts.seconds, goals.point, goals.seconds,
                asked.least_s, direct_s, asked.at_most, query.most_boardings,
                self._promising,
            )  # fmt: skip
            ends = [*found[1:, CHAIN].tolist(), len(chains)]
            journeys = []
            for row, end in zip(found.tolist(), ends, strict=False):
                if row[DEPART] > latest:
                    continue
                chain = chains[row[CHAIN] : end]
                journeys.append(asked.reading.journey(chain, row[ARRIVE] - int(chain[0, TIME])))
            return enough, journeys

        return self._with_labels(asked.window, swept)

    def _all_times(self, query: Query, *, forward: bool) -> StopTimes:
        asked = self.prepared(query, 0, forward=forward)
        points = self.timetable.points
        stops = (points.alight_stop, points.board_stop)
        reach_stop, board_stop = stops if forward else stops[::-1]
        departures = np.array([asked.earliest], dtype=np.int32)

        def swept(labels: Labels) -> tuple[int, tuple[Ints, Ints]]:
            enough, _, _ = sweep(
                asked.net, labels, departures, asked.starts.point, asked.starts.seconds, asked.goals.point,
                asked.goals.seconds, asked.least_s, FAR, asked.at_most, MOST_BOARDINGS,
                self._promising,
            )  # fmt: skip
            return enough, times_at_stops(
                asked.net, labels, reach_stop, board_stop, self.timetable.stop_count, asked.limit
            )

        times, boardings = self._with_labels(asked.window, swept)
        at_s = asked.window.begin_s + asked.net.sign * times.astype(np.int64)
        return StopTimes(np.where(times == FAR, -1, at_s), boardings)

    def _window(self, key: tuple[int, int, Filter]) -> Window:
        with self._lock:
            state = self._state
            if (window := state.windows.get(key)) is not None:
                state.windows.move_to_end(key)
                return window
        window = cut_window(self.timetable, *key, state.laid)
        with self._lock:
            state.windows[key] = window
            while len(state.windows) > WINDOWS_KEPT:
                state.windows.popitem(last=False)
        return window

    def _with_labels(self, window: Window, work: Callable[[Labels], tuple[int, FoundT]]) -> FoundT:
        """Do work with memory of its own; again with more, while it says that it was not enough."""
        lane_count = len(window.lane_pattern)
        with self._lock:
            fitting = [labels for labels in self._idle if len(labels.lane) >= lane_count]
            labels = fitting[-1] if fitting else None
            # By identity: labels are tuples of arrays.
            self._idle = [other for other in self._idle if other is not labels and fitting]
        if labels is None:
            labels = self._new_labels(lane_count)
        while True:
            enough, found = work(labels)
            if enough:
                break
            if len(labels.entries) >= MOST_ENTRIES:
                raise QueryError(f"query: takes more than {MOST_ENTRIES} labels")
            labels = labels._replace(entries=np.empty((4 * len(labels.entries), 5), dtype=np.int32))
        with self._lock:
            self._idle.append(labels)
        return found

    def _new_labels(self, lane_count: int) -> Labels:
        points = self.timetable.points
        point_count = max(len(points.alight_stop), len(points.board_stop))

        def whole(*shape: int) -> Ints:
            return np.empty(shape, dtype=np.int32)

        by_boardings, at = (MOST_BOARDINGS, point_count), (point_count, POINT_COLUMNS)
        return Labels(
            whole(*by_boardings), whole(*at), np.empty(point_count, dtype=np.uint8), whole(point_count),
            whole(*by_boardings), whole(*at), whole(point_count),
            whole(lane_count, LANE_COLUMNS), whole(lane_count + 1), whole(lane_count),
            whole(ENTRIES_AT_FIRST, 5), whole(MOST_BOARDINGS), whole(MOST_BOARDINGS),
        )  # fmt: skip
