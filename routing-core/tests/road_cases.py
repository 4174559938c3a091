"""Tiny hand-made maps: nodes on a plane in metres, written as OpenStreetMap files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import cos, pi, radians
from pathlib import Path
from xml.sax.saxutils import quoteattr

from routing_core.roads.build import build_graph
from routing_core.roads.network import RoadNetwork
from routing_core.roads.osm import read_streets
from routing_core.roads.router import Router
from routing_core.roads.snap import RoadPoint

ORIGIN_LATITUDE_DEG, ORIGIN_LONGITUDE_DEG = 53.5, 13.2
METRES_PER_DEGREE = 2 * pi * 6_371_008.8 / 360

RESIDENTIAL = {"highway": "residential", "maxspeed": "50"}
"""85 % of 50 km/h."""
RESIDENTIAL_KMH = 42.5

Tags = Mapping[str, str]


def degrees(x_m: float, y_m: float) -> tuple[float, float]:
    """Latitude and longitude of a point so many metres east and north of the origin."""
    latitude_deg = ORIGIN_LATITUDE_DEG + y_m / METRES_PER_DEGREE
    longitude_m = METRES_PER_DEGREE * cos(radians(ORIGIN_LATITUDE_DEG))
    return latitude_deg, ORIGIN_LONGITUDE_DEG + x_m / longitude_m


@dataclass
class Map:
    """A map under construction; nodes are added as (x, y) in metres, everything else by their ids."""

    nodes: dict[int, tuple[float, float]] = field(default_factory=dict)
    node_tags: dict[int, Tags] = field(default_factory=dict)
    ways: dict[int, tuple[Sequence[int], Tags]] = field(default_factory=dict)
    relations: list[tuple[Sequence[tuple[str, str, int]], Tags]] = field(default_factory=list)

    def way(self, way_id: int, nodes: Sequence[int], tags: Tags | None = None, **more: str) -> None:
        self.ways[way_id] = (nodes, {**(RESIDENTIAL if tags is None else tags), **more})

    def restrict(self, kind: str, from_way: int, via_node: int, to_way: int, **more: str) -> None:
        members = [("way", "from", from_way), ("node", "via", via_node), ("way", "to", to_way)]
        self.relations.append((members, {"type": "restriction", "restriction": kind, **more}))

    def xml(self) -> str:
        lines = ["<?xml version='1.0' encoding='UTF-8'?>", '<osm version="0.6" generator="test">']
        for node, (x_m, y_m) in sorted(self.nodes.items()):
            latitude_deg, longitude_deg = degrees(x_m, y_m)
            lines.append(f'<node id="{node}" version="1" lat="{latitude_deg:.7f}" lon="{longitude_deg:.7f}">')
            lines += [*_tags(self.node_tags.get(node, {})), "</node>"]
        for way, (nodes, tags) in sorted(self.ways.items()):
            lines.append(f'<way id="{way}" version="1">')
            lines += [f'<nd ref="{node}"/>' for node in nodes]
            lines += [*_tags(tags), "</way>"]
        for number, (members, tags) in enumerate(self.relations, start=1):
            lines.append(f'<relation id="{number}" version="1">')
            lines += [f'<member type="{kind}" ref="{ref}" role="{role}"/>' for kind, role, ref in members]
            lines += [*_tags(tags), "</relation>"]
        return "\n".join([*lines, "</osm>"])

    def save(self, folder: Path) -> Path:
        path = folder / "map.osm"
        path.write_text(self.xml(), encoding="utf-8")
        return path

    def network(self, folder: Path) -> RoadNetwork:
        return RoadNetwork(build_graph(read_streets(self.save(folder)))[0])

    def router(self, folder: Path) -> Router:
        return Router(self.network(folder))


def snap(router: Router, x_m: float, y_m: float, limit_m: float = 50.0) -> RoadPoint:
    return router.snap(*degrees(x_m, y_m), limit_m)


def drive_s(router: Router, origin: RoadPoint, destination: RoadPoint) -> int:
    return int(router.times_from(origin, [destination])[0][0])


def drive_m(router: Router, origin: RoadPoint, destination: RoadPoint) -> int:
    return int(router.times_from(origin, [destination])[1][0])


def _tags(tags: Tags) -> list[str]:
    return [f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items()]
