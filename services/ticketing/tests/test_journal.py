"""The journal: differences are posted, never an edit, and it always comes to what the bill says."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ticketing.domain.bill import Bill, Line
from ticketing.domain.errors import WrongFieldError
from ticketing.domain.journal import (
    CHARGING,
    Entry,
    EntryKind,
    Posting,
    balance_cents,
    charged_cents,
    difference,
    entered,
    lines_of,
)
from ticketing.domain.periods import Period, period_around, period_named
from ticketing.domain.products import Validity

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
WEEK = "2026-W47"

line = st.builds(
    Line,
    product=st.sampled_from(["single", "day", "week"]),
    at=st.sampled_from(["r1", "r2", "2026-11-20"]),
    count=st.integers(1, 3),
    cents=st.integers(0, 2000),
    rides=st.lists(st.sampled_from(["r1", "r2", "r3"]), unique=True, max_size=3).map(tuple),
)
bill = st.lists(line, max_size=6).map(
    lambda lines: Bill(sum(line.cents for line in lines), optimal=True, lines=tuple(lines))
)


def settled(entries: list[Entry], bill: Bill, period: str = WEEK, posted_in: str = WEEK) -> list[Entry]:
    postings = difference(entries, bill, period, posted_in)
    return [*entries, *entered("rider", len(entries), NOW, postings)]


@given(st.lists(bill, min_size=1, max_size=5))
def test_it_always_comes_to_the_last_bill(bills: list[Bill]) -> None:
    entries: list[Entry] = []
    for each in bills:
        before = list(entries)
        entries = settled(entries, each)
        assert entries[: len(before)] == before
        assert charged_cents(entries, WEEK) == each.total_cents == balance_cents(entries)
        assert sorted(map(repr, lines_of(entries, WEEK).elements())) == sorted(map(repr, each.lines))
        assert difference(entries, each, WEEK, WEEK) == []
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))


@given(bill, bill, st.lists(st.integers(-500, 500), max_size=4))
def test_payments_and_other_periods_are_not_what_rides_cost(
    first: Bill, other: Bill, payments: list[int]
) -> None:
    entries = settled([], first)
    entries = settled(entries, other, "2026-W46", WEEK)
    paid = [
        Posting(kind, WEEK, WEEK, cents, reference="p1")
        for cents, kind in zip(payments, [kind for kind in EntryKind if kind not in CHARGING], strict=False)
    ]
    entries += entered("rider", len(entries), NOW, paid)
    assert charged_cents(entries, WEEK) == first.total_cents
    assert charged_cents(entries, "2026-W46") == other.total_cents
    assert difference(entries, first, WEEK, WEEK) == []
    assert balance_cents(entries) == first.total_cents + other.total_cents + sum(
        posting.cents for posting in paid
    )


def test_a_single_becomes_part_of_a_day_ticket() -> None:
    single = Line("single", "r1", 1, 250, ("r1",))
    day = Line("day", "2026-11-20", 1, 600, ("r1", "r2", "r3"))
    entries = settled([], Bill(250, optimal=True, lines=(single,)))
    entries = settled(entries, Bill(600, optimal=True, lines=(day,)))
    assert [(entry.posting.kind, entry.posting.cents) for entry in entries] == [
        (EntryKind.CHARGE, 250),
        (EntryKind.REVERSAL, -250),
        (EntryKind.CHARGE, 600),
    ]


@given(st.dates(date(2000, 1, 10), date(2199, 12, 20)), st.sampled_from([Validity.WEEK, Validity.MONTH]))
def test_a_period_has_one_name(day: date, settled_by: Validity) -> None:
    period = period_around(settled_by, day)
    assert period.first <= day <= period.last < period.after
    assert period_named(settled_by, period.id) == period
    assert period_around(settled_by, period.after).first == period.after


def test_weeks_at_the_turn_of_the_year() -> None:
    assert period_around(Validity.WEEK, date(2027, 1, 1)) == Period(
        "2026-W53", date(2026, 12, 28), date(2027, 1, 4)
    )
    assert period_around(Validity.WEEK, date(2027, 1, 1)).month == "2026-12"


@pytest.mark.parametrize(
    ("settled_by", "name"),
    [
        (Validity.WEEK, "2026-11"),
        (Validity.MONTH, "2026-W47"),
        (Validity.WEEK, "2026-W54"),
        (Validity.WEEK, "2025-W53"),
        (Validity.MONTH, "2026-13"),
        (Validity.MONTH, "2026-00"),
        (Validity.MONTH, "1999-12"),
        (Validity.WEEK, "2026-W7"),
        (Validity.WEEK, "２０２６-W47"),
        (Validity.WEEK, ""),
    ],
)
def test_what_is_no_period(settled_by: Validity, name: str) -> None:
    with pytest.raises(WrongFieldError, match="period"):
        period_named(settled_by, name)
