"""The ride-share benches of the demo district. Invented, at stops that are there."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from data.stops import VirtualStop


class Bench(NamedTuple):
    """A bench at a stop; ``signs`` are where one may want to go, and the stop where one would get off."""

    id: str
    stop: str
    signs: tuple[tuple[str, str], ...]


TOWN = ("Neubrandenburg", "Rathaus")
STARGARD = ("Burg Stargard", "Burg Stargard, Ortsmitte")
WULKENZIN = ("Wulkenzin", "Wulkenzin, Ortsmitte")
NEMEROW = ("Groß Nemerow", "Groß Nemerow, Ortsmitte")
PRAGSDORF = ("Pragsdorf", "Pragsdorf, Ortsmitte")
BENCHES = (
    Bench("mitfahrbank-wulkenzin", WULKENZIN[1], (TOWN,)),
    Bench("mitfahrbank-alt-rehse", "Alt Rehse, Ortsmitte", (TOWN, WULKENZIN)),
    Bench("mitfahrbank-gross-nemerow", NEMEROW[1], (TOWN, STARGARD)),
    Bench("mitfahrbank-pragsdorf", PRAGSDORF[1], (TOWN, STARGARD)),
    Bench("mitfahrbank-burg-stargard", STARGARD[1], (TOWN, PRAGSDORF)),
    Bench("mitfahrbank-neubrandenburg", TOWN[1], (WULKENZIN, NEMEROW, STARGARD, PRAGSDORF)),
)


def benches(stops: Iterable[VirtualStop]) -> dict[str, Any]:
    """As ``benches.json`` holds them."""
    by_name = {stop.name: stop for stop in stops}

    def place(name: str, label: str) -> dict[str, Any]:
        stop = by_name[name]
        return {"latitude_deg": stop.latitude_deg, "longitude_deg": stop.longitude_deg, "label": label}

    return {
        "benches": [
            {
                "id": bench.id,
                "place": place(bench.stop, f"Mitfahrbank {bench.stop}"),
                "signs": [
                    {"destination": destination, "place": place(stop, destination)}
                    for destination, stop in bench.signs
                ],
            }
            for bench in BENCHES
        ]
    }
