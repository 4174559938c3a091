"""Quotes, statements and the period's money over the wire."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pypdfium2
import pytest
from counter import Counter, place, reason, refusal
from landlinie.ticketing.v1 import account_pb2, collection_pb2, journey_pb2, statement_pb2
from office import DAY_TICKET, NEXT_WEEK, SINGLE, WEEK, at, day
from service_kit import consumers
from service_kit.errors import ServiceError
from service_kit.identity.principal import Role
from ticketing.messages import stamp

pytestmark = pytest.mark.network

NOT_FOUND, INVALID = grpc.StatusCode.NOT_FOUND, grpc.StatusCode.INVALID_ARGUMENT
PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION
DENIED = grpc.StatusCode.PERMISSION_DENIED
IBAN = "DE89370400440532013000"
PAYMENT = account_pb2.PaymentDetails(
    holder_name="Ottilie Markierung", iban=IBAN, mandate_reference="M-1", mandate_date="2026-11-01"
)


@pytest.fixture
def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    monkeypatch.setattr(consumers, "_POLL_S", 0.02)
    monkeypatch.setenv("LANDLINIE_TICKETING_OPERATOR_NAME", "Amt Hüttener Berge")
    monkeypatch.setenv("LANDLINIE_TICKETING_CREDITOR_ID", "DE98ZZZ09999999999")
    monkeypatch.setenv("LANDLINIE_TICKETING_CREDITOR_IBAN", "DE75512108001245126199")
    counter = Counter(tmp_path)
    yield counter
    counter.close()


def leg(start: str, end: str) -> journey_pb2.Leg:
    return journey_pb2.Leg(
        board_time=stamp(at(start)), alight_time=stamp(at(end)), board=place("board"), alight=place("station")
    )


def paper(content: bytes) -> str:
    pages = pypdfium2.PdfDocument(content)
    return "\n".join(page.get_textpage().get_text_range() for page in pages).replace("\xa0", " ")


def ridden_week(counter: Counter) -> str:
    """An account with three rides on Monday, settled."""
    account_id = counter.open(passenger_reference="p", payment=PAYMENT).account_id
    for hour in (8, 10, 12):
        counter.ride(account_id, f"trip-{hour}", f"{hour:02d}:00", f"{hour:02d}:20")
    counter.clock.advance_to(at("05:00", day(7)))
    counter.settle(WEEK)
    return account_id


def test_a_quote_is_the_difference_that_the_ride_makes(counter: Counter) -> None:
    account_id = counter.open(passenger_reference="p").account_id
    asked = statement_pb2.QuoteRequest(account_id=account_id, legs=[leg("21:00", "21:20")])
    alone = counter.stub.Quote(asked)
    assert (alone.price_cents, alone.single_price_cents, alone.period_id) == (SINGLE, SINGLE, WEEK)
    counter.ride(account_id, "a", "08:00", "08:20")
    counter.ride(account_id, "b", "09:00", "09:20")
    quote = counter.stub.Quote(asked)
    assert quote.price_cents == DAY_TICKET - 2 * SINGLE
    assert (list(quote.product_ids), quote.optimal, quote.currency) == (["day"], True, "EUR")
    asked.account_id = ""
    assert counter.stub.Quote(asked).price_cents == SINGLE
    asked.riders.add(rider_category="child", count=2)
    assert counter.stub.Quote(asked).price_cents == 200


def test_quotes_that_cannot_be_given(counter: Counter) -> None:
    def asked(**more: Any) -> tuple[grpc.StatusCode, ServiceError]:
        return refusal(lambda: counter.stub.Quote(statement_pb2.QuoteRequest(**more)))

    code, error = asked()
    assert (code, error.violations[0].field, error.reason) == (INVALID, "legs", "FIELD_MISSING")
    far = journey_pb2.Leg()
    far.CopyFrom(leg("21:00", "21:20"))
    for name in ("board_time", "alight_time"):
        getattr(far, name).FromDatetime(counter.clock.now() + timedelta(days=93))
    code, error = asked(legs=[far])
    assert {it.field for it in error.violations} == {"legs[0].board_time", "legs[0].alight_time"}
    elsewhere = leg("21:00", "21:20")
    elsewhere.alight.zone_ids[:] = ["elsewhere"]
    code, error = asked(legs=[elsewhere])
    assert (code, error.reason) == (PRECONDITION, "NO_PRICE")
    code, error = asked(legs=[leg("21:00", "21:20")], account_id="nobody")
    assert (code, error.reason) == (NOT_FOUND, "ACCOUNT_NOT_FOUND")


def test_a_statement_in_every_shape_says_the_same(counter: Counter) -> None:
    account_id = ridden_week(counter)
    asked = statement_pb2.GetStatementRequest(account_id=account_id, period_id=WEEK)
    statement = counter.stub.GetStatement(asked).statement
    assert (statement.total_cents, statement.balance_cents, statement.optimal) == (
        DAY_TICKET,
        DAY_TICKET,
        True,
    )
    assert sum(entry.amount_cents for entry in statement.entries) == DAY_TICKET
    assert [entry.product_id for entry in statement.entries] == ["day"]
    told = json.loads(statement.explanation_json)
    assert told["total_cents"] == sum(ride["counted_cents"] for ride in told["rides"]) == DAY_TICKET
    assert told["alternatives"]["singles_cents"] == 3 * SINGLE
    download = statement_pb2.DownloadStatementRequest(account_id=account_id, period_id=WEEK)
    german = counter.stub.DownloadStatement(download)
    assert german.file_name == f"Abrechnung-{WEEK}.pdf"
    assert "Sie zahlen 5,00 €" in paper(german.content)
    assert "Amt Hüttener Berge" in paper(german.content)
    download.language = statement_pb2.LANGUAGE_ENGLISH
    english = counter.stub.DownloadStatement(download)
    assert english.file_name == f"Statement-{WEEK}.pdf"
    assert "You pay €5.00" in paper(english.content)
    listed = counter.stub.ListStatements(statement_pb2.ListStatementsRequest(account_id=account_id))
    assert [(it.period.period_id, it.total_cents) for it in listed.statements] == [(WEEK, DAY_TICKET)]
    assert listed.next_page_token == ""


def test_a_ride_that_no_product_covers_is_named_before_and_after_settling(counter: Counter) -> None:
    account_id = counter.open().account_id
    counter.ride(account_id, "trip")
    elsewhere = journey_pb2.Place(stop_id="far", zone_ids=["elsewhere"])
    told = counter.check_out(account_id, "strange", at("12:20"))
    told.check_in.CopyFrom(journey_pb2.CheckIn(event_time=stamp(at("12:00")), place=elsewhere))
    reference = counter.stub.CheckOut(told).journey.reference
    asked = statement_pb2.GetStatementRequest(account_id=account_id, period_id=WEEK)

    def named() -> tuple[int, list[str]]:
        statement = counter.stub.GetStatement(asked).statement
        return statement.total_cents, [
            it["ride"] for it in json.loads(statement.explanation_json)["unpriced"]
        ]

    assert named() == (SINGLE, [reference])
    counter.clock.advance_to(at("05:00", day(7)))
    counter.settle(WEEK)
    assert named() == (SINGLE, [reference])


def test_statements_come_page_by_page_newest_first(counter: Counter) -> None:
    account_id = ridden_week(counter)
    counter.clock.advance_to(at("20:00", day(7)))
    begun, ended = at("08:00", day(7)), at("08:20", day(7))
    counter.stub.CheckIn(counter.check_in(account_id, "next", begun))
    counter.stub.CheckOut(counter.check_out(account_id, "next", ended))
    counter.clock.advance_to(at("05:00", day(14)))
    counter.settle(NEXT_WEEK)
    asked = statement_pb2.ListStatementsRequest(account_id=account_id, page_size=1)
    first = counter.stub.ListStatements(asked)
    asked.page_token = first.next_page_token
    second = counter.stub.ListStatements(asked)
    found = [it.period.period_id for it in (*first.statements, *second.statements)]
    assert (found, second.next_page_token) == ([NEXT_WEEK, WEEK], "")


def test_statements_are_their_account_holders(counter: Counter) -> None:
    account_id = ridden_week(counter)
    other = counter.of(Role.APP_BACKEND, client_id="other", subject="other")
    asked = statement_pb2.GetStatementRequest(account_id=account_id, period_id=WEEK)
    assert reason(NOT_FOUND, lambda: other.GetStatement(asked)) == "ACCOUNT_NOT_FOUND"
    download = statement_pb2.DownloadStatementRequest(account_id=account_id, period_id=WEEK)
    assert reason(NOT_FOUND, lambda: other.DownloadStatement(download)) == "ACCOUNT_NOT_FOUND"
    asked.period_id = "2026-W01"
    assert reason(NOT_FOUND, lambda: counter.stub.GetStatement(asked)) == "STATEMENT_NOT_FOUND"
    asked.period_id = "2026-11"
    assert reason(INVALID, lambda: counter.stub.GetStatement(asked)) == "PERIOD_INVALID"
    download.period_id = ""
    assert reason(INVALID, lambda: counter.stub.DownloadStatement(download)) == "FIELD_MISSING"
    collect = collection_pb2.CollectPeriodRequest(request_id="c", period_id=WEEK)
    assert refusal(lambda: counter.stub.CollectPeriod(collect))[0] is DENIED
    everybody = collection_pb2.DownloadStatementsRequest(period_id=WEEK)
    assert refusal(lambda: list(counter.stub.DownloadStatements(everybody)))[0] is DENIED


def test_a_period_is_collected_and_a_debit_comes_back(counter: Counter) -> None:
    staff = counter.staff
    early = collection_pb2.CollectPeriodRequest(request_id="early", period_id=WEEK)
    assert reason(PRECONDITION, lambda: staff.CollectPeriod(early)) == "PERIOD_NOT_OVER"
    account_id = ridden_week(counter)
    found = staff.CollectPeriod(
        collection_pb2.CollectPeriodRequest(request_id="c1", period_id=WEEK)
    ).collection
    assert (found.complete, found.debit_count, found.debits_cents) == (True, 1, DAY_TICKET)
    again = collection_pb2.CollectPeriodRequest(request_id="c2", period_id=WEEK)
    assert staff.CollectPeriod(again).collection == found
    asked = collection_pb2.DownloadBankFileRequest(
        run_id=found.run_id, kind=collection_pb2.BANK_FILE_KIND_DEBITS
    )
    file = b"".join(part.content for part in staff.DownloadBankFile(asked))
    assert f"<IBAN>{IBAN}</IBAN>".encode() in file
    order_id = file.split(b"<EndToEndId>")[1].split(b"<")[0].decode()
    asked.kind = collection_pb2.BANK_FILE_KIND_TRANSFERS
    assert reason(PRECONDITION, lambda: list(staff.DownloadBankFile(asked))) == "NO_ORDERS"
    asked.kind = collection_pb2.BANK_FILE_KIND_UNSPECIFIED
    assert refusal(lambda: list(staff.DownloadBankFile(asked)))[1].violations[0].field == "kind"
    asked.run_id, asked.kind = "unknown", collection_pb2.BANK_FILE_KIND_DEBITS
    assert reason(NOT_FOUND, lambda: list(staff.DownloadBankFile(asked))) == "RUN_NOT_FOUND"
    back = collection_pb2.ReportReturnedDebitRequest(request_id="b", order_id=order_id, fee_cents=350)
    for _ in range(2):
        staff.ReportReturnedDebit(back)
    running = statement_pb2.GetStatementRequest(account_id=account_id, period_id=NEXT_WEEK)
    statement = counter.stub.GetStatement(running).statement
    assert statement.balance_cents == DAY_TICKET + 350
    kinds = [statement_pb2.EntryKind.Name(entry.kind) for entry in statement.entries]
    assert kinds == ["ENTRY_KIND_CHARGEBACK", "ENTRY_KIND_FEE"]
    back.fee_cents = 10_001
    assert refusal(lambda: staff.ReportReturnedDebit(back))[1].violations[0].field == "fee_cents"
    back.order_id, back.fee_cents = "unknown", 0
    assert reason(NOT_FOUND, lambda: staff.ReportReturnedDebit(back)) == "ORDER_NOT_FOUND"


def test_everybodys_statements_go_on_where_they_broke_off(counter: Counter) -> None:
    for number in range(3):
        account_id = counter.open(passenger_reference=f"p{number}").account_id
        counter.ride(account_id, "trip")
    counter.clock.advance_to(at("05:00", day(7)))
    counter.settle(WEEK)
    asked = collection_pb2.DownloadStatementsRequest(period_id=WEEK)
    every = list(counter.staff.DownloadStatements(asked))
    assert len({it.account_id for it in every}) == 3
    assert all("2,00 €" in paper(it.content) for it in every)
    assert all(json.loads(it.explanation_json)["total_cents"] == SINGLE for it in every)
    asked.after_account_id = every[0].account_id
    rest = list(counter.staff.DownloadStatements(asked))
    assert [it.account_id for it in rest] == [it.account_id for it in every[1:]]
    asked.after_account_id = "nobody"
    assert reason(NOT_FOUND, lambda: list(counter.staff.DownloadStatements(asked))) == "ACCOUNT_NOT_FOUND"


def test_nobody_is_debited_for_who_has_no_creditor_id(tmp_path: Path) -> None:
    without = Counter(tmp_path)
    try:
        without.clock.advance_to(at("05:00", day(7)))
        asked = collection_pb2.CollectPeriodRequest(request_id="c", period_id=WEEK)
        assert reason(PRECONDITION, lambda: without.staff.CollectPeriod(asked)) == "NO_CREDITOR"
    finally:
        without.close()
