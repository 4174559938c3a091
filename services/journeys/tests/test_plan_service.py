"""Planning over gRPC: who is asked for what, what is kept for whom, what is wrong and what is missing."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from identified import token
from kept_spans import spans
from landlinie.common.v1 import geo_pb2
from landlinie.journeys.v1 import journey_pb2, place_pb2
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from planned_village import (
    CALL_S,
    EAST,
    HELD,
    MORNING,
    NORTH,
    SERVICE,
    WEST,
    Village,
    asking,
    at,
    eventually,
    forget_village,
    place,
)
from service_kit.errors import ServiceError
from service_kit.grpc_errors import from_rpc_error
from service_kit.identity.principal import Role

__all__ = ["spans"]

pytestmark = pytest.mark.network
BUS = journey_pb2.MODE_TRANSIT
RIDE = journey_pb2.MODE_POOLED_RIDE


@pytest.fixture(scope="module", autouse=True)
def _one_village() -> Iterator[None]:
    yield
    forget_village()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Village]:
    service = Village(tmp_path)
    yield service
    service.close()


@pytest.fixture(scope="module")
def kept_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    service = Village(tmp_path_factory.mktemp("kept"))
    yield service
    service.close()


def planned(service: Village, request: journey_pb2.PlanJourneysRequest) -> journey_pb2.PlanJourneysResponse:
    return service.stub.PlanJourneys(request, timeout=CALL_S)


def refused(call: Any, request: Any) -> ServiceError:
    with pytest.raises(grpc.RpcError) as error:
        call(request, timeout=CALL_S)
    return from_rpc_error(error.value)


def modes(answer: journey_pb2.PlanJourneysResponse) -> list[list[int]]:
    return [[leg.mode for leg in journey.legs] for journey in answer.journeys]


def decoded(polyline: str) -> list[tuple[float, float]]:
    """Google's encoded polyline, read by its description."""
    values, bits, shift = [], 0, 0
    for letter in polyline:
        chunk = ord(letter) - 63
        bits |= (chunk & 31) << shift
        shift += 5
        if chunk < 32:
            values.append(~(bits >> 1) if bits & 1 else bits >> 1)
            bits = shift = 0
    latitudes, longitudes = accumulate(values[::2]), accumulate(values[1::2])
    return [(lat / 1e5, lon / 1e5) for lat, lon in zip(latitudes, longitudes, strict=True)]


def test_the_bus_is_found_and_told_whole(service: Village) -> None:
    service.others.offers_rides = False
    answer = planned(service, asking(WEST, EAST))
    assert modes(answer) == [[BUS]]
    (journey,) = answer.journeys
    assert (journey.departure_time, journey.arrival_time) == (at("08:00"), at("08:05"))
    assert (journey.price.cents, journey.price.currency, journey.price.complete) == (240, "EUR", True)
    assert [reason.code for reason in journey.reasons] == [journey_pb2.REASON_CODE_ONLY_ONE]
    (leg,) = journey.legs
    assert (getattr(leg, "from").stop_id, leg.to.stop_id) == ("w", "e")
    assert (leg.transit.line_name, leg.transit.trip_id, leg.transit.service_date) == ("7", "t1", "2026-03-10")
    assert decoded(leg.polyline) == [(53.5001, 13.2001), (53.5001, 13.2399)]
    assert not answer.gaps
    # Nothing is held for it: it is kept for a while all the same.
    assert journey.expire_time.ToDatetime(MORNING.tzinfo) > MORNING + HELD


def test_places_are_named_by_position_stop_and_place(service: Village) -> None:
    def named(text: str) -> place_pb2.Place:
        request = place_pb2.SearchPlacesRequest(text=text, max_result_count=1)
        (found,) = service.stub.SearchPlaces(request, timeout=CALL_S).places
        return place(place_id=found.place_id)

    assert modes(planned(service, asking(WEST, named("Ostend")))) == modes(
        planned(service, asking(WEST, EAST))
    )
    answer = planned(service, asking(NORTH, named("Süderdorf")))
    assert {leg.to.label for journey in answer.journeys for leg in journey.legs[-1:]} == {"Süderdorf"}


def test_offers_are_held_for_what_is_shown_and_no_longer_than_it_is_kept(service: Village) -> None:
    answer = planned(service, asking(NORTH, EAST))
    shown = {leg.pooled.offer.offer_id for journey in answer.journeys for leg in journey.legs if leg.bookable}
    assert shown
    assert eventually(lambda: service.others.held == shown)
    for journey in answer.journeys:
        held = [leg.pooled.offer.expire_time for leg in journey.legs if leg.HasField("pooled")]
        assert all(journey.expire_time == end for end in held)
    assert {who for method, who in service.others.seen if method != "Quote"} == {SERVICE}


def test_a_journey_is_kept_for_who_asked(service: Village) -> None:
    (journey, *_) = planned(service, asking(NORTH, EAST)).journeys
    request = journey_pb2.GetJourneyRequest(journey_id=journey.journey_id)
    assert service.stub.GetJourney(request, timeout=CALL_S).journey == journey
    service.restart()
    assert service.stub.GetJourney(request, timeout=CALL_S).journey == journey, "it survives a restart"
    desk = service.of(Role.DISPATCHER, client_id="console", subject="desk")
    assert desk.GetJourney(request, timeout=CALL_S).journey == journey
    for other in (
        service.of(Role.APP_BACKEND, client_id="another app", subject="app"),
        service.of(Role.PASSENGER, client_id="app", subject="somebody"),
        service.of(Role.PASSENGER, client_id="another app", subject="app"),
    ):
        assert refused(other.GetJourney, request).reason == "JOURNEY_NOT_FOUND"
    unknown = journey_pb2.GetJourneyRequest(journey_id="none")
    assert refused(service.stub.GetJourney, unknown).reason == "JOURNEY_NOT_FOUND"
    service.clock.advance_to(MORNING + HELD + timedelta(seconds=1))
    assert refused(service.stub.GetJourney, request).reason == "JOURNEY_EXPIRED"
    service.clock.advance_to(MORNING + timedelta(hours=1))
    assert service.app._plans.forget() > 0
    assert refused(service.stub.GetJourney, request).reason == "JOURNEY_NOT_FOUND"


def test_what_is_away_is_named_and_the_rest_is_shown(service: Village) -> None:
    service.others.down = True
    answer = planned(service, asking(WEST, EAST))
    assert modes(answer) == [[BUS]]
    assert not answer.journeys[0].HasField("price")
    assert [(gap.mode, gap.reason) for gap in answer.gaps] == [
        (RIDE, "POOLING_UNAVAILABLE"),
        (journey_pb2.MODE_UNSPECIFIED, "PRICES_UNAVAILABLE"),
    ]
    service.others.down = False
    assert not planned(service, asking(WEST, EAST)).gaps


def test_what_is_silent_is_not_waited_for_longer_than_the_caller_waits(service: Village) -> None:
    service.others.silent = True
    answer = service.stub.PlanJourneys(asking(WEST, EAST), timeout=2.0)
    assert modes(answer) == [[BUS]]
    assert [gap.reason for gap in answer.gaps] == ["POOLING_UNAVAILABLE", "PRICES_UNAVAILABLE"]


def test_days_the_timetable_has_not_are_named(service: Village) -> None:
    far = Timestamp(seconds=at("08:00").seconds + 90 * 86_400)
    answer = planned(service, asking(WEST, EAST, depart_at=far))
    assert [(gap.mode, gap.reason) for gap in answer.gaps] == [(BUS, "TIMETABLE_DOES_NOT_COVER")]
    assert answer.gaps[0].message == "the timetable holds the days from 2026-03-02 to 2026-03-31"
    assert modes(answer) == [[RIDE]]


def test_pages_are_the_callers_and_the_questions(service: Village) -> None:
    service.others.offers_rides = False
    request = asking(WEST, EAST, max_journey_count=1)
    first = planned(service, request)
    request.page_token = first.later_page_token
    second = planned(service, request)
    assert second.journeys[0].departure_time.seconds == first.journeys[0].departure_time.seconds + 86_400
    back = asking(WEST, EAST, max_journey_count=1, page_token=second.earlier_page_token)
    assert modes(planned(service, back)) == modes(first)
    assert (
        not first.earlier_page_token
        or not planned(
            service, asking(WEST, EAST, max_journey_count=1, page_token=first.earlier_page_token)
        ).journeys
    )
    other = service.of(Role.APP_BACKEND, client_id="other", subject="other")
    assert refused(other.PlanJourneys, request).reason == "PAGE_TOKEN_INVALID"
    request.max_walk_m = 10
    assert refused(service.stub.PlanJourneys, request).reason == "PAGE_TOKEN_INVALID"


def test_prices_are_asked_for_with_the_callers_own_credential(service: Village) -> None:
    anna = token(Role.PASSENGER, subject="anna", client_id="app")
    service.others.accounts = {"a-1": anna}
    stub = service.by(anna)
    request = asking(
        WEST, EAST, payer="a-1", travellers=journey_pb2.Travellers(seated_count=2, wheelchair_count=1)
    )
    assert stub.PlanJourneys(request, timeout=CALL_S).journeys[0].price.cents == 240
    assert {who for method, who in service.others.seen if method == "Quote"} == {anna}
    assert [(group.rider_category, group.count) for group in service.others.quoted[0].riders] == [
        ("adult", 3)
    ]
    service.others.seen.clear()
    stub.PlanJourneys(asking(WEST, EAST), timeout=CALL_S)
    assert {who for method, who in service.others.seen if method == "Quote"} == {SERVICE}


TRACE_ID, CALLER = "9d2c1a7be0f34c5a8b6e7d4f3a2b1c0d", "00f067aa0ba902b7"
PLAN = "landlinie.journeys.v1.JourneyService/PlanJourneys"


def test_whom_it_asks_is_told_of_the_trace(service: Village, spans: InMemorySpanExporter) -> None:
    service.stub.PlanJourneys(
        asking(NORTH, EAST), timeout=CALL_S, metadata=(("traceparent", f"00-{TRACE_ID}-{CALLER}-01"),)
    )

    def made() -> dict[str, ReadableSpan]:
        found = spans.get_finished_spans()
        return {format(span.context.span_id, "016x"): span for span in found if span.context is not None}

    assert eventually(lambda: any(span.name == PLAN for span in made().values()))
    for method, service_name in (
        ("RequestOffers", "landlinie.pooling.v1.RidePoolingService"),
        ("Quote", "landlinie.ticketing.v1.TicketingService"),
    ):
        _, trace_id, span_id, _ = service.others.parents[method].split("-")
        assert trace_id == TRACE_ID
        asked = made()[span_id]
        assert (asked.name, asked.kind) == (f"{service_name}/{method}", SpanKind.CLIENT)
        assert asked.attributes is not None
        assert asked.attributes["rpc.grpc.status_code"] == "OK"
        names = []
        while asked.parent is not None and (above := made().get(format(asked.parent.span_id, "016x"))):
            names.append(above.name)
            asked = above
        assert names == ["use case KeepPlans.plan", PLAN]


NOWHERE = geo_pb2.Position(latitude_deg=95.0, longitude_deg=float("nan"))
WRONG = [
    ({}, {"to": None}, ["to"]),
    ({}, {"from": place(stop_id="x")}, ["from.stop_id"]),
    ({}, {"from": place(place_id="x")}, ["from.place_id"]),
    ({}, {"from": place(place_id="stop:x")}, ["from.place_id"]),
    ({}, {"from": place(position=NOWHERE)}, ["from.position.latitude_deg", "from.position.longitude_deg"]),
    ({}, {"to": place(stop_id="e", label="x" * 201)}, ["to.label"]),
    ({}, {"to": place(stop_id="w")}, ["to"]),
    ({"depart_at": None}, {}, ["depart_at"]),
    ({"depart_at": at("04:59")}, {}, ["depart_at"]),
    ({"arrive_by": at("04:59")}, {}, ["arrive_by"]),
    ({"depart_at": Timestamp(seconds=1 << 40)}, {}, ["depart_at"]),
    ({"depart_at": Timestamp(seconds=at("08:00").seconds + 400 * 86_400)}, {}, ["depart_at"]),
    ({"travellers": journey_pb2.Travellers()}, {}, ["travellers"]),
    ({"travellers": journey_pb2.Travellers(seated_count=9)}, {}, ["travellers.seated_count"]),
    ({"travellers": journey_pb2.Travellers(bicycle_count=2)}, {}, ["travellers"]),
    ({"modes": [BUS, 0, 99]}, {}, ["modes[1]", "modes[2]"]),
    ({"max_walk_m": 5001}, {}, ["max_walk_m"]),
    ({"max_journey_count": 11}, {}, ["max_journey_count"]),
    ({"payer": "no id!"}, {}, ["payer"]),
    ({"page_token": "x"}, {}, ["page_token"]),
    ({"max_walk_m": 9999, "payer": "?"}, {"from": None}, ["from", "max_walk_m", "payer"]),
]


@pytest.mark.parametrize(("wishes", "ends", "fields"), WRONG, ids=[",".join(row[2]) for row in WRONG])
def test_every_wrong_field_is_named(
    kept_up: Village, wishes: dict[str, Any], ends: dict[str, Any], fields: list[str]
) -> None:
    given = {"depart_at": at("07:30")} if "arrive_by" not in wishes else {}
    request = journey_pb2.PlanJourneysRequest(**{"from": WEST, "to": EAST, **given, **wishes, **ends})
    error = refused(kept_up.stub.PlanJourneys, request)
    assert [violation.field for violation in error.violations] == fields
    asked = {method for method, _ in kept_up.others.seen}
    assert not asked & {"RequestOffers", "Quote"}, "nobody is asked for nothing"


def test_wheelchairs_and_bicycles_go_only_where_it_is_told_that_they_can(service: Village) -> None:
    service.others.offers_rides = False
    for travellers in (
        journey_pb2.Travellers(wheelchair_count=1),
        journey_pb2.Travellers(seated_count=1, bicycle_count=1),
    ):
        answer = planned(service, asking(WEST, EAST, travellers=travellers))
        assert not answer.journeys, "the feed says of no trip that it takes them"


def test_more_searches_than_can_wait_are_refused(tmp_path: Path) -> None:
    service = Village(tmp_path, planning_threads=1, max_waiting_plans=0)
    try:
        service.others.silent = True
        slow = service.stub.PlanJourneys.future(asking(WEST, EAST), timeout=CALL_S)
        assert eventually(lambda: service.app._foundation.planning._running_count == 1)
        error = refused(service.stub.PlanJourneys, asking(WEST, EAST))
        assert error.reason == "TOO_MANY_CALLS"
        assert error.retry_after_s
        service.others.silent = False
        assert modes(slow.result())
    finally:
        service.close()
