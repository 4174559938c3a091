"""What is published: judged by the validators of others, and by what it must not tell."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from car_office import FREE, NOON, TENANT, ZONE, CarOffice, hours
from gbfs_validator import GBFS
from google.protobuf.duration_pb2 import Duration
from google.transit import gtfs_realtime_pb2
from gtfs_rt_validator.api import Mode, Request, resolve_roles, validate
from gtfs_validator.notices import NoticeContainer
from gtfs_validator.pipeline import run_validation
from gtfs_validator.report import build_report
from hypothesis import given, settings
from hypothesis import strategies as st
from journeys.adapters import open_tables
from journeys.adapters.open_facts import GROUP, OpenFacts, OpenFactStore
from journeys.adapters.realtime_messages import RealtimeMessages
from journeys.application.open_cars import OpenCars
from journeys.application.open_documents import OpenData, OpenDocument
from journeys.application.open_rides import (
    ALERTS,
    FLEX,
    UPDATES,
    VEHICLES,
    OnDemandFacts,
    OpenFlex,
    OpenRealtime,
    Publisher,
)
from journeys.application.ports import Unavailable
from journeys.domain.open_rides import (
    POSITION_FOR,
    Delay,
    Seen,
    Shift,
    VirtualStop,
    Zone,
    public_place,
    running_hours,
    worst_delays,
)
from landlinie.common.v1 import geo_pb2
from landlinie.pooling.events.v1 import ride_events_pb2, vehicle_events_pb2
from landlinie.pooling.v1 import fleet_pb2, offer_pb2, plan_pb2
from servers import postgres_server, postgres_url
from service_kit import inbox
from service_kit.errors import NotFound
from service_kit.event_payload import pack
from timetable.gbfs.model import System
from timetable.on_demand.reading import read_flex

__all__ = ["postgres_server", "postgres_url"]

BASE = "https://land.example.org/open"
TODAY = date(2026, 6, 15)
SYSTEM = System(
    "testamt-cars", "Dörpsmobile", "de", "Europe/Berlin", "auto@land.example.org", operator="Verein",
    url="https://auto.example.org/", phone="+49 395 1", email="auto@land.example.org",
)  # fmt: skip
PUBLISHER = Publisher("testamt", "Amt Test", "https://amt.example.org/", "+49 395 2", "bus@amt.example.org")
RING = ((13.1, 53.5), (13.4, 53.5), (13.4, 53.7), (13.1, 53.7))
NORTH, SOUTH = Zone("nord", "Nord", RING), Zone("sued", "Süd", RING)
POND = VirtualStop("teich", "Dorf, Teich", 53.61, 13.31, frozenset({"nord"}))
CHURCH = VirtualStop("kirche", "Weiler, Kirche", 53.62, 13.33, frozenset({"nord"}))
HOME = geo_pb2.Position(latitude_deg=53.612345, longitude_deg=13.312345)


class Area:
    """Pooling's zones; gone when told."""

    gone = False

    def zones(self) -> Sequence[Zone]:
        if self.gone:
            raise Unavailable("POOLING_UNAVAILABLE", "not there")
        return [NORTH, SOUTH]

    def stops(self) -> Sequence[VirtualStop]:
        return [POND, CHURCH]


ShiftFact = type[vehicle_events_pb2.ShiftScheduled | vehicle_events_pb2.ShiftUpdated]


class Published:
    """All sources over one database, and the events that change it."""

    def __init__(self, office: CarOffice) -> None:
        self.office, self.area = office, Area()
        self.store = OpenFactStore(office.engine, TENANT)
        facts = OnDemandFacts(self.store, self.area, ZONE, office.clock)
        self.cars = OpenCars(office.desk, SYSTEM, office.clock, BASE)
        self.data = OpenData(
            [self.cars, OpenFlex(facts, PUBLISHER, "Europe/Berlin"), OpenRealtime(facts, RealtimeMessages())],
            office.clock,
        )

    def tell(self, message: Any, tenant: str = TENANT) -> None:
        """Have pooling tell something."""
        if message.DESCRIPTOR.fields_by_name.get("event_time") and not message.HasField("event_time"):
            message.event_time.FromDatetime(self.office.clock.now())
        event = pack(message, source="landlinie/pooling", topic="t", key="k", time=self.office.clock.now())
        with self.office.engine.begin() as connection:
            self.store.handle(connection, replace(event, extra_headers={"ce_tenant": tenant}))

    def shift(
        self,
        shift_id: str = "early",
        zone: str = "nord",
        start: float = -4,
        end: float = 6,
        kind: ShiftFact = vehicle_events_pb2.ShiftScheduled,
    ) -> None:
        """A shift of today, in hours from noon."""
        shift = fleet_pb2.Shift(
            shift_id=shift_id, vehicle_id="bus", zone_id=zone, service_date=TODAY.isoformat()
        )
        shift.start_time.FromDatetime(NOON + timedelta(hours=start))
        shift.end_time.FromDatetime(NOON + timedelta(hours=end))
        self.tell(kind(shift=shift))

    def arrive(self, stop: str, shift_id: str = "early") -> None:
        """The bus stops at a virtual stop, or at a home."""
        point = offer_pb2.BoardingPoint(position=HOME, virtual_stop_id=stop, label="Annas Haus")
        self.tell(
            vehicle_events_pb2.VehicleArrived(
                zone_id="nord",
                vehicle_id="bus",
                shift_id=shift_id,
                service_date=TODAY.isoformat(),
                stop=plan_pb2.PlannedStop(stop_id="s", ride_id="r1", point=point),
            )
        )

    def board(self, ride_id: str) -> None:
        self.tell(ride_events_pb2.PassengerBoarded(zone_id="nord", ride_id=ride_id, vehicle_id="bus"))

    def alight(self, ride_id: str) -> None:
        self.tell(ride_events_pb2.PassengerAlighted(zone_id="nord", ride_id=ride_id, vehicle_id="bus"))

    def late(self, minutes: float, ride_id: str = "r1") -> None:
        self.tell(
            ride_events_pb2.PromiseBroken(
                zone_id="nord",
                ride_id=ride_id,
                what=ride_events_pb2.BROKEN_PROMISE_PICKUP_LATE,
                by=Duration(seconds=round(60 * minutes)),
            )
        )

    def realtime(self, document: OpenDocument) -> gtfs_realtime_pb2.FeedMessage:
        """What a document of GTFS-Realtime tells after a while."""
        self.office.pass_time(minutes=1)
        return gtfs_realtime_pb2.FeedMessage.FromString(self.data.document(document.name).content)

    def gbfs(self, name: str) -> Any:
        return json.loads(self.data.document(f"gbfs/{name}.json").content)["data"]


@contextmanager
def opened(database: str) -> Iterator[Published]:
    office = CarOffice(database)
    try:
        yield Published(office)
    finally:
        office.close()


@pytest.fixture
def published(tmp_path: Path) -> Iterator[Published]:
    with opened(f"sqlite:///{tmp_path}/cars.sqlite") as found:
        yield found


def complaints_about(path: Path) -> list[tuple[str, str]]:
    notices, failures = NoticeContainer(), NoticeContainer()
    run_validation(path, notices, failures, validation_date=TODAY)
    assert build_report(failures)["notices"] == []
    found = build_report(notices)["notices"]
    return [(notice["code"], notice["severity"]) for notice in found if notice["severity"] != "INFO"]


class Fetched:
    """Documents by address, for the validator."""

    def __init__(self, data: OpenData) -> None:
        self._data = data

    def get_json(self, url: str) -> object:
        return json.loads(self._data.document(url.removeprefix(f"{BASE}/")).content)


def test_cars_pass_a_validator_of_others(published: Published) -> None:
    published.office.reserve(hours(3, 5))
    report = GBFS(f"{BASE}/gbfs/gbfs.json", fetcher=Fetched(published.data)).validation()
    assert report["summary"]["version"] == {"detected": "3.0", "validated": "3.0"}
    errors = [(found["file"], found["errors"]) for found in report["files"] if found.get("errors")]
    assert errors == []
    assert sum(bool(found.get("exists")) for found in report["files"]) == 8


def test_cars_are_published_as_gbfs(published: Published) -> None:
    found = {document.name for document in published.data.listed() if document.name.startswith("gbfs/")}
    assert len(found) == 8
    vehicles = published.gbfs("vehicle_status")["vehicles"]
    assert [vehicle["home_station_id"] for vehicle in vehicles] == ["place-dorf", "place-hof"]
    until = datetime.fromisoformat(vehicles[1]["available_until"])
    assert until == datetime(2026, 6, 16, 5, tzinfo=UTC), "volunteers drive from seven on"
    (price, _) = published.gbfs("system_pricing_plans")["plans"]
    assert price["per_min_pricing"] == [{"start": 0, "rate": 0.75, "interval": 15}]


def test_a_reserved_car_is_not_there_and_comes_back_under_another_name(published: Published) -> None:
    forget = published.data.changed(published.cars)
    before = published.gbfs("vehicle_status")["vehicles"]
    kept = published.office.reserve(hours(0, 2))
    forget()
    status = {each["station_id"]: each for each in published.gbfs("station_status")["stations"]}
    assert status["place-dorf"]["num_vehicles_available"] == 0
    assert status["place-hof"]["num_vehicles_available"] == 1
    assert [each["home_station_id"] for each in published.gbfs("vehicle_status")["vehicles"]] == ["place-hof"]
    published.office.pass_time(hours=1)
    published.office.desk.bring_back(published.office.call(), kept.id, published.office.clock.now(), 1000)
    published.office.pass_time(minutes=2)
    after = published.gbfs("vehicle_status")["vehicles"]
    assert after[0]["home_station_id"] == "place-dorf"
    assert after[0]["vehicle_id"] != before[0]["vehicle_id"]
    assert after[1]["vehicle_id"] == before[1]["vehicle_id"]


def test_a_car_tells_until_when_it_is_free(published: Published) -> None:
    published.office.reserve(hours(3, 5), car=FREE)
    first = published.gbfs("vehicle_status")["vehicles"][0]
    assert datetime.fromisoformat(first["available_until"]) == NOON + timedelta(hours=3)


def test_shifts_become_a_feed_that_validators_accept(published: Published, tmp_path: Path) -> None:
    published.shift("early", start=-4, end=6)
    published.shift("late", start=4, end=13)
    published.shift("same", start=-4, end=6)
    content = published.data.document(FLEX.name).content
    (tmp_path / "flex.zip").write_bytes(content)
    # A feed of seven days is renewed every day.
    assert {code for code, _ in complaints_about(tmp_path / "flex.zip")} <= {
        "feed_expiration_date7_days",
        "trip_coverage_not_active_for_next7_days",
    }
    services, findings = read_flex(tmp_path / "flex.zip")
    assert list(findings) == []
    trips = {trip.trip_id for trip in services.trips}
    assert trips == {f"{kind}nord-{span}" for kind in ("", "stops-") for span in ("1000-2000", "1800-2700")}


def test_nothing_is_published_of_rides_where_nobody_is_on_duty(published: Published) -> None:
    names = {document.name for document in published.data.listed()}
    assert FLEX.name not in names
    with pytest.raises(NotFound, match=FLEX.name):
        published.data.document(FLEX.name)
    with pytest.raises(NotFound, match="none"):
        published.data.document("none")


def test_documents_stay_as_they_are_where_pooling_is_gone(published: Published) -> None:
    published.shift()
    published.area.gone = True
    names = {document.name for document in published.data.listed()}
    assert all(name.startswith("gbfs/") for name in names)
    assert names


def test_realtime_passes_a_validator_of_others_with_the_feed_it_belongs_to(
    published: Published, tmp_path: Path
) -> None:
    published.shift()
    published.shift("gone", start=4, end=13)
    published.tell(vehicle_events_pb2.ShiftCancelled(shift_id="gone", zone_id="nord"))
    published.arrive(POND.id)
    published.late(12)
    published.office.pass_time(minutes=1)
    (tmp_path / "flex.zip").write_bytes(published.data.document(FLEX.name).content)
    files = {}
    for role, document in (("tu", UPDATES), ("vp", VEHICLES), ("sa", ALERTS)):
        content = published.data.document(document.name).content
        assert gtfs_realtime_pb2.FeedMessage.FromString(content).entity, role
        files[role] = tmp_path / f"{role}.pb"
        files[role].write_bytes(content)
    result = validate(
        Request(
            mode=Mode.MODERN,
            gtfs=tmp_path / "flex.zip",
            inputs=resolve_roles({role: str(path) for role, path in files.items()}),
            at=published.office.clock.now() + timedelta(seconds=5),
        )
    )
    assert result.error_ids() == ()


def test_hours_that_fall_out_today_are_told(published: Published) -> None:
    published.shift()
    assert not published.realtime(UPDATES).entity
    published.tell(vehicle_events_pb2.ShiftCancelled(shift_id="early", zone_id="nord"))
    trips = [entity.trip_update.trip for entity in published.realtime(UPDATES).entity]
    assert [trip.trip_id for trip in trips] == ["nord-1000-2000", "stops-nord-1000-2000"]
    assert {trip.schedule_relationship for trip in trips} == {gtfs_realtime_pb2.TripDescriptor.CANCELED}
    published.shift("again")
    assert not published.realtime(UPDATES).entity


def test_hours_that_change_today_are_told_like_hours_that_fall_out(published: Published) -> None:
    published.shift()
    for _ in range(2):
        published.shift(end=4, kind=vehicle_events_pb2.ShiftUpdated)
    trips = [entity.trip_update.trip for entity in published.realtime(UPDATES).entity]
    assert [trip.trip_id for trip in trips] == ["nord-1000-2000", "stops-nord-1000-2000"]
    published.shift(kind=vehicle_events_pb2.ShiftUpdated)
    trips = [entity.trip_update.trip for entity in published.realtime(UPDATES).entity]
    assert [trip.trip_id for trip in trips] == ["nord-1000-1800", "stops-nord-1000-1800"]
    with published.store.facts() as facts:
        held = [shift for shift in facts.shifts(TODAY, TODAY) if not shift.cancelled]
    assert [(shift.id, shift.end) for shift in held] == [("early", NOON + timedelta(hours=6))]


def test_delays_are_told_by_zone_until_they_are_over(published: Published) -> None:
    published.shift()
    assert not published.realtime(ALERTS).entity
    published.late(12)
    published.late(3, ride_id="r2")
    (entity,) = published.realtime(ALERTS).entity
    assert [each.route_id for each in entity.alert.informed_entity] == ["nord", "stops-nord"]
    assert "15 minutes" in entity.alert.header_text.translation[1].text
    published.alight("r1")
    assert not published.realtime(ALERTS).entity


def test_a_vehicle_is_shown_at_public_places_only(published: Published) -> None:
    published.shift()
    published.arrive(POND.id)
    (entity,) = published.realtime(VEHICLES).entity
    where = entity.vehicle.position
    assert (round(where.latitude, 5), round(where.longitude, 5)) == (POND.latitude_deg, POND.longitude_deg)
    assert entity.vehicle.trip.trip_id == "stops-nord-1000-2000"
    published.arrive("")
    assert not published.realtime(VEHICLES).entity


def test_a_vehicle_with_one_party_is_not_shown(published: Published) -> None:
    published.shift()
    published.arrive(POND.id)
    published.board("r1")
    assert not published.realtime(VEHICLES).entity
    published.board("r2")
    assert published.realtime(VEHICLES).entity
    published.alight("r2")
    assert not published.realtime(VEHICLES).entity
    published.board("r3")
    assert published.realtime(VEHICLES).entity
    published.tell(ride_events_pb2.RideInterrupted(zone_id="nord", ride_id="r3", vehicle_id="bus"))
    assert not published.realtime(VEHICLES).entity


def test_no_door_is_stored(published: Published) -> None:
    published.shift()
    published.arrive("")
    with published.office.engine.connect() as connection:
        rows = [
            list(row)
            for table in open_tables.shifts.metadata.sorted_tables
            if table.name.startswith("open_")
            for row in connection.execute(sa.select(table))
        ]
    assert rows
    assert not any("Annas Haus" in str(row) or "53.612345" in str(row) for row in rows)


def test_others_events_pass_by(published: Published) -> None:
    shift = fleet_pb2.Shift(shift_id="x", zone_id="nord", service_date=TODAY.isoformat())
    published.tell(vehicle_events_pb2.ShiftScheduled(shift=shift), tenant="elsewhere")
    with published.store.facts() as facts:
        assert not facts.shifts(TODAY, TODAY)


def test_events_told_again_come_to_the_same(published: Published) -> None:
    for _ in range(2):
        published.shift()
        published.arrive(POND.id)
        published.board("r1")
        published.late(10)
    with published.store.facts() as facts:
        assert len(facts.shifts(TODAY, TODAY)) == 1
        (seen,) = facts.seen(NOON)
        assert seen.party_count == 1
        assert [delay.late_s for delay in facts.delays(NOON)] == [600]
    for message in (
        ride_events_pb2.RideCancelled(ride_id="r1"),
        ride_events_pb2.PassengerNotShown(ride_id="r1"),
        vehicle_events_pb2.VehicleRemoved(vehicle_id="bus"),
        ride_events_pb2.OffersMade(zone_id="nord"),
    ):
        published.tell(message)
    with published.store.facts() as facts:
        assert not facts.seen(NOON)
        assert not facts.delays(NOON)


@pytest.mark.network
def test_postgres_keeps_the_same(postgres_url: str) -> None:
    with opened(postgres_url) as published:
        published.shift()
        published.arrive(POND.id)
        published.board("r1")
        published.board("r1")
        published.late(10)
        with published.store.facts() as facts:
            (seen,) = facts.seen(NOON)
            assert (seen.party_count, seen.virtual_stop_id) == (1, POND.id)
        inspector = sa.inspect(published.office.engine)
        for table in open_tables.shifts.metadata.sorted_tables:
            columns = {column["name"] for column in inspector.get_columns(table.name)}
            assert columns == {column.name for column in table.columns}


def test_what_is_over_is_forgotten(published: Published) -> None:
    published.shift()
    published.arrive(POND.id)
    published.board("r1")
    published.late(10)
    with published.office.engine.begin() as connection:
        fact = ride_events_pb2.RideCancelled(ride_id="r1")
        event = pack(fact, source="landlinie/pooling", topic="t", key="k", time=NOON)
        assert inbox.first_time(connection, GROUP, event)
    seen = datetime.now(UTC)
    assert published.store.forget(NOON + timedelta(days=1), seen - timedelta(days=1)) == 4
    assert published.store.forget(NOON, seen + timedelta(days=1)) == 1
    with published.store.facts() as facts:
        assert isinstance(facts, OpenFacts)
        assert not facts.shifts(TODAY, TODAY)


def test_many_who_ask_have_it_made_once(published: Published) -> None:
    made = []

    class Counting:
        documents = (OpenDocument("x", "text/plain", "none", timedelta(seconds=10)),)

        def made(self) -> dict[str, bytes]:
            made.append(1)
            return {"x": b"same"}

    data = OpenData([Counting()], published.office.clock)
    first = data.document("x")
    assert data.document("x") is first
    assert len(made) == 1
    published.office.pass_time(seconds=10)
    again = data.document("x")
    assert len(made) == 2
    assert (again.etag, again.modified) == (first.etag, first.modified)


instants = st.integers(-7200, 7200).map(lambda seconds: NOON + timedelta(seconds=seconds))


@settings(deadline=None)
@given(st.sampled_from(["", "teich", "kirche", "elsewhere"]), st.integers(0, 4), instants)
def test_no_place_is_told_that_is_not_public(stop: str, parties: int, at: datetime) -> None:
    place = public_place(Seen("bus", "nord", stop, "s", at, parties), {"teich", "kirche"}, NOON)
    if place is not None:
        assert place in {"teich", "kirche"}
        assert parties != 1
        assert timedelta(0) <= NOON - at <= POSITION_FOR


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 7200), instants), max_size=9))
def test_delays_are_told_in_steps_and_never_too_small(told: list[tuple[str, int, datetime]]) -> None:
    delays = [Delay(zone, late_s, at) for zone, late_s, at in told]
    for zone, late_s in worst_delays(delays, NOON).items():
        assert late_s % 300 == 0
        assert max(each.late_s for each in delays if each.zone_id == zone) >= late_s - 299


def test_hours_past_midnight_belong_to_their_day() -> None:
    begin = datetime(2026, 6, 14, 22, tzinfo=UTC)
    night = Shift("n", "nord", "bus", TODAY, begin + timedelta(hours=20), begin + timedelta(hours=26))
    (found,) = running_hours([night], {TODAY: begin}, TODAY)
    assert (found.hours.trip_id, found.days, found.cancelled_today) == (
        "nord-2000-2600",
        frozenset({TODAY}),
        False,
    )
    assert not running_hours([night], {}, TODAY)
