"""Where a tariff's zones are: areas of a GeoJSON file, and which of them a position lies in."""

from collections.abc import Sequence
from pathlib import Path

import shapely
from service_kit.json_fields import Field, read_file

SHAPES = frozenset({"Polygon", "MultiPolygon"})
LEAST_CORNERS = 4
"""Of a ring, the first one repeated at its end."""


class TariffZones:
    """Tariff zones on the ground; several areas may be one zone, and areas may overlap.

    Parameters
    ----------
    areas
        Zone ids with their areas, in degrees, longitude first.
    """

    def __init__(self, areas: Sequence[tuple[str, shapely.MultiPolygon]]) -> None:
        self._ids = [zone_id for zone_id, _ in areas]
        self._tree = shapely.STRtree([area for _, area in areas])

    def at(self, latitude_deg: float, longitude_deg: float) -> tuple[str, ...]:
        """Zones that hold a position or have it on their border, in order; none outside all of them."""
        found = self._tree.query(shapely.Point(longitude_deg, latitude_deg), predicate="intersects")
        return tuple(sorted({self._ids[index] for index in found}))


def read_tariff_zones(path: Path) -> TariffZones:
    """Read a GeoJSON collection of polygons with the property ``zone_id``.

    Raises
    ------
    FieldError
        Naming the file, the field and its value.
    """
    return TariffZones(read_file(path)["features"].each(_area, at_least=1))


def _area(feature: Field) -> tuple[str, shapely.MultiPolygon]:
    zone_id = feature["properties"]["zone_id"].text()
    geometry = feature["geometry"]
    coordinates = geometry["coordinates"]
    if geometry["type"].choice(SHAPES) == "Polygon":
        area = shapely.MultiPolygon([_polygon(coordinates)])
    else:
        area = shapely.MultiPolygon(coordinates.each(_polygon, at_least=1))
    if not area.is_valid:
        raise geometry.error(f"is no area: {shapely.is_valid_reason(area)}")
    return zone_id, area


def _polygon(rings: Field) -> shapely.Polygon:
    outline, *holes = rings.each(_ring, at_least=1)
    return shapely.Polygon(outline, holes)


def _ring(corners: Field) -> tuple[tuple[float, float], ...]:
    ring = corners.each(_corner, at_least=LEAST_CORNERS)
    if ring[0] != ring[-1]:
        raise corners.error("does not end where it begins")
    return ring


def _corner(corner: Field) -> tuple[float, float]:
    # A height may follow.
    longitude, latitude, *_ = corner.each(lambda part: part, at_least=2)
    return longitude.degrees(180), latitude.degrees(90)
