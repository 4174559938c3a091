"""Tariff files: what is read, and every mistake with its line."""

from datetime import date
from pathlib import Path

import pytest
from ticketing.adapters.tariff_files import TariffFileError, read_tariff
from ticketing.bootstrap import tariff_book
from ticketing.domain.errors import WrongFieldError
from ticketing.domain.products import ADULT, HOLIDAY, Band, Distance, Place, Source, Validity

DEMO = sorted((Path(__file__).parents[3] / "data" / "demo" / "tariffs").glob("*.yaml"))
TEXT = """\
tariff: island
name: {de: Insel, en: Island}
currency: EUR
timezone: Europe/Berlin
service_day_starts: "03:00"
settled: week
late_days: 14
riders:
  adult: {name: {de: Erwachsene, en: adults}}
  child: {name: {de: Kinder, en: children}, also: [adult]}
  bicycle: {name: {de: Fahrräder, en: bicycles}}
sources:
  council: {text: Council of the island, year: 2026}
versions:
  - id: new
    valid_from: 2027-01-01
    transfer_minutes: 45
    products:
      - {id: single, name: {de: E, en: S}, kind: ride, price_cents: 220, source: council}
  - id: old
    valid_from: 2026-01-01
    transfer_minutes: 30
    holidays: [2026-05-01]
    zone_sets: {all: [1, harbour]}
    levels:
      - {level: 2, between: [1], and: [harbour]}
    products:
      - {id: single, name: {de: E, en: S}, kind: ride, price_cents: 200, source: council}
      - id: family
        name: {de: Familie, en: Family}
        kind: day
        price_cents: 900
        riders: {adult: 2, child/bicycle: 3}
        zone_set: all
        hours:
          - {on: [mon, holiday], from: 09:00, until: 27:00}
        source: council
      - {id: far, name: {de: F, en: F}, kind: ride, price_cents: 150, per_km_cents: 20, source: council}
    caps:
      - {id: cap, name: {de: H, en: C}, kind: days, days: 30, price_cents: 5000, source: council}
    owned:
      - {id: dt, name: {de: D, en: D}, networks: [bus], source: council}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(TariffFileError) as caught:
        read_tariff(text)
    return str(caught.value).splitlines()


def test_a_file_becomes_versions_by_their_first_day() -> None:
    book = read_tariff(TEXT)
    assert (book.id, [version.id for version in book.versions]) == ("island", ["old", "new"])
    assert book.version(date(2026, 12, 31)).id == "old"
    assert book.version(date(2027, 1, 1)).product("single").price_cents == 220
    old = book.versions[0]
    assert (old.day_starts_min, old.settled, old.late_days, old.transfer_min) == (180, Validity.WEEK, 14, 30)
    assert old.level("harbour", "1") == 2
    assert old.level("harbour", "harbour") is None
    assert (old.kind_of_day(date(2026, 5, 1)), old.kind_of_day(date(2026, 5, 2))) == (HOLIDAY, 5)
    assert [category.id for category in old.categories] == ["adult", "child", "bicycle"]


def test_a_product_is_read_with_all_its_limits() -> None:
    family = read_tariff(TEXT).versions[0].product("family")
    assert family.places == (Place(2, frozenset({ADULT, "child"})), Place(3, frozenset({"child", "bicycle"})))
    assert family.zones == frozenset({"1", "harbour"})
    assert family.bands == (Band(frozenset({0, HOLIDAY}), 540, 1620),)
    assert (family.source, family.name("de")) == (Source("Council of the island", 2026), "Familie")
    old = read_tariff(TEXT).versions[0]
    assert old.product("far").distance == Distance(per_km_cents=20)
    assert (old.product("cap").cap, old.product("cap").days) == (True, 30)
    assert old.ownable[0].networks == frozenset({"bus"})


def test_every_mistake_of_the_schema_is_told_at_once() -> None:
    text = TEXT.replace("price_cents: 900", "price_cents: 9.00").replace("kind: days, ", "kind: year, ")
    text = text.replace("    transfer_minutes: 30\n", "").replace("zone_set: all", "zone: all")
    kinds = ", ".join(f'"{kind}"' for kind in Validity)
    assert problems(text) == [
        "20: versions[1].transfer_minutes: is missing",
        '31: versions[1].products[1].price_cents: "9.00" is no "integer"',
        "33: versions[1].products[1].zone: no such field",
        f'39: versions[1].caps[0].kind: "year" is not one of [{kinds}]',
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("Europe/Berlin", "Europe/Bremen", "4: timezone: 'Europe/Bremen' is no time zone"),
        ("also: [adult]", "also: [aunt]", "10: riders.child.also[0]: 'aunt' is none of the riders"),
        ("source: council}\n  - id: old", "source: me}\n  - id: old",
         "19: versions[0].products[0].source: 'me' is none of the sources"),
        ("2027-01-01", "2026-01-01", "21: versions[1].valid_from: '2026-01-01' is another version's"),
        ("id: old", "id: new", "20: versions[1].id: 'new' is another version's"),
        ("2026-05-01", "2026-02-30", "23: versions[1].holidays[0]: '2026-02-30' is no date"),
        ("id: family", "id: single", "29: versions[1].products[1].id: 'single' is another product's"),
        ("child/bicycle: 3", "child/dog: 3",
         "33: versions[1].products[1].riders.child/dog: 'dog' is none of the riders"),
        ("zone_set: all", "zone_set: none",
         "34: versions[1].products[1].zone_set: 'none' is none of the zone_sets"),
        ("until: 27:00", "until: 08:00",
         "36: versions[1].products[1].hours[0]: from 09:00 until 08:00 is no time at all"),
        ("price_cents: 150", "price_cents: 150, uses: 4",
         "38: versions[1].products[2].uses: 4 with kind ride; only a carnet has it"),
        ("days: 30, ", "", "40: versions[1].caps[0].days: is missing with kind days"),
        ("kind: days, days: 30", "kind: ride",
         "40: versions[1].caps[0].kind: ride for a cap; it is one of day, week, month, days, window"),
        ("networks: [bus]", "price_cents: 4900",
         "42: versions[1].owned[0].price_cents: is not asked for of what is owned: it was bought elsewhere"),
        ("year: 2026}", "year: 2026}\n  press: {text: a, year: 2025}",
         "14: sources.press: nothing is from this source"),
        ("settled: week\n", "settled: week\nsettled: month\n", "7: settled: the field stands there twice"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_told_with_its_line(old: str, new: str, problem: str) -> None:
    assert old in TEXT
    assert problems(TEXT.replace(old, new, 1)) == [problem]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tariff: [", "^2?1?: no YAML: "),
        ("[" * 5000, "^1: no YAML that is nested"),
        ("a: &a [*a]\n", "^1: nested more than 20 times"),
        ("", '^1: null is no "object"'),
    ],
)
def test_what_is_no_tariff_at_all_is_refused(text: str, message: str) -> None:
    with pytest.raises(WrongFieldError, match=message):
        read_tariff(text)


def test_many_values_out_of_few_letters_are_refused() -> None:
    layers = ["a0: &a0 [0, 0, 0, 0, 0, 0, 0, 0, 0]"]
    layers += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    with pytest.raises(WrongFieldError, match="more than 200000 values"):
        read_tariff("\n".join(layers))


@pytest.mark.parametrize("path", DEMO, ids=lambda path: path.stem)
def test_every_price_of_the_demo_tariffs_has_its_source(path: Path) -> None:
    for version in tariff_book(path).versions:
        assert all(product.source and product.source.year >= 2019 for product in version.products)
        assert all({"de", "en"} <= dict(product.names).keys() for product in version.products)


def test_there_are_demo_tariffs() -> None:
    assert {path.stem for path in DEMO} >= {"vos", "sh-tarif", "eezy-vrs"}
