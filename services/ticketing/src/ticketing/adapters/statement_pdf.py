"""A statement as a PDF on A4: text that can be searched and read aloud, fonts inside."""

from collections.abc import Sequence
from importlib.resources import as_file, files

from fpdf import FPDF
from fpdf.enums import Align, TableBordersLayout, VAlign, XPos, YPos
from fpdf.fonts import FontFace

from ticketing.domain import statement_words as words
from ticketing.domain.statement import Progress, Statement
from ticketing.domain.statement_words import WORDS, Language

FONT = "SourceSansPro"
STYLES = {"": "Regular", "B": "Semibold"}
MARGIN_MM = 18
LINE_MM = 5
BAR_MM = 60
SIZE_PT, SMALL_PT, LARGE_PT, HUGE_PT = 9.5, 8, 13, 22
INK = (33, 37, 41)
QUIET = (92, 99, 106)
ACCENT = (0, 92, 120)
SHADE = (238, 243, 245)
WHITE = (255, 255, 255)

HEADING = FontFace(emphasis="BOLD", color=QUIET, size_pt=SMALL_PT, fill_color=WHITE)
TOTAL = FontFace(emphasis="BOLD", fill_color=WHITE)


class _Paper(FPDF):
    """Pages with the statement's foot on each."""

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

    def heading(self, text: str, room_mm: float = 30) -> None:
        """A section's heading, with some of the section on the same page."""
        if self.will_page_break(room_mm):
            self.add_page()
        self.ln(LINE_MM)
        self.ink("B", LARGE_PT, ACCENT)
        self.start_section(text)
        self.line_of(text, 7)
        self.ink()

    def rows(
        self,
        headings: Sequence[str],
        widths: Sequence[int],
        numbers: frozenset[int],
        rows: Sequence[tuple[Sequence[str], str]],
        total: Sequence[str] = (),
    ) -> None:
        """A table; each row with a note below it, which may be empty."""
        aligns = [Align.R if column in numbers else Align.L for column in range(len(headings))]
        self.set_draw_color(*QUIET)
        self.set_line_width(0.1)
        with self.table(
            borders_layout=TableBordersLayout.NONE,
            col_widths=tuple(widths),
            text_align=tuple(aligns),
            v_align=VAlign.T,
            headings_style=HEADING,
            line_height=LINE_MM,
            padding=(0.6, 1, 0.2, 1),
        ) as table:
            head = table.row()
            for heading in headings:
                head.cell(heading)
            for number, (cells, note) in enumerate(rows):
                fill = SHADE if number % 2 == 0 else WHITE
                row = table.row(style=FontFace(fill_color=fill))
                for cell in cells:
                    row.cell(cell)
                if note:
                    style = FontFace(color=QUIET, size_pt=SMALL_PT, fill_color=fill)
                    table.row().cell(note, colspan=len(headings), align=Align.L, style=style)
            if total:
                row = table.row(style=TOTAL)
                for cell in total:
                    row.cell(cell)


def statement_pdf(statement: Statement, language: Language, operator: str) -> bytes:
    """Print a statement.

    Parameters
    ----------
    operator
        Who sends it, as its head names them.

    Returns
    -------
    bytes
        The PDF; the same statement gives the same bytes.
    """
    say = WORDS[language]
    tariffs = "; ".join(
        f"{tariff.version} ({words.date_only(tariff.valid_from, language)})" for tariff in statement.tariffs
    )
    paper = _Paper(_text(f"{say['tariff']}: {tariffs}" if tariffs else operator), say["page"])
    paper.set_title(_text(f"{words.title(statement, language)} {words.period_name(statement, language)}"))
    paper.set_lang("de-DE" if language is Language.GERMAN else "en-GB")
    paper.set_author(_text(operator))
    paper.set_creator("Landlinie")
    paper.set_creation_date(statement.issued_at)
    paper.add_page()
    _head(paper, statement, language, operator)
    if statement.lines:
        _products(paper, statement, language)
        if statement.rides:
            paper.heading(say["why"])
            for sentence in words.why_sentences(statement, language):
                paper.line_of(_text(sentence))
            _rides(paper, statement, language)
        else:
            paper.line_of(say["unknown"])
    elif not statement.unpriced:
        paper.ln(LINE_MM)
        paper.line_of(say["nothing"])
    if statement.unpriced:
        _unpriced(paper, statement, language)
    if statement.progress:
        paper.heading(say["progress"])
        for progress in statement.progress:
            _progress(paper, statement, progress, language)
    if statement.corrections or statement.revisions:
        _corrections(paper, statement, language)
    _payment(paper, statement, language)
    _sources(paper, statement, language)
    return bytes(paper.output())


def _text(text: str) -> str:
    # Names of places come from outside: what the font has no picture of must not stop a statement.
    return "".join(sign if sign.isprintable() or sign == words.FIXED else " " for sign in text)


def _head(paper: _Paper, statement: Statement, language: Language, operator: str) -> None:
    say = WORDS[language]
    paper.ink("B", SIZE_PT, QUIET)
    paper.line_of(_text(operator))
    paper.ink("B", HUGE_PT, ACCENT)
    paper.line_of(words.title(statement, language), 11)
    paper.ink(size_pt=LARGE_PT)
    paper.line_of(words.period_name(statement, language), 7)
    paper.ink(size_pt=SMALL_PT, color=QUIET)
    paper.line_of(
        _text(
            f"{say['account']} {statement.account}   ·   {say['issued']}"
            f" {words.date_only(statement.issued_at, language)}"
        )
    )
    paper.ln(3)
    paper.set_fill_color(*SHADE)
    total = statement.total_cents
    paper.ink("B", LARGE_PT)
    paper.cell(paper.epw / 2, 13, f"  {say['credit' if total < 0 else 'total']}", fill=True)
    paper.ink("B", HUGE_PT)
    amount = words.money(abs(total), statement.currency, language)
    paper.cell(0, 13, f"{amount} ", align=Align.R, fill=True, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    paper.ink()


def _products(paper: _Paper, statement: Statement, language: Language) -> None:
    say = WORDS[language]
    number = {ride.id: place for place, ride in enumerate(statement.rides, 1)}
    paper.heading(say["products"])
    rows = []
    for line in statement.lines:
        cells = (
            _text(words.product_name(statement, line.product, language)),
            words.validity(statement, line, language),
            _spans([number[ride] for ride in line.rides if ride in number]),
            str(line.count),
            words.money(line.cents, statement.currency, language),
        )
        reason = words.line_reason(statement, line, language) if statement.rides else ""
        rows.append((cells, _text(reason)))
    paper.rows(
        (say["product"], say["valid"], say["rides"], say["pieces"], say["amount"]),
        (34, 24, 20, 10, 12),
        frozenset((3, 4)),
        rows,
        (say["sum"], "", "", "", words.money(statement.products_cents, statement.currency, language)),
    )


def _spans(numbers: Sequence[int]) -> str:
    """``1, 3–5``."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in spans)


def _rides(paper: _Paper, statement: Statement, language: Language) -> None:
    say = WORDS[language]

    def amount(cents: int | None) -> str:
        return "–" if cents is None else words.money(cents, statement.currency, language)

    paper.heading(say["rides"])
    rows = [
        (
            (
                str(number),
                words.day_and_clock(ride.departure, language),
                _text(_way(ride.origin, ride.destination)),
                _text(words.riders(ride, language)),
                amount(ride.alone_cents),
                amount(ride.quoted_cents),
                amount(ride.counted_cents),
            ),
            "",
        )
        for number, ride in enumerate(statement.rides, 1)
    ]
    paper.rows(
        (say["ride"], say["when"], say["where"], say["riders"], say["single"], say["quoted"], say["counted"]),
        (8, 20, 37, 15, 12, 15, 13),
        frozenset((4, 5, 6)),
        rows,
        (
            "",
            "",
            say["sum"],
            "",
            amount(statement.singles_cents),
            "",
            amount(statement.products_cents),
        ),
    )


def _unpriced(paper: _Paper, statement: Statement, language: Language) -> None:
    say = WORDS[language]
    paper.heading(say["unpriced"])
    paper.line_of(say["unpriced_why"])
    rows = [
        ((words.day_and_clock(ride.departure, language), _text(_way(ride.origin, ride.destination))), "")
        for ride in statement.unpriced
    ]
    paper.rows((say["when"], say["where"]), (25, 75), frozenset(), rows)


def _way(origin: str, destination: str) -> str:
    return f"{origin} – {destination}" if origin or destination else "–"


def _progress(paper: _Paper, statement: Statement, progress: Progress, language: Language) -> None:
    name = words.product_name(statement, progress.product, language)
    spent = words.money(progress.spent_cents, statement.currency, language)
    price = words.money(progress.price_cents, statement.currency, language)
    paper.set_draw_color(*ACCENT)
    paper.set_fill_color(*ACCENT)
    share = min(1.0, progress.spent_cents / progress.price_cents) if progress.price_cents else 1.0
    left, top = paper.l_margin + paper.c_margin, paper.get_y() + 1
    paper.rect(left, top, BAR_MM, 3)
    if share > 0:
        paper.rect(left, top, BAR_MM * share, 3, style="F")
    paper.set_x(left + BAR_MM + 3)
    of = "von" if language is Language.GERMAN else "of"
    reached = "" if progress.left_cents else f", {WORDS[language]['reached']}"
    text = f"{name}: {spent} {of} {price}{reached}"
    paper.multi_cell(0, LINE_MM, _text(text), align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _corrections(paper: _Paper, statement: Statement, language: Language) -> None:
    say = WORDS[language]
    paper.heading(say["corrections"])
    for sentence in words.revision_sentences(statement, language):
        paper.line_of(_text(sentence))
    rows = [
        (
            (
                words.correction_reason(correction, language),
                words.money(correction.cents, statement.currency, language),
            ),
            "",
        )
        for correction in statement.corrections
    ]
    if rows:
        total = words.money(statement.corrections_cents, statement.currency, language)
        paper.rows((say["reason"], say["amount"]), (84, 16), frozenset((1,)), rows, (say["sum"], total))


def _payment(paper: _Paper, statement: Statement, language: Language) -> None:
    say = WORDS[language]
    paper.heading(say["payment"], room_mm=20)
    if statement.moved:
        rows = [
            (
                (
                    words.date_only(moved.on, language),
                    words.MOVEMENTS[language][moved.kind],
                    _text(moved.reference),
                    words.money(moved.cents, statement.currency, language),
                ),
                "",
            )
            for moved in statement.moved
        ]
        headings = (say["day"], say["movement"], say["reference"], say["amount"])
        paper.rows(headings, (14, 36, 36, 14), frozenset((3,)), rows)
        paper.ln(2)
    paper.line_of(_text(words.collection_sentence(statement, language)))


def _sources(paper: _Paper, statement: Statement, language: Language) -> None:
    named = dict.fromkeys(line.product for line in statement.lines)
    told = [statement.product(name) for name in named]
    lines = [f"{product.name(language)}: {product.source}" for product in told if product.source]
    if not lines:
        return
    paper.ln(3)
    paper.ink(size_pt=SMALL_PT, color=QUIET)
    for line in lines:
        paper.line_of(_text(line), 4)
    paper.ink()
