import math

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from routing_core.tiles.cut import EXTENT, FINEST
from tile_cases import area, features, on_tiles, shape_in, street, tile_of, tiles

ZOOM = 12
COLUMN, ROW = tile_of(ZOOM)
PLACE = st.floats(0.0, 2.99)
UNIT = 1 / EXTENT


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(PLACE, PLACE), min_size=2, max_size=7, unique=True), st.floats(0, 1))
def test_every_point_of_a_road_lies_in_the_tile_that_covers_it(
    corners: list[tuple[float, float]], share: float
) -> None:
    line = shapely.LineString(corners)
    if line.length < 10 * UNIT:
        return
    found = tiles(features([on_tiles(line, ZOOM, COLUMN, ROW)], [street()]), ZOOM)
    point = line.interpolate(share, normalized=True)
    column, row = math.floor(point.x), math.floor(point.y)
    drawn = shape_in(found[COLUMN + column, ROW + row], "road")
    there = shapely.Point(point.x - column, point.y - row)
    assert drawn.distance(there) <= FINEST / 2 + 2 * UNIT


@settings(max_examples=100, deadline=None)
@given(st.floats(0.2, 2.7), st.floats(0.2, 2.7), st.floats(0.05, 0.9), st.integers(3, 24))
def test_tiles_together_show_the_whole_area_and_its_hole(
    x: float, y: float, radius: float, corner_count: int
) -> None:
    ring = [
        (
            x + radius * math.cos(2 * math.pi * corner / corner_count),
            y + radius * math.sin(2 * math.pi * corner / corner_count),
        )
        for corner in range(corner_count)
    ]
    outline = shapely.Polygon(ring)
    lake = outline.difference(shapely.affinity.scale(outline, 0.5, 0.5))
    found = tiles(features([on_tiles(lake, ZOOM, COLUMN, ROW)], [area()]), ZOOM)
    for (column, row), tile in found.items():
        edges = shapely.box(0, 0, 1, 1)
        mapped = shapely.affinity.translate(lake, COLUMN - column, ROW - row).intersection(edges)
        drawn = shape_in(tile, "water").intersection(edges)
        assert drawn.symmetric_difference(mapped).area <= 4 * UNIT * (mapped.length + UNIT)
    shown = sum(shape_in(tile, "water").intersection(shapely.box(0, 0, 1, 1)).area for tile in found.values())
    inside = lake.intersection(shapely.box(-COLUMN, -ROW, 2**ZOOM - COLUMN, 2**ZOOM - ROW))
    assert shown == pytest.approx(inside.area, abs=4 * UNIT * lake.length)


def test_outlines_turn_clockwise_and_holes_the_other_way() -> None:
    ring = shapely.box(0.2, 0.2, 0.8, 0.8).exterior.coords
    hole = shapely.box(0.4, 0.4, 0.6, 0.6).exterior.coords
    for outline in (ring, ring[::-1]):
        for inner in (hole, hole[::-1]):
            lake = shapely.Polygon(outline, [inner])
            tile = tiles(features([on_tiles(lake, ZOOM, COLUMN, ROW)], [area()]), ZOOM)[COLUMN, ROW]
            (feature,) = tile["water"]["features"]
            outer, inside = feature["geometry"]["coordinates"]
            # With rows counted downwards, clockwise is what shapely calls counter-clockwise.
            assert shapely.is_ccw(shapely.LinearRing(outer))
            assert not shapely.is_ccw(shapely.LinearRing(inside))


def test_streets_of_one_kind_are_one_feature_of_a_tile() -> None:
    lines = [shapely.LineString([(0.1, y), (0.9, y)]) for y in (0.2, 0.4, 0.6)]
    kinds = [street("Dorfstraße"), street("Dorfstraße"), street("Mühlenweg")]
    tile = tiles(features([on_tiles(line, ZOOM, COLUMN, ROW) for line in lines], kinds), ZOOM)[COLUMN, ROW]
    names = {feature["properties"]["name"]: feature["geometry"] for feature in tile["road"]["features"]}
    assert sorted(names) == ["Dorfstraße", "Mühlenweg"]
    assert len(names["Dorfstraße"]["coordinates"]) == 2


def test_names_wait_for_their_zoom() -> None:
    line = on_tiles(shapely.LineString([(0.1, 0.2), (0.9, 0.2)]), ZOOM, COLUMN, ROW)
    found = features([line], [street("Dorfstraße")])
    (low,) = tiles(found, 11, finest=False).values()
    assert [feature["properties"] for feature in low["road"]["features"]] == [{"kind": "minor"}]


def test_what_is_too_small_to_see_is_left_out_below_the_highest_zoom() -> None:
    pond = on_tiles(shapely.box(0.5, 0.5, 0.5 + 4 * UNIT, 0.5 + 4 * UNIT), ZOOM, COLUMN, ROW)
    found = features([pond], [area()])
    assert tiles(found, ZOOM, finest=False) == {}
    assert (COLUMN, ROW) in tiles(found, ZOOM)


def test_an_area_smaller_than_a_unit_is_left_out() -> None:
    speck = on_tiles(shapely.box(0.5, 0.5, 0.5 + UNIT / 9, 0.5 + UNIT / 9), ZOOM, COLUMN, ROW)
    assert tiles(features([speck], [area()]), ZOOM) == {}
