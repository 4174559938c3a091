"""``landlinie roads``: a road graph from a map; ``route``, ``isochrone`` and ``matrix``: questions to one."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, NoReturn

import shapely
import typer
from pooling.domain.zone import SNAP_LIMIT_M
from routing_core.roads.build import build_graph
from routing_core.roads.errors import NoRoadNearby, NoWay, RoadsError
from routing_core.roads.network import RoadNetwork
from routing_core.roads.osm import read_streets
from routing_core.roads.profile import OWN_PROFILES, load_profile
from routing_core.roads.router import Router
from routing_core.roads.snap import RoadPoint
from routing_core.travel import UNREACHABLE

from onebox.places import POINT
from onebox.settings import DEFAULT_DISTRICT

WRONG = 2
"""Exit code when a file or an option is wrong, or a place is not at any road."""
NO_WAY = 1
"""Exit code when no drivable way leads there."""
LONGEST_MINUTES = 24 * 60

Extract = Annotated[
    Path, typer.Argument(metavar="EXTRACT", dir_okay=False, help="map: .osm.pbf, .osm, .osm.bz2 …")
]
NewGraph = Annotated[
    Path, typer.Argument(metavar="FOLDER", file_okay=False, help="where the graph is written")
]
ProfileName = Annotated[
    str,
    typer.Option("--profile", help=f"{', '.join(OWN_PROFILES)}, or a profile file of your own"),
]
Graph = Annotated[
    Path,
    typer.Option(
        "--roads", metavar="FOLDER", file_okay=False, help="road graph, as landlinie roads makes it"
    ),
]
From = Annotated[str, typer.Option("--from", metavar="LAT,LON", help="place to set off from")]
To = Annotated[str, typer.Option("--to", metavar="LAT,LON", help="place to come to")]
Origins = Annotated[
    list[str], typer.Option("--from", metavar="LAT,LON", help="places to set off from; repeat it")
]
Destinations = Annotated[
    list[str] | None,
    typer.Option(
        "--to", metavar="LAT,LON", help="places to come to; repeat it", show_default="those of --from"
    ),
]
Limit = Annotated[float, typer.Option("--limit-m", min=0, help="refuse places further than that from a road")]
Curb = Annotated[bool, typer.Option("--curb", help="come by on the side of the street the place is on")]
Language = Annotated[str, typer.Option("--language", help="of the instructions: de or en")]
Minutes = Annotated[float, typer.Option("--minutes", min=0, max=LONGEST_MINUTES, help="how long to drive")]
Beside = Annotated[
    float, typer.Option("--beside-m", min=1, help="how far beside a road still counts as reached")
]

DEMO_ROADS = DEFAULT_DISTRICT / "roads"


def roads(extract: Extract, folder: NewGraph, profile: ProfileName = "car") -> None:
    """Make the road graph of an OpenStreetMap extract, and print what was found as JSON.

    The folder becomes one that a district or ``--roads`` may use. Exit code 2 if the map or the profile
    cannot be used.
    """
    with _told_errors():
        try:
            graph, report = build_graph(read_streets(extract, load_profile(profile)))
        except ValueError as error:
            _refuse(f"map extract {str(extract)!r}: {error}")
        about = {"source": extract.name, "profile": profile, **asdict(report)}
        try:
            RoadNetwork(graph).save(folder, about)
        except OSError as error:
            _refuse(f"{folder}: {error.strerror}")
    typer.echo(json.dumps(about, ensure_ascii=False))


def route(
    origin: From,
    destination: To,
    graph: Graph = DEMO_ROADS,
    limit_m: Limit = SNAP_LIMIT_M,
    curb: Curb = False,
    language: Language = "de",
) -> None:
    """Print the fastest way as GeoJSON: its line, seconds and metres, and what the driver is told.

    Exit code 1 if there is no way, 2 if a place is too far from any road.
    """
    with _told_errors():
        router = _router(graph)
        start = _snapped(router, origin, "--from", limit_m, curb)
        end = _snapped(router, destination, "--to", limit_m, curb)
        try:
            found = router.route(start, end)
        except NoWay:
            typer.echo(f"no drivable way from {origin} to {destination}", err=True)
            raise typer.Exit(NO_WAY) from None
        told = [asdict(instruction) for instruction in router.instructions(found, language)]
    line = [
        [round(longitude_deg, 7), round(latitude_deg, 7)] for latitude_deg, longitude_deg in found.geometry
    ]
    _print_feature(
        {"type": "LineString", "coordinates": line},
        seconds=found.seconds,
        metres=found.metres,
        from_road_m=round(start.distance_m, 1),
        to_road_m=round(end.distance_m, 1),
        instructions=told,
    )


def isochrone(
    origin: From,
    minutes: Minutes,
    graph: Graph = DEMO_ROADS,
    limit_m: Limit = SNAP_LIMIT_M,
    beside_m: Beside = 50.0,
) -> None:
    """Print what can be reached within some minutes as GeoJSON: an area along the roads.

    Exit code 2 if the place is too far from any road.
    """
    with _told_errors():
        router = _router(graph)
        start = _snapped(router, origin, "--from", limit_m, curb=False)
        reached = router.isochrone(start, round(minutes * 60))
    area = shapely.set_precision(reached.area(router.network.graph, beside_m), 1e-7)
    _print_feature(
        json.loads(shapely.to_geojson(area)),
        seconds=reached.seconds,
        from_road_m=round(start.distance_m, 1),
        stretch_count=len(reached.stretches),
    )


def matrix(
    origins: Origins,
    destinations: Destinations = None,
    graph: Graph = DEMO_ROADS,
    limit_m: Limit = SNAP_LIMIT_M,
    curb: Curb = False,
) -> None:
    """Print driving times and lengths from some places to others as JSON; null where there is no way.

    Rows are origins, columns destinations. Exit code 2 if a place is too far from any road.
    """
    with _told_errors():
        router = _router(graph)
        starts = [_snapped(router, place, "--from", limit_m, curb) for place in origins]
        ends = [_snapped(router, place, "--to", limit_m, curb) for place in destinations or []]
        seconds, metres = router.many_to_many(starts, ends or starts)
    typer.echo(json.dumps({"seconds": _known(seconds.tolist()), "metres": _known(metres.tolist())}))


def _known(rows: Sequence[Sequence[int]]) -> list[list[int | None]]:
    return [[None if value == UNREACHABLE else value for value in row] for row in rows]


@contextmanager
def _told_errors() -> Iterator[None]:
    try:
        yield
    except RoadsError as error:
        _refuse(str(error))


def _refuse(why: str) -> NoReturn:
    typer.echo(why, err=True)
    raise typer.Exit(WRONG)


def _router(folder: Path) -> Router:
    return Router(RoadNetwork.load(folder))


def _snapped(router: Router, place: str, option: str, limit_m: float, curb: bool) -> RoadPoint:
    point = POINT.match(place)
    if not point:
        raise typer.BadParameter(f"is {place!r}, must be LAT,LON in degrees", param_hint=option)
    try:
        return router.snap(float(point[1]), float(point[2]), limit_m, curb=curb)
    except NoRoadNearby as far:
        raise typer.BadParameter(f"{place}: {far}", param_hint=option) from None


def _print_feature(geometry: dict[str, Any], **properties: object) -> None:
    feature = {"type": "Feature", "geometry": geometry, "properties": properties}
    typer.echo(json.dumps(feature, ensure_ascii=False))
