"""The demo district: a container that turns red at ten is on the truck's manifest by a minute past."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from landlinie.waste.v1 import (
    container_pb2,
    level_pb2,
    tour_driving_pb2,
    tour_pb2,
    tour_planning_pb2,
)
from onebox.client import Services, connected
from onebox.day.server_process import ServerProcess
from onebox.local_time import instant_of, stamp
from ride_calls import CALL_S

from conftest import EVENING_BEFORE

pytestmark = [pytest.mark.slow, pytest.mark.network]

TEN = EVENING_BEFORE.replace(hour=9) + timedelta(days=1)
"""Ten o'clock in the district."""
PATIENCE_S = 60.0
FULL_COUNT = 12


def measured(called: Services, name: str, levels: dict[str, float], at: datetime) -> None:
    readings = [
        level_pb2.Reading(device_id=f"sensor-{container_id}", measure_time=stamp(at), fill_share=share)
        for container_id, share in levels.items()
    ]
    request = level_pb2.ReportReadingsRequest(request_id=name, readings=readings)
    called.containers.ReportReadings(request, timeout=CALL_S)


def proposed(called: Services) -> list[tour_pb2.Tour]:
    """Tours for the day of ten o'clock, worked out the evening before."""
    request = tour_planning_pb2.ProposeToursRequest(
        request_id="propose", depot_id="yard", service_date=f"{TEN:%Y-%m-%d}", time_limit_s=2
    )
    proposal = called.tours.ProposeTours(request, timeout=CALL_S).proposal
    question = tour_planning_pb2.GetTourProposalRequest(proposal_id=proposal.proposal_id)
    give_up_at_s = time.monotonic() + PATIENCE_S
    while not proposal.HasField("end_time"):
        assert time.monotonic() < give_up_at_s
        time.sleep(0.2)
        proposal = called.tours.GetTourProposal(question, timeout=CALL_S).proposal
    assert proposal.state == tour_planning_pb2.TOUR_PROPOSAL_STATE_DONE, proposal.fault
    return [
        called.tours.GetTour(tour_planning_pb2.GetTourRequest(tour_id=tour_id), timeout=CALL_S).tour
        for tour_id in proposal.tour_ids
    ]


def manifests(called: Services, tour_id: str) -> Iterator[tour_driving_pb2.WatchManifestResponse]:
    request = tour_driving_pb2.WatchManifestRequest(tour_id=tour_id)
    return iter(called.tours.WatchManifest(request, timeout=PATIENCE_S))


def test_a_container_red_at_ten_is_on_the_manifest_by_a_minute_past(services: ServerProcess) -> None:
    with connected(services.address, services.credential()) as called:
        chosen = container_pb2.ListContainersRequest(page_size=500, fraction=container_pb2.FRACTION_PAPER)
        boxes = called.containers.ListContainers(chosen, timeout=CALL_S).containers
        for box in boxes:
            device = container_pb2.Device(
                device_id=f"sensor-{box.container_id}",
                sub_account_id=box.sub_account_id,
                model="EM400-MUD",
                container_id=box.container_id,
            )
            register = container_pb2.RegisterDeviceRequest(
                request_id=f"register-{box.container_id}", device=device
            )
            called.containers.RegisterDevice(register, timeout=CALL_S)
        names = [box.container_id for box in boxes]
        levels = {name: 0.9 if number < FULL_COUNT else 0.1 for number, name in enumerate(names)}
        measured(called, "evening", levels, EVENING_BEFORE)
        tours = proposed(called)
        seen = [tour_planning_pb2.TourVersion(tour_id=tour.tour_id, version=1) for tour in tours]
        called.tours.ApproveTours(
            tour_planning_pb2.ApproveToursRequest(request_id="approve", tours=seen), timeout=CALL_S
        )
        (tour,) = (tour for tour in tours if tour.truck_id.startswith("papier"))
        on_tour = {stop.container_id for stop in tour.stops}
        red = next(name for name in reversed(names) if name not in on_tour)
        called.clock.advance_to(TEN)
        for number, stop in enumerate(tour.stops):
            if instant_of(stop.begin_time) < TEN - timedelta(minutes=20) and stop.container_id:
                report = tour_driving_pb2.ReportContainerEmptiedRequest(
                    request_id=f"emptied-{number}",
                    tour_id=tour.tour_id,
                    stop_id=stop.stop_id,
                    event_time=stop.begin_time,
                )
                called.tours.ReportContainerEmptied(report, timeout=CALL_S)
        measured(called, "ten", {red: 0.95}, TEN)
        # The clock stands at ten: what is there now is there by a minute past.
        for answer in manifests(called, tour.tour_id):
            if red in {stop.container_id for stop in answer.tour.stops}:
                break
        changes = {change.stop_id: change for change in answer.changes}
        (added,) = (stop for stop in answer.tour.stops if stop.container_id == red)
        assert changes[added.stop_id].kind == tour_pb2.TOUR_CHANGE_KIND_STOP_ADDED
        assert changes[added.stop_id].reason.german
        assert instant_of(added.begin_time) > TEN
