from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import combinations, pairwise
from math import hypot
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kept_tours import NOW, SIX, container, duty, emptied, plant, tour
from service_kit.clock import SimulatedClock
from tour_office import BERLIN
from waste.adapters import tour_map
from waste.adapters.tour_map import Frame
from waste.adapters.tour_sheet import tour_sheet_pdf
from waste.adapters.tour_sheet_roads import DrawnRoads
from waste.adapters.truck_roads import GraphRoads, VehicleKind
from waste.application.tour_sheets import TourSheets
from waste.domain.containers import Fraction
from waste.domain.sheet_words import FRACTIONS, STATES, WORDS, Language
from waste.domain.tour import Point, RestRule, Span, Tour, TourState
from waste.domain.tour_report import Report, ReportKind, Weight
from waste.domain.tour_sheet import Box, Line, Road, box_around, detail_of, halts_of
from waste.domain.tour_steps import approved, reported

DEMO_ROADS = Path(__file__).parents[3] / "data" / "demo" / "roads_truck"


class PlainRoads:
    """Straight ways, and one road."""

    def way(self, _kind: str, places: Sequence[Point]) -> tuple[Line, ...]:
        return tuple(pairwise(places))

    def ground(self, _kind: str, box: Box) -> tuple[Road, ...]:
        return (Road(1, (box.low, box.high)),)


SHEETS = TourSheets(PlainRoads(), tour_sheet_pdf, SimulatedClock(NOW), BERLIN, "Stadtwerke Süd")


@contextmanager
def opened(content: bytes) -> Iterator[pypdfium2.PdfDocument]:
    document = pypdfium2.PdfDocument(content)
    try:
        yield document
    finally:
        document.close()


def pages(one: Tour, language: Language = Language.GERMAN) -> list[str]:
    with opened(SHEETS.printed(one, language)) as document:
        texts = []
        for page in document:
            text = page.get_textpage()
            texts.append(text.get_text_bounded())
            text.close()
            page.close()
        return texts


def test_a_sheet_tells_everything_a_driver_needs() -> None:
    here = container(
        1,
        name="Südstadt, Am Jägerhof",
        access_note="Schlüssel im Wertstoffhof »Ölmühle«",
        fractions=("glass_white",),
        locked=True,
    )
    same_site = container(2, site_id="site1", fractions=("glass_brown",), volume_l=12_345)
    rest = duty(rest=RestRule(Span(SIX, SIX + timedelta(hours=2)), 2700), truck_name="Kran 1 (Glas)")
    one = tour(here, same_site, plant(3), duty=rest)
    (text,) = pages(approved(one, NOW))
    for word in (
        "Tourenplan Kran 1 (Glas)",
        "Dienstag, 2. 6. 2026",
        "Stadtwerke Süd",
        "freigegeben",
        "Südstadt, Am Jägerhof (fest)",
        "Schlüssel im Wertstoffhof »Ölmühle«",
        "Weißglas",
        "Braunglas",
        "12.345",
        "Altstoffhändler",
        "Entladen",
        "Pause, 45 Minuten",
        "Kartendaten © OpenStreetMap-Mitwirkende (ODbL)",
        "Seite 1/1",
        "06:10",
    ):
        assert word in text.replace("\N{NO-BREAK SPACE}", " "), word


def test_a_sheet_in_english() -> None:
    (text,) = pages(tour(), Language.ENGLISH)
    for word in (
        "Tour sheet",
        "Tuesday, 2026-06-02",
        "Proposal – not yet approved",
        "Unloading",
        "Map data ©",
    ):
        assert word in text


def test_what_is_done_is_ticked_and_weighed() -> None:
    one = reported(approved(tour(), NOW), emptied("s1", 10), SIX + timedelta(hours=1))
    weighed = Report(ReportKind.UNLOADED, SIX + timedelta(minutes=40), "s4", weights=(Weight("paper", 170),))
    (text,) = pages(reported(one, weighed, SIX + timedelta(hours=1)))
    assert "170 kg" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "unterwegs" in text


def test_a_plants_scale_has_a_line_for_every_fraction_aboard() -> None:
    glass, paper = ("glass_white", "glass_green"), ("paper",)
    one = tour(
        *(container(number, fractions=(name,)) for number, name in enumerate(glass, 1)),
        replace(plant(3), fractions=glass),
        container(4, fractions=paper),
        replace(plant(5), id="s5", fractions=(*paper, "textile")),
    )
    (text,) = pages(one)
    first, second = text.split("Entladen")[-2:]
    for part, there, missing in (
        (first, ["Weißglas", "Grünglas"], "Alttextilien"),
        (second, ["Papier"], "glas"),
    ):
        named = part.split("Platz")[0]
        assert [name for name in there if name in named] == there
        assert missing not in named
        assert named.count("_ kg") + named.count("_\N{NO-BREAK SPACE}kg") == len(there)


def test_long_tours_go_over_several_pages_with_headings_on_each() -> None:
    stops = [
        container(number, site_id=f"site{number}", begin=SIX + timedelta(minutes=7 * number))
        for number in range(1, 121)
    ]
    texts = pages(tour(*stops, plant(121)))
    assert len(texts) > 3
    for text in texts[1:-1]:
        assert "Bemerkung" in text
    assert "Unterschrift" in texts[-1]
    assert all(f"Platz {number}" in "".join(texts) for number in range(1, 121))


def test_the_same_tour_gives_the_same_bytes() -> None:
    assert SHEETS.printed(tour(), Language.GERMAN) == SHEETS.printed(tour(), Language.GERMAN)


@pytest.mark.parametrize("name", ["Ω \U0001f5d1\u202e", "x" * 300, "", "\x00\x1b[31m"])
def test_no_name_stops_a_sheet(name: str) -> None:
    assert pages(tour(container(1, name=name, access_note=name), plant(2)))


def test_a_tour_without_stops_is_printed_too() -> None:
    empty = replace(tour(), stops=(), rest=None)
    (text,) = pages(empty)
    assert "Rückkehr" in text


def test_every_word_is_there_in_both_languages() -> None:
    assert WORDS[Language.GERMAN].keys() == WORDS[Language.ENGLISH].keys()
    for language in Language:
        assert STATES[language].keys() == set(TourState)
        assert FRACTIONS[language].keys() == {fraction.value for fraction in Fraction}


def test_containers_at_one_site_are_one_halt() -> None:
    together = (container(1), container(2, site_id="site1"), plant(3), container(4, site_id="site1"))
    halts = halts_of(tour(*together))
    assert [[stop.id for stop in halt.stops] for halt in halts] == [["s1", "s2"], ["s3"], ["s4"]]
    assert [halt.number for halt in halts] == [1, 2, 3]


def test_a_crowd_gets_a_map_of_its_own() -> None:
    crowd = [container(number, point=Point(53.5 + number * 1e-4, 13.2)) for number in range(20)]
    far = [container(20, point=Point(53.9, 13.2)), container(21, point=Point(53.1, 13.2))]
    halts = halts_of(tour(*far, *crowd))
    whole = box_around([halt.point for halt in halts])
    inner = detail_of(halts, whole)
    assert inner is not None
    assert sum(halt.point in inner for halt in halts) >= 16
    assert detail_of(halts_of(tour(*crowd)), box_around([stop.point for stop in crowd])) is None
    assert detail_of(halts[:5], whole) is None


@settings(max_examples=40)
@given(st.lists(st.tuples(st.floats(40, 160), st.floats(40, 100)), min_size=2, max_size=25))
def test_markers_do_not_cover_one_another(spots: list[tuple[float, float]]) -> None:
    frame = Frame(10, 10, 190, 120, 13.0, 54.0, 1000.0, 1700.0)
    placed = tour_map.apart(spots, (100.0, 60.0), frame)
    for one, other in combinations(placed, 2):
        assert hypot(one[0] - other[0], one[1] - other[1]) > 1.6 * tour_map.MARKER_MM


def test_the_way_follows_the_roads_of_the_demo_district() -> None:
    drawn = DrawnRoads(GraphRoads({"crane_truck": VehicleKind(DEMO_ROADS)}))
    places = [Point(53.571397, 13.280214), Point(53.558738, 13.25962), Point(0.0, 0.0)]
    way = drawn.way("crane_truck", places)
    assert len(way[0]) > 5
    assert len(way[1]) == 2
    ground = drawn.ground("crane_truck", box_around(places[:2]))
    assert {road.rank for road in ground} >= {1, 4}
    assert [road.rank for road in ground] == sorted((road.rank for road in ground), reverse=True)
