"""Lifts over gRPC: who is told what, what is refused in which field, who hears of changes."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from landlinie.common.v1 import geo_pb2
from landlinie.journeys.v1 import booking_pb2, journey_pb2, lift_pb2
from live_lifts import DAY, HOME, SHOP, WESTHOF, Person, asking, finding, new_id, posting
from planned_village import CALL_S, Village, at, eventually, place
from planned_village import asking as questions
from service_kit.grpc_errors import from_rpc_error
from service_kit.identity.principal import Role

pytestmark = pytest.mark.network


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    village = Village(Path(tmp_path_factory.mktemp("lifts")))
    yield village
    village.close()


@pytest.fixture
def dora(village: Village) -> Person:
    return Person(village, "dora")


@pytest.fixture
def peter(village: Village) -> Person:
    return Person(village, "peter")


@pytest.fixture
def dispatcher(village: Village) -> Person:
    return Person(village, "desk", Role.DISPATCHER, client_id="console")


@pytest.fixture(autouse=True)
def empty_roads(village: Village) -> Iterator[None]:
    yield
    desk = Person(village, "desk", Role.DISPATCHER, client_id="console")
    for lift in desk.stub.ListLifts(lift_pb2.ListLiftsRequest(page_size=500)).lifts:
        if not lift.withdrawn:
            desk.stub.WithdrawLift(lift_pb2.WithdrawLiftRequest(request_id=new_id(), lift_id=lift.lift_id))


def refused(call: Any, request: Any) -> tuple[grpc.StatusCode, str, set[str]]:
    """Status, reason and the fields at fault."""
    with pytest.raises(grpc.RpcError) as caught:
        call(request)
    error = from_rpc_error(caught.value)
    return caught.value.code(), error.reason, {each.field for each in error.violations}


def test_strangers_are_told_what_they_need_and_no_more(dora: Person, peter: Person) -> None:
    weekdays = lift_pb2.LiftTimes(
        departure_time=at("07:30"), weekdays=[2, 4], last_date="2026-03-26", except_dates=["2026-03-19"]
    )
    posted = dora.post(times=weekdays, note="I leave on time.")
    assert posted.times.weekdays == [2, 4]
    assert posted.max_detour.seconds == 600
    # Not even her own name for the place is kept.
    assert getattr(posted, "from").label != WESTHOF.label
    (found,) = peter.find()
    assert found.lift.lift_id == posted.lift_id
    assert found.lift.note == "I leave on time."
    assert not found.lift.HasField("times")
    assert not found.lift.HasField("max_detour")
    assert "dora" not in str(found)
    assert "Müller" not in str(found)
    assert (found.service_date, found.walk_m > 0) == (DAY, True)
    assert peter.stub.ListLifts(lift_pb2.ListLiftsRequest()).lifts == []
    (mine,) = [each for each in dora.stub.ListLifts(lift_pb2.ListLiftsRequest()).lifts if not each.withdrawn]
    assert mine == posted


def test_exact_places_and_the_relay_are_for_the_two_once_both_said_yes(
    dora: Person, peter: Person, dispatcher: Person
) -> None:
    lift = dora.post()
    seat = peter.ask(lift.lift_id)
    assert (seat.state, seat.side) == (lift_pb2.SEAT_STATE_ASKED, lift_pb2.SEAT_SIDE_PASSENGER)
    assert not seat.relay_reference
    (seen,) = dora.seats(lift_id=lift.lift_id)
    assert seen.side == lift_pb2.SEAT_SIDE_DRIVER
    assert seen.pickup != seat.pickup
    assert (seen.pickup_label, seen.walk_m) != (seat.pickup_label, seat.walk_m)
    assert "peter" not in str(seen)
    given = dora.answer(seat.seat_id)
    assert (given.state, given.pickup) == (lift_pb2.SEAT_STATE_CONFIRMED, seat.pickup)
    (mine,) = peter.seats(lift_id=lift.lift_id)
    assert mine.relay_reference == given.relay_reference != ""
    (watched,) = dispatcher.seats(lift_id=lift.lift_id)
    assert (watched.side, watched.relay_reference) == (lift_pb2.SEAT_SIDE_OVERSIGHT, "")
    assert watched.pickup == seen.pickup
    peter.stub.CancelSeat(lift_pb2.CancelSeatRequest(request_id=new_id(), seat_id=seat.seat_id))
    (after,) = dora.seats(lift_id=lift.lift_id)
    assert (after.state, after.end) == (
        lift_pb2.SEAT_STATE_CANCELLED,
        lift_pb2.SEAT_END_PASSENGER_CANCELLED,
    )
    assert (after.pickup, after.relay_reference) == (seen.pickup, "")


def test_a_backend_speaks_for_its_people_by_their_pseudonyms(village: Village) -> None:
    app = Person(village, "app", Role.APP_BACKEND, client_id="app")
    lift = app.post(driver_reference="d-1")
    seat = app.ask(lift.lift_id, passenger_reference="p-1")
    assert seat.side == lift_pb2.SEAT_SIDE_PASSENGER
    (driven,) = app.seats(reference="d-1", lift_id=lift.lift_id)
    assert driven.side == lift_pb2.SEAT_SIDE_DRIVER
    assert app.seats(reference="nobody") == []
    other = Person(village, "other", Role.APP_BACKEND, client_id="other-app")
    assert other.seats() == []
    assert other.stub.ListLifts(lift_pb2.ListLiftsRequest(driver_reference="d-1")).lifts == []
    answer = lift_pb2.AnswerSeatRequestRequest(request_id=new_id(), seat_id=seat.seat_id, accept=True)
    assert refused(other.stub.AnswerSeatRequest, answer) == (
        grpc.StatusCode.NOT_FOUND,
        "SEAT_NOT_FOUND",
        {"seat_id"},
    )
    assert app.answer(seat.seat_id).side == lift_pb2.SEAT_SIDE_DRIVER


def test_the_same_call_again_brings_the_same_answer(dora: Person, peter: Person) -> None:
    post = posting()
    assert dora.stub.PostLift(post) == dora.stub.PostLift(post)
    (found,) = peter.find()
    ask = asking(found.lift.lift_id)
    assert peter.stub.RequestSeat(ask) == peter.stub.RequestSeat(ask)
    assert len(dora.seats(lift_id=found.lift.lift_id)) == 1
    post.lift.seat_count = 3
    assert refused(dora.stub.PostLift, post)[1] == "REQUEST_ID_REUSED"


def times(**fields: Any) -> lift_pb2.LiftTimes:
    return lift_pb2.LiftTimes(**{"departure_time": at("07:30"), **fields})


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"seat_count": 0}, "lift.seat_count"),
        ({"seat_count": 9}, "lift.seat_count"),
        ({"max_detour": Duration(seconds=3660)}, "lift.max_detour"),
        ({"max_detour": Duration(seconds=90)}, "lift.max_detour"),
        ({"max_detour": Duration(seconds=-60)}, "lift.max_detour"),
        ({"audience": lift_pb2.LIFT_AUDIENCE_UNSPECIFIED}, "lift.audience"),
        ({"audience": lift_pb2.LIFT_AUDIENCE_WOMEN}, "driver_is_woman"),
        ({"audience": lift_pb2.LIFT_AUDIENCE_SCHOOL}, "lift.audience_id"),
        ({"audience_id": "albert"}, "lift.audience_id"),
        ({"note": "x" * 301}, "lift.note"),
        ({"note": "\x1b[2J"}, "lift.note"),
        ({"to": place()}, "lift.to"),
        ({"to": place(stop_id="none")}, "lift.to.stop_id"),
        ({"to": place(place_id="none")}, "lift.to.place_id"),
        ({"to": place(stop_id="e", label="x" * 201)}, "lift.to.label"),
        (
            {"start": place(position=geo_pb2.Position(latitude_deg=91.0, longitude_deg=0.0))},
            "lift.from.position.latitude_deg",
        ),
        ({"start": place(position=geo_pb2.Position(latitude_deg=54.9, longitude_deg=13.2))}, "lift.from"),
        ({"times": times(departure_time=Timestamp())}, "lift.times.departure_time"),
        ({"times": times(departure_time=at("05:00"))}, "lift.times.departure_time"),
        ({"times": times(weekdays=[2])}, "lift.times.last_date"),
        ({"times": times(weekdays=[0], last_date="2026-03-26")}, "lift.times.weekdays"),
        ({"times": times(weekdays=[3], last_date="2026-03-26")}, "lift.times.weekdays"),
        ({"times": times(weekdays=[2] * 8, last_date="2026-03-26")}, "lift.times.weekdays"),
        ({"times": times(weekdays=[2], last_date="2027-03-26")}, "lift.times.last_date"),
        ({"times": times(weekdays=[2], last_date="26.3.2026")}, "lift.times.last_date"),
        ({"times": times(last_date="2026-03-26")}, "lift.times.last_date"),
        ({"times": times(except_dates=["never"])}, "lift.times.except_dates[0]"),
        ({"times": times(except_dates=["2026-03-12"] * 101)}, "lift.times.except_dates"),
        ({"driver_reference": "somebody-else"}, "driver_reference"),
    ],
)
def test_a_wrong_lift_is_refused_in_its_field(dora: Person, fields: dict[str, Any], at_fault: str) -> None:
    status, _, faults = refused(dora.stub.PostLift, posting(**fields))
    assert status in {grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND}
    assert at_fault in faults


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"latest_departure": at("06:59")}, "latest_departure"),
        ({"latest_departure": Timestamp(seconds=at("07:00").seconds + 86_401)}, "latest_departure"),
        ({"earliest_departure": Timestamp()}, "earliest_departure"),
        ({"seat_count": 9}, "seat_count"),
        ({"max_walk_m": 2001}, "max_walk_m"),
        ({"school_id": "no id"}, "school_id"),
        ({"from": place()}, "from"),
    ],
)
def test_a_wrong_question_is_refused_in_its_field(
    peter: Person, fields: dict[str, Any], at_fault: str
) -> None:
    status, _, faults = refused(peter.stub.FindLifts, finding(**fields))
    assert (status, faults) == (grpc.StatusCode.INVALID_ARGUMENT, {at_fault})


def test_wrong_seats_are_refused_in_their_fields(dora: Person, peter: Person, dispatcher: Person) -> None:
    lift = dora.post()
    for fields, at_fault in (
        ({"service_date": ""}, "service_date"),
        ({"service_date": "10.3.2026"}, "service_date"),
        ({"lift_id": "not an id"}, "lift_id"),
        ({"passenger_reference": "somebody-else"}, "passenger_reference"),
        ({"request_id": ""}, "request_id"),
        ({"earliest_pickup_time": Timestamp(seconds=-1)}, "earliest_pickup_time"),
    ):
        status, _, faults = refused(peter.stub.RequestSeat, asking(**({"lift_id": lift.lift_id} | fields)))
        assert (status, faults) == (grpc.StatusCode.INVALID_ARGUMENT, {at_fault})
    # Who takes calls has to say for whom.
    assert refused(dispatcher.stub.RequestSeat, asking(lift.lift_id))[2] == {"passenger_reference"}
    assert refused(peter.stub.RequestSeat, asking("lift-none"))[1] == "LIFT_NOT_FOUND"
    assert dispatcher.ask(lift.lift_id, passenger_reference="caller-7").state == lift_pb2.SEAT_STATE_ASKED


def test_lists_come_in_pages(dora: Person, peter: Person) -> None:
    lifts = [dora.post(clock) for clock in ("07:10", "07:20", "07:30")]
    seats = [peter.ask(lift.lift_id) for lift in lifts]
    for call, request, of, expected in (
        (dora.stub.ListLifts, lift_pb2.ListLiftsRequest, "lifts", {lift.lift_id for lift in lifts}),
        (peter.stub.ListSeats, lift_pb2.ListSeatsRequest, "seats", {seat.seat_id for seat in seats}),
    ):
        told: list[str] = []
        token = ""
        while True:
            page = call(request(page_size=2, page_token=token))
            told += [getattr(each, f"{of[:-1]}_id") for each in getattr(page, of)]
            assert len(getattr(page, of)) <= 2
            token = page.next_page_token
            if not token:
                break
        assert len(told) == len(set(told))
        assert expected <= set(told)
        forged = request(page_token="forged")  # noqa: S106 - of a list
        assert refused(call, forged)[2] == {"page_token"}
        assert refused(call, request(page_size=501))[2] == {"page_size"}


def test_watchers_hear_of_answers(dora: Person, peter: Person) -> None:
    lift = dora.post()
    stream = peter.stub.WatchSeats(lift_pb2.WatchSeatsRequest(lift_id=lift.lift_id), timeout=CALL_S)
    assert next(stream).all_told
    seat = peter.ask(lift.lift_id)
    assert next(stream).seat == seat
    dora.answer(seat.seat_id)
    assert next(stream).seat.state == lift_pb2.SEAT_STATE_CONFIRMED
    dora.stub.WithdrawLift(lift_pb2.WithdrawLiftRequest(request_id=new_id(), lift_id=lift.lift_id))
    ended = next(stream).seat
    assert (ended.state, ended.end) == (lift_pb2.SEAT_STATE_CANCELLED, lift_pb2.SEAT_END_LIFT_WITHDRAWN)
    stream.cancel()


def test_reports_reach_the_dispatcher_who_hides_the_lift(
    dora: Person, peter: Person, dispatcher: Person
) -> None:
    lift = dora.post()
    report = lift_pb2.ReportLiftRequest(
        request_id=new_id(),
        lift_id=lift.lift_id,
        reason=lift_pb2.LIFT_REPORT_REASON_UNSAFE,
        note="Too fast.",
    )
    peter.stub.ReportLift(report)
    *_, told = dispatcher.stub.ListLiftReports(lift_pb2.ListLiftReportsRequest()).reports
    assert (told.lift.lift_id, told.reason, told.note) == (
        lift.lift_id,
        lift_pb2.LIFT_REPORT_REASON_UNSAFE,
        "Too fast.",
    )
    for hidden, count in ((True, 0), (False, 1)):
        dispatcher.stub.HideLift(
            lift_pb2.HideLiftRequest(request_id=new_id(), lift_id=lift.lift_id, hidden=hidden)
        )
        assert len(peter.find()) == count
    report.reason = lift_pb2.LIFT_REPORT_REASON_UNSPECIFIED
    report.request_id = new_id()
    assert refused(peter.stub.ReportLift, report)[2] == {"reason"}
    assert refused(peter.stub.ListLiftReports, lift_pb2.ListLiftReportsRequest())[0] is (
        grpc.StatusCode.PERMISSION_DENIED
    )


def test_who_never_answers_lets_the_seat_lapse(village: Village, dora: Person, peter: Person) -> None:
    lift = dora.post(times=times(departure_time=at("20:00")))
    seat = peter.ask(lift.lift_id)
    village.clock.advance_to(seat.answer_by.ToDatetime().replace(tzinfo=village.clock.now().tzinfo))
    assert peter.seats(lift_id=lift.lift_id)[0].state == lift_pb2.SEAT_STATE_LAPSED


def planned(village: Village, person: Person, clock: str) -> list[journey_pb2.Journey]:
    question = questions(HOME, SHOP, depart_at=at(clock), modes=[journey_pb2.MODE_LIFT])
    found = list(village.by(person.token).PlanJourneys(question, timeout=CALL_S).journeys)
    return [each for each in found if any(leg.mode == journey_pb2.MODE_LIFT for leg in each.legs)]


@pytest.mark.parametrize("says_yes", [True, False])
def test_a_journey_by_lift_is_booked_once_the_driver_says_yes(
    village: Village, dora: Person, peter: Person, *, says_yes: bool
) -> None:
    lift = dora.post("21:00")
    (journey,) = planned(village, peter, "20:40")
    (number,) = [at for at, leg in enumerate(journey.legs) if leg.mode == journey_pb2.MODE_LIFT]
    assert journey.legs[number].lift.lift_id == lift.lift_id
    assert journey.legs[number].lift.needs_confirmation
    journeys = village.by(peter.token)
    request = booking_pb2.BookJourneyRequest(request_id=new_id(), journey_id=journey.journey_id)
    booking = journeys.BookJourney(request, timeout=CALL_S).booking
    assert booking.legs[number].state == booking_pb2.LEG_BOOKING_STATE_ASKED
    (seat,) = dora.seats(lift_id=lift.lift_id)
    assert seat.seat_id == booking.legs[number].reference
    dora.answer(seat.seat_id, accept=says_yes)

    def state() -> tuple[int, int]:
        asked = booking_pb2.GetBookingRequest(booking_id=booking.booking_id)
        now = journeys.GetBooking(asked, timeout=CALL_S).booking
        return now.state, now.legs[number].state

    expected = (
        (booking_pb2.BOOKING_STATE_BOOKED, booking_pb2.LEG_BOOKING_STATE_BOOKED)
        if says_yes
        else (booking_pb2.BOOKING_STATE_FAILED, booking_pb2.LEG_BOOKING_STATE_REFUSED)
    )
    assert eventually(lambda: state() == expected), state()
    if says_yes:
        cancel = booking_pb2.CancelBookingRequest(request_id=new_id(), booking_id=booking.booking_id)
        journeys.CancelBooking(cancel, timeout=CALL_S)
        assert eventually(lambda: dora.seats(lift_id=lift.lift_id)[0].state == lift_pb2.SEAT_STATE_CANCELLED)


def test_benches_and_waits(peter: Person) -> None:
    assert peter.stub.ListBenches(lift_pb2.ListBenchesRequest()).benches == []
    wait = lift_pb2.ReportBenchWaitRequest(
        request_id=new_id(), bench_id="none", destination="Town", wait_start=at("05:00"), taken=True
    )
    assert refused(peter.stub.ReportBenchWait, wait)[1] == "BENCH_NOT_FOUND"
    wait.waited.seconds = 5 * 3600
    assert refused(peter.stub.ReportBenchWait, wait)[2] == {"waited"}


def test_places_of_the_village_are_known(dora: Person) -> None:
    lift = dora.post("22:00", start=place(stop_id="w"), to=place(place_id="stop:e"))
    assert (getattr(lift, "from").label, lift.to.label) == ("Westend", "Ostend")
    # The village's middle lies at the street between.
    to_village = dora.post("22:00", start=place(stop_id="w"), to=place(place_id="n900"))
    assert to_village.to.label == "Seeweg, Süderdorf"


def answers_with(village: Village, where: geo_pb2.Position) -> list[bytes]:
    """Answers that are kept, and tell a place."""
    (path,) = village.folder.rglob("journeys_lifts.sqlite")
    with closing(sqlite3.connect(path)) as database:
        answers = [bytes(row[0]) for row in database.execute("SELECT answer FROM answers")]
    return [answer for answer in answers if where.SerializeToString() in answer]


def test_what_is_over_is_forgotten(village: Village, dora: Person, peter: Person) -> None:
    lift = dora.post("23:00")
    seat = peter.ask(lift.lift_id)
    given = dora.answer(seat.seat_id)
    assert given.pickup == seat.pickup
    assert answers_with(village, seat.pickup)
    village.clock.advance_to(village.clock.now() + timedelta(days=2))
    village.app.tidy()
    (coarse,) = dora.seats(lift_id=lift.lift_id)
    assert (coarse.state, coarse.pickup != given.pickup) == (lift_pb2.SEAT_STATE_CONFIRMED, True)
    assert not answers_with(village, seat.pickup)
    village.clock.advance_to(village.clock.now() + timedelta(days=60))
    village.app.tidy()
    assert dora.seats() == []
    assert dora.stub.ListLifts(lift_pb2.ListLiftsRequest()).lifts == []
