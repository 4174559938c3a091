from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from google.protobuf.message import Message
from kept_tours import NOW, at, container, duty, emptied, plant, tour
from landlinie.waste.events.v1 import container_events_pb2, tour_events_pb2
from landlinie.waste.v1 import level_pb2
from service_kit.event_payload import pack
from tour_office import OPERATOR, TENANT, TourOffice
from waste.adapters.tour_store import SqlTours
from waste.application.tour_desk import RemoveStop, Seen
from waste.application.tour_red import AGAIN_EARLIEST, AGAIN_LATEST, RedContainers
from waste.domain.tour import Chamber
from waste.domain.tour_report import BlockedReason, Report, ReportKind
from waste.entrypoints.tour_events import RedEvents

STORES = pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgres", marks=pytest.mark.network)], indirect=True
)
AmpelChanged = container_events_pb2.AmpelChanged


class Watch:
    """Red containers by a clock of the test's own."""

    def __init__(self, office: TourOffice) -> None:
        self.office = office
        self.now = NOW
        self.red = RedContainers(office.store, office.urgency, lambda: self.now)
        self._events = RedEvents(self.red, lambda connection: SqlTours(connection, TENANT))

    def hear(self, message: Message) -> None:
        event = pack(message, source="test", topic="test", key="yard", time=self.now)
        with self.office.engine.begin() as connection:
            self._events.take(connection, event)

    def turns(self, ampel: level_pb2.Ampel.ValueType, container_id: str = "c7") -> None:
        self.hear(AmpelChanged(state=level_pb2.ContainerState(container_id=container_id, ampel=ampel)))

    def later(self, span: timedelta) -> int:
        """How many containers are tried that much later."""
        self.now += span
        return self.red.work_off()

    def carried(self, tour_id: str = "t1") -> bool:
        return any(stop.subject_id == "c7" for stop in self.office.tour(tour_id).ahead)

    def asked(self) -> list[str]:
        with self.office.engine.connect() as connection:
            return list(connection.execute(sa.text("select container_id from urgent")).scalars())


@pytest.fixture
def watch(database: str) -> Iterator[Watch]:
    office = TourOffice(database)
    yield Watch(office)
    office.close()


def put_on_road(office: TourOffice, *tour_ids: str) -> None:
    office.approve(*tour_ids)
    office.clock.advance_to(at(30))
    for tour_id in tour_ids:
        office.driving.report(office.call(OPERATOR), tour_id, Report(ReportKind.STARTED, at(1)))


def with_chambers(office: TourOffice, volume_l: int) -> None:
    with office.store.writing() as writer:
        one = office.tour()
        truck = duty(chambers=(Chamber(("paper",), volume_l),))
        writer.put_tour(replace(one, duty=truck, version=one.version + 1), version=one.version)


def test_what_no_truck_can_take_is_tried_again_until_one_can(watch: Watch) -> None:
    watch.office.add()
    put_on_road(watch.office, "t1")
    with_chambers(watch.office, 3000)
    watch.turns(level_pb2.AMPEL_RED)
    assert watch.later(timedelta()) == 1
    assert not watch.carried()
    assert watch.later(AGAIN_EARLIEST / 2) == 0
    assert watch.later(AGAIN_EARLIEST / 2) == 1
    with_chambers(watch.office, 9000)
    assert watch.later(AGAIN_EARLIEST) == 1
    assert watch.carried()


def test_the_longer_it_is_red_the_less_often_it_is_tried(watch: Watch) -> None:
    watch.turns(level_pb2.AMPEL_RED)
    tried = [watch.now for _ in range(24 * 12) if watch.later(timedelta(minutes=5))]
    gaps = [after - before for before, after in pairwise(tried)]
    assert gaps == sorted(gaps)
    assert (gaps[0], gaps[-1]) == (AGAIN_EARLIEST, AGAIN_LATEST)


@pytest.mark.parametrize("ampel", [level_pb2.AMPEL_GREEN, level_pb2.AMPEL_YELLOW])
def test_what_is_no_longer_red_is_no_longer_tried(watch: Watch, ampel: level_pb2.Ampel.ValueType) -> None:
    watch.turns(level_pb2.AMPEL_RED)
    watch.turns(level_pb2.AMPEL_UNKNOWN)
    assert watch.asked() == ["c7"]
    watch.turns(ampel)
    watch.turns(ampel, "c8")
    assert watch.asked() == []


def test_a_container_that_is_removed_is_no_longer_tried(watch: Watch) -> None:
    watch.turns(level_pb2.AMPEL_RED)
    watch.hear(container_events_pb2.ContainerRemoved(container_id="c7"))
    assert watch.asked() == []


@STORES
def test_it_is_tried_at_once_when_tours_are_approved_or_its_own_is_called_off(watch: Watch) -> None:
    watch.turns(level_pb2.AMPEL_RED)
    assert watch.later(timedelta()) == 1
    watch.office.add(tour(), tour(container(8), plant(9), id="t2", duty=duty("other")))
    put_on_road(watch.office, "t1", "t2")
    watch.hear(tour_events_pb2.TourApproved(tour_id="t1"))
    assert watch.later(timedelta()) == 1
    assert watch.carried("t1")
    watch.office.desk.cancel(watch.office.call(), Seen("t1", watch.office.tour().version), "Schnee")
    watch.hear(tour_events_pb2.TourCancelled(tour_id="t1", open_container_ids=["c1", "c7"]))
    assert watch.later(timedelta()) == 1
    assert watch.carried("t2")
    watch.hear(tour_events_pb2.TourCancelled(tour_id="t3", open_container_ids=["c3"]))
    assert watch.later(timedelta()) == 0


def test_what_changes_while_it_is_tried_is_not_slept_over(watch: Watch) -> None:
    watch.office.add()
    put_on_road(watch.office, "t1")
    with_chambers(watch.office, 3000)
    watch.turns(level_pb2.AMPEL_RED)
    tries: list[int] = []

    def meanwhile() -> None:
        tries.append(1)
        if len(tries) == 1:
            watch.now += timedelta(seconds=1)
            watch.hear(tour_events_pb2.TourApproved(tour_id="t2"))

    watch.office.planner.replanning = meanwhile
    assert watch.later(timedelta()) == 2


def test_what_people_took_off_a_tour_is_not_put_back_on_it(watch: Watch) -> None:
    office = watch.office
    office.add()
    put_on_road(office, "t1")
    watch.turns(level_pb2.AMPEL_RED)
    watch.later(timedelta())
    (stop,) = (stop for stop in office.tour().ahead if stop.subject_id == "c7")
    office.desk.edit(office.call(), Seen("t1", office.tour().version), RemoveStop(stop.id), "Baustelle")
    assert watch.later(AGAIN_LATEST) == 1
    assert not watch.carried()
    told = office.urgency.inserted("c7").reason
    assert told is not None
    assert told.code == "SETTLED"
    # Who asks for it by name gets it.
    office.urgency.insert(office.call(), "c7")
    assert watch.carried()


def test_a_driver_is_not_sent_back_to_what_was_blocked(watch: Watch) -> None:
    office = watch.office
    office.add()
    put_on_road(office, "t1")
    blocked = Report(ReportKind.BLOCKED, at(20), "s1", blocked=BlockedReason.PARKED_VEHICLE)
    office.driving.report(office.call(), "t1", blocked)
    watch.turns(level_pb2.AMPEL_RED, "c1")
    assert watch.later(timedelta()) == 1
    assert all(stop.subject_id != "c1" for stop in office.tour().ahead)


def test_nobody_is_sent_to_what_has_just_been_emptied(watch: Watch) -> None:
    office = watch.office
    office.add(tour(), tour(container(8), plant(9), id="t2", duty=duty("other")))
    put_on_road(office, "t1", "t2")
    office.driving.report(office.call(), "t1", emptied("s1", 20))
    watch.turns(level_pb2.AMPEL_RED, "c1")
    for hours, is_taken in ((1, False), (2, True)):
        office.clock.advance_to(at(20 + 60 * hours))
        assert watch.later(AGAIN_LATEST) == 1
        on_road = [stop.subject_id for one in ("t1", "t2") for stop in office.tour(one).ahead]
        assert ("c1" in on_road) is is_taken
