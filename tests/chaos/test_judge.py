"""The judge of the chaos suite is itself tried: each of its rules must speak up where the rule was broken."""

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import judge
import pytest
import sqlalchemy as sa
from crowd import Crowd
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from journeys import foundation as journeys
from journeys.adapters.booking_store import SqlBookingStore
from journeys.adapters.shown import shown_journey
from journeys.application.ports_booking import StoredBooking
from journeys.domain.booking import Booking, begun
from judge import Kept, Verdict
from landlinie.common.v1 import time_pb2
from landlinie.journeys.v1 import journey_pb2
from landlinie.pooling.events.v1 import ride_events_pb2
from landlinie.pooling.v1 import fleet_pb2, offer_pb2, plan_pb2, ride_pb2
from onebox.day.server_process import ServerProcess
from onebox.settings import bus_path
from pooling.adapters import board
from pooling.adapters.fact_messages import RIDE_TOPIC, SOURCE
from ride_calls import Stub
from service_kit import inbox, outbox
from service_kit.bus import Delivery
from service_kit.database import open_engine
from service_kit.dead_letters import as_dead_letter
from service_kit.embedded_bus import EmbeddedBus
from service_kit.event_payload import pack
from service_kit.events import Event
from service_kit.identity.local_issuer import bind_tenant
from service_kit.migrations import migrate
from ticketing import bootstrap as ticketing
from waste import bootstrap as waste

STORES = {
    "pooling": "pooling.adapters.migrations",
    "board": "pooling.adapters.board_migrations",
    "roads": "pooling.adapters.road_migrations",
    **ticketing.DATABASES,
    **waste.DATABASES,
    **journeys.DATABASES,
}
DAY = "2026-11-24"
NINE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
NINE_S = int(NINE.timestamp())
BOOKED, CANCELLED = ride_pb2.RIDE_STATE_BOOKED, ride_pb2.RIDE_STATE_CANCELLED


def at(second: int) -> Timestamp:
    return Timestamp(seconds=NINE_S + second)


@dataclass
class Service:
    """Answers what the judge asks, from lists that a test spoils."""

    rides: list[ride_pb2.Ride] = field(default_factory=list)
    stops: list[plan_pb2.PlannedStop] = field(default_factory=list)
    seat_count: int = 4

    def ListRides(self, _request: object, timeout: float) -> ride_pb2.ListRidesResponse:  # noqa: ARG002, N802 - as the stub's
        return ride_pb2.ListRidesResponse(rides=self.rides)

    def ListZones(self, _request: object, timeout: float) -> fleet_pb2.ListZonesResponse:  # noqa: ARG002, N802
        return fleet_pb2.ListZonesResponse(zones=[fleet_pb2.Zone(zone_id="nord")])

    def ListVehicles(self, _request: object, timeout: float) -> fleet_pb2.ListVehiclesResponse:  # noqa: ARG002, N802
        layout = fleet_pb2.Layout(seat_count=self.seat_count)
        return fleet_pb2.ListVehiclesResponse(
            vehicles=[fleet_pb2.Vehicle(vehicle_id="bus-1", layouts=[layout])]
        )

    def GetPlan(self, _request: object, timeout: float) -> plan_pb2.GetPlanResponse:  # noqa: ARG002, N802
        tour = plan_pb2.Tour(vehicle_id="bus-1", stops=self.stops)
        return plan_pb2.GetPlanResponse(plan=plan_pb2.Plan(zone_id="nord", service_date=DAY, tours=[tour]))


@dataclass(frozen=True)
class KeptHere(Kept):
    """A data folder whose service is the test's own."""

    service: Service = field(default_factory=Service)

    def stub(self) -> AbstractContextManager[Stub]:
        return nullcontext(cast("Stub", self.service))


@dataclass
class Passengers:
    """What passengers were told."""

    booked: dict[str, str] = field(default_factory=dict)
    to_cancel: set[str] = field(default_factory=set)
    cancelled: set[str] = field(default_factory=set)


class Scene:
    """Two rides that went well – one of them cancelled – told, stored, planned, published and taken."""

    def __init__(self, folder: Path) -> None:
        self.service = Service()
        self.crowd = Passengers()
        self.kept = KeptHere(
            ServerProcess("", (), "embedded", folder, cast("Any", None), None), service=self.service
        )
        self.engines = {name: self.kept.engine(name) for name in STORES}
        self.bus = EmbeddedBus(bus_path(folder))
        self.events: dict[str, Event] = {}
        self.add_ride("r-1", "anna")
        self.add_ride("r-2", "bela")
        self.service.rides[1].state = CANCELLED
        self.service.stops = self.stops_of("r-1", 0, 600)
        self.crowd.to_cancel.add("r-2")
        self.crowd.cancelled.add("r-2")

    def add_ride(self, ride_id: str, reference: str) -> None:
        """Let a passenger book, in every place where that leaves a trace but the plan."""
        self.crowd.booked[reference] = ride_id
        self.service.rides.append(
            ride_pb2.Ride(
                ride_id=ride_id,
                zone_id="nord",
                service_date=DAY,
                state=BOOKED,
                passenger_reference=reference,
                promise=offer_pb2.Promise(
                    pickup_window=time_pb2.TimeWindow(earliest=at(0), latest=at(900)),
                    latest_arrival=at(1800),
                    max_ride_duration=Duration(seconds=1200),
                ),
            )
        )
        self.events[ride_id] = self.publish(ride_events_pb2.RideBooked(ride_id=ride_id))

    def stops_of(self, ride_id: str, pickup: int, dropoff: int) -> list[plan_pb2.PlannedStop]:
        """Pickup and dropoff, seconds after nine."""
        party = offer_pb2.Party(seated_count=1)
        return [
            plan_pb2.PlannedStop(
                ride_id=ride_id,
                action=action,
                party=party,
                stop_id=f"{ride_id}-{second}",
                arrival_time=at(second),
                departure_time=at(second),
            )
            for action, second in (
                (plan_pb2.STOP_ACTION_PICKUP, pickup),
                (plan_pb2.STOP_ACTION_DROPOFF, dropoff),
            )
        ]

    def publish(self, message: Any) -> Event:
        """Write an event, carry it to the bus, and have its group take it."""
        event = pack(message, source=SOURCE, topic=RIDE_TOPIC, key="town/nord", time=datetime.now(UTC))
        self.write(event)
        outbox.Relay(self.engines["pooling"], self.bus).publish_pending()
        self.take(event)
        return event

    def write(self, event: Event) -> None:
        with self.engines["pooling"].begin() as connection:
            outbox.append(connection, [event])

    def take(self, event: Event) -> None:
        for group, topics in judge.judged_groups().items():
            if event.topic in topics:
                with self.engines[judge.KEPT_IN[group]].begin() as connection:
                    inbox.first_time(connection, group, event)

    def book_journey(self, booking: Booking, ride_id: str) -> None:
        """A journey of one ride, booked as told."""
        journey = journey_pb2.Journey(journey_id=f"j-{ride_id}")
        leg = journey.legs.add(mode=journey_pb2.MODE_POOLED_RIDE, bookable=True)
        leg.pooled.offer.offer_id = ride_id
        stored = StoredBooking(
            id=f"b-{ride_id}",
            booking=booking,
            journey=shown_journey(journey.SerializeToString()),
            client_id="app",
            subject="anna",
            passenger_reference="",
            payer="",
            book_time=NINE,
            request_key=ride_id,
            fingerprint=b"",
            depart_time=NINE,
            arrive_time=NINE,
        )
        with SqlBookingStore(self.engines["journeys"], "town").writing() as writer:
            writer.add_booking(stored)

    def judged(self) -> Verdict:
        return judge.judge(self.kept, [cast("Crowd", self.crowd)], [DAY])

    def close(self) -> None:
        self.bus.close()
        for engine in self.engines.values():
            engine.dispose()


@pytest.fixture(scope="module")
def empty_stores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder before its first passenger."""
    folder = tmp_path_factory.mktemp("empty")
    bind_tenant(folder, "town")
    for name, package in STORES.items():
        engine = open_engine(sa.URL.create("sqlite", database=str(folder / f"{name}.sqlite")))
        migrate(engine, package)
        engine.dispose()
    return folder


@pytest.fixture
def scene(empty_stores: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.setattr(judge, "CALM_S", 0.0)
    shutil.copytree(empty_stores, tmp_path / "var")
    scene = Scene(tmp_path / "var")
    yield scene
    scene.close()


def test_where_all_is_well_it_says_nothing(scene: Scene) -> None:
    verdict = scene.judged()
    assert verdict.faults() == []
    assert verdict.booked_count == 2


def test_journeys_that_are_booked_whole_or_not_at_all(scene: Scene) -> None:
    scene.book_journey(begun([True]).booked(0, "r-1"), "r-1")
    scene.book_journey(begun([True]).booked(0, "r-2").cancelled().released(0), "r-2")
    scene.book_journey(begun([True]).refused(0, "OFFER_TAKEN", ""), "r-9")
    assert scene.judged().faults() == []


def test_a_booked_journey_whose_ride_is_not(scene: Scene) -> None:
    scene.book_journey(begun([True]).booked(0, "r-2"), "r-2")
    assert scene.judged().lost == ["journey b-r-2 is booked, and its leg 0 is not"]


def test_a_ride_that_a_failed_journey_left_behind(scene: Scene) -> None:
    scene.book_journey(begun([True]).refused(0, "OFFER_TAKEN", ""), "r-1")
    assert scene.judged().doubled == ["journey b-r-1 is failed, and its leg 0 is booked"]


def test_a_ride_that_could_not_be_given_back_and_is_said_so(scene: Scene) -> None:
    scene.book_journey(begun([True]).booked(0, "r-1").cancelled().kept(0, "RIDE_UNDER_WAY", ""), "r-1")
    assert scene.judged().faults() == []


def test_a_leg_that_was_taken_back_is_not_booked(scene: Scene) -> None:
    taken_back = begun([True, True]).booked(0, "r-1").booked(1, "r-2").withdrawn(0, "RIDE_CANCELLED", "gone")
    assert taken_back.over
    scene.book_journey(replace(taken_back, legs=taken_back.legs[:1]), "r-1")
    assert scene.judged().doubled == ["journey b-r-1 is without leg 0, and its leg 0 is booked"]


def test_a_booking_that_is_never_over(scene: Scene) -> None:
    scene.book_journey(begun([True]), "r-1")
    assert scene.judged().broken == ["journey b-r-1 is booking still"]


def test_an_acknowledged_ride_that_is_not_stored(scene: Scene) -> None:
    scene.crowd.booked["cora"] = "r-9"
    assert scene.judged().lost == ["r-9 of cora is not stored"]


def test_a_ride_that_nobody_cancelled_and_is_cancelled(scene: Scene) -> None:
    scene.service.rides[0].state = CANCELLED
    scene.service.stops.clear()
    assert scene.judged().lost == ["r-1 of anna: nobody cancelled it, and it is not booked"]


def test_a_ride_whose_cancellation_was_asked_for_may_be_either(scene: Scene) -> None:
    scene.crowd.to_cancel.add("r-1")
    assert scene.judged().faults() == []
    scene.service.rides[0].state = CANCELLED
    scene.service.stops.clear()
    assert scene.judged().faults() == []


def test_an_acknowledged_cancellation_that_is_lost(scene: Scene) -> None:
    scene.service.rides[1].state = BOOKED
    scene.service.stops += scene.stops_of("r-2", 700, 900)
    assert scene.judged().lost == ["r-2 of bela: its cancellation is lost"]


def test_a_booked_ride_in_no_plan(scene: Scene) -> None:
    scene.service.stops.clear()
    assert scene.judged().lost == ["r-1 is booked and in no plan"]


def test_a_ride_that_is_picked_up_twice(scene: Scene) -> None:
    scene.service.stops += scene.stops_of("r-1", 700, 900)
    assert scene.judged().doubled == ["r-1 is picked up 2 times"]


def test_a_passenger_who_has_two_rides_for_one(scene: Scene) -> None:
    scene.add_ride("r-3", "anna")
    scene.service.stops += scene.stops_of("r-3", 700, 900)
    # Of the two the passenger knows of the second one only.
    assert scene.judged().doubled == ["anna has 2 rides", "r-1 was told to nobody"]


def test_a_ride_that_was_told_to_nobody(scene: Scene) -> None:
    scene.add_ride("r-3", "dora")
    scene.service.stops += scene.stops_of("r-3", 700, 900)
    del scene.crowd.booked["dora"]
    assert scene.judged().doubled == ["r-3 was told to nobody"]


@pytest.mark.parametrize(
    ("pickup", "told"), [(-1, "08:59:59"), (901, "09:15:01")], ids=["too early", "too late"]
)
def test_a_pickup_outside_its_window(scene: Scene, pickup: int, told: str) -> None:
    scene.service.stops = scene.stops_of("r-1", pickup, 1000)
    assert scene.judged().broken == [f"r-1 is picked up at {told}, not 09:00:00 to 09:15:00"]


@pytest.mark.parametrize("pickup", [0, 900], ids=["first second", "last second"])
def test_a_pickup_at_the_edge_of_its_window(scene: Scene, pickup: int) -> None:
    scene.service.stops = scene.stops_of("r-1", pickup, 1000)
    assert scene.judged().faults() == []


def test_boarding_may_be_over_after_the_window(scene: Scene) -> None:
    pickup, dropoff = scene.stops_of("r-1", 900, 1000)
    pickup.departure_time.CopyFrom(at(930))
    scene.service.stops = [pickup, dropoff]
    assert scene.judged().faults() == []


def test_an_arrival_that_is_too_late(scene: Scene) -> None:
    scene.service.stops = scene.stops_of("r-1", 900, 1801)
    assert scene.judged().broken == ["r-1 arrives too late"]


def test_a_ride_that_lasts_too_long(scene: Scene) -> None:
    scene.service.stops = scene.stops_of("r-1", 0, 1201)
    assert scene.judged().broken == ["r-1 is 1201 s aboard"]


def test_more_people_aboard_than_seats(scene: Scene) -> None:
    scene.service.seat_count = 0
    assert scene.judged().broken == ["bus-1 at r-1-0: 1 seated, 0 wheelchairs"]


def test_a_broken_promise_that_was_told(scene: Scene) -> None:
    event = scene.publish(ride_events_pb2.PromiseBroken(ride_id="r-1"))
    assert scene.judged().broken == [f"{event.id} says so"]


def broken_by_breakdown(ride_id: str) -> ride_events_pb2.PromiseBroken:
    return ride_events_pb2.PromiseBroken(ride_id=ride_id, cause=ride_events_pb2.BREAK_CAUSE_BREAKDOWN)


def test_a_promise_that_a_breakdown_broke_is_followed_by_another_one(scene: Scene) -> None:
    event = scene.publish(broken_by_breakdown("r-1"))
    assert scene.judged().broken == [f"{event.id} says so"]
    scene.publish(ride_events_pb2.RidePromisedAnew(ride_id="r-1"))
    assert scene.judged().faults() == []


def test_a_stranded_ride_is_in_no_plan_and_was_told(scene: Scene) -> None:
    scene.service.stops = []
    assert scene.judged().lost == ["r-1 is booked and in no plan"]
    scene.publish(broken_by_breakdown("r-1"))
    scene.publish(ride_events_pb2.RideStranded(ride_id="r-1"))
    assert scene.judged().faults() == []


def test_a_ride_that_a_breakdown_interrupted_is_picked_up_once_more(scene: Scene) -> None:
    until_then = scene.stops_of("r-1", 100, 300)
    scene.service.stops = [*until_then, *scene.stops_of("r-1", 700, 1000)]
    assert scene.judged().doubled == ["r-1 is picked up 2 times"]
    for stop in until_then:
        stop.interrupted = True
    assert scene.judged().faults() == []


def test_a_ride_of_which_the_log_does_not_know(scene: Scene) -> None:
    scene.add_ride("r-3", "cora")
    scene.service.stops += scene.stops_of("r-3", 700, 900)
    scene.service.rides[-1].ride_id = "r-4"
    scene.service.stops[-2].ride_id = scene.service.stops[-1].ride_id = "r-4"
    scene.crowd.booked["cora"] = "r-4"
    verdict = scene.judged()
    assert verdict.lost == ["r-4 is not in the log"]
    assert verdict.doubled == ["r-3 is in the log and not stored"]


def test_a_ride_that_was_booked_twice_by_the_log(scene: Scene) -> None:
    scene.publish(ride_events_pb2.RideBooked(ride_id="r-1"))
    assert scene.judged().doubled == ["r-1 is booked 2 times in the log"]


def test_an_event_that_was_sent_twice_counts_once(scene: Scene) -> None:
    scene.bus.publish([scene.events["r-1"]])
    assert scene.judged().faults() == []


def test_an_event_that_never_left_the_outbox(scene: Scene) -> None:
    event = pack(
        ride_events_pb2.RideCancelled(ride_id="r-2"),
        source=SOURCE,
        topic=RIDE_TOPIC,
        key="town/nord",
        time=datetime.now(UTC),
    )
    scene.write(event)
    assert scene.judged().undelivered == [f"{SOURCE} {event.id} is not on the bus"]


def test_an_event_marked_as_sent_that_the_bus_does_not_have(scene: Scene) -> None:
    with scene.engines["pooling"].begin() as connection:
        connection.execute(sa.text("UPDATE outbox SET id = 'gone' WHERE seq = 2"))
    assert scene.judged().undelivered == [f"{SOURCE} gone is not on the bus"]


@pytest.mark.parametrize(
    "group", [group for group, topics in judge.judged_groups().items() if RIDE_TOPIC in topics]
)
def test_an_event_that_a_group_was_not_given(scene: Scene, group: str) -> None:
    event = scene.events["r-1"]
    with scene.engines[judge.KEPT_IN[group]].begin() as connection:
        connection.execute(sa.text("DELETE FROM inbox WHERE id = :id"), {"id": event.id})
    assert scene.judged().undelivered == [f"{SOURCE} {event.id} was not given to {group}"]


def test_an_event_that_ended_as_a_dead_letter(scene: Scene) -> None:
    event = scene.events["r-1"]
    delivery = Delivery(event, RIDE_TOPIC, 0, 0)
    scene.bus.publish([as_dead_letter(delivery, board.GROUP, ValueError("no zone"), 5)])
    [said] = scene.judged().undelivered
    assert said.startswith(f"{event.id} is a dead letter of {board.GROUP}: ")
    assert "no zone" in said
