"""Pickup and delivery with time windows: files of Li & Lim.

The first line is ``vehicles capacity speed``, then one row ``id x y demand earliest latest service
pickup delivery`` per node, the depot first. A pickup names its delivery and has 0 for the pickup, a
delivery the other way round. Fewer vehicles come first, then unrounded distance.

Source: H. Li, A. Lim: A metaheuristic for the pickup and delivery problem with time windows, ICTAI 2001.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from routing_core.formats.lines import Line, filled_lines, refuse_too_many, window_at
from routing_core.formats.rides import Ride, Rides

HEADER = "a header: vehicles, capacity, speed"
ROW = "a row: id, x, y, demand, earliest, latest, service, pickup, delivery"


def read_li_lim(lines: Iterable[str]) -> Rides:
    """Read a file of Li & Lim.

    Raises
    ------
    FormatError
        For anything that is not as the format says, such as siblings that do not name each other.
    """
    header, *rows = filled_lines(lines)
    header.expect_words(3, HEADER)
    # Files have 0 or 1 there and mean the same: time is distance.
    if header.integer_at(2, "the speed") not in {0, 1}:
        raise header.error(f"the speed is 0 or 1, not {header.words[2]!r}")
    if len(rows) < 3:
        raise (rows[-1] if rows else header).error("the file ends before the depot and one ride")
    refuse_too_many(rows)
    for position, row in enumerate(rows):
        row.expect_words(9, ROW)
        if row.integer_at(0, "the id") != position:
            raise row.error(f"rows are numbered from 0: here {position} is expected, not {row.words[0]!r}")
    windows = [window_at(row, 4) for row in rows]
    return Rides(
        node_ids=tuple(map(str, range(len(rows)))),
        x=np.array([row.number_at(1, "x") for row in rows]),
        y=np.array([row.number_at(2, "y") for row in rows]),
        service_time=np.array([row.number_at(6, "the service time", at_least=0) for row in rows]),
        earliest=np.array([earliest for earliest, _ in windows]),
        latest=np.array([latest for _, latest in windows]),
        rides=_rides(rows),
        start=0,
        end=0,
        vehicle_count=header.integer_at(0, "the number of vehicles", at_least=1),
        capacity=header.integer_at(1, "the capacity", at_least=1),
        max_ride_time=None,
        max_duration=None,
        vehicles_first=True,
    )


def _rides(rows: Sequence[Line]) -> tuple[Ride, ...]:
    _, *nodes = rows
    siblings = [_sibling(row, len(rows)) for row in rows]
    is_pickup = [row.integer_at(8, "the delivery's id") != 0 for row in rows]
    if siblings[0] is not None:
        raise rows[0].error(f"the depot has a sibling: {siblings[0]}")
    rides = []
    for position, row in enumerate(nodes, 1):
        sibling = siblings[position]
        if sibling is None:
            raise row.error("neither pickup nor delivery is named")
        other = rows[sibling]
        if siblings[sibling] != position or is_pickup[sibling] == is_pickup[position]:
            raise row.error(f"sibling {sibling} (line {other.number}) does not name {position} in return")
        if not is_pickup[position]:
            continue
        demand = row.integer_at(3, "the demand of a pickup", at_least=0)
        if other.integer_at(3, "the demand") != -demand:
            raise other.error(f"the demand is {other.words[3]}, its pickup {position} has {demand}")
        rides.append(Ride(position, sibling, demand))
    return tuple(rides)


def _sibling(row: Line, row_count: int) -> int | None:
    """The other end, and None where both columns are 0."""
    pickup = row.integer_at(7, "the pickup's id", at_least=0)
    delivery = row.integer_at(8, "the delivery's id", at_least=0)
    if pickup and delivery:
        raise row.error(f"both a pickup and a delivery are named: {pickup} and {delivery}")
    sibling = pickup or delivery
    if sibling >= row_count:
        raise row.error(f"sibling {sibling} has no row")
    return sibling or None
