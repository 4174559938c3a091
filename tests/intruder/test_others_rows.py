"""Known callers who reach for what is somebody else's: it does not exist for them."""

from typing import Any

import grpc
import pytest
from identified import channel_to, token
from landlinie.network.v1 import road_change_pb2, road_change_service_pb2
from landlinie.network.v1.road_change_service_pb2_grpc import RoadChangeServiceStub
from landlinie.pooling.v1 import audit_pb2, breakdown_pb2, driver_pb2, fleet_pb2, plan_pb2, ride_pb2
from landlinie.pooling.v1.ride_pooling_service_pb2_grpc import RidePoolingServiceStub
from live import Live, position, refusal
from service_kit.identity.principal import Role
from town import ROAD

pytestmark = pytest.mark.network

NOT_FOUND = grpc.StatusCode.NOT_FOUND


@pytest.fixture(scope="module", autouse=True)
def buses(live: Live) -> None:
    live.add_bus("first", ("06:00", "20:00"))
    live.add_bus("second", ("06:00", "20:00"), base=4)


def of(live: Live, *roles: Role, **who: Any) -> Any:
    """Somebody's stub."""
    return RidePoolingServiceStub(channel_to(live.address, token(*roles, **who)))


def booked(live: Live, stub: Any, **more: Any) -> ride_pb2.Ride:
    offer = stub.RequestOffers(live.question(1, 3, "08:00", minutes=300)).offers[0]
    request = ride_pb2.BookRideRequest(request_id=live.new_id(), offer_id=offer.offer_id, **more)
    ride: ride_pb2.Ride = stub.BookRide(request).ride
    return ride


def listed(stub: Any) -> set[str]:
    return {ride.ride_id for ride in stub.ListRides(ride_pb2.ListRidesRequest(page_size=500)).rides}


def reason(code: grpc.StatusCode, call: Any) -> str:
    got, error = refusal(call)
    assert got is code, error
    return error.reason


CONTACT = ride_pb2.Contact(name="Frau Petersen", phone="04356 1234")


def test_an_app_s_backend_has_its_own_rides(live: Live) -> None:
    ours = of(live, Role.APP_BACKEND, client_id="ours", subject="ours")
    theirs = of(live, Role.APP_BACKEND, client_id="theirs", subject="theirs")
    ride = booked(live, ours, passenger_reference="p7", contact=CONTACT)
    asked = ride_pb2.GetRideRequest(ride_id=ride.ride_id)
    assert ours.GetRide(asked).contact == CONTACT
    assert ride.ride_id in listed(ours)
    assert reason(NOT_FOUND, lambda: theirs.GetRide(asked)) == "RIDE_NOT_FOUND"
    assert ride.ride_id not in listed(theirs)
    cancel = ride_pb2.CancelRideRequest(request_id=live.new_id(), ride_id=ride.ride_id)
    assert reason(NOT_FOUND, lambda: theirs.CancelRide(cancel)) == "RIDE_NOT_FOUND"
    nothing = refusal(lambda: theirs.GetRide(ride_pb2.GetRideRequest(ride_id="0" * 32)))[1]
    hidden = refusal(lambda: theirs.GetRide(asked))[1]
    assert hidden.message.replace(ride.ride_id, "0" * 32) == nothing.message
    assert live.stub.GetRide(asked).contact == CONTACT
    assert ours.CancelRide(cancel).ride.state == ride_pb2.RIDE_STATE_CANCELLED


def test_an_offer_is_booked_by_whom_it_was_made_to(live: Live) -> None:
    ours = of(live, Role.APP_BACKEND, client_id="ours", subject="ours")
    passenger = of(live, Role.PASSENGER, client_id="web", subject="p1")
    other = of(live, Role.PASSENGER, client_id="web", subject="p2")
    offer = passenger.RequestOffers(live.question(1, 3, "08:00", minutes=300)).offers[0]
    request = ride_pb2.BookRideRequest(request_id=live.new_id(), offer_id=offer.offer_id)
    for stub in (ours, other):
        assert reason(NOT_FOUND, lambda stub=stub: stub.BookRide(request)) == "OFFER_NOT_FOUND"
    assert passenger.BookRide(request).ride.passenger_reference == "p1"


def test_a_passenger_travels_under_the_own_name_and_sees_nobody_else(live: Live) -> None:
    one = of(live, Role.PASSENGER, client_id="web", subject="p1")
    same_name = of(live, Role.PASSENGER, client_id="another-app", subject="p1")
    ride = booked(live, one)
    asked = ride_pb2.GetRideRequest(ride_id=ride.ride_id)
    assert one.GetRide(asked).ride == ride
    assert reason(NOT_FOUND, lambda: same_name.GetRide(asked)) == "RIDE_NOT_FOUND"
    assert ride.ride_id not in listed(same_name)
    offer = one.RequestOffers(live.question(1, 3, "09:00", minutes=300)).offers[0]
    for_other = ride_pb2.BookRideRequest(
        request_id=live.new_id(), offer_id=offer.offer_id, passenger_reference="p2"
    )
    assert reason(grpc.StatusCode.PERMISSION_DENIED, lambda: one.BookRide(for_other)) == "OTHER_PASSENGER"


def test_request_ids_of_two_callers_have_nothing_to_do_with_each_other(live: Live) -> None:
    ours = of(live, Role.APP_BACKEND, client_id="ours", subject="ours")
    theirs = of(live, Role.APP_BACKEND, client_id="theirs", subject="theirs")
    question = live.question(1, 3, "08:00", minutes=300, request_id="the-same")
    mine = ours.RequestOffers(question).offers[0].offer_id
    assert ours.RequestOffers(question).offers[0].offer_id == mine
    assert theirs.RequestOffers(question).offers[0].offer_id != mine
    question.party.seated_count = 2
    reused = reason(grpc.StatusCode.INVALID_ARGUMENT, lambda: theirs.RequestOffers(question))
    assert reused == "REQUEST_ID_REUSED"


def test_a_driver_has_one_vehicle(live: Live) -> None:
    driver = of(live, Role.DRIVER, client_id="phone", subject="d1", vehicle_ids=["first"])
    without = of(live, Role.DRIVER, client_id="phone", subject="d2")
    plan = driver.GetPlan(plan_pb2.GetPlanRequest(zone_id="nord")).plan
    assert {tour.vehicle_id for tour in plan.tours} == {"first"}
    assert not without.GetPlan(plan_pb2.GetPlanRequest(zone_id="nord")).plan.tours
    watching = driver.WatchPlan(plan_pb2.WatchPlanRequest(zone_id="nord"))
    assert {tour.vehicle_id for tour in next(watching).plan.tours} == {"first"}
    watching.cancel()
    vehicles = driver.ListVehicles(fleet_pb2.ListVehiclesRequest()).vehicles
    assert [vehicle.vehicle_id for vehicle in vehicles] == ["first"]
    assert {shift.vehicle_id for shift in driver.ListShifts(fleet_pb2.ListShiftsRequest()).shifts} == {
        "first"
    }
    for call in (
        lambda: driver.GetVehicle(fleet_pb2.GetVehicleRequest(vehicle_id="second")),
        lambda: driver.ListShifts(fleet_pb2.ListShiftsRequest(vehicle_id="second")),
        lambda: driver.ArriveAtStop(
            driver_pb2.ArriveAtStopRequest(request_id=live.new_id(), vehicle_id="second", stop_id="s")
        ),
        lambda: driver.BoardPassenger(
            driver_pb2.BoardPassengerRequest(request_id=live.new_id(), vehicle_id="second", ride_id="r")
        ),
        lambda: driver.ReportBreakdown(
            breakdown_pb2.ReportBreakdownRequest(request_id=live.new_id(), vehicle_id="second")
        ),
    ):
        assert reason(NOT_FOUND, call) == "VEHICLE_NOT_FOUND"


def test_a_driver_sees_who_rides_along_and_not_their_number(live: Live) -> None:
    ride = live.ride(1, 3, "10:00", minutes=300)
    driver = of(live, Role.DRIVER, subject="d1", vehicle_ids=[ride.vehicle_id])
    elsewhere = of(live, Role.DRIVER, subject="d3", vehicle_ids=["none"])
    asked = ride_pb2.GetRideRequest(ride_id=ride.ride_id)
    found = driver.GetRide(asked)
    assert found.ride.ride_id == ride.ride_id
    assert not found.HasField("contact")
    assert reason(NOT_FOUND, lambda: elsewhere.GetRide(asked)) == "RIDE_NOT_FOUND"


def test_every_write_and_every_attempt_is_in_the_trail(live: Live) -> None:
    ours = of(live, Role.APP_BACKEND, client_id="ours", subject="svc-ours")
    thief = of(live, Role.APP_BACKEND, client_id="thief", subject="svc-thief")
    auditor = of(live, Role.AUDITOR, subject="auditor")
    ride = booked(live, ours, contact=CONTACT)
    cancel = ride_pb2.CancelRideRequest(request_id=live.new_id(), ride_id=ride.ride_id, reason="stolen")
    refusal(lambda: thief.CancelRide(cancel))
    trail = auditor.ListAuditEntries(audit_pb2.ListAuditEntriesRequest(entity_id=ride.ride_id)).entries
    assert [(entry.subject, entry.client_id, entry.method, entry.outcome) for entry in trail] == [
        ("svc-ours", "ours", "RequestOffers", "OK"),
        ("svc-ours", "ours", "BookRide", "OK"),
        ("svc-thief", "thief", "CancelRide", "RIDE_NOT_FOUND"),
    ]
    assert trail[2].request_id == cancel.request_id
    assert "Petersen" not in str(trail)
    assert "stolen" not in str(trail)
    numbers: list[int] = []
    request = audit_pb2.ListAuditEntriesRequest(subject="svc-ours", page_size=1)
    while not numbers or request.page_token:
        page = auditor.ListAuditEntries(request)
        numbers += [entry.number for entry in page.entries]
        request.page_token = page.next_page_token
    assert numbers == sorted(set(numbers))
    assert {trail[0].number, trail[1].number} <= set(numbers)


def test_no_character_of_an_offer_s_id_or_a_page_token_can_be_changed(live: Live) -> None:
    offer_id = live.ask(1, 3, "11:00", minutes=300).offers[0].offer_id
    assert len(offer_id) == 32
    for where in range(0, len(offer_id), 4):
        wrong = offer_id[:where] + ("0" if offer_id[where] != "0" else "1") + offer_id[where + 1 :]
        request = ride_pb2.BookRideRequest(request_id=live.new_id(), offer_id=wrong)
        assert reason(NOT_FOUND, lambda request=request: live.stub.BookRide(request)) == "OFFER_NOT_FOUND"
    first_page = fleet_pb2.ListVehiclesRequest(page_size=1)
    good = live.stub.ListVehicles(first_page).next_page_token
    assert good
    wrong_tokens = [
        good[:-1],
        good + "A",
        "second",
        "1",
        *(
            good[:where] + ("A" if good[where] != "A" else "B") + good[where + 1 :]
            for where in range(len(good))
        ),
    ]
    for wrong in wrong_tokens:
        forged = fleet_pb2.ListVehiclesRequest(page_size=1, page_token=wrong)
        got = reason(grpc.StatusCode.INVALID_ARGUMENT, lambda forged=forged: live.stub.ListVehicles(forged))
        assert got == "PAGE_TOKEN_INVALID"
    another = of(live, Role.DISPATCHER, subject="other-desk")
    for stub, question in (
        (another, fleet_pb2.ListVehiclesRequest(page_token=good)),
        (live.stub, fleet_pb2.ListVehiclesRequest(page_token=good, zone_id="nord")),
    ):
        got = reason(
            grpc.StatusCode.INVALID_ARGUMENT,
            lambda stub=stub, question=question: stub.ListVehicles(question),
        )
        assert got == "PAGE_TOKEN_INVALID"
    first_page.page_token = good
    assert live.stub.ListVehicles(first_page).vehicles


def test_roads_are_closed_by_the_desk_and_that_is_in_the_trail(live: Live) -> None:
    report = road_change_service_pb2.ReportRoadChangeRequest(
        request_id=live.new_id(),
        road_change=road_change_pb2.RoadChange(
            path=[position(point) for point in ROAD[1:3]], start_time=live.stamp("05:00"), speed_share=0.5
        ),
    )

    def stub_of(credential: str) -> Any:
        return RoadChangeServiceStub(channel_to(live.address, credential))

    for role in set(Role) - {Role.DISPATCHER, Role.OPERATOR}:
        call = stub_of(token(role)).ReportRoadChange
        assert reason(grpc.StatusCode.PERMISSION_DENIED, lambda call=call: call(report)) == "ROLE_MISSING"
    desk = stub_of(token(Role.DISPATCHER, subject="desk-9"))
    change_id = desk.ReportRoadChange(report).road_change.road_change_id
    desk.LiftRoadChange(
        road_change_service_pb2.LiftRoadChangeRequest(request_id=live.new_id(), road_change_id=change_id)
    )
    request = audit_pb2.ListAuditEntriesRequest(entity_id=change_id)
    trail = live.stub.ListAuditEntries(request).entries
    assert [(entry.subject, entry.method) for entry in trail] == [
        ("desk-9", "ReportRoadChange"),
        ("desk-9", "LiftRoadChange"),
    ]
    stranger = RoadChangeServiceStub(channel_to(live.address, "nobody"))
    assert reason(grpc.StatusCode.UNAUTHENTICATED, lambda: stranger.ReportRoadChange(report))
