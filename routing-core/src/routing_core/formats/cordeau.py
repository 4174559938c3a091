"""Dial-a-ride files: Cordeau 2006 (`a2-16`, `b4-48`, …) and Cordeau & Laporte 2003 (`R1a`, `pr01`, …).

Both begin with ``vehicles requests-or-nodes longest-tour capacity longest-ride``, then one row
``id x y service load earliest latest`` per node: the depot, all pickups, all dropoffs. In the older
family the second number counts the pickups and dropoffs; in the newer one it counts the requests and a
row for the depot at the end of tours comes last.

Sources: J.-F. Cordeau, G. Laporte: A tabu search heuristic for the static multi-vehicle dial-a-ride
problem, Transportation Research Part B 37 (2003); J.-F. Cordeau: A branch-and-cut algorithm for the
dial-a-ride problem, Operations Research 54 (2006).
"""

from collections.abc import Iterable, Sequence

import numpy as np

from routing_core.formats.lines import Line, expect_rows, filled_lines, refuse_too_many, window_at
from routing_core.formats.rides import Ride, Rides

HEADER = "a header: vehicles, requests, longest tour, capacity, longest ride"
ROW = "a row: id, x, y, service, load, earliest, latest"


def read_cordeau_2006(lines: Iterable[str]) -> Rides:
    """Read a file whose second number counts the requests.

    Raises
    ------
    FormatError
        For anything that is not as the format says.
    """
    header, *rows = filled_lines(lines)
    header.expect_words(5, HEADER)
    request_count = header.integer_at(1, "the number of requests", at_least=1)
    expect_rows(rows, 2 * request_count + 2, f"{request_count} requests and two depots")
    return _read(header, rows, request_count)


def read_cordeau_laporte_2003(lines: Iterable[str]) -> Rides:
    """Read a file whose second number counts pickups and dropoffs; tours end at the first row's depot.

    Raises
    ------
    FormatError
        For anything that is not as the format says.
    """
    header, *rows = filled_lines(lines)
    header.expect_words(5, HEADER)
    stop_count = header.integer_at(1, "the number of pickups and dropoffs", at_least=2)
    if stop_count % 2:
        raise header.error(f"the number of pickups and dropoffs is odd: {stop_count}")
    expect_rows(rows, stop_count + 1, f"{stop_count} pickups and dropoffs and a depot")
    return _read(header, rows, stop_count // 2)


def _read(header: Line, rows: Sequence[Line], request_count: int) -> Rides:
    refuse_too_many(rows)
    for position, row in enumerate(rows):
        row.expect_words(7, ROW)
        if row.integer_at(0, "the id") != position:
            raise row.error(f"rows are numbered from 0: here {position} is expected, not {row.words[0]!r}")
    windows = [window_at(row, 5) for row in rows]
    depots = [0] if len(rows) == 2 * request_count + 1 else [0, len(rows) - 1]
    for depot in depots:
        if rows[depot].integer_at(4, "the load") != 0:
            raise rows[depot].error(f"a depot has no load: {rows[depot].words[4]!r}")
    return Rides(
        node_ids=tuple(map(str, range(len(rows)))),
        x=np.array([row.number_at(1, "x") for row in rows]),
        y=np.array([row.number_at(2, "y") for row in rows]),
        service_time=np.array([row.number_at(3, "the service time", at_least=0) for row in rows]),
        earliest=np.array([earliest for earliest, _ in windows]),
        latest=np.array([latest for _, latest in windows]),
        rides=tuple(_ride(rows, pickup, pickup + request_count) for pickup in range(1, request_count + 1)),
        start=0,
        end=depots[-1],
        vehicle_count=header.integer_at(0, "the number of vehicles", at_least=1),
        capacity=header.integer_at(3, "the capacity", at_least=1),
        max_ride_time=header.number_at(4, "the longest ride", at_least=0),
        max_duration=header.number_at(2, "the longest tour", at_least=0),
        vehicles_first=False,
    )


def _ride(rows: Sequence[Line], pickup: int, dropoff: int) -> Ride:
    load = rows[pickup].integer_at(4, "the load of a pickup", at_least=0)
    left = rows[dropoff].integer_at(4, "the load of a dropoff")
    if left != -load:
        raise rows[dropoff].error(
            f"the load is {left}, that of its pickup {pickup} (line {rows[pickup].number}) is {load}"
        )
    return Ride(pickup, dropoff, load)
