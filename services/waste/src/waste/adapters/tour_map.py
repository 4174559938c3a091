"""The map on a tour sheet, drawn with lines: roads, the truck's way, numbered places."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, cos, hypot, pi, radians, sin

from fpdf import FPDF
from fpdf.enums import Align

from waste.application.tour_sheets import Sheet
from waste.domain.sheet_words import ATTRIBUTION, WORDS
from waste.domain.tour import Point
from waste.domain.tour_sheet import METRES_PER_DEG, Box, Halt, Line, SheetMap

MARKER_MM = 2.35
"""Radius of a numbered marker."""
GAP_MM = 0.3
MARGIN_MM = 8.0
SMALLEST_M = 800.0
PUSHES = 80
SCALES_M = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)
PAPER = (250, 250, 247)
ROADS = {
    0: ((228, 196, 168), 1.0),
    1: ((232, 210, 170), 0.8),
    2: ((226, 221, 196), 0.6),
    3: ((216, 216, 212), 0.45),
    4: ((218, 218, 214), 0.3),
}
WAY = (0, 92, 120)
PLANT = (158, 70, 20)
DEPOT = (33, 37, 41)
INK = (33, 37, 41)
QUIET = (92, 99, 106)
WHITE = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the map is on the page, and how places come onto it."""

    left_mm: float
    top_mm: float
    width_mm: float
    height_mm: float
    west_deg: float
    north_deg: float
    x_mm_per_deg: float
    y_mm_per_deg: float

    @classmethod
    def around(cls, box: Box, left: float, top: float, width: float, height: float) -> "Frame":
        """The frame in which a box lies, as large as it can be, in the middle."""
        low, high = box.low, box.high
        middle_deg = (low.latitude_deg + high.latitude_deg) / 2
        across_m = METRES_PER_DEG * cos(radians(middle_deg))
        wide_m = max(SMALLEST_M, (high.longitude_deg - low.longitude_deg) * across_m)
        high_m = max(SMALLEST_M, (high.latitude_deg - low.latitude_deg) * METRES_PER_DEG)
        mm_per_m = min((width - 2 * MARGIN_MM) / wide_m, (height - 2 * MARGIN_MM) / high_m)
        x, y = mm_per_m * across_m, mm_per_m * METRES_PER_DEG
        west = (low.longitude_deg + high.longitude_deg) / 2 - width / 2 / x
        north = middle_deg + height / 2 / y
        return cls(left, top, width, height, west, north, x, y)

    def on_page(self, point: Point) -> tuple[float, float]:
        """Millimetres from the page's left and top."""
        return (
            self.left_mm + (point.longitude_deg - self.west_deg) * self.x_mm_per_deg,
            self.top_mm + (self.north_deg - point.latitude_deg) * self.y_mm_per_deg,
        )

    def holds(self, point: Point) -> bool:
        """Whether a place is on the map."""
        x, y = self.on_page(point)
        across = self.left_mm <= x <= self.left_mm + self.width_mm
        return across and self.top_mm <= y <= self.top_mm + self.height_mm

    @property
    def mm_per_m(self) -> float:
        """The scale."""
        return self.y_mm_per_deg / METRES_PER_DEG


def draw_maps(pdf: FPDF, sheet: Sheet, height_mm: float, heights_mm: tuple[float, float], font: str) -> None:
    """Draw the overview at the pen's height, over the whole width; where it is crowded also its middle.

    Parameters
    ----------
    height_mm
        Of the overview where it is the only map.
    heights_mm
        Of the overview and of the map of the middle, where there are both.
    """
    if sheet.detail is None:
        _draw(pdf, sheet, sheet.overview, height_mm, font)
    else:
        _draw(pdf, sheet, sheet.overview, heights_mm[0], font)
        pdf.ln(2.5)
        _draw(pdf, sheet, sheet.detail, heights_mm[1], font)
    _legend(pdf, sheet, font)


def _draw(pdf: FPDF, sheet: Sheet, shown: SheetMap, height_mm: float, font: str) -> None:
    """One map; on the overview, places that are on the other one too have no numbers."""
    elsewhere = sheet.detail.box if sheet.detail is not None and shown is sheet.overview else None
    left, top, width = pdf.l_margin, pdf.get_y(), pdf.epw
    frame = Frame.around(shown.box, left, top, width, height_mm)
    with pdf.local_context(fill_color=PAPER):
        pdf.rect(left, top, width, height_mm, style="F")
    with pdf.rect_clip(left, top, width, height_mm):
        for road in shown.ground:
            color, line_mm = ROADS[road.rank]
            _line(pdf, frame, road.line, color, line_mm)
        for line in sheet.way:
            _line(pdf, frame, line, WHITE, 1.5)
        for line in sheet.way:
            _line(pdf, frame, line, WAY, 0.7)
        for line in sheet.way:
            _arrow(pdf, frame, line)
        near = [halt for halt in sheet.halts if elsewhere is None or halt.point not in elsewhere]
        if elsewhere is not None:
            _crowd(pdf, frame, elsewhere, [halt for halt in sheet.halts if halt.point in elsewhere])
        _markers(pdf, frame, sheet, [halt for halt in near if frame.holds(halt.point)], font)
    pdf.set_draw_color(*QUIET)
    pdf.set_line_width(0.15)
    pdf.rect(left, top, width, height_mm)
    _scale_bar(pdf, frame, font)
    _north(pdf, frame, WORDS[sheet.language]["north"], font)
    pdf.set_xy(left, top + height_mm + 1)


def _crowd(pdf: FPDF, frame: Frame, box: Box, halts: Sequence[Halt]) -> None:
    """The part that has a map of its own: its border, and its places as dots."""
    left, bottom = frame.on_page(box.low)
    right, top = frame.on_page(box.high)
    pdf.set_draw_color(*INK)
    pdf.set_line_width(0.25)
    pdf.rect(left - 2, top - 2, right - left + 4, bottom - top + 4)
    pdf.set_line_width(0.2)
    pdf.set_draw_color(*WHITE)
    for halt in halts:
        pdf.set_fill_color(*(PLANT if halt.is_plant else WAY))
        pdf.circle(*frame.on_page(halt.point), 0.9, style="DF")


def _line(pdf: FPDF, frame: Frame, line: Line, color: tuple[int, int, int], line_mm: float) -> None:
    pdf.set_draw_color(*color)
    pdf.set_line_width(line_mm)
    if len(line) > 1:
        pdf.polyline([frame.on_page(point) for point in line])


def _arrow(pdf: FPDF, frame: Frame, line: Line) -> None:
    """Which way it goes: in the middle of a line that is long enough."""
    spots = [frame.on_page(point) for point in line]
    lengths = [hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(spots)]
    total = sum(lengths)
    if total < 7:
        return
    passed = 0.0
    for (start, end), length in zip(pairwise(spots), lengths, strict=True):
        if length > 0 and passed + length >= total / 2:
            share = (total / 2 - passed) / length
            tip = start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])
            heading = atan2(end[1] - start[1], end[0] - start[0])
            corners_mm = [
                (tip[0] + size * cos(heading + turn), tip[1] + size * sin(heading + turn))
                for size, turn in ((1.9, 0.0), (1.5, 0.8 * pi), (1.5, -0.8 * pi))
            ]
            pdf.set_fill_color(*WAY)
            pdf.set_draw_color(*WHITE)
            pdf.set_line_width(0.2)
            pdf.polygon(corners_mm, style="DF")
            return
        passed += length


def _markers(pdf: FPDF, frame: Frame, sheet: Sheet, halts: Sequence[Halt], font: str) -> None:
    spots = [frame.on_page(halt.point) for halt in halts]
    depot = frame.on_page(sheet.tour.duty.start)
    placed = apart(spots, depot, frame)
    pdf.set_draw_color(*INK)
    pdf.set_line_width(0.2)
    for spot, at in zip(spots, placed, strict=True):
        if hypot(at[0] - spot[0], at[1] - spot[1]) > 0.5:
            pdf.line(*spot, *at)
            pdf.set_fill_color(*INK)
            pdf.circle(spot[0], spot[1], 0.4, style="F")
    pdf.set_fill_color(*DEPOT)
    pdf.set_draw_color(*WHITE)
    pdf.set_line_width(0.3)
    pdf.rect(depot[0] - 2.4, depot[1] - 2.4, 4.8, 4.8, style="DF", round_corners=True, corner_radius=0.8)
    _number(pdf, depot, WORDS[sheet.language]["depot"][:1], font)
    for halt, at in zip(halts, placed, strict=True):
        pdf.set_fill_color(*(PLANT if halt.is_plant else WAY))
        pdf.set_draw_color(*WHITE)
        pdf.set_line_width(0.3)
        pdf.circle(at[0], at[1], MARKER_MM, style="DF")
        _number(pdf, at, str(halt.number), font)


def _number(pdf: FPDF, at: tuple[float, float], text: str, font: str) -> None:
    pdf.set_font(font, "B", 7 if len(text) < 3 else 5.5)
    pdf.set_text_color(*WHITE)
    pdf.set_xy(at[0] - 4, at[1] - 1.6)
    pdf.cell(8, 3.2, text, align=Align.C)


def apart(
    spots: Sequence[tuple[float, float]], depot: tuple[float, float], frame: Frame
) -> list[tuple[float, float]]:
    """Places for markers near their spots where they do not cover one another, nor the depot.

    Markers that overlap push one another apart, again and again. Two on one spot start in directions of
    their own, so that equal sheets look alike.
    """
    apart_mm = 2 * MARKER_MM + GAP_MM
    at = [[x + 0.02 * cos(2.4 * k), y + 0.02 * sin(2.4 * k)] for k, (x, y) in enumerate(spots)]
    for _ in range(PUSHES):
        moved = False
        for one in range(len(at)):
            for other in range(one):
                moved |= _push(at[one], at[other], apart_mm, both=True)
            moved |= _push(at[one], list(depot), apart_mm + 0.4, both=False)
            at[one][0] = min(max(at[one][0], frame.left_mm + 3), frame.left_mm + frame.width_mm - 3)
            at[one][1] = min(max(at[one][1], frame.top_mm + 3), frame.top_mm + frame.height_mm - 3)
        if not moved:
            break
    return [(x, y) for x, y in at]


def _push(one: list[float], other: list[float], apart_mm: float, *, both: bool) -> bool:
    across, down = one[0] - other[0], one[1] - other[1]
    distance = hypot(across, down)
    if distance >= apart_mm - 0.01:
        return False
    if distance == 0:
        across, down, distance = 1.0, 0.0, 1.0
    push = (apart_mm - min(distance, apart_mm)) / distance * (0.5 if both else 1.0)
    one[0] += across * push
    one[1] += down * push
    if both:
        other[0] -= across * push
        other[1] -= down * push
    return True


def _scale_bar(pdf: FPDF, frame: Frame, font: str) -> None:
    longest_mm = frame.width_mm / 4
    length_m = max((m for m in SCALES_M if m * frame.mm_per_m <= longest_mm), default=SCALES_M[0])
    length_mm = length_m * frame.mm_per_m
    left, bottom = frame.left_mm + 4, frame.top_mm + frame.height_mm - 4
    with pdf.local_context(fill_color=WHITE, fill_opacity=0.75):
        pdf.rect(left - 2, bottom - 5, length_mm + 4, 7, style="F")
    pdf.set_draw_color(*INK)
    pdf.set_line_width(0.3)
    pdf.polyline(
        [(left, bottom - 1), (left, bottom), (left + length_mm, bottom), (left + length_mm, bottom - 1)]
    )
    pdf.set_font(font, "", 7)
    pdf.set_text_color(*INK)
    pdf.set_xy(left, bottom - 4.4)
    pdf.cell(length_mm, 3, f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m} m", align=Align.C)


def _north(pdf: FPDF, frame: Frame, word: str, font: str) -> None:
    x, y = frame.left_mm + frame.width_mm - 6, frame.top_mm + 4
    pdf.set_fill_color(*INK)
    pdf.polygon([(x, y - 1), (x + 1.6, y + 4), (x, y + 3), (x - 1.6, y + 4)], style="F")
    pdf.set_font(font, "B", 7)
    pdf.set_text_color(*INK)
    pdf.set_xy(x - 3, y + 4)
    pdf.cell(6, 3.2, word, align=Align.C)


def _legend(pdf: FPDF, sheet: Sheet, font: str) -> None:
    words = WORDS[sheet.language]
    y = pdf.get_y() + 2
    x = pdf.l_margin + 2.5
    pdf.set_draw_color(*WHITE)
    pdf.set_line_width(0.2)
    for color, word, is_square in ((DEPOT, "depot", True), (WAY, "stop", False), (PLANT, "plant", False)):
        pdf.set_fill_color(*color)
        if is_square:
            pdf.rect(x - 1.6, y - 1.6, 3.2, 3.2, style="F", round_corners=True, corner_radius=0.5)
        else:
            pdf.circle(x, y, 1.6, style="F")
        x = _legend_word(pdf, x + 2.4, y, words[word], font)
    pdf.set_draw_color(*WAY)
    pdf.set_line_width(0.8)
    pdf.line(x - 1.5, y, x + 5, y)
    _legend_word(pdf, x + 6, y, words["route"], font)
    pdf.set_font(font, "", 7)
    pdf.set_text_color(*QUIET)
    pdf.set_xy(pdf.l_margin, y - 1.8)
    pdf.cell(pdf.epw, 3.6, ATTRIBUTION[sheet.language], align=Align.R)
    pdf.set_xy(pdf.l_margin, y + 3.4)


def _legend_word(pdf: FPDF, x: float, y: float, word: str, font: str) -> float:
    pdf.set_font(font, "", 7.5)
    pdf.set_text_color(*INK)
    pdf.set_xy(x, y - 1.8)
    pdf.cell(0, 3.6, word)
    return x + float(pdf.get_string_width(word)) + 7
