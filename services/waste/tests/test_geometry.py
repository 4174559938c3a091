"""Distances to levels."""

from itertools import pairwise
from math import pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from waste.domain.errors import WrongFieldError
from waste.domain.geometry import Geometry, JoinedLevel, Section, joined

BOX = Geometry((Section(1000, (1000, 1000), (1000, 1000)),), sensor_height_mm=1200, dead_zone_mm=100)
SIDES = st.floats(100, 3000)


@st.composite
def geometries(draw: st.DrawFn) -> Geometry:
    outlines = [(draw(SIDES), draw(SIDES)) for _ in range(draw(st.integers(2, 4)))]
    sections = tuple(
        Section(draw(st.floats(50, 2000)), lower, upper, round=draw(st.booleans()))
        for lower, upper in pairwise(outlines)
    )
    height = sum(section.height_mm for section in sections)
    return Geometry(
        sections,
        sensor_height_mm=height + draw(st.floats(0, 500)),
        tilt_deg=draw(st.floats(0, 30)),
        heap_slope_deg=draw(st.floats(0, 45)),
    )


def test_a_box_is_linear() -> None:
    assert BOX.capacity_l == pytest.approx(1000)
    assert BOX.level_share([200, 700, 1200]).tolist() == pytest.approx([1, 0.5, 0])


def test_volumes_of_cone_pyramid_and_bell() -> None:
    cone = Section(900, (0, 0), (1000, 1000), round=True)
    pyramid = Section(900, (0, 0), (1000, 1000))
    assert cone.volume_l_below(900) == pytest.approx(pi * 500**2 * 900 / 3 / 1e6)
    assert pyramid.volume_l_below(900) == pytest.approx(300)
    wedge = Section(900, (0, 1000), (1000, 1000))
    assert wedge.volume_l_below(900) == pytest.approx(450)
    bell = Geometry((Section(500, (1000, 1000), (1000, 1000)), pyramid), sensor_height_mm=1500)
    assert bell.capacity_l == pytest.approx(800)
    assert bell.level_share(1000) == pytest.approx(500 / 800)


def test_a_cone_half_high_holds_an_eighth() -> None:
    funnel = Geometry((Section(1000, (0, 0), (800, 800), round=True),), sensor_height_mm=1000)
    assert funnel.level_share(500) == pytest.approx(1 / 8)


def test_a_heap_holds_less_than_its_top_says() -> None:
    heaped = Geometry(BOX.sections, sensor_height_mm=1200, heap_slope_deg=30)
    # Under its top at 500 mm a cone of 30 degrees lacks two thirds of its rise over the half width.
    rise = 500 * np.tan(np.radians(30))
    assert heaped.volume_l(heaped.level_share(700)) == pytest.approx(500 - 2 / 3 * rise, rel=0.01)
    assert heaped.level_share(200) == 1
    assert heaped.level_share(1200) == 0


def test_dead_zone_is_full_and_beyond_the_floor_is_unknown() -> None:
    assert BOX.level_share(100) == 1
    assert BOX.level_share(1250) == 0
    assert np.isnan(BOX.level_share(1251))


def test_a_tilted_beam_is_longer_than_what_it_measures() -> None:
    tilted = Geometry(BOX.sections, sensor_height_mm=1200, tilt_deg=20)
    assert tilted.level_share(700 / np.cos(np.radians(20))) == pytest.approx(0.5)


@given(geometries(), st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_nearer_is_never_emptier(geometry: Geometry, places: list[float]) -> None:
    levels = geometry.level_share(np.sort(places) * geometry.sensor_height_mm)
    assert np.all(np.diff(levels) <= 1e-12)
    assert np.all((levels >= 0) & (levels <= 1))
    assert geometry.level_share(0) == 1
    assert geometry.level_share(geometry.sensor_height_mm / np.cos(np.radians(geometry.tilt_deg))) <= 1e-9


def test_several_containers_as_one() -> None:
    assert joined([(0.5, 1000), (1.0, 3000), (None, 500)]) == JoinedLevel(3500 / 4000, 1.0, 1)
    assert joined([(None, 500)]) == JoinedLevel(None, None, 1)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Section(0, (1, 1), (1, 1)), "height_mm is 0"),
        (lambda: Section(1, (1, -1), (1, 1)), r"lower_mm is \(1, -1\)"),
        (lambda: Section(1, (0, 1), (0, 1)), "holds nothing"),
        (lambda: Geometry((), 1000), r"sections is \(\)"),
        (lambda: Geometry(BOX.sections, float("nan")), "sensor_height_mm is nan"),
        (lambda: Geometry(BOX.sections, 1000, dead_zone_mm=1000), "dead_zone_mm is 1000"),
        (lambda: Geometry(BOX.sections, 1000, tilt_deg=60), "tilt_deg is 60"),
        (lambda: Geometry(BOX.sections, 1000, tolerance_mm=-1), "tolerance_mm is -1"),
        (lambda: BOX.level_share([3, -1]), "distance_mm is -1.0"),
        (lambda: BOX.level_share(float("inf")), "distance_mm is inf"),
        (lambda: joined([(0.1, 0)]), "capacity_l is 0"),
    ],
)
def test_what_has_no_meaning_is_named(make: object, text: str) -> None:
    assert callable(make)
    with pytest.raises(WrongFieldError, match=text):
        make()
