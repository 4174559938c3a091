"""Statements: they add up or are not made; their paper says what they say."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ticketing.adapters.statement_pdf import statement_pdf
from ticketing.domain import statement_words as words
from ticketing.domain.errors import WrongFieldError
from ticketing.domain.products import Validity
from ticketing.domain.statement import (
    Collection,
    Correction,
    MoneyMoved,
    Movement,
    NextBest,
    Progress,
    Revision,
    StatedLine,
    StatedProduct,
    StatedRide,
    StatedTariff,
    Statement,
    UnpricedRide,
)
from ticketing.domain.statement_words import Language
from ticketing.entrypoints.statement_json import statement_json

ZONE = ZoneInfo("Europe/Berlin")
OPERATOR = "Amt Hüttener Berge"
SINGLE = StatedProduct(
    "single",
    (("de", "Einzelticket Preisstufe 1"), ("en", "Single ticket, level 1")),
    Validity.RIDE,
    cap=False,
    source="Tarifblatt 2025",
)
DAY = StatedProduct("day", (("de", "Tagesticket"),), Validity.DAY, cap=False, source="")
WEEK = StatedProduct("week", (("de", "Wochenhöchstpreis"),), Validity.WEEK, cap=True, source="")


def ride(name: str, day: int, hour: int, counted: int, *, alone: int | None = 270) -> StatedRide:
    departure = datetime(2026, 11, day, hour, 12, tzinfo=ZONE)
    riders = (("adult", 2), ("bicycle", 1))
    arrival = departure + timedelta(minutes=20)
    return StatedRide(name, departure, arrival, "Groß Wittensee", "Łódź ♜", riders, alone, 270, counted)


def week(**changed: object) -> Statement:
    statement = Statement(
        account="a7f3k",
        period="2026-W47",
        first=date(2026, 11, 16),
        last=date(2026, 11, 22),
        issued_at=datetime(2026, 11, 23, 4, tzinfo=ZONE),
        currency="EUR",
        products=(SINGLE, DAY, WEEK),
        lines=(
            StatedLine("single", "a", 1, 270, ("a",), 270, None),
            StatedLine("day", "2026-11-17", 1, 570, ("b", "c", "d"), 810, 1080),
        ),
        rides=(ride("a", 16, 7, 270), ride("b", 17, 7, 270), ride("c", 17, 12, 270), ride("d", 17, 16, 30)),
        corrections=(Correction("2026-W46", -120),),
        singles_cents=1080,
        next_best=NextBest("day", 1080, (("single", 4),)),
        progress=(Progress("day", "2026-11-17", 570, 570), Progress("week", "2026-11-16", 840, 1980)),
        tariffs=(StatedTariff("demo-2026", date(2026, 1, 1)),),
        proven=True,
        posted_cents=720,
        revisions=(Revision(date(2026, 11, 25), 30),),
        moved=(MoneyMoved(date(2026, 11, 24), Movement.PAYMENT, -200, "r1"),),
        collection=Collection("…0001", date(2026, 11, 26)),
    )
    return replace(statement, **changed)  # type: ignore[arg-type] # any field


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in document).replace("\xa0", " ")


def test_a_statement_prints_what_it_says_in_german() -> None:
    text = text_of(statement_pdf(week(), Language.GERMAN, OPERATOR))
    for told in (
        "Amt Hüttener Berge",
        "KW 47, 16.11.2026 – 22.11.2026",
        "Sie zahlen 7,20 €",
        "Tagesticket Di 17.11.2026 2–4 1 5,70 €",
        "Einzeln hätten diese Fahrten 8,10 € gekostet. Ohne Tickets dieser Art wären es insgesamt 2,40 €",
        "Der Bestpreis spart 2,40 €.",
        "kostet 10,80 €: 4 × Einzelticket Preisstufe 1",
        "2 Erw., 1 Rad",
        "Tagesticket: 5,70 € von 5,70 €, erreicht",
        "Wochenhöchstpreis (Deckel): 8,40 € von 19,80 €",
        "Am 25.11.2026 um 0,30 € geändert",
        "Fahrten aus 2026-W46, nach deren Abrechnungsschluss bekannt geworden -1,20 €",
        "24.11.2026 Zahlung r1 -2,00 €",
        "5,20 € werden am 26.11.2026 per SEPA-Lastschrift eingezogen, Mandat …0001.",
        "Einzelticket Preisstufe 1: Tarifblatt 2025",
        "demo-2026 (01.01.2026)",
    ):
        assert told in text, told


def test_a_statement_prints_what_it_says_in_english() -> None:
    text = text_of(statement_pdf(week(), Language.ENGLISH, OPERATOR))
    for told in ("You pay €7.20", "Tue 17 Nov 2026", "Nothing", "The best price saves €2.40", "day"):
        assert (told in text) == (told != "Nothing"), told


def test_the_paper_names_itself_and_its_language() -> None:
    pdf = statement_pdf(week(), Language.ENGLISH, OPERATOR)
    assert b"/Lang (en-GB)" in pdf
    told = pypdfium2.PdfDocument(pdf).get_metadata_dict()
    assert told["Author"] == OPERATOR
    assert told["Title"].startswith("Statement Week 47")


def test_the_same_statement_is_the_same_file() -> None:
    assert statement_pdf(week(), Language.GERMAN, OPERATOR) == statement_pdf(
        week(), Language.GERMAN, OPERATOR
    )


def test_many_rides_go_on_over_pages_under_the_same_headings() -> None:
    rides = (*week().rides, *(ride(f"x{number}", 20, 9, 0) for number in range(120)))
    pdf = statement_pdf(week(rides=rides), Language.GERMAN, OPERATOR)
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]
    assert len(pages) > 3
    assert sum("Angekündigt" in page for page in pages) >= len(pages) - 1
    assert f"Seite {len(pages)}/{len(pages)}" in pages[-1]


def test_a_week_without_rides_has_a_statement() -> None:
    empty = week(
        lines=(),
        rides=(),
        corrections=(),
        progress=(),
        next_best=None,
        singles_cents=0,
        posted_cents=0,
        moved=(),
    )
    text = text_of(statement_pdf(empty, Language.GERMAN, OPERATOR))
    assert "keine Fahrten" in text
    assert "Es ist nichts offen." in text


def test_rides_without_a_price_are_named_and_in_no_sum() -> None:
    strange = UnpricedRide("e", datetime(2026, 11, 18, 9, 5, tzinfo=ZONE), "Ascheffel", "Owschlag")
    text = text_of(statement_pdf(week(unpriced=(strange,)), Language.ENGLISH, OPERATOR))
    assert "You pay €7.20" in text
    assert "Wed 18 Nov 09:05 Ascheffel – Owschlag" in text[text.index("Rides without a price") :]
    alone = week(
        lines=(), rides=(), corrections=(), posted_cents=0, moved=(), revisions=(), unpriced=(strange,)
    )
    text = text_of(statement_pdf(alone, Language.GERMAN, OPERATOR))
    assert "Kein Ticket des Tarifs gilt" in text
    assert "keine Fahrten" not in text
    assert json.loads(statement_json(alone))["unpriced"] == [
        {
            "ride": "e",
            "departure_time": "2026-11-18T09:05:00+01:00",
            "origin": "Ascheffel",
            "destination": "Owschlag",
        }
    ]


def test_a_credit_is_told_as_one() -> None:
    text = text_of(
        statement_pdf(
            week(corrections=(Correction("2026-W46", -900),), posted_cents=-60, moved=()),
            Language.GERMAN,
            OPERATOR,
        )
    )
    assert "Ihr Guthaben 0,60 €" in text
    assert "mit der nächsten Abrechnung verrechnet" in text


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"posted_cents": 721}, "721 cents posted, 720 explained"),
        ({"rides": (ride("a", 16, 7, 839),)}, "rides count 839 cents, products 840"),
        ({"products": (SINGLE,)}, "nothing is said of product day"),
    ],
)
def test_what_does_not_add_up_is_not_made(changed: dict[str, object], named: str) -> None:
    with pytest.raises(WrongFieldError, match=named):
        week(**changed)


def test_json_has_the_figures_and_the_sentences() -> None:
    told = json.loads(statement_json(week()))
    assert told["total_cents"] == 720
    assert told["open_cents"] == 520
    assert sum(line["amount_cents"] for line in told["lines"]) == told["products_cents"] == 840
    assert sum(one["counted_cents"] for one in told["rides"]) == told["products_cents"]
    assert told["alternatives"]["next_best"]["products"] == [{"product_id": "single", "count": 4}]
    assert told["lines"][1]["reason"]["de"].endswith("2,40\xa0€ mehr.")
    assert told["lines"][0]["name"]["en"] == "Single ticket, level 1"
    assert told["lines"][1]["valid"]["en"] == "Tue\xa017\xa0Nov\xa02026"
    assert [it["left_cents"] for it in told["progress"]] == [0, 1140]


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=60), st.sampled_from(Language))
def test_no_name_from_outside_stops_a_statement(name: str, language: Language) -> None:
    rides = (replace(week().rides[0], origin=name, destination=name), *week().rides[1:])
    pdf = statement_pdf(week(rides=rides, account=name), language, name)
    assert pypdfium2.PdfDocument(pdf).get_metadata_dict()["Creator"] == "Landlinie"


@given(st.integers(-(10**9), 10**9))
def test_an_amount_keeps_every_cent(cents: int) -> None:
    german = words.money(cents, "EUR", Language.GERMAN)
    english = words.money(cents, "EUR", Language.ENGLISH)
    assert int("".join(sign for sign in german if sign.isdigit() or sign == "-")) == cents
    assert int("".join(sign for sign in english if sign.isdigit() or sign == "-")) == cents


def test_amounts_are_written_as_people_do() -> None:
    assert words.money(-123450, "EUR", Language.GERMAN) == "-1.234,50\xa0€"
    assert words.money(123456789, "EUR", Language.ENGLISH) == "€1,234,567.89"
    assert words.money(5, "CHF", Language.ENGLISH) == "CHF\xa00.05"


def test_months_and_windows_in_words() -> None:
    assert words.period_name(week(period="2026-11"), Language.GERMAN) == "November 2026"
    months = (replace(DAY, validity=Validity.MONTH), SINGLE)
    month = StatedLine("day", "2026-11", 1, 0, (), None, None)
    assert words.validity(week(products=months), month, Language.GERMAN) == "November 2026"
    windows = (replace(DAY, validity=Validity.WINDOW), SINGLE)
    window = replace(month, at="2026-11-17T07:12")
    assert (
        words.validity(week(products=windows), window, Language.ENGLISH) == "from Tue\xa017\xa0Nov\xa007:12"
    )
    assert (
        words.validity(week(products=windows), replace(month, at="", cents=5), Language.GERMAN)
        == "je Nutzung"
    )


def test_what_was_owned_before_is_told_as_yours() -> None:
    ticket = StatedProduct("ticket", (("de", "Deutschlandticket"),), Validity.MONTH, cap=False, source="")
    line = StatedLine("ticket", "", 1, 0, ("e",), 0, None)
    told = week(products=(*week().products, ticket), lines=(*week().lines, line))
    text = text_of(statement_pdf(told, Language.GERMAN, OPERATOR))
    assert "Deutschlandticket vorhanden" in text
    assert "Was Sie schon haben, kostet nichts noch einmal." in text
    assert words.validity(told, line, Language.ENGLISH) == "yours already"
