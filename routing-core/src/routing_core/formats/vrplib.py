"""Files in the form of VRPLIB: capacitated vehicle routing (CVRPLIB), and several trips a day.

CVRPLIB (``TYPE : CVRP``): distances are Euclidean, rounded to the nearest whole number, or given in
full; any number of vehicles. ``TYPE : MTVRPTWR`` adds time windows, release times and reloads at the
depot; everything in it counts in tenths (coordinates, times), and distances are rounded down to them.

Sources: E. Uchoa et al.: New benchmark instances for the capacitated vehicle routing problem, EJOR 257
(2017); G. Reinelt: TSPLIB 95, the form both derive from; W. Yang: An exact price-cut-and-enumerate method
for the capacitated multitrip vehicle routing problem with time windows, Transportation Science 57 (2023).
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from routing_core.formats.lines import MOST_NODES, Line, window_at
from routing_core.formats.sections import Sections, read_sections
from routing_core.formats.visits import Visits

COMMON = frozenset(
    {"NAME", "COMMENT", "TYPE", "DIMENSION", "CAPACITY", "EDGE_WEIGHT_TYPE"}
    | {"NODE_COORD_SECTION", "DEMAND_SECTION", "DEPOT_SECTION"}
)
EXPLICIT = frozenset(
    {"EDGE_WEIGHT_FORMAT", "EDGE_WEIGHT_SECTION", "DISPLAY_DATA_TYPE", "DISPLAY_DATA_SECTION"}
    | {"NODE_COORD_TYPE"}
)
MULTI_TRIP = frozenset(
    {"VEHICLES", "SERVICE_TIME", "TIME_WINDOW_SECTION", "RELEASE_TIME_SECTION"}
    | {"VEHICLES_RELOAD_DEPOT_SECTION"}
)
TENTHS = 10


def read_cvrplib(lines: Iterable[str]) -> Visits:
    """Read a file of CVRPLIB, ``EUC_2D`` or ``EXPLICIT``.

    Raises
    ------
    FormatError
        For anything that is not as the format says, and for keys that are not in use with it.
    """
    parts = read_sections(lines, COMMON | EXPLICIT)
    _expect_value(parts.field("TYPE"), "TYPE", "CVRP")
    count = _node_count(parts)
    if _one_word(parts.field("EDGE_WEIGHT_TYPE"), "EDGE_WEIGHT_TYPE") == "EXPLICIT":
        distance = _explicit(parts, count)
    else:
        _expect_value(parts.field("EDGE_WEIGHT_TYPE"), "EDGE_WEIGHT_TYPE", "EUC_2D")
        distance = np.floor(_euclidean(parts, count) + 0.5)
    return Visits(
        node_ids=tuple(str(node) for node in range(1, count + 1)),
        distance=distance,
        demand=_demand(parts, count),
        capacity=parts.field("CAPACITY").integer_at(0, "CAPACITY", at_least=1),
        service_time=np.zeros(count),
        earliest=np.full(count, -np.inf),
        latest=np.full(count, np.inf),
        release_time=np.zeros(count),
        vehicle_count=None,
        vehicles_first=False,
        reloads=False,
    )


def read_mtvrptwr(lines: Iterable[str]) -> Visits:
    """Read a file of multi-trip routing with time windows and release times; all in tenths.

    Raises
    ------
    FormatError
        For anything that is not as the format says.
    """
    parts = read_sections(lines, COMMON | MULTI_TRIP)
    _expect_value(parts.field("TYPE"), "TYPE", "MTVRPTWR")
    _expect_value(parts.field("EDGE_WEIGHT_TYPE"), "EDGE_WEIGHT_TYPE", "EUC_2D")
    count = _node_count(parts)
    vehicle_count = parts.field("VEHICLES").integer_at(0, "VEHICLES", at_least=1)
    _all_reload_at_the_depot(parts, vehicle_count)
    windows = np.array([window_at(row, 1) for row in parts.node_rows("TIME_WINDOW_SECTION", count, 3)])
    release = [
        row.number_at(1, "the release time", at_least=0)
        for row in parts.node_rows("RELEASE_TIME_SECTION", count, 2)
    ]
    service = np.full(count, parts.field("SERVICE_TIME").number_at(0, "SERVICE_TIME", at_least=0))
    service[0] = 0
    return Visits(
        node_ids=tuple(str(node) for node in range(1, count + 1)),
        distance=np.floor(_euclidean(parts, count) * TENTHS),
        demand=_demand(parts, count),
        capacity=parts.field("CAPACITY").integer_at(0, "CAPACITY", at_least=1),
        service_time=service * TENTHS,
        earliest=windows[:, 0] * TENTHS,
        latest=windows[:, 1] * TENTHS,
        release_time=np.array(release) * TENTHS,
        vehicle_count=vehicle_count,
        vehicles_first=False,
        reloads=True,
    )


def _one_word(line: Line, key: str) -> str:
    line.expect_words(1, f"the value of {key}")
    return line.words[0].upper()


def _expect_value(line: Line, key: str, value: str) -> None:
    if _one_word(line, key) != value:
        raise line.error(f"{key} is {line.words[0]!r}, only {value} can be read here")


def _node_count(parts: Sections) -> int:
    line = parts.field("DIMENSION")
    count = line.integer_at(0, "DIMENSION", at_least=2)
    if count > MOST_NODES:
        raise line.error(f"DIMENSION is more than {MOST_NODES}: {count}")
    if "DEPOT_SECTION" in parts.sections:
        section = parts.sections["DEPOT_SECTION"]
        depots = [row.integer_at(0, "a depot") for row in section.rows]
        if depots not in ([1], [1, -1]):
            raise section.heading.error(f"one depot is expected, node 1: {depots}")
    return count


def _euclidean(parts: Sections, count: int) -> npt.NDArray[np.float64]:
    rows = list(parts.node_rows("NODE_COORD_SECTION", count, 3))
    x = np.array([row.number_at(1, "x") for row in rows])
    y = np.array([row.number_at(2, "y") for row in rows])
    distance: npt.NDArray[np.float64] = np.hypot(x[:, None] - x, y[:, None] - y)
    return distance


def _demand(parts: Sections, count: int) -> npt.NDArray[np.int64]:
    rows = list(parts.node_rows("DEMAND_SECTION", count, 2))
    demand = [row.integer_at(1, "the demand", at_least=0) for row in rows]
    if demand[0]:
        raise rows[0].error(f"the depot has a demand: {demand[0]}")
    return np.array(demand, dtype=np.int64)


def _explicit(parts: Sections, count: int) -> npt.NDArray[np.float64]:
    """The matrix of ``EDGE_WEIGHT_SECTION``, whose lines may be broken anywhere."""
    form = parts.field("EDGE_WEIGHT_FORMAT")
    section = parts.section("EDGE_WEIGHT_SECTION")
    name = _one_word(form, "EDGE_WEIGHT_FORMAT")
    if name == "FULL_MATRIX":
        cells = np.divmod(np.arange(count * count), count)
    elif name in {"LOWER_ROW", "UPPER_COL"}:
        cells = np.tril_indices(count, -1)
    elif name in {"LOWER_DIAG_ROW", "UPPER_DIAG_COL"}:
        cells = np.tril_indices(count)
    elif name in {"UPPER_ROW", "LOWER_COL"}:
        cells = np.triu_indices(count, 1)
    elif name in {"UPPER_DIAG_ROW", "LOWER_DIAG_COL"}:
        cells = np.triu_indices(count)
    else:
        raise form.error(f"EDGE_WEIGHT_FORMAT is {name!r}, which is not known")
    values = [
        row.number_at(position, "a weight", at_least=0)
        for row in section.rows
        for position in range(len(row.words))
    ]
    if len(values) != len(cells[0]):
        where = (section.rows or (section.heading,))[-1]
        raise where.error(f"{name} of {count} nodes makes {len(cells[0])} weights, there are {len(values)}")
    matrix = np.zeros((count, count))
    matrix[cells] = values
    if name != "FULL_MATRIX":
        matrix[cells[1], cells[0]] = values
    return matrix


def _all_reload_at_the_depot(parts: Sections, vehicle_count: int) -> None:
    for row in parts.node_rows("VEHICLES_RELOAD_DEPOT_SECTION", vehicle_count, 2):
        if row.integer_at(1, "the depot to reload at") != 1:
            raise row.error(f"vehicles reload at the depot, node 1, not at {row.words[1]!r}")
