"""A tour sheet as a PDF on A4: the map, the places with their containers and boxes to tick, fonts inside."""

from datetime import datetime, timedelta
from importlib.resources import as_file, files

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos

from waste.adapters.tour_map import draw_maps
from waste.application.tour_sheets import Sheet
from waste.domain import sheet_words as say
from waste.domain.sheet_words import WORDS
from waste.domain.tour import OPEN_STATES, Stop, StopKind
from waste.domain.tour_report import StopState
from waste.domain.tour_sheet import Halt

FONT = "SourceSansPro"
STYLES = {"": "Regular", "B": "Semibold"}
MARGIN_MM = 14
LINE_MM = 4.6
MAP_MM = 118.0
MAPS_MM = (72.0, 145.0)
"""Where there are two, they fill the first page."""
SIZE_PT, SMALL_PT, LARGE_PT, HUGE_PT = 9.5, 8, 12, 20
INK = (33, 37, 41)
QUIET = (92, 99, 106)
ACCENT = (0, 92, 120)
PLANT = (158, 70, 20)
SHADE = (238, 243, 245)
WARM = (250, 240, 233)
WHITE = (255, 255, 255)
WIDTHS_MM = (10.0, 15.0, 72.0, 31.0, 21.0, 33.0)
"""Number, time, place, fraction, amount, ticks and remarks."""
BOX_MM = 3.4
DONE = {StopState.EMPTIED, StopState.UNLOADED}


class _Paper(FPDF):
    """Pages with the tour's name at the foot of each."""

    def __init__(self, foot: str, page_word: str) -> None:
        super().__init__(format="A4")
        self._foot = foot
        self._page_word = page_word
        with as_file(files("font_source_sans_pro") / "files") as folder:
            for style, cut in STYLES.items():
                self.add_font(FONT, style, folder / f"{FONT}-{cut}.ttf")
        self.set_margin(MARGIN_MM)
        self.set_auto_page_break(True, MARGIN_MM + LINE_MM)
        self.ink()

    def ink(self, style: str = "", size_pt: float = SIZE_PT, color: tuple[int, int, int] = INK) -> None:
        """Write like this from now on."""
        self.set_font(FONT, style, size_pt)
        self.set_text_color(*color)

    def footer(self) -> None:
        """The foot of every page."""
        self.set_y(-MARGIN_MM)
        self.ink(size_pt=SMALL_PT, color=QUIET)
        self.cell(self.epw * 0.8, LINE_MM, self._foot)
        self.cell(0, LINE_MM, f"{self._page_word} {self.page_no()}/{{nb}}", align=Align.R)

    def line_of(self, text: str, height_mm: float = LINE_MM, align: Align = Align.L) -> None:
        """A paragraph over the whole width."""
        self.multi_cell(0, height_mm, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def line_count(self, text: str, width_mm: float) -> int:
        """How many lines a text takes in the pen's font."""
        lines = self.multi_cell(width_mm, LINE_MM, text, dry_run=True, output="LINES")
        return len(lines) if isinstance(lines, list) else 1


def tour_sheet_pdf(sheet: Sheet) -> bytes:
    """Print a tour sheet.

    Returns
    -------
    bytes
        The PDF; the same sheet gives the same bytes.
    """
    tour, words = sheet.tour, WORDS[sheet.language]
    version = f"{words['version']} {tour.version}, {words['printed']} {_moment(sheet, sheet.printed_at)}"
    paper = _Paper(_text(f"{tour.duty.truck_name}   ·   {tour.id}   ·   {version}"), words["page"])
    paper.set_title(_text(f"{words['title']} {tour.duty.truck_name} {tour.service_date.isoformat()}"))
    paper.set_lang("de-DE" if sheet.language is say.Language.GERMAN else "en-GB")
    paper.set_author(_text(sheet.operator))
    paper.set_creator("Landlinie")
    paper.set_creation_date(sheet.printed_at)
    paper.add_page()
    _head(paper, sheet)
    draw_maps(paper, sheet, MAP_MM, MAPS_MM, FONT)
    _table(paper, sheet)
    _closing(paper, sheet)
    return bytes(paper.output())


def _text(text: str) -> str:
    # Names of places come from outside: what the font has no picture of must not stop a sheet.
    return "".join(sign if sign.isprintable() or sign == say.FIXED else " " for sign in text)


def _moment(sheet: Sheet, instant: datetime) -> str:
    local = instant.astimezone(sheet.zone)
    if sheet.language is say.Language.GERMAN:
        return f"{local:%d.%m.%Y %H:%M}"
    return f"{local:%Y-%m-%d %H:%M}"


def _head(paper: _Paper, sheet: Sheet) -> None:
    tour, words = sheet.tour, WORDS[sheet.language]
    paper.ink("B", SIZE_PT, QUIET)
    paper.cell(paper.epw / 2, LINE_MM, _text(sheet.operator))
    state = say.STATES[sheet.language][tour.state]
    paper.ink("B", SIZE_PT, QUIET if tour.state in OPEN_STATES else PLANT)
    paper.cell(0, LINE_MM, state, align=Align.R, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    paper.ink("B", HUGE_PT, ACCENT)
    paper.line_of(_text(f"{words['title']} {tour.duty.truck_name}"), 10)
    paper.ink(size_pt=LARGE_PT)
    paper.line_of(say.day(tour.service_date, sheet.language), 6)
    paper.ln(1.5)
    containers = [stop for stop in tour.stops if stop.kind is StopKind.CONTAINER]
    facts = (
        (words["leave"], say.clock(tour.leave, sheet.zone)),
        (words["back"], say.clock(tour.back, sheet.zone)),
        (words["way"], say.kilometres(tour.drive_m, sheet.language)),
        (words["containers"], str(len(containers))),
        (
            words["weight"],
            f"{words['about']} {say.kilograms(sum(stop.weight_kg for stop in containers), sheet.language)}",
        ),
    )
    width, top = paper.epw / len(facts), paper.get_y()
    paper.set_fill_color(*SHADE)
    paper.rect(paper.l_margin, top, paper.epw, 12, style="F")
    for number, (name, value) in enumerate(facts):
        paper.set_xy(paper.l_margin + number * width + 2, top + 1)
        paper.ink(size_pt=SMALL_PT, color=QUIET)
        paper.cell(width - 2, 4, name)
        paper.set_xy(paper.l_margin + number * width + 2, top + 5)
        paper.ink("B", LARGE_PT)
        paper.cell(width - 2, 6, value)
    paper.set_xy(paper.l_margin, top + 15)


def _table(paper: _Paper, sheet: Sheet) -> None:
    tour, words = sheet.tour, WORDS[sheet.language]
    paper.ln(2)
    _headings(paper, sheet)
    _edge_row(paper, say.clock(tour.leave, sheet.zone), words["start"])
    for halt in sheet.halts:
        _halt(paper, sheet, halt)
        rule = tour.duty.rest
        if rule is not None and tour.rest and tour.rest.after_stop_id in {stop.id for stop in halt.stops}:
            end = tour.rest.begin + timedelta(seconds=rule.duration_s)
            _edge_row(
                paper,
                say.clock(tour.rest.begin, sheet.zone),
                f"{words['rest']}, {rule.duration_s // 60} {words['minutes']}"
                f" ({words['until']} {say.clock(end, sheet.zone)})",
            )
    _edge_row(paper, say.clock(tour.back, sheet.zone), words["end"])


def _headings(paper: _Paper, sheet: Sheet) -> None:
    words = WORDS[sheet.language]
    # The heading never stands alone at the foot of a page.
    if paper.will_page_break(6 * LINE_MM):
        paper.add_page()
    paper.ink("B", SMALL_PT, QUIET)
    for name, width in zip(("number", "time", "place", "fraction", "volume", "done"), WIDTHS_MM, strict=True):
        text = f"{words['done']} / {words['remark']}" if name == "done" else words[name]
        if name == "volume":
            paper.cell(width - 2, LINE_MM, text, align=Align.R)
            paper.set_x(paper.get_x() + 3)
        else:
            paper.cell(width, LINE_MM, text)
    paper.ln(LINE_MM + 0.6)
    paper.set_draw_color(*QUIET)
    paper.set_line_width(0.25)
    paper.line(paper.l_margin, paper.get_y(), paper.l_margin + paper.epw, paper.get_y())
    paper.ln(0.6)


def _edge_row(paper: _Paper, time: str, text: str) -> None:
    """A row that is no place to collect at: leaving, resting, being back."""
    _room(paper, LINE_MM + 1.6, None)
    top = paper.get_y()
    paper.set_xy(paper.l_margin + WIDTHS_MM[0], top + 0.4)
    paper.ink("B", SIZE_PT, QUIET)
    paper.cell(WIDTHS_MM[1], LINE_MM, time)
    paper.ink(size_pt=SIZE_PT, color=QUIET)
    paper.cell(0, LINE_MM, text)
    paper.set_xy(paper.l_margin, top + LINE_MM + 1.6)


def _halt(paper: _Paper, sheet: Sheet, halt: Halt) -> None:
    notes = _text(" · ".join(halt.notes))
    paper.ink("B", SIZE_PT)
    name_lines = paper.line_count(_text(halt.name), WIDTHS_MM[2] - 2)
    paper.ink(size_pt=SMALL_PT)
    note_lines = paper.line_count(notes, WIDTHS_MM[2] - 2) if notes else 0
    rows = 1 + len(_unloaded(sheet, halt)) if halt.is_plant else len(halt.stops)
    height = max((name_lines + note_lines) * LINE_MM, rows * (LINE_MM + 0.6)) + 1.4
    _room(paper, height, sheet)
    top = paper.get_y()
    if halt.is_plant or halt.number % 2:
        paper.set_fill_color(*(WARM if halt.is_plant else SHADE))
        paper.rect(paper.l_margin, top, paper.epw, height, style="F")
    _badge(paper, halt, top)
    paper.set_xy(paper.l_margin + WIDTHS_MM[0], top + 0.7)
    paper.ink("B")
    paper.cell(WIDTHS_MM[1], LINE_MM, say.clock(halt.stops[0].begin, sheet.zone))
    left = paper.get_x()
    locked = f" ({WORDS[sheet.language]['locked']})" if any(stop.locked for stop in halt.stops) else ""
    paper.multi_cell(
        WIDTHS_MM[2] - 2,
        LINE_MM,
        _text(halt.name) + locked,
        align=Align.L,
        new_x=XPos.LEFT,
        new_y=YPos.NEXT,
    )
    if notes:
        paper.ink(size_pt=SMALL_PT, color=QUIET)
        paper.multi_cell(WIDTHS_MM[2] - 2, LINE_MM, notes, align=Align.L)
    left += WIDTHS_MM[2]
    if halt.is_plant:
        _unloading(paper, sheet, halt, left, top + 0.7)
    else:
        for row, stop in enumerate(halt.stops):
            _container(paper, sheet, stop, left, top + 0.7 + row * (LINE_MM + 0.6))
    paper.set_xy(paper.l_margin, top + height)


def _badge(paper: _Paper, halt: Halt, top: float) -> None:
    x, y = paper.l_margin + 3.6, top + 3.1
    paper.set_fill_color(*(PLANT if halt.is_plant else ACCENT))
    paper.circle(x, y, 2.6, style="F")
    paper.ink("B", SMALL_PT if halt.number < 100 else 6, WHITE)
    paper.set_xy(x - 4, y - 1.8)
    paper.cell(8, 3.6, str(halt.number), align=Align.C)


def _container(paper: _Paper, sheet: Sheet, stop: Stop, left: float, top: float) -> None:
    paper.ink()
    paper.set_xy(left, top)
    paper.cell(WIDTHS_MM[3], LINE_MM, say.fraction(stop.fraction, sheet.language))
    paper.cell(WIDTHS_MM[4] - 2, LINE_MM, say.litres(stop.volume_l, sheet.language), align=Align.R)
    _tick(paper, sheet, stop, paper.get_x() + 4, top)


def _unloading(paper: _Paper, sheet: Sheet, halt: Halt, left: float, top: float) -> None:
    words = WORDS[sheet.language]
    paper.ink("B", SIZE_PT, PLANT)
    paper.set_xy(left, top)
    paper.cell(WIDTHS_MM[3], LINE_MM, words["plant"])
    _tick(paper, sheet, halt.stops[0], left + WIDTHS_MM[3] + WIDTHS_MM[4] + 2, top)
    paper.ink(size_pt=SMALL_PT, color=QUIET)
    paper.set_xy(left + WIDTHS_MM[3], top)
    paper.cell(WIDTHS_MM[4] - 2, LINE_MM, words["weighed"], align=Align.R)
    done = sheet.tour.outcome(halt.stops[0].id).done
    weighed = {weight.fraction: weight.weight_kg for weight in done.weights} if done else {}
    for row, name in enumerate(_unloaded(sheet, halt), 1):
        paper.set_xy(left, top + row * (LINE_MM + 0.6))
        paper.cell(WIDTHS_MM[3], LINE_MM, say.fraction(name, sheet.language))
        told = weighed.get(name, 0)
        text = say.kilograms(told, sheet.language) if told else f"__________{say.FIXED}kg"
        paper.cell(WIDTHS_MM[4] - 2, LINE_MM, text, align=Align.R)


def _unloaded(sheet: Sheet, halt: Halt) -> tuple[str, ...]:
    """The fractions that are aboard when the truck comes to a plant, and those that were weighed there."""
    names: dict[str, None] = {}
    for other in sheet.halts:
        if other.number == halt.number:
            break
        if other.is_plant:
            names = {}
        else:
            names |= dict.fromkeys(stop.fraction for stop in other.stops)
    done = sheet.tour.outcome(halt.stops[0].id).done
    weighed = [weight.fraction for weight in done.weights] if done else []
    return tuple(dict.fromkeys([*names, *weighed])) or halt.stops[0].fractions


def _tick(paper: _Paper, sheet: Sheet, stop: Stop, x: float, top: float) -> None:
    """A box, ticked where it is done already, and room for a word."""
    y = top + (LINE_MM - BOX_MM) / 2
    paper.set_draw_color(*INK)
    paper.set_fill_color(*WHITE)
    paper.set_line_width(0.25)
    paper.rect(x, y, BOX_MM, BOX_MM, style="DF")
    outcome = sheet.tour.outcome(stop.id)
    if outcome.state in DONE:
        paper.set_line_width(0.5)
        paper.polyline([(x + 0.7, y + 1.8), (x + 1.5, y + 2.7), (x + 2.8, y + 0.7)])
    elif outcome.state is StopState.BLOCKED:
        paper.line(x, y, x + BOX_MM, y + BOX_MM)
        paper.line(x, y + BOX_MM, x + BOX_MM, y)
    paper.set_line_width(0.1)
    paper.set_draw_color(*QUIET)
    right = paper.l_margin + paper.epw - 1
    paper.line(x + BOX_MM + 1.5, y + BOX_MM, right, y + BOX_MM)


def _room(paper: _Paper, height_mm: float, sheet: Sheet | None) -> None:
    """Go on to the next page where a row does not fit any more; the headings come along."""
    if paper.will_page_break(height_mm):
        paper.add_page()
        if sheet is not None:
            _headings(paper, sheet)


def _closing(paper: _Paper, sheet: Sheet) -> None:
    words = WORDS[sheet.language]
    if paper.will_page_break(24):
        paper.add_page()
    paper.ln(9)
    width = paper.epw / 4
    top = paper.get_y()
    paper.set_draw_color(*QUIET)
    paper.set_line_width(0.2)
    names = (
        words["driver"],
        f"{words['odometer']} ({words['at_start']})",
        f"{words['odometer']} ({words['at_end']})",
        words["signature"],
    )
    paper.ink(size_pt=SMALL_PT, color=QUIET)
    for number, name in enumerate(names):
        left = paper.l_margin + number * width
        paper.line(left, top, left + width - 4, top)
        paper.set_xy(left, top + 0.6)
        paper.cell(width - 4, LINE_MM, name)
