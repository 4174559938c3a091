"""Journeys over the wire: repeats, wrong fields, traces, questions, pages."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import pytest
from counter import Counter, place, reason, refusal
from google.protobuf.timestamp_pb2 import Timestamp
from landlinie.ticketing.v1 import journey_pb2, settlement_pb2, tariff_pb2
from office import LATE_DAYS, SHORT, SINGLE, TOWN, WEEK, at, day
from service_kit import consumers
from service_kit.identity.principal import Role
from ticketing.application.places import ZonesOfPlaces
from ticketing.domain.journeys import Leg, Place, Reading
from ticketing.domain.trace import Fix
from ticketing.messages import stamp
from wrong import Wrong, degrees, identifier, instant, put, service_date, text

pytestmark = pytest.mark.network

INVALID, NOT_FOUND = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND
PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION


def seen(points: Sequence[Fix], service_date: date) -> tuple[tuple[Reading, ...], bool]:
    """Two ways to read any trace; nobody knows which, unless a beacon was heard."""
    assert points[0].time.date() == service_date
    begun = points[0].time
    readings = tuple(
        Reading(
            (
                Leg(
                    begun,
                    begun + timedelta(minutes=minutes),
                    Place("board", ("town",)),
                    Place(stop_id, ("town",)),
                    stop_count=stops,
                ),
            ),
            confidence,
        )
        for stop_id, minutes, stops, confidence in (("station", 20, 9, 0.6), ("market", 5, 2, 0.4))
    )
    return (readings[:1], True) if points[0].beacon else (readings, False)


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(consumers, "_POLL_S", 0.02)
        counter = Counter(
            Path(tmp_path_factory.mktemp("counter")),
            detect=seen,
            zones_of=ZonesOfPlaces({"mapped": TOWN, "outside": ()}),
        )
        yield counter
        counter.close()


@pytest.fixture
def account_id(counter: Counter) -> str:
    return counter.open().account_id


def test_a_journey_told_twice_is_one(counter: Counter, account_id: str) -> None:
    begin = counter.check_in(account_id, "trip", at("08:00"))
    first = counter.stub.CheckIn(begin)
    assert first.journey.state == journey_pb2.JOURNEY_STATE_OPEN
    assert counter.stub.CheckIn(begin) == first
    begin.request_id = counter.new_id()
    assert counter.stub.CheckIn(begin) == first
    end = counter.check_out(account_id, "trip", at("08:20"))
    journey = counter.stub.CheckOut(end).journey
    assert (journey.state, journey.period_id) == (journey_pb2.JOURNEY_STATE_COMPLETED, WEEK)
    assert [leg.alight.stop_id for leg in journey.legs] == ["station"]
    for other in (
        lambda: counter.stub.CheckIn(counter.check_in(account_id, "trip", at("07:00"))),
        lambda: counter.stub.CheckOut(counter.check_out(account_id, "trip", at("08:05"))),
    ):
        assert reason(grpc.StatusCode.ALREADY_EXISTS, other) == "JOURNEY_EXISTS"


@pytest.mark.parametrize(
    ("role", "stop_ids", "zones", "level"),
    [
        (Role.PASSENGER, ("mapped", "mapped"), [[], []], None),
        (Role.PASSENGER, ("mapped", "outside"), [[], []], None),
        (Role.PASSENGER, ("mapped", "elsewhere"), [[], ["cheap"]], 0),
        (Role.PASSENGER, ("elsewhere", "mapped"), [["cheap"], []], 0),
        (Role.APP_BACKEND, ("mapped", "mapped"), [["cheap"], ["cheap"]], 0),
        (Role.TICKETING_SYSTEM, ("mapped", "outside"), [["cheap"], ["cheap"]], 0),
    ],
)
def test_passengers_choose_no_zones_for_places_that_can_be_looked_up(
    counter: Counter, role: Role, stop_ids: tuple[str, str], zones: list[list[str]], level: int | None
) -> None:
    stub = counter.of(role, client_id="app", subject="somebody")
    account_id = counter.open(counter.of(Role.PASSENGER, client_id="app", subject="somebody")).account_id
    begin = counter.check_in(account_id, f"trip-{role.value}-{'-'.join(stop_ids)}", at("08:00"))
    begin.check_in.place.CopyFrom(journey_pb2.Place(stop_id=stop_ids[0], zone_ids=["cheap"]))
    stub.CheckIn(begin)
    board, alight = (journey_pb2.Place(stop_id=stop_id, zone_ids=["cheap"]) for stop_id in stop_ids)
    leg = journey_pb2.Leg(
        board_time=stamp(at("08:00")),
        alight_time=stamp(at("08:20")),
        board=board,
        alight=alight,
        price_level=0,
    )
    end = counter.check_out(account_id, begin.journey_id, at("08:20"), legs=[leg])
    (kept,) = stub.CheckOut(end).journey.legs
    assert [list(kept.board.zone_ids), list(kept.alight.zone_ids)] == zones
    assert (kept.price_level if kept.HasField("price_level") else None) == level


def test_a_phone_that_had_no_connection_tells_all_at_once(counter: Counter, account_id: str) -> None:
    begin = counter.check_in(account_id, "trip", at("08:00"))
    end = counter.check_out(account_id, "trip", at("08:20"))
    assert reason(NOT_FOUND, lambda: counter.stub.CheckOut(end)) == "JOURNEY_NOT_FOUND"
    end.check_in.CopyFrom(begin.check_in)
    end.request_id = counter.new_id()
    told = counter.stub.CheckOut(end).journey
    assert told.state == journey_pb2.JOURNEY_STATE_COMPLETED
    assert counter.stub.CheckIn(begin).journey == told


def test_legs_with_little_time_between_are_told_and_kept(counter: Counter, account_id: str) -> None:
    counter.stub.CheckIn(counter.check_in(account_id, "trip", at("08:00")))
    legs = [
        journey_pb2.Leg(
            board_time=stamp(at(start)),
            alight_time=stamp(at(end)),
            board=place(stop_ids[0]),
            alight=place(stop_ids[1]),
            stop_count=4,
        )
        for start, end, stop_ids in (
            ("08:00", "08:10", ("board", "market")),
            ("08:15", "08:20", ("market", "station")),
        )
    ]
    journey = counter.stub.CheckOut(counter.check_out(account_id, "trip", at("08:20"), legs=legs)).journey
    assert list(journey.legs) == legs


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [("07:54", "08:20", "legs[0].board_time"), ("08:00", "08:26", "legs[0].alight_time")],
)
def test_legs_of_another_time_are_refused(
    counter: Counter, account_id: str, start: str, end: str, field: str
) -> None:
    counter.stub.CheckIn(counter.check_in(account_id, "trip", at("08:00")))
    leg = journey_pb2.Leg(
        board_time=stamp(at(start)), alight_time=stamp(at(end)), board=place("board"), alight=place("market")
    )
    told = counter.check_out(account_id, "trip", at("08:20"), legs=[leg])
    code, error = refusal(lambda: counter.stub.CheckOut(told))
    assert (code, error.reason) == (INVALID, "LEG_OUTSIDE_JOURNEY")
    assert [violation.field for violation in error.violations] == [field]
    within = timedelta(minutes=1)
    told.request_id = counter.new_id()
    told.legs[0].board_time.CopyFrom(stamp(max(at("07:55"), at(start) + within)))
    told.legs[0].alight_time.CopyFrom(stamp(min(at("08:25"), at(end) - within)))
    assert counter.stub.CheckOut(told).journey.state == journey_pb2.JOURNEY_STATE_COMPLETED


CHECK_OUTS = [
    ((at("08:00"), at("07:54"), at("07:55")), "CHECK_OUT_BEFORE_CHECK_IN"),
    ((at("08:00"), at("09:00", day(-11)), at("09:00")), "CHECK_OUT_BEFORE_CHECK_IN"),
    ((at("08:00", day(-11)), at("08:00"), at("23:00", day(-10))), "CHECK_OUT_TOO_LATE"),
    ((at("23:00", day(-2)), at("08:00"), at("23:00", day(-1))), "CHECK_OUT_TOO_LATE"),
]


@pytest.mark.parametrize("offline", [False, True], ids=["two calls", "one call"])
@pytest.mark.parametrize(("times", "why"), CHECK_OUTS)
def test_a_check_out_of_another_time_is_refused(
    counter: Counter, account_id: str, times: tuple[datetime, datetime, datetime], why: str, offline: bool
) -> None:
    begin, wrong, right = times
    begun = counter.check_in(account_id, "trip", begin)
    told = counter.check_out(account_id, "trip", wrong)
    if offline:
        told.check_in.CopyFrom(begun.check_in)
    else:
        counter.stub.CheckIn(begun)
    code, error = refusal(lambda: counter.stub.CheckOut(told))
    assert (code, error.reason) == (INVALID, why)
    assert [violation.field for violation in error.violations] == ["event_time"]
    told.request_id = counter.new_id()
    told.event_time.CopyFrom(stamp(right))
    journey = counter.stub.CheckOut(told).journey
    assert (journey.state, journey.check_out_time) == (
        journey_pb2.JOURNEY_STATE_COMPLETED,
        stamp(max(begin, right)),
    )


def wrongs() -> Iterator[tuple[str, str, Wrong]]:
    ahead = Timestamp(seconds=int(at("20:06").timestamp()))
    long_ago = Timestamp(seconds=int(at("20:00", day(-93)).timestamp()))
    times = [
        *instant(needed=True),
        Wrong("ahead", ahead, "TIME_IN_FUTURE"),
        Wrong("long ago", long_ago, "EVENT_TIME_TOO_OLD"),
    ]
    for wrong in identifier():
        for name in ("request_id", "account_id", "journey_id"):
            yield "CheckIn", name, wrong
    for wrong in times:
        yield "CheckIn", "check_in.event_time", wrong
        yield "CheckOut", "event_time", wrong
        yield "CheckOut", "legs[0].board_time", wrong
    for method, prefix in (
        ("CheckIn", "check_in.place"),
        ("CheckOut", "place"),
        ("CheckOut", "legs[0].board"),
    ):
        for wrong in text(100):
            yield method, f"{prefix}.stop_id", wrong
        for wrong in degrees(90):
            yield method, f"{prefix}.position.latitude_deg", wrong
        for wrong in degrees(180):
            yield method, f"{prefix}.position.longitude_deg", wrong
        many = Wrong("many", [str(number) for number in range(21)], "TOO_MANY_ZONES")
        yield method, f"{prefix}.zone_ids", many
        yield method, prefix, Wrong("nowhere", journey_pb2.Place(), "FIELD_MISSING")
    adult, king = {"rider_category": "adult"}, {"rider_category": "king"}
    for what, groups, why, field in (
        ("many", [{**adult, "count": 1}] * 11, "TOO_MANY_RIDERS", ""),
        ("nobody", [adult], "RIDER_COUNT_INVALID", "[0].count"),
        ("a king", [{**king, "count": 1}], "CATEGORY_UNKNOWN", "[0].rider_category"),
        ("twice", [{**adult, "count": 1}] * 2, "CATEGORY_TWICE", "[1].rider_category"),
        ("too many", [{**adult, "count": 101}], "RIDER_COUNT_INVALID", "[0].count"),
    ):
        value = [journey_pb2.RiderGroup(**group) for group in groups]
        yield "CheckIn", "check_in.riders", Wrong(what, value, why, field=f"check_in.riders{field}")
    yield "CheckIn", "check_in", Wrong("missing", None, "FIELD_MISSING")
    yield "CheckOut", "legs", Wrong("many", [journey_pb2.Leg()] * 21, "TOO_MANY_LEGS")
    yield "CheckOut", "legs[0].stop_count", Wrong("many", 1001, "NUMBER_TOO_LARGE")
    yield "CheckOut", "legs[0].price_level", Wrong("high", 2**32 - 1, "NUMBER_TOO_LARGE")
    yield "CheckOut", "legs[0].alight_time", Wrong("reversed", stamp(at("07:00")), "WINDOW_REVERSED")


@pytest.mark.parametrize(
    ("method", "path", "wrong"),
    [pytest.param(*each, id=f"{each[0]} {each[1]} {each[2].what}") for each in wrongs()],
)
def test_a_wrong_field_is_named(
    counter: Counter, account_id: str, method: str, path: str, wrong: Wrong
) -> None:
    leg = journey_pb2.Leg(
        board_time=stamp(at("08:00")), alight_time=stamp(at("08:20")), board=place("a"), alight=place("b")
    )
    request: Any = (
        counter.check_in(account_id, "trip", at("08:00"))
        if method == "CheckIn"
        else counter.check_out(account_id, "trip", at("08:20"), legs=[leg])
    )
    put(request, path, wrong.value)
    code, error = refusal(lambda: getattr(counter.stub, method)(request))
    assert (code, error.violations[0].reason) == (INVALID, wrong.reason)
    assert (wrong.field or path) in {violation.field for violation in error.violations}
    listed = counter.stub.ListJourneys(journey_pb2.ListJourneysRequest(account_id=account_id))
    assert not listed.journeys


def points(count: int = 5, **more: Any) -> list[journey_pb2.TracePoint]:
    found = []
    for minute in range(count):
        point = journey_pb2.TracePoint(time=stamp(at("08:00") + timedelta(seconds=minute)), **more)
        point.position.latitude_deg, point.position.longitude_deg = 53.5, 13.2
        found.append(point)
    return found


def head(counter: Counter, account_id: str, **more: Any) -> journey_pb2.UploadTraceRequest:
    return journey_pb2.UploadTraceRequest(
        **{"request_id": counter.new_id(), "account_id": account_id, "journey_id": "trip", **more}
    )


def test_a_trace_asks_and_the_cheaper_reading_comes_first(counter: Counter, account_id: str) -> None:
    counter.stub.CheckIn(counter.check_in(account_id, "trip", at("08:00")))
    first = head(counter, account_id, points=points(3))
    messages = [first, journey_pb2.UploadTraceRequest(points=points(4))]
    uploaded = counter.stub.UploadTrace(iter(messages))
    assert counter.stub.UploadTrace(iter(messages)) == uploaded
    assert uploaded.point_count == 7
    question = uploaded.journey.question
    assert [reading.legs[0].alight.stop_id for reading in question.readings] == ["market", "station"]
    assert uploaded.journey.legs[0].alight.stop_id == "market"
    asked = journey_pb2.ListJourneysRequest(account_id=account_id, questions_only=True)
    assert [journey.journey_id for journey in counter.stub.ListJourneys(asked).journeys] == ["trip"]
    answer = journey_pb2.AnswerJourneyQuestionRequest(
        request_id=counter.new_id(),
        account_id=account_id,
        journey_id="trip",
        question_id=question.question_id,
        reading_id="other",
    )
    assert reason(INVALID, lambda: counter.stub.AnswerJourneyQuestion(answer)) == "READING_UNKNOWN"
    answer.reading_id = question.readings[1].reading_id
    answered = counter.stub.AnswerJourneyQuestion(answer).journey
    assert (answered.legs[0].alight.stop_id, answered.HasField("question")) == ("station", False)
    assert counter.stub.AnswerJourneyQuestion(answer).journey == answered
    answer.request_id = counter.new_id()
    assert reason(PRECONDITION, lambda: counter.stub.AnswerJourneyQuestion(answer)) == "QUESTION_NOT_OPEN"
    assert not counter.stub.ListJourneys(asked).journeys


def test_a_certain_trace_asks_nobody(counter: Counter, account_id: str) -> None:
    counter.stub.CheckIn(counter.check_in(account_id, "trip", at("08:00")))
    uploaded = counter.stub.UploadTrace(iter([head(counter, account_id, points=points(beacon_id="bus 7"))]))
    assert uploaded.journey.state == journey_pb2.JOURNEY_STATE_COMPLETED
    assert not uploaded.journey.HasField("question")


def changed(change: Callable[[journey_pb2.TracePoint], None]) -> list[journey_pb2.TracePoint]:
    made = points()
    change(made[3])
    return made


@pytest.mark.parametrize(
    ("given", "field", "why"),
    [
        ([], "points", "FIELD_MISSING"),
        (changed(lambda it: it.ClearField("time")), "points[3].time", "FIELD_MISSING"),
        (
            changed(lambda it: it.time.CopyFrom(stamp(at("20:06")))),
            "points[3].time",
            "EVENT_TIME_OUT_OF_RANGE",
        ),
        (changed(lambda it: it.ClearField("position")), "points[3].position", "FIELD_MISSING"),
        (
            changed(lambda it: setattr(it.position, "latitude_deg", float("nan"))),
            "points[3].position.latitude_deg",
            "POSITION_INVALID",
        ),
        (changed(lambda it: setattr(it, "accuracy_m", -1)), "points[3].accuracy_m", "ACCURACY_INVALID"),
        (
            changed(lambda it: setattr(it, "activity_confidence", 1.1)),
            "points[3].activity_confidence",
            "CONFIDENCE_INVALID",
        ),
        (changed(lambda it: setattr(it, "activity", 99)), "points[3].activity", "ENUM_INVALID"),
        (changed(lambda it: setattr(it, "beacon_id", "x" * 65)), "points[3].beacon_id", "TEXT_TOO_LONG"),
        (points(2001), "points", "TOO_MANY_POINTS"),
    ],
)
def test_a_wrong_point_is_named(
    counter: Counter, account_id: str, given: list[journey_pb2.TracePoint], field: str, why: str
) -> None:
    counter.stub.CheckIn(counter.check_in(account_id, "trip", at("08:00")))
    code, error = refusal(lambda: counter.stub.UploadTrace(iter([head(counter, account_id, points=given)])))
    assert (code, error.reason, error.violations[0].field) == (INVALID, why, field)


def test_a_trace_has_its_limits(counter: Counter, account_id: str) -> None:
    counter.stub.CheckIn(counter.check_in(account_id, "trip", at("08:00")))
    some = journey_pb2.UploadTraceRequest(points=points(2000))
    long = [head(counter, account_id), *[some] * 25, journey_pb2.UploadTraceRequest(points=points(1))]
    assert (
        reason(grpc.StatusCode.RESOURCE_EXHAUSTED, lambda: counter.stub.UploadTrace(iter(long)))
        == "TRACE_TOO_LONG"
    )
    other = [head(counter, account_id, points=points()), journey_pb2.UploadTraceRequest(journey_id="other")]
    assert reason(INVALID, lambda: counter.stub.UploadTrace(iter(other))) == "FIELD_CHANGED"
    code, error = refusal(lambda: counter.stub.UploadTrace(iter([])))
    assert code is INVALID
    assert {each.field for each in error.violations} == {"request_id", "account_id", "journey_id", "points"}
    unknown = [head(counter, account_id, journey_id="nowhere", points=points())]
    assert reason(NOT_FOUND, lambda: counter.stub.UploadTrace(iter(unknown))) == "JOURNEY_NOT_FOUND"


def test_journeys_come_in_pages(counter: Counter, account_id: str) -> None:
    for number in range(5):
        counter.ride(account_id, f"trip-{number}", f"{8 + number:02}:00", f"{8 + number:02}:20")
    request = journey_pb2.ListJourneysRequest(account_id=account_id, period_id=WEEK, page_size=2)
    found = []
    while True:
        page = counter.stub.ListJourneys(request)
        found += [journey.journey_id for journey in page.journeys]
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    assert found == [f"trip-{number}" for number in range(5)]
    request.page_token = page.next_page_token or "x"
    assert reason(INVALID, lambda: counter.stub.ListJourneys(request)) == "PAGE_TOKEN_INVALID"
    wrong = journey_pb2.ListJourneysRequest(account_id=account_id, period_id="2026-11", page_size=501)
    code, error = refusal(lambda: counter.stub.ListJourneys(wrong))
    assert code is INVALID
    assert {each.reason for each in error.violations} == {"PERIOD_INVALID", "PAGE_SIZE_INVALID"}


def test_the_tariff_is_told(counter: Counter) -> None:
    tariff = counter.stub.GetTariff(tariff_pb2.GetTariffRequest(service_date="2026-11-20")).tariff
    assert (tariff.version_id, tariff.time_zone, tariff.currency) == ("v1", "Europe/Berlin", "EUR")
    prices = {product.product_id: product.price_cents for product in tariff.products}
    assert (prices["single"], prices["short"]) == (SINGLE, SHORT)
    assert (tariff.settled, tariff.late_days, tariff.transfer_minutes) == ("week", LATE_DAYS, 30)
    child = next(product for product in tariff.products if product.product_id == "child")
    assert (list(child.rider_categories), child.person_count, child.cap) == (["child"], 1, False)
    assert list(counter.stub.ListTariffs(tariff_pb2.ListTariffsRequest()).tariffs) == [tariff]
    before = tariff_pb2.GetTariffRequest(service_date="2025-12-31")
    assert reason(NOT_FOUND, lambda: counter.stub.GetTariff(before)) == "NO_TARIFF"
    for wrong in service_date():
        request = tariff_pb2.GetTariffRequest(service_date=wrong.value)
        assert reason(INVALID, partial(counter.stub.GetTariff, request)) == wrong.reason


def test_a_period_is_settled_over_the_wire(counter: Counter) -> None:
    settle = settlement_pb2.SettlePeriodRequest(request_id="s1", period_id=WEEK)
    assert reason(PRECONDITION, lambda: counter.staff.SettlePeriod(settle)) == "PERIOD_NOT_OVER"
    assert (
        reason(grpc.StatusCode.PERMISSION_DENIED, lambda: counter.stub.SettlePeriod(settle)) == "ROLE_MISSING"
    )
    wrong = settlement_pb2.SettlePeriodRequest(request_id="s2", period_id="2026-W99")
    assert reason(INVALID, lambda: counter.staff.SettlePeriod(wrong)) == "PERIOD_INVALID"
    nobody = settlement_pb2.GetOperationRequest(operation_id="nobody")
    assert reason(NOT_FOUND, lambda: counter.staff.GetOperation(nobody)) == "OPERATION_NOT_FOUND"
    counter.clock.advance_to(at("03:00", day(7)))
    first = counter.staff.SettlePeriod(settle).operation
    assert counter.staff.SettlePeriod(settle).operation.operation_id == first.operation_id
    done = counter.settle(WEEK)
    assert (done.all_found, done.settled_count) == (True, done.account_count)
    over = settlement_pb2.CancelOperationRequest(request_id="c1", operation_id=done.operation_id)
    assert reason(PRECONDITION, lambda: counter.staff.CancelOperation(over)) == "OPERATION_OVER"
