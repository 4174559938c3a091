"""Accounts over the wire: whose they are, what is said of them, and what becomes of them."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import grpc
import pytest
import sqlalchemy as sa
from counter import Counter, reason, refusal
from landlinie.ticketing.v1 import account_pb2, audit_pb2, journey_pb2, person_pb2
from office import WEEK, at, day
from service_kit import consumers
from service_kit.database import open_engine
from service_kit.identity.principal import Role
from ticketing.bootstrap import DATABASES
from ticketing.messages import stamp

pytestmark = pytest.mark.network

NOT_FOUND, INVALID = grpc.StatusCode.NOT_FOUND, grpc.StatusCode.INVALID_ARGUMENT
PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION
IBAN = "DE89 3704 0044 0532 0130 00"
PAYMENT = account_pb2.PaymentDetails(
    holder_name="Ottilie Markierung", iban=IBAN, mandate_reference="M-1", mandate_date="2026-11-01"
)


@pytest.fixture
def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    monkeypatch.setattr(consumers, "_POLL_S", 0.02)
    counter = Counter(tmp_path)
    yield counter
    counter.close()


def test_an_account_is_its_openers(counter: Counter) -> None:
    other = counter.of(Role.APP_BACKEND, client_id="other", subject="other")
    desk = counter.of(Role.DISPATCHER, client_id="desk", subject="desk")
    opened = counter.open(passenger_reference="p1", payment=PAYMENT)
    asked = account_pb2.GetAccountRequest(account_id=opened.account_id)
    assert counter.stub.GetAccount(asked).account == opened
    assert desk.GetAccount(asked).account == opened
    assert reason(NOT_FOUND, lambda: other.GetAccount(asked)) == "ACCOUNT_NOT_FOUND"
    close = account_pb2.CloseAccountRequest(request_id="r", account_id=opened.account_id)
    assert reason(NOT_FOUND, lambda: other.CloseAccount(close)) == "ACCOUNT_NOT_FOUND"
    begin = counter.check_in(opened.account_id, "trip", at("08:00"))
    assert reason(NOT_FOUND, lambda: other.CheckIn(begin)) == "ACCOUNT_NOT_FOUND"
    nothing = refusal(lambda: other.GetAccount(account_pb2.GetAccountRequest(account_id="nobody")))[1]
    hidden = refusal(lambda: other.GetAccount(asked))[1]
    assert hidden.message.replace(opened.account_id, "nobody") == nothing.message


def test_passengers_have_accounts_of_their_own(counter: Counter) -> None:
    one = counter.of(Role.PASSENGER, client_id="web", subject="one")
    two = counter.of(Role.PASSENGER, client_id="web", subject="two")
    opened = counter.open(one)
    asked = account_pb2.GetAccountRequest(account_id=opened.account_id)
    assert one.GetAccount(asked).account.account_id == opened.account_id
    assert reason(NOT_FOUND, lambda: two.GetAccount(asked)) == "ACCOUNT_NOT_FOUND"
    foreign = account_pb2.OpenAccountRequest(request_id="r", passenger_reference="one")
    assert reason(grpc.StatusCode.PERMISSION_DENIED, lambda: two.OpenAccount(foreign)) == "OTHER_PASSENGER"


def test_staff_finds_accounts_by_what_is_known_of_them(counter: Counter) -> None:
    desk = counter.of(Role.DISPATCHER, client_id="desk", subject="desk")
    opened = [counter.open(passenger_reference=f"p{number}", payment=PAYMENT) for number in range(3)]

    def found(passenger_reference: str = "", payer: str = "") -> list[str]:
        answer = desk.ListAccounts(
            account_pb2.ListAccountsRequest(passenger_reference=passenger_reference, payer=payer)
        )
        assert all(not each.HasField("payment") and not each.payer for each in answer.accounts)
        return [each.account_id for each in answer.accounts]

    everybody = sorted(each.account_id for each in opened)
    assert found() == everybody
    assert found(passenger_reference="p1") == [opened[1].account_id]
    assert found(payer=opened[2].payer) == [opened[2].account_id]
    assert found(payer=opened[2].payer, passenger_reference="p1") == []
    assert found(passenger_reference="nobody") == found(payer="nobody") == []
    first = desk.ListAccounts(account_pb2.ListAccountsRequest(page_size=2))
    rest = desk.ListAccounts(account_pb2.ListAccountsRequest(page_size=2, page_token=first.next_page_token))
    assert [each.account_id for each in (*first.accounts, *rest.accounts)] == everybody
    assert rest.next_page_token == ""
    apps = refusal(lambda: counter.stub.ListAccounts(account_pb2.ListAccountsRequest()))
    assert apps[0] is grpc.StatusCode.PERMISSION_DENIED


def test_a_request_sent_again_opens_nothing_again(counter: Counter) -> None:
    request = account_pb2.OpenAccountRequest(request_id="r1", passenger_reference="p1", payment=PAYMENT)
    first = counter.stub.OpenAccount(request)
    assert counter.stub.OpenAccount(request) == first
    request.passenger_reference = "p2"
    assert reason(INVALID, lambda: counter.stub.OpenAccount(request)) == "REQUEST_ID_REUSED"
    # Another caller's ids mean something else.
    other = counter.of(Role.APP_BACKEND, client_id="other", subject="other")
    assert other.OpenAccount(request).account.account_id != first.account.account_id


def test_who_pays_is_told_to_nobody_in_full(counter: Counter) -> None:
    opened = counter.open(payment=PAYMENT)
    assert opened.payment.iban == "*" * 18 + "3000"
    changed = account_pb2.UpdateAccountRequest(
        request_id="u1",
        account_id=opened.account_id,
        profile=account_pb2.RiderProfile(
            rider_category="child", owned_products=[account_pb2.OwnedProduct(product_id="dticket")]
        ),
    )
    account = counter.stub.UpdateAccount(changed).account
    assert (account.profile.rider_category, account.payment) == ("child", opened.payment)
    assert account.profile.owned_products[0].first_service_date == "2000-01-01"


@pytest.mark.parametrize(
    ("change", "field", "why"),
    [
        ({"iban": "DE89370400440532013001"}, "payment.iban", "IBAN_INVALID"),
        ({"iban": ""}, "payment.iban", "FIELD_MISSING"),
        ({"holder_name": ""}, "payment.holder_name", "FIELD_MISSING"),
        ({"holder_name": "x" * 71}, "payment.holder_name", "TEXT_TOO_LONG"),
        ({"holder_name": "a\x00"}, "payment.holder_name", "TEXT_INVALID"),
        ({"holder_name": "   "}, "payment.holder_name", "TEXT_INVALID"),
        ({"holder_name": "\U0001f600"}, "payment.holder_name", "TEXT_INVALID"),
        ({"mandate_reference": "ä"}, "payment.mandate_reference", "MANDATE_INVALID"),
        ({"mandate_reference": ""}, "payment.mandate_date", "MANDATE_INCOMPLETE"),
        ({"mandate_date": "1.11.2026"}, "payment.mandate_date", "DATE_INVALID"),
        ({"mandate_date": day(1).isoformat()}, "payment.mandate_date", "DATE_IN_FUTURE"),
    ],
)
def test_payment_details_are_checked(counter: Counter, change: dict[str, str], field: str, why: str) -> None:
    payment = account_pb2.PaymentDetails()
    payment.CopyFrom(PAYMENT)
    for name, value in change.items():
        setattr(payment, name, value)
    code, error = refusal(lambda: counter.open(payment=payment))
    assert (code, error.reason) == (INVALID, why)
    assert [violation.field for violation in error.violations] == [field]
    assert "Markierung" not in error.message
    assert "3704" not in error.message


def test_a_mandate_may_be_signed_today(counter: Counter) -> None:
    payment = account_pb2.PaymentDetails()
    payment.CopyFrom(PAYMENT)
    payment.mandate_date = day(0).isoformat()
    account = counter.open(payment=payment)
    assert account.payment.mandate_date == payment.mandate_date
    payment.mandate_date = day(1).isoformat()
    changed = account_pb2.UpdateAccountRequest(
        request_id="u1", account_id=account.account_id, payment=payment
    )
    assert reason(INVALID, lambda: counter.stub.UpdateAccount(changed)) == "DATE_IN_FUTURE"


def test_profiles_are_checked(counter: Counter) -> None:
    profile = account_pb2.RiderProfile(
        rider_category="king",
        owned_products=[
            account_pb2.OwnedProduct(product_id="gold"),
            account_pb2.OwnedProduct(
                product_id="dticket", first_service_date="2026-02-01", last_service_date="2026-01-01"
            ),
        ],
    )
    code, error = refusal(lambda: counter.open(profile=profile))
    assert code is INVALID
    assert {(violation.field, violation.reason) for violation in error.violations} == {
        ("profile.rider_category", "CATEGORY_UNKNOWN"),
        ("profile.owned_products[0].product_id", "PRODUCT_UNKNOWN"),
        ("profile.owned_products[1].last_service_date", "WINDOW_REVERSED"),
    }


def test_a_closed_account_takes_no_check_ins_but_what_began_ends(counter: Counter) -> None:
    account_id = counter.open().account_id
    counter.stub.CheckIn(counter.check_in(account_id, "trip", at("19:00")))
    close = account_pb2.CloseAccountRequest(request_id="c1", account_id=account_id)
    account = counter.stub.CloseAccount(close).account
    assert account.state == account_pb2.ACCOUNT_STATE_CLOSED
    assert account.close_time == stamp(counter.clock.now())
    begin = counter.check_in(account_id, "trip-2", at("19:30"))
    assert reason(PRECONDITION, lambda: counter.stub.CheckIn(begin)) == "ACCOUNT_CLOSED"
    journey = counter.stub.CheckOut(counter.check_out(account_id, "trip", at("19:20"))).journey
    assert journey.state == journey_pb2.JOURNEY_STATE_COMPLETED


def parts(counter: Counter, account_id: str) -> dict[str, str]:
    found: dict[str, bytes] = {}
    for part in counter.stub.ExportPerson(person_pb2.ExportPersonRequest(account_id=account_id)):
        found[part.name] = found.get(part.name, b"") + part.content
    return {name: content.decode() for name, content in found.items()}


def upload(counter: Counter, account_id: str, journey_id: str) -> journey_pb2.UploadTraceResponse:
    points = []
    for minute in range(15):
        point = journey_pb2.TracePoint(time=stamp(at("08:00") + timedelta(minutes=minute)))
        point.position.latitude_deg, point.position.longitude_deg = 53.55 + minute / 1e3, 13.26
        points.append(point)
    head = journey_pb2.UploadTraceRequest(
        request_id=counter.new_id(), account_id=account_id, journey_id=journey_id, points=points[:7]
    )
    rest = journey_pb2.UploadTraceRequest(points=points[7:])
    return counter.stub.UploadTrace(iter([head, rest]))  # type: ignore[no-any-return]


def test_all_that_is_held_is_handed_out(counter: Counter) -> None:
    account_id = counter.open(passenger_reference="p1", payment=PAYMENT).account_id
    counter.ride(account_id, "trip")
    assert upload(counter, account_id, "trip").point_count == 15
    counter.clock.advance_to(at("03:00", day(7)))
    counter.settle(WEEK)
    found = parts(counter, account_id)
    identity = json.loads(found["identity.json"])
    assert identity["payment"]["iban"] == IBAN.replace(" ", "")
    assert identity["account"]["subject"] == "p1"
    (journey,) = [json.loads(line) for line in found["journeys.jsonl"].splitlines()]
    assert journey["journey"]["journey_id"] == "trip"
    assert {next(iter(told)) for told in journey["told"]} == {"CheckedIn", "CheckedOut"}
    (entry,) = [json.loads(line) for line in found["journal.jsonl"].splitlines()]
    assert entry["posting"]["cents"] == 200
    (trace,) = [json.loads(line) for line in found["traces.jsonl"].splitlines()]
    assert len(trace["points"]) == 15


def everything(folder: Path, *, without: str = "") -> str:
    """Every row of every database of the service."""
    rows = []
    for name in DATABASES:
        if name == without:
            continue
        engine = open_engine(f"sqlite:///{folder}/{name}.sqlite")
        with engine.connect() as connection:
            for found in sa.inspect(connection).get_table_names():
                table = sa.table(found, sa.literal_column("*"))
                rows += [f"{name}.{found} {row}" for row in connection.execute(sa.select(table))]
        engine.dispose()
    return "\n".join(rows)


def stored_points(folder: Path) -> bytes:
    """The one trace there is, as it lies in its file."""
    engine = open_engine(f"sqlite:///{folder}/ticketing_traces.sqlite")
    with engine.connect() as connection:
        points: bytes = connection.execute(sa.text("SELECT points FROM traces")).scalar_one()
    engine.dispose()
    return points


def found_in(folder: Path, told: bytes) -> list[str]:
    """The files, write-ahead logs among them, in whose bytes something stands."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and told in path.read_bytes())


def test_who_is_erased_is_gone_and_the_books_stay_under_names_that_lead_nowhere(counter: Counter) -> None:
    account_id = counter.open(passenger_reference="passenger-of-old", payment=PAYMENT).account_id
    erase = person_pb2.ErasePersonRequest(request_id="e1", account_id=account_id)
    assert reason(PRECONDITION, lambda: counter.stub.ErasePerson(erase)) == "ACCOUNT_OPEN"
    counter.ride(account_id, "trip-to-forget")
    upload(counter, account_id, "trip-to-forget")
    points = stored_points(counter.folder)
    payer = counter.stub.GetAccount(account_pb2.GetAccountRequest(account_id=account_id)).account.payer
    counter.stub.CloseAccount(account_pb2.CloseAccountRequest(request_id="c1", account_id=account_id))
    assert reason(PRECONDITION, lambda: counter.stub.ErasePerson(erase)) == "NOT_SETTLED"
    counter.clock.advance_to(at("03:00", day(7)))
    counter.settle(WEEK)
    other = counter.of(Role.APP_BACKEND, client_id="other", subject="other")
    assert reason(NOT_FOUND, lambda: other.ErasePerson(erase)) == "ACCOUNT_NOT_FOUND"

    assert reason(PRECONDITION, lambda: counter.stub.ErasePerson(erase)) == "BALANCE_OPEN"

    told = [b"Markierung", b"37040044", b"passenger-of-old", b"trip-to-forget", payer.encode(), points]
    in_files = {name: found_in(counter.folder, name) for name in told}
    assert all(in_files.values()), in_files

    operator = counter.of(Role.OPERATOR)
    erased = operator.ErasePerson(erase)

    assert (erased.journey_count, erased.trace_count, erased.kept_entry_count) == (1, 1, 1)
    assert operator.ErasePerson(erase) == erased
    assert reason(NOT_FOUND, lambda: parts(counter, account_id)) == "ACCOUNT_NOT_FOUND"
    rows = everything(counter.folder)
    for trace in ("Markierung", "37040044", "M-1", "CheckedIn", "latitude_deg", payer):
        assert [row for row in rows.splitlines() if trace in row] == [], trace
    for name in told:
        assert found_in(counter.folder, name) == [], name
    assert sum(".journal " in row for row in rows.splitlines()) == 1
    assert account_id not in everything(counter.folder, without="ticketing_identity")


def test_traces_go_when_their_time_is_over(counter: Counter) -> None:
    account_id = counter.open().account_id
    counter.ride(account_id, "trip")
    uploaded = upload(counter, account_id, "trip")
    assert uploaded.delete_time == stamp(counter.clock.now() + timedelta(days=14))
    counter.clock.advance_to(counter.clock.now() + timedelta(days=14, seconds=-1))
    counter.app.tidy()
    assert "traces.jsonl" in parts(counter, account_id)
    counter.clock.advance_to(counter.clock.now() + timedelta(seconds=1))
    counter.app.tidy()
    assert not parts(counter, account_id).get("traces.jsonl")


def test_who_did_what_is_on_the_trail(counter: Counter) -> None:
    account_id = counter.open().account_id
    counter.stub.CheckIn(counter.check_in(account_id, "trip", at("19:00")))
    other = counter.of(Role.APP_BACKEND, client_id="other", subject="other")
    begin = counter.check_in(account_id, "trip", at("19:00"))
    assert reason(NOT_FOUND, lambda: other.CheckIn(begin)) == "ACCOUNT_NOT_FOUND"
    request = audit_pb2.ListAuditEntriesRequest(entity_id=account_id)
    entries = counter.of(Role.AUDITOR).ListAuditEntries(request).entries
    assert [(entry.method, entry.client_id, entry.outcome) for entry in entries] == [
        ("OpenAccount", "app", "OK"),
        ("CheckIn", "app", "OK"),
        ("CheckIn", "other", "ACCOUNT_NOT_FOUND"),
    ]
