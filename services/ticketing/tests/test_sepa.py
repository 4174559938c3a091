"""Bank files: what a bank would check, checked."""

import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ticketing.adapters.sepa import DEBITS, TRANSFERS, debits, transfers
from ticketing.domain.bank_days import bank_days_after, is_bank_day
from ticketing.domain.direct_debit import (
    BankParty,
    BankRun,
    Creditor,
    Debit,
    Mandate,
    Sequence,
    Transfer,
)
from ticketing.domain.errors import WrongFieldError

CREDITOR = Creditor(
    BankParty("Amt Hüttener Berge & Söhne", "DE89 3704 0044 0532 0130 00", "COBADEFFXXX"),
    "DE98ZZZ09999999999",
)
PAYER = BankParty("Jörg Groß", "DE75512108001245126199")
MANDATE = Mandate("LL-0001", date(2026, 1, 5), PAYER)
DUE = date(2026, 11, 26)
CREATED = datetime(2026, 11, 23, 8, tzinfo=UTC)


def run_of(ordered: list[tuple[int, Sequence]]) -> BankRun:
    made = (
        Debit(f"W47-{number}", MANDATE, cents, sequence, DUE, "Fahrten KW 47")
        for number, (cents, sequence) in enumerate(ordered)
    )
    return BankRun("DEMO-2026-W47", CREATED, tuple(made))


def read(file: bytes, schema: str) -> tuple[ET.Element, str]:
    return ET.fromstring(file), f"{{urn:iso:std:iso:20022:tech:xsd:{schema}}}"  # noqa: S314 - our own file


orders = st.lists(
    st.tuples(st.integers(1, 10_000_000), st.sampled_from(Sequence)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25, deadline=None)
@given(orders)
def test_sums_match_in_the_header_and_in_every_batch(ordered: list[tuple[int, Sequence]]) -> None:
    run = run_of(ordered)
    document, space = read(debits(CREDITOR, run), DEBITS)

    def cents(element: ET.Element | None) -> int:
        assert element is not None
        return int(Decimal(element.text or "") * 100)

    header = document.find(f".//{space}GrpHdr")
    assert header is not None
    assert cents(header.find(f"{space}CtrlSum")) == run.debits_cents == sum(cents for cents, _ in ordered)
    assert header.findtext(f"{space}NbOfTxs") == str(len(ordered))
    for batch in document.iter(f"{space}PmtInf"):
        single = [cents(one) for one in batch.iter(f"{space}InstdAmt")]
        assert cents(batch.find(f"{space}CtrlSum")) == sum(single)
        assert batch.findtext(f"{space}NbOfTxs") == str(len(single))
        kind = batch.findtext(f".//{space}SeqTp")
        assert len(single) == sum(1 for _, sequence in ordered if sequence.value == kind)


def test_a_file_has_the_runs_ids_and_what_banks_can_read() -> None:
    document, space = read(debits(CREDITOR, run_of([(840, Sequence.FIRST)])), DEBITS)
    told = {element.tag.removeprefix(space): element.text for element in document.iter() if element.text}
    assert told["MsgId"] == "DEMO-2026-W47-008"
    assert told["PmtInfId"] == "DEMO-2026-W47-1"
    assert told["EndToEndId"] == "W47-0"
    assert told["MndtId"] == "LL-0001"
    assert told["DtOfSgntr"] == "2026-01-05"
    assert told["ReqdColltnDt"] == "2026-11-26"
    names = {element.text for element in document.iter(f"{space}Nm")}
    assert names == {"Amt Huettener Berge + Soehne", "Joerg Gross"}


def test_the_same_run_is_the_same_file() -> None:
    run = run_of([(840, Sequence.FIRST), (120, Sequence.RECURRING)])
    assert debits(CREDITOR, run) == debits(CREDITOR, run)


def test_transfers_pay_out() -> None:
    run = BankRun("R1", CREATED, transfers=(Transfer("T1", PAYER, 300, DUE, "Erstattung"),))
    document, space = read(transfers(CREDITOR, run), TRANSFERS)
    amount = document.find(f".//{space}InstdAmt")
    assert amount is not None
    assert amount.text == "3.00"
    assert {element.text for element in document.iter(f"{space}IBAN")} == {PAYER.iban, CREDITOR.party.iban}
    with pytest.raises(WrongFieldError, match="R1: no debits"):
        debits(CREDITOR, run)


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: BankParty("A", "DE89370400440532013001"), "iban …3001"),
        (lambda: BankParty("A", PAYER.iban, "COBA"), "bic COBA"),
        (lambda: BankParty(" ", PAYER.iban), "name: nothing that banks take"),
        (lambda: BankParty("\U0001f600", PAYER.iban), "name: nothing that banks take"),
        (lambda: BankParty("A" * 71, PAYER.iban), "name: 71 characters"),
        (lambda: Creditor(PAYER, "DE97ZZZ09999999999"), "creditor_id DE97ZZZ09999999999"),
        (lambda: Mandate("a//b", DUE, PAYER), "mandate reference 'a//b'"),
        (lambda: Mandate("ä", DUE, PAYER), "mandate reference 'ä'"),
        (lambda: Debit("d", MANDATE, 0, Sequence.FIRST, DUE, ""), "order d: 0 cents"),
        (lambda: Debit("d", MANDATE, 1, Sequence.FIRST, date(2026, 1, 4), ""), "before the mandate"),
        (lambda: BankRun("x" * 33, CREATED), "run"),
    ],
)
def test_what_a_bank_would_refuse_is_refused_before(make: object, named: str) -> None:
    with pytest.raises(WrongFieldError, match=named):
        make()  # type: ignore[operator] # the table holds calls


def test_an_iban_is_not_told_in_full() -> None:
    with pytest.raises(WrongFieldError) as told:
        BankParty("A", "DE89370400440532013001")
    assert "370400" not in str(told.value)


def test_an_order_stands_once_in_a_run() -> None:
    debit = Debit("W47-0", MANDATE, 1, Sequence.FIRST, DUE, "")
    with pytest.raises(WrongFieldError, match="order W47-0 stands there twice"):
        BankRun("R", CREATED, (debit, debit))


def test_bank_days_of_easter_and_christmas() -> None:
    closed = [
        day
        for day in (date(2027, 1, 1) + timedelta(days=number) for number in range(365))
        if not is_bank_day(day) and day.weekday() < 5
    ]
    assert closed == [date(2027, 1, 1), date(2027, 3, 26), date(2027, 3, 29)]
    assert not is_bank_day(date(2026, 5, 1))
    assert bank_days_after(date(2026, 12, 24), 1) == date(2026, 12, 28)
    assert bank_days_after(date(2026, 12, 25), 0) == date(2026, 12, 28)
    assert bank_days_after(date(2026, 11, 20), 2) == date(2026, 11, 24)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 10))
def test_orders_are_due_on_bank_days(day: date, count: int) -> None:
    due = bank_days_after(day, count)
    assert is_bank_day(due)
    between = [day + timedelta(days=number) for number in range(1, (due - day).days + 1)]
    assert sum(map(is_bank_day, between)) >= count
