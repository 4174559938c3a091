"""Vehicle routing with time windows: files of Solomon and of Gehring & Homberger.

A name, ``VEHICLE`` with a line ``NUMBER CAPACITY`` and its two numbers, ``CUSTOMER`` with a line of column
names, then one row ``id x y demand ready due service`` per node, the depot first. Distance and time are
Euclidean and unrounded; fewer vehicles come first.

Sources: M. M. Solomon: Algorithms for the vehicle routing and scheduling problems with time window
constraints, Operations Research 35 (1987); H. Gehring, J. Homberger: A parallel hybrid evolutionary
metaheuristic for the vehicle routing problem with time windows, EUROGEN 1999.
"""

from collections.abc import Iterable

import numpy as np

from routing_core.formats.lines import Line, filled_lines, refuse_too_many, window_at
from routing_core.formats.visits import Visits

ROW = "a row: id, x, y, demand, ready, due, service"


def read_solomon(lines: Iterable[str]) -> Visits:
    """Read a file of Solomon or of Gehring & Homberger.

    Raises
    ------
    FormatError
        For anything that is not as the format says.
    """
    filled = filled_lines(lines)
    _expect(filled, 1, "VEHICLE")
    _expect(filled, 2, "NUMBER")
    _expect(filled, 4, "CUSTOMER")
    _expect(filled, 5, "CUST")
    fleet, rows = filled[3], filled[6:]
    fleet.expect_words(2, "the vehicles' line: number, capacity")
    if len(rows) < 2:
        raise filled[-1].error("the file ends before the depot and one customer")
    refuse_too_many(rows)
    for position, row in enumerate(rows):
        row.expect_words(7, ROW)
        if row.integer_at(0, "the id") != position:
            raise row.error(f"rows are numbered from 0: here {position} is expected, not {row.words[0]!r}")
    x = np.array([row.number_at(1, "x") for row in rows])
    y = np.array([row.number_at(2, "y") for row in rows])
    windows = [window_at(row, 4) for row in rows]
    return Visits(
        node_ids=tuple(map(str, range(len(rows)))),
        distance=np.hypot(x[:, None] - x, y[:, None] - y),
        demand=np.array([row.integer_at(3, "the demand", at_least=0) for row in rows], dtype=np.int64),
        capacity=fleet.integer_at(1, "the capacity", at_least=1),
        service_time=np.array([row.number_at(6, "the service time", at_least=0) for row in rows]),
        earliest=np.array([earliest for earliest, _ in windows]),
        latest=np.array([latest for _, latest in windows]),
        release_time=np.zeros(len(rows)),
        vehicle_count=fleet.integer_at(0, "the number of vehicles", at_least=1),
        vehicles_first=True,
        reloads=False,
    )


def _expect(filled: list[Line], position: int, word: str) -> None:
    if position >= len(filled):
        raise filled[-1].error(f"the file ends before {word}")
    if filled[position].words[0].upper() != word:
        raise filled[position].error(f"{word} is expected, not {filled[position].words[0]!r}")
