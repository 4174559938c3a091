"""Several feeds as one: numbers behind one another, ids with their feed's prefix."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from timetable.schedule import NONE, Bools, Bytes, Floats, Ints
from timetable.transit.compact import FeedArrays, NameArrays, StopArrays, Texts
from timetable.transit.runs import Calls
from timetable.transit.source import Pathway, Source, TransferRule

UNKNOWN = 0


class Merged(NamedTuple):
    """All feeds; trips' arrays are by trip, ``often`` has rows of trip, start, end and headway."""

    stops: StopArrays
    calls: Calls
    route_kind: Ints
    trip_route: Ints
    trip_service: Ints
    trip_zone: Ints
    trip_block: Ints
    trip_wheelchair: Bytes
    trip_bikes: Bytes
    headsign: Ints
    often: Ints
    first_day_ordinal: int
    runs_on: Bools
    rules: list[TransferRule]
    pathways: list[Pathway]
    names: NameArrays
    feeds: FeedArrays


def merged(sources: Sequence[Source]) -> Merged:
    """Number everything of several feeds anew, in their order."""
    schedules = [source.schedule for source in sources]
    feeds = FeedArrays(
        _starts([len(schedule.stops.ids) for schedule in schedules]),
        _starts([len(schedule.routes.ids) for schedule in schedules]),
        _starts([len(schedule.trips.ids) for schedule in schedules]),
    )
    stop_at, route_at, trip_at = (part.tolist()[:-1] for part in feeds)
    service_at = _starts([len(schedule.services.ids) for schedule in schedules]).tolist()[:-1]
    zones = sorted({zone for source in sources for zone in (*source.route_zone, source.schedule.timezone)})
    shown = sorted({zone for schedule in schedules for zone in schedule.stops.timezones if zone} - set(zones))
    zone_index = {zone: number for number, zone in enumerate((*zones, *shown))}
    headsigns: dict[str, int] = {}
    headsign = np.array(
        [headsigns.setdefault(text, len(headsigns)) for s in schedules for text in s.trips.headsigns],
        np.int32,
    )
    first_day, runs_on = _calendar(sources)
    route_zone = np.array([zone_index[zone] for source in sources for zone in source.route_zone], np.int32)
    trip_route = _joined([s.trips.route + at for s, at in zip(schedules, route_at, strict=True)])
    return Merged(
        _stops(sources, stop_at, zone_index),
        _calls(sources, stop_at),
        _joined([schedule.routes.kind for schedule in schedules]),
        trip_route,
        _joined([s.trips.service + at for s, at in zip(schedules, service_at, strict=True)]),
        route_zone[trip_route],
        _blocks(sources),
        np.concatenate([source.wheelchair for source in sources]),
        np.concatenate([source.bikes for source in sources]),
        headsign,
        _often(sources, trip_at),
        first_day,
        runs_on,
        [
            _moved(rule, *at)
            for source, *at in zip(sources, stop_at, route_at, trip_at, strict=True)
            for rule in source.transfers
        ],
        [
            Pathway(way.from_stop + at, way.to_stop + at, way.seconds, way.step_free)
            for source, at in zip(sources, stop_at, strict=True)
            for way in source.pathways
        ],
        _names(sources, tuple(zone_index), tuple(headsigns)),
        feeds,
    )


def _starts(counts: Sequence[int]) -> Ints:
    return np.cumsum([0, *counts], dtype=np.int32)


def _joined(parts: Sequence[Ints]) -> Ints:
    return np.concatenate([np.asarray(part, dtype=np.int32) for part in parts])


def _stops(sources: Sequence[Source], stop_at: Sequence[int], zones: dict[str, int]) -> StopArrays:
    parent = _joined(
        [
            np.where(source.schedule.stops.parent == NONE, NONE, source.schedule.stops.parent + at)
            for source, at in zip(sources, stop_at, strict=True)
        ]
    )
    own = np.concatenate([source.stop_wheelchair for source in sources])
    kind = np.concatenate([source.schedule.stops.kind for source in sources])
    wheelchair = own.copy()
    # Twice, as boarding areas hang on platforms that hang on stations.
    for _ in range(2):
        asks = (wheelchair == UNKNOWN) & (parent != NONE)
        wheelchair[asks] = wheelchair[parent[asks]]
    zone = [
        zones[name or source.schedule.timezone]
        for source in sources
        for name in source.schedule.stops.timezones
    ]

    def placed(column: str) -> Floats:
        return np.concatenate([getattr(source.schedule.stops, column) for source in sources])

    return StopArrays(placed("lon"), placed("lat"), parent, kind, wheelchair, np.array(zone, dtype=np.int32))


def _calls(sources: Sequence[Source], stop_at: Sequence[int]) -> Calls:
    first, count = [np.zeros(1, dtype=np.int64)], 0
    for source in sources:
        first.append(source.schedule.trips.first[1:] + count)
        count += int(source.schedule.trips.first[-1])
    stop = _joined([s.schedule.stop_times.stop + at for s, at in zip(sources, stop_at, strict=True)])
    times = [source.schedule.stop_times for source in sources]
    return Calls(
        np.concatenate(first), stop, stop, stop,
        np.concatenate([part.pickup for part in times]), np.concatenate([part.dropoff for part in times]),
        _joined([part.arrival_s for part in times]), _joined([part.departure_s for part in times]),
    )  # fmt: skip


def _blocks(sources: Sequence[Source]) -> Ints:
    parts, count = [], 0
    for source in sources:
        parts.append(np.where(source.block == NONE, NONE, source.block + count))
        count += int(source.block.max(initial=NONE)) + 1
    return _joined(parts)


def _often(sources: Sequence[Source], trip_at: Sequence[int]) -> Ints:
    rows = []
    for source, at in zip(sources, trip_at, strict=True):
        often = source.schedule.frequencies
        rows.append(np.stack([often.trip + at, often.start_s, often.end_s, often.headway_s]))
    return np.concatenate(rows, axis=1).astype(np.int32)


def _calendar(sources: Sequence[Source]) -> tuple[int, Bools]:
    services = [source.schedule.services for source in sources]
    used = [part for part in services if part.runs.shape[1]]
    first = min((part.first_day.toordinal() for part in used), default=1)
    last = max((part.first_day.toordinal() + part.runs.shape[1] for part in used), default=first)
    runs_on = np.zeros((sum(len(part.ids) for part in services), last - first), dtype=np.bool_)
    row = 0
    for part in services:
        at = part.first_day.toordinal() - first
        if part.runs.shape[1]:
            runs_on[row : row + len(part.ids), at : at + part.runs.shape[1]] = part.runs
        row += len(part.ids)
    return first, runs_on


def _moved(rule: TransferRule, stop_at: int, route_at: int, trip_at: int) -> TransferRule:
    def moved(number: int, by: int) -> int:
        return NONE if number == NONE else number + by

    return replace(
        rule,
        from_stop=moved(rule.from_stop, stop_at), to_stop=moved(rule.to_stop, stop_at),
        from_route=moved(rule.from_route, route_at), to_route=moved(rule.to_route, route_at),
        from_trip=moved(rule.from_trip, trip_at), to_trip=moved(rule.to_trip, trip_at),
    )  # fmt: skip


def _names(sources: Sequence[Source], zones: Sequence[str], headsigns: Sequence[str]) -> NameArrays:
    def ids(of: str) -> Texts:
        return Texts.of(
            [source.prefix + name for source in sources for name in getattr(source.schedule, of).ids]
        )

    return NameArrays(
        Texts.of([source.prefix for source in sources]),
        Texts.of(zones),
        ids("stops"),
        Texts.of([name for source in sources for name in source.schedule.stops.names]),
        ids("routes"),
        Texts.of(
            [s.schedule.routes.name(route) for s in sources for route in range(len(s.schedule.routes.ids))]
        ),
        ids("trips"),
        Texts.of(headsigns),
    )
