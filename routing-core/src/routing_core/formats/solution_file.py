"""Solutions as text, in the form VRPLIB uses: ``Route #1: …`` lines and the cost."""

from collections.abc import Sequence

from routing_core.formats.detect import Format, Instance
from routing_core.formats.verdict import Routes

COUNTED_FROM_DEPOT = frozenset({Format.CVRPLIB, Format.MTVRPTWR})


def solution_lines(instance: Instance, days: Sequence[Routes], cost: float) -> list[str]:
    """Lines of a solution file.

    Nodes are named by their ids in the file; only for files in the form of VRPLIB, whose solutions count
    from the depot as 0, by one less. Several days each begin with ``Day #1`` and so on.
    """
    shift = 1 if instance.format in COUNTED_FROM_DEPOT else 0
    lines = []
    for day, routes in enumerate(days, 1):
        if len(days) > 1:
            lines.append(f"Day #{day}")
        for number, route in enumerate(routes, 1):
            nodes = " ".join(str(int(node_id) - shift) for node_id in route)
            lines.append(f"Route #{number}: {nodes}")
    return [*lines, f"Cost {int(cost) if cost.is_integer() else cost}"]
