"""A running service with containers of the demo district, and the tour desk's callers."""

from datetime import UTC, datetime, timedelta
from typing import Any

from landlinie.common.v1 import geo_pb2
from landlinie.waste.v1 import (
    container_pb2,
    level_pb2,
    site_pb2,
    sub_account_pb2,
    tour_driving_pb2,
    tour_pb2,
    tour_planning_pb2,
    tour_service_pb2_grpc,
)
from live_waste import DEMO, LiveWaste
from service_kit.identity.principal import Role
from waste.adapters.depot_file import load_waste
from waste.messages import stamp

NIGHT = datetime(2026, 6, 16, 1, 0, tzinfo=UTC)
PAPER_BOXES = 8
PAPER = container_pb2.FRACTION_PAPER
FULL_MM, EMPTY_MM = 300, 1900


class Depot:
    """Eight boxes for paper in the demo district, the first six nearly full, in a running service."""

    def __init__(self, live: LiveWaste) -> None:
        self.live = live
        self.desk = self.stub(Role.DEPOT, subject="desk", sub_account_ids=["town"])
        self.driver = self.stub(Role.DRIVER, subject="driver", vehicle_ids=["papier-1"])
        live.clock.advance_to(NIGHT)
        self._settle()

    def stub(self, *roles: Role, **who: Any) -> Any:
        return tour_service_pb2_grpc.TourServiceStub(self.live.channel_of(*roles, **who))

    def _settle(self) -> None:
        live = self.live
        town = sub_account_pb2.SubAccount(sub_account_id="town", name="Town")
        live.staff.RegisterSubAccount(
            sub_account_pb2.RegisterSubAccountRequest(request_id=live.new_id(), sub_account=town)
        )
        sites = load_waste(DEMO).depot.sites[:PAPER_BOXES]
        for number, place in enumerate(sites):
            site = site_pb2.Site(
                site_id=f"site-{number}",
                sub_account_id="town",
                name=place.name,
                position=geo_pb2.Position(latitude_deg=place.latitude_deg, longitude_deg=place.longitude_deg),
            )
            live.staff.RegisterSite(site_pb2.RegisterSiteRequest(request_id=live.new_id(), site=site))
            box = container_pb2.Container(
                container_id=f"box-{number}",
                site_id=f"site-{number}",
                depot_id="yard",
                kind=container_pb2.CONTAINER_KIND_IGLOO,
                fraction=PAPER,
                volume_l=3000,
                geometry=container_pb2.Geometry(
                    sections=[
                        container_pb2.Section(
                            height_mm=2000,
                            lower_width_mm=1000,
                            lower_depth_mm=1000,
                            upper_width_mm=1000,
                            upper_depth_mm=1000,
                        )
                    ],
                    sensor_height_mm=2200,
                    dead_zone_mm=100,
                ),
            )
            live.staff.RegisterContainer(
                container_pb2.RegisterContainerRequest(request_id=live.new_id(), container=box)
            )
            device = container_pb2.Device(
                device_id=f"sensor-{number}",
                sub_account_id="town",
                model="EM400-MUD",
                container_id=f"box-{number}",
            )
            live.staff.RegisterDevice(
                container_pb2.RegisterDeviceRequest(request_id=live.new_id(), device=device)
            )
            self.measure(number, FULL_MM if number < 6 else EMPTY_MM, days=3)

    def measure(self, number: int, distance_mm: int, days: int = 0) -> None:
        now = self.live.clock.now()
        readings = [
            level_pb2.Reading(
                device_id=f"sensor-{number}",
                measure_time=stamp(now - timedelta(days=age)),
                distance_mm=min(2100, distance_mm + 250 * age),
            )
            for age in range(days, -1, -1)
        ]
        self.live.staff.ReportReadings(
            level_pb2.ReportReadingsRequest(request_id=self.live.new_id(), readings=readings)
        )

    def asked(self, request: Any, **fields: Any) -> Any:
        return request(request_id=self.live.new_id(), **fields)

    def proposed(self) -> tour_planning_pb2.TourProposal:
        request = self.asked(tour_planning_pb2.ProposeToursRequest, depot_id="yard", time_limit_s=1)
        proposal_id = self.desk.ProposeTours(request).proposal.proposal_id

        def look() -> tour_planning_pb2.TourProposal:
            asked = tour_planning_pb2.GetTourProposalRequest(proposal_id=proposal_id)
            found: tour_planning_pb2.TourProposal = self.desk.GetTourProposal(asked).proposal
            return found

        over = {
            tour_planning_pb2.TOUR_PROPOSAL_STATE_DONE,
            tour_planning_pb2.TOUR_PROPOSAL_STATE_FAILED,
        }
        self.live.eventually(lambda: look().state in over)
        return look()

    def tour(self, tour_id: str) -> tour_pb2.Tour:
        found: tour_pb2.Tour = self.desk.GetTour(tour_planning_pb2.GetTourRequest(tour_id=tour_id)).tour
        return found

    def approved(self) -> tour_pb2.Tour:
        done = self.proposed()
        assert done.state == tour_planning_pb2.TOUR_PROPOSAL_STATE_DONE, done
        (tour_id,) = done.tour_ids
        seen = tour_planning_pb2.TourVersion(tour_id=tour_id, version=1)
        request = self.asked(tour_planning_pb2.ApproveToursRequest, tours=[seen])
        found: tour_pb2.Tour = self.desk.ApproveTours(request).tours[0]
        return found

    def emptied(self, tour: tour_pb2.Tour, stop: tour_pb2.TourStop, **more: Any) -> tour_pb2.Tour:
        request = self.asked(
            tour_driving_pb2.ReportContainerEmptiedRequest,
            tour_id=tour.tour_id,
            stop_id=stop.stop_id,
            event_time=stop.begin_time,
            **more,
        )
        found: tour_pb2.Tour = self.driver.ReportContainerEmptied(request).tour
        return found
