"""From walks and transfer rules to changes: every rule becomes a way that exists, lasts some time, or does
not exist.

A rule for some trips or lines gives their calls points of their own, so that a search follows all rules by
following ways, and knows none of them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from timetable.schedule import NONE, Ints
from timetable.transit.compact import Changes, PointArrays
from timetable.transit.source import TransferRule
from timetable.transit.walks import Walks

GUARANTEED, TAKES_AT_LEAST, FORBIDDEN = 1, 2, 3

Signatures = dict[tuple[int, tuple[int, ...]], int]
Way = tuple[int, int]
"""Seconds, and how many of them one walks."""


@dataclass(frozen=True)
class Points:
    """Alighting and boarding points of all calls.

    ``alight`` and ``board`` (calls of trips); ``of_alight`` and ``of_board`` tell by stop its points beyond
    the stop's own, with the rules that single each out.
    """

    alight: Ints
    board: Ints
    arrays: PointArrays
    of_alight: Mapping[int, Sequence[tuple[int, frozenset[int]]]]
    of_board: Mapping[int, Sequence[tuple[int, frozenset[int]]]]


@dataclass(frozen=True)
class Rules:
    """Rules about changes, with the stops that each is about, stations being all their platforms."""

    rules: Sequence[TransferRule]
    starts: Sequence[frozenset[int]]
    ends: Sequence[frozenset[int]]

    @classmethod
    def of(cls, rules: Sequence[TransferRule], platforms: Callable[[int], Sequence[int]]) -> "Rules":
        """Rules of types below 4; the others are about vehicles that go on."""
        kept = [rule for rule in rules if rule.kind <= FORBIDDEN]
        return cls(
            kept,
            [frozenset(platforms(rule.from_stop)) for rule in kept],
            [frozenset(platforms(rule.to_stop)) for rule in kept],
        )

    @cached_property
    def from_all(self) -> frozenset[int]:
        """Rules that are about all vehicles one comes with."""
        return frozenset(
            number for number, rule in enumerate(self.rules) if rule.from_trip == rule.from_route == NONE
        )

    @cached_property
    def to_all(self) -> frozenset[int]:
        """Rules that are about all vehicles one goes on with."""
        return frozenset(
            number for number, rule in enumerate(self.rules) if rule.to_trip == rule.to_route == NONE
        )

    def rank(self, number: int) -> tuple[int, int, int]:
        """What the standard lets prevail: trips, then lines, then stops before stations, then the first
        row.
        """
        rule = self.rules[number]
        trips = (rule.from_trip != NONE) + (rule.to_trip != NONE)
        routes = (rule.from_trip == NONE and rule.from_route != NONE) + (
            rule.to_trip == NONE and rule.to_route != NONE
        )
        return trips * 10 + routes * 4, -len(self.starts[number]) * len(self.ends[number]), -rule.line


def make_points(rules: Rules, call_trip: Ints, call_stop: Ints, trip_route: Ints, stop_count: int) -> Points:
    """Give calls that rules single out points of their own. ``call_trip`` and ``call_stop`` are by call."""
    alight, board = call_stop.copy(), call_stop.copy()
    order = np.argsort(call_stop, kind="stable")
    sorted_stops = call_stop[order]

    def singled_out(stops: frozenset[int], trip: int, route: int) -> Ints:
        chosen = []
        for stop in stops:
            begin, end = np.searchsorted(sorted_stops, (stop, stop + 1))
            calls = order[begin:end]
            if trip != NONE:
                calls = calls[call_trip[calls] == trip]
            if route != NONE:
                calls = calls[trip_route[call_trip[calls]] == route]
            chosen.append(calls)
        return np.concatenate(chosen).astype(np.int32)

    alighting: dict[int, list[int]] = defaultdict(list)
    boarding: dict[int, list[int]] = defaultdict(list)
    for number, rule in enumerate(rules.rules):
        if not (rule.from_trip == rule.from_route == NONE):
            for call in singled_out(rules.starts[number], rule.from_trip, rule.from_route).tolist():
                alighting[call].append(number)
        if not (rule.to_trip == rule.to_route == NONE):
            for call in singled_out(rules.ends[number], rule.to_trip, rule.to_route).tolist():
                boarding[call].append(number)
    alight_points = _numbered(alighting, call_stop, alight, stop_count)
    board_points = _numbered(boarding, call_stop, board, stop_count)
    alight_stop, alight_first, alight_list = _listed(alight_points, stop_count)
    board_stop, board_first, board_list = _listed(board_points, stop_count)
    arrays = PointArrays(alight_stop, board_stop, alight_first, alight_list, board_first, board_list)
    return Points(alight, board, arrays, _by_stop(alight_points), _by_stop(board_points))


def _numbered(
    of_call: Mapping[int, Sequence[int]], call_stop: Ints, point: Ints, stop_count: int
) -> Signatures:
    signatures: Signatures = {}
    for call, rules in of_call.items():
        key = (int(call_stop[call]), tuple(rules))
        point[call] = signatures.setdefault(key, stop_count + len(signatures))
    return signatures


def _listed(points: Signatures, stop_count: int) -> tuple[Ints, Ints, Ints]:
    """Stops of all points, and by stop its points beyond the first."""
    stops = np.array([stop for stop, _ in points], dtype=np.int32)
    order = np.argsort(stops, kind="stable").astype(np.int32)
    first = np.searchsorted(stops[order], np.arange(stop_count + 1)).astype(np.int32)
    all_stops = np.concatenate([np.arange(stop_count, dtype=np.int32), stops])
    return all_stops, first, order + np.int32(stop_count)


def _by_stop(points: Signatures) -> dict[int, list[tuple[int, frozenset[int]]]]:
    found: dict[int, list[tuple[int, frozenset[int]]]] = defaultdict(list)
    for (stop, rules), point in points.items():
        found[stop].append((point, frozenset(rules)))
    return dict(found)


def make_changes(
    rules: Rules, points: Points, walks: Walks, straight_s: Callable[[int, int], int | None], stop_count: int
) -> Changes:
    """All ways between vehicles.

    Parameters
    ----------
    walks
        Ways between different stops; of several between the same stops the shortest counts.
    straight_s
        Seconds between two stops that a rule joins and no walk does; None where there is no way.
    """
    on_foot: dict[tuple[int, int], Way] = {(stop, stop): (0, 0) for stop in range(stop_count)}
    for start, end, seconds in zip(*(column.tolist() for column in walks), strict=True):
        known = on_foot.get((start, end))
        if known is None or seconds < known[0]:
            on_foot[start, end] = seconds, seconds

    def ruled(pair: tuple[int, int], number: int) -> Way | None:
        walk = on_foot.get(pair)
        if walk is None and (seconds := straight_s(*pair)) is not None:
            walk = seconds, seconds
        return _by_rule(rules.rules[number], walk)

    decided: dict[tuple[int, int], Way | None] = {**on_foot}
    special: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number in sorted(range(len(rules.rules)), key=rules.rank):
        for pair in ((start, end) for start in rules.starts[number] for end in rules.ends[number]):
            if rules.rules[number].singles_out:
                special[pair].append(number)
            else:
                decided[pair] = ruled(pair, number)
    rows = [(*pair, *way) for pair, way in decided.items() if way is not None]
    touched = {pair for pair in decided if pair[0] in points.of_alight or pair[1] in points.of_board}
    for pair in touched | set(special):
        ways = {number: ruled(pair, number) for number in special.get(pair, ())}
        for alight, board, numbers in _point_pairs(rules, points, *pair):
            # The last one that is about both calls prevails.
            told = [ways[number] for number in ways if number in numbers]
            way = told[-1] if told else decided.get(pair)
            if way is not None:
                rows.append((alight, board, *way))
    return _packed(rows, len(points.arrays.alight_stop), len(points.arrays.board_stop))


def _by_rule(rule: TransferRule, walk: Way | None) -> Way | None:
    """The way that a rule leaves of a walk."""
    if rule.kind == FORBIDDEN or walk is None:
        return None
    if rule.kind == GUARANTEED:
        return 0, 0
    if rule.kind == TAKES_AT_LEAST and rule.least_s != NONE:
        return rule.least_s, min(walk[1], rule.least_s)
    return walk


def _point_pairs(
    rules: Rules, points: Points, start: int, end: int
) -> Iterator[tuple[int, int, frozenset[int]]]:
    """Pairs of points of two stops, all but the stops' own, with the rules that are about both."""
    for alight, told_from in ((start, frozenset[int]()), *points.of_alight.get(start, ())):
        for board, told_to in ((end, frozenset[int]()), *points.of_board.get(end, ())):
            if (alight, board) != (start, end):
                yield alight, board, (told_from | rules.from_all) & (told_to | rules.to_all)


def _packed(rows: Sequence[tuple[int, int, int, int]], alight_count: int, board_count: int) -> Changes:
    start, to, seconds, walk_s = np.array(rows, dtype=np.int32).reshape(-1, 4).T
    order = np.lexsort((to, seconds, start))
    start, to = start[order], np.ascontiguousarray(to[order])
    first = np.searchsorted(start, np.arange(alight_count + 1)).astype(np.int32)
    back = np.lexsort((start, seconds[order], to)).astype(np.int32)
    back_first = np.searchsorted(to[back], np.arange(board_count + 1)).astype(np.int32)
    return Changes(
        first, to, np.ascontiguousarray(seconds[order]), np.ascontiguousarray(walk_s[order]),
        back_first, back, np.ascontiguousarray(start[back]),
    )  # fmt: skip
