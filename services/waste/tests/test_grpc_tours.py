"""The tour desk through a running service: real store, bus, planning process and streams."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from landlinie.waste.v1 import (
    level_pb2,
    tour_driving_pb2,
    tour_pb2,
    tour_planning_pb2,
)
from live_depot import NIGHT, PAPER, Depot
from live_waste import LiveWaste
from service_kit import consumers
from service_kit.grpc_errors import from_rpc_error
from service_kit.identity.principal import Role
from waste.adapters import tour_planner
from waste.messages import instant, stamp

pytestmark = pytest.mark.network

UNKNOWN_STATE: Any = 77


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Depot]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(consumers, "_POLL_S", 0.02)
        patch.setattr("live_waste.NOON", NIGHT)
        # Eight containers need no three seconds.
        patch.setattr(tour_planner, "REPLAN_S", 0.3)
        live = LiveWaste(Path(tmp_path_factory.mktemp("tours")))
        yield Depot(live)
        live.close()


@pytest.fixture
def depot(running: Depot) -> Iterator[Depot]:
    yield running
    states = [tour_pb2.TOUR_STATE_APPROVED, tour_pb2.TOUR_STATE_STARTED]
    for tour in running.desk.ListTours(tour_planning_pb2.ListToursRequest(states=states)).tours:
        seen = tour_planning_pb2.TourVersion(tour_id=tour.tour_id, version=tour.version)
        running.desk.CancelTour(running.asked(tour_planning_pb2.CancelTourRequest, tour=seen))


def refused(call: Callable[..., Any], request: Any) -> str:
    with pytest.raises(grpc.RpcError) as caught:
        call(request)
    return from_rpc_error(caught.value).reason


def test_every_field_at_fault_is_named(depot: Depot) -> None:
    desk, driver = depot.desk, depot.driver
    late = stamp(depot.live.clock.now() + timedelta(hours=1))
    wrong: list[tuple[Callable[..., Any], Any, set[str]]] = [
        (
            desk.ProposeTours,
            tour_planning_pb2.ProposeToursRequest(service_date="16.6.", time_limit_s=900),
            {"request_id", "depot_id", "service_date", "time_limit_s"},
        ),
        (desk.ApproveTours, depot.asked(tour_planning_pb2.ApproveToursRequest), {"tours"}),
        (
            desk.RejectTour,
            depot.asked(tour_planning_pb2.RejectTourRequest, reason="x" * 201),
            {"tour.tour_id", "tour.version", "reason"},
        ),
        (
            desk.EditTour,
            depot.asked(tour_planning_pb2.EditTourRequest),
            {"tour.tour_id", "tour.version", "edit"},
        ),
        (
            driver.ReportContainerEmptied,
            depot.asked(
                tour_driving_pb2.ReportContainerEmptiedRequest,
                event_time=late,
                level_after_share=1.5,
                note=tour_pb2.StopNote(text="x" * 501, image_reference="\x00"),
            ),
            {"tour_id", "stop_id", "event_time", "level_after_share", "note.text", "note.image_reference"},
        ),
        (
            driver.ReportStopBlocked,
            depot.asked(tour_driving_pb2.ReportStopBlockedRequest, tour_id="t", stop_id="s", reason=8),
            {"note.text"},
        ),
        (
            driver.ReportUnloading,
            depot.asked(
                tour_driving_pb2.ReportUnloadingRequest,
                tour_id="t",
                stop_id="s",
                weights=[
                    tour_pb2.FractionWeight(fraction=PAPER, weight_kg=90_000),
                    tour_pb2.FractionWeight(),
                ],
            ),
            {"weights[0].weight_kg", "weights[1].fraction"},
        ),
        (
            desk.ListTours,
            tour_planning_pb2.ListToursRequest(states=[UNKNOWN_STATE], page_size=501, page_token="x"),  # noqa: S106
            {"states[0]", "page_size", "page_token"},
        ),
    ]
    for call, request, fields in wrong:
        with pytest.raises(grpc.RpcError) as caught:
            call(request)
        told = from_rpc_error(caught.value)
        assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert {violation.field for violation in told.violations} == fields


def test_edits_are_told_with_every_rule_they_break(depot: Depot) -> None:
    done = depot.proposed()
    tour = depot.tour(done.tour_ids[0])
    seen = tour_planning_pb2.TourVersion(tour_id=tour.tour_id, version=1)
    last = tour.stops[-1]
    edit = depot.asked(
        tour_planning_pb2.EditTourRequest,
        tour=seen,
        remove=tour_planning_pb2.RemoveStop(stop_id=last.stop_id),
    )
    with pytest.raises(grpc.RpcError) as caught:
        depot.desk.EditTour(edit)
    told = from_rpc_error(caught.value)
    assert told.reason == "TOUR_RULES_BROKEN"
    assert "comes back with" in told.violations[0].description
    lock = depot.asked(
        tour_planning_pb2.EditTourRequest,
        tour=seen,
        lock=tour_planning_pb2.LockStop(stop_id=tour.stops[1].stop_id, locked=True),
    )
    locked = depot.desk.EditTour(lock).tour
    assert (locked.stops[0].stop_id, locked.stops[0].locked) == (tour.stops[1].stop_id, True)
    assert depot.desk.EditTour(lock).tour == locked
    lock.request_id = depot.live.new_id()
    assert refused(depot.desk.EditTour, lock) == "TOUR_CHANGED"
    add = depot.asked(
        tour_planning_pb2.EditTourRequest,
        tour=tour_planning_pb2.TourVersion(tour_id=tour.tour_id, version=2),
        add=tour_planning_pb2.AddStop(container_id="box-6"),
    )
    added = depot.desk.EditTour(add).tour
    assert "box-6" in {stop.container_id for stop in added.stops}
    # A newer proposal takes the place of what nobody approved; both are listed, page by page.
    depot.proposed()
    first = depot.desk.ListTours(tour_planning_pb2.ListToursRequest(page_size=1))
    assert len(first.tours) == 1
    second = depot.desk.ListTours(
        tour_planning_pb2.ListToursRequest(page_size=1, page_token=first.next_page_token)
    )
    assert first.tours[0].tour_id != second.tours[0].tour_id
    assert not second.next_page_token


def test_a_proposal_is_cancelled(depot: Depot) -> None:
    request = depot.asked(tour_planning_pb2.ProposeToursRequest, depot_id="yard", time_limit_s=300)
    proposal_id = depot.desk.ProposeTours(request).proposal.proposal_id
    cancel = depot.asked(tour_planning_pb2.CancelTourProposalRequest, proposal_id=proposal_id)
    cancelled = depot.desk.CancelTourProposal(cancel).proposal
    assert cancelled.state == tour_planning_pb2.TOUR_PROPOSAL_STATE_CANCELLED
    # The worker is free again at once, although the search was to take minutes.
    assert depot.proposed().state == tour_planning_pb2.TOUR_PROPOSAL_STATE_DONE
    assert (
        refused(
            depot.desk.CancelTourProposal,
            depot.asked(tour_planning_pb2.CancelTourProposalRequest, proposal_id=proposal_id),
        )
        == "PROPOSAL_OVER"
    )


def test_a_tour_is_there_for_whom_it_concerns_until_it_is_called_off(depot: Depot) -> None:
    tour = depot.approved()
    village = depot.stub(Role.DEPOT, subject="desk", sub_account_ids=["village"])
    other = depot.stub(Role.DRIVER, subject="other", vehicle_ids=["glas-1"])
    get = tour_planning_pb2.GetTourRequest(tour_id=tour.tour_id)
    for stub in (village, other):
        assert refused(stub.GetTour, get) == "TOUR_NOT_FOUND"
        assert not stub.ListTours(tour_planning_pb2.ListToursRequest()).tours
        sheet = tour_driving_pb2.DownloadTourSheetRequest(tour_id=tour.tour_id)
        assert refused(lambda request, stub=stub: list(stub.DownloadTourSheet(request)), sheet) == (
            "TOUR_NOT_FOUND"
        )
    start = depot.asked(tour_driving_pb2.StartTourRequest, tour_id=tour.tour_id)
    assert refused(other.StartTour, start) == "TOUR_NOT_FOUND"
    urgent = depot.asked(tour_driving_pb2.InsertUrgentRequest, container_id="box-7")
    assert refused(village.InsertUrgent, urgent) == "CONTAINER_NOT_FOUND"
    parts = list(
        depot.driver.DownloadTourSheet(tour_driving_pb2.DownloadTourSheetRequest(tour_id=tour.tour_id))
    )
    assert parts[0].file_name == "tour-2026-06-16-papier-1.pdf"
    assert b"".join(part.content for part in parts).startswith(b"%PDF-")
    seen = tour_planning_pb2.TourVersion(tour_id=tour.tour_id, version=2)
    cancel = depot.asked(tour_planning_pb2.CancelTourRequest, tour=seen, reason="Schnee")
    depot.desk.CancelTour(cancel)
    answers = list(
        depot.driver.WatchManifest(tour_driving_pb2.WatchManifestRequest(tour_id=tour.tour_id), timeout=20)
    )
    assert [answer.tour.state for answer in answers] == [tour_pb2.TOUR_STATE_CANCELLED]
    assert answers[0].tour.end_reason == "Schnee"


def test_a_container_that_turns_red_is_on_the_manifest_within_the_minute(depot: Depot) -> None:
    tour = depot.approved()
    assert "box-7" not in {stop.container_id for stop in tour.stops}
    depot.live.clock.advance_to(instant(tour.stops[0].begin_time) + timedelta(minutes=2))
    depot.emptied(tour, tour.stops[0])
    manifest: list[Any] = []
    heard = threading.Event()
    stream = depot.driver.WatchManifest(
        tour_driving_pb2.WatchManifestRequest(tour_id=tour.tour_id), timeout=30
    )

    def listen() -> None:
        try:
            for answer in stream:
                manifest.append(answer)
                if "box-7" in {stop.container_id for stop in answer.tour.stops}:
                    heard.set()
                    return
        except grpc.RpcError:
            return

    listener = threading.Thread(target=listen)
    listener.start()
    depot.measure(7, 210)
    assert heard.wait(25)
    listener.join()
    versions = [answer.tour.version for answer in manifest]
    assert versions == sorted(set(versions))
    added = [change for change in manifest[-1].changes if change.kind == tour_pb2.TOUR_CHANGE_KIND_STOP_ADDED]
    assert added[0].reason.german
    # Who comes back with a version gets what came after it.
    known = tour_driving_pb2.WatchManifestRequest(tour_id=tour.tour_id, known_version=versions[-1] - 1)
    answer = next(iter(depot.driver.WatchManifest(known, timeout=20)))
    assert {change.version for change in answer.changes} == {versions[-1]}


def test_a_day_from_the_proposal_to_the_weighed_truck(depot: Depot) -> None:
    # Those that other tests have emptied are not full.
    states = depot.live.staff.ListContainerStates(level_pb2.ListContainerStatesRequest()).states
    red = {state.container_id for state in states if state.ampel == level_pb2.AMPEL_RED}
    assert len(red) >= 3
    tour = depot.approved()
    assert tour.state == tour_pb2.TOUR_STATE_APPROVED
    assert tour.truck_id == "papier-1"
    boxes = [stop for stop in tour.stops if stop.kind == tour_pb2.TOUR_STOP_KIND_CONTAINER]
    assert {stop.container_id for stop in boxes} >= red
    assert all(stop.reason.german and stop.fraction == PAPER for stop in boxes)
    asked = tour_planning_pb2.ListToursRequest(
        service_date="2026-06-16", states=[tour_pb2.TOUR_STATE_APPROVED]
    )
    assert [one.tour_id for one in depot.driver.ListTours(asked).tours] == [tour.tour_id]
    depot.live.clock.advance_to(instant(tour.back_time))
    for stop in boxes[1:]:
        depot.emptied(tour, stop)
    blocked = depot.asked(
        tour_driving_pb2.ReportStopBlockedRequest,
        tour_id=tour.tour_id,
        stop_id=boxes[0].stop_id,
        event_time=boxes[0].begin_time,
        reason=tour_pb2.BLOCKED_REASON_PARKED_VEHICLE,
        note=tour_pb2.StopNote(text="roter Transporter\nvor dem Container", image_reference="p/1.jpg"),
    )
    told = depot.driver.ReportStopBlocked(blocked).tour.stops[0]
    assert told.note.text == "roter Transporter\nvor dem Container"
    mistaken = depot.asked(
        tour_driving_pb2.ReportStopBlockedRequest,
        tour_id=tour.tour_id,
        stop_id=boxes[2].stop_id,
        event_time=stamp(instant(boxes[2].begin_time) + timedelta(seconds=30)),
        reason=tour_pb2.BLOCKED_REASON_GATE_LOCKED,
    )
    assert depot.driver.ReportStopBlocked(mistaken).tour.stops[2].state == tour_pb2.TOUR_STOP_STATE_BLOCKED
    plant = tour.stops[-1]
    weights = [tour_pb2.FractionWeight(fraction=PAPER, weight_kg=900)]
    unloading = depot.asked(
        tour_driving_pb2.ReportUnloadingRequest,
        tour_id=tour.tour_id,
        stop_id=plant.stop_id,
        event_time=plant.begin_time,
        weights=weights,
    )
    assert depot.driver.ReportUnloading(unloading).tour.stops[-1].weights[0].weight_kg == 900
    close = depot.asked(tour_driving_pb2.CloseTourRequest, tour_id=tour.tour_id)
    assert depot.driver.CloseTour(close).tour.state == tour_pb2.TOUR_STATE_CLOSED

    # What was emptied begins anew: a lift of the tour is known of the container.
    def lifts(stop: tour_pb2.TourStop) -> list[level_pb2.Lift]:
        request = level_pb2.ListLiftsRequest(container_id=stop.container_id)
        return [lift for lift in depot.live.staff.ListLifts(request).lifts if lift.tour_id == tour.tour_id]

    # What was told by mistake is forgotten: of a depot all is heard in the order in which it was told.
    depot.live.eventually(lambda: lifts(boxes[-1]) and not lifts(boxes[2]))
    (lift,) = lifts(boxes[1])
    assert lift.source == level_pb2.LIFT_SOURCE_REPORTED
    assert lift.lift_time == boxes[1].begin_time
