from collections.abc import Iterator
from dataclasses import replace

import pytest
from kept_tours import NOW, at, container, duty, emptied, plant, tour
from service_kit.errors import Aborted, NotFound, PermissionDenied
from tour_office import DESK, OPERATOR, TourOffice, depot_of, driver_of
from waste.application.tour_desk import Seen
from waste.domain.tour import Chamber, ChangeKind, TourState
from waste.domain.tour_report import Report, ReportKind
from waste.domain.tour_steps import changed

BROKEN = Report(ReportKind.BREAKDOWN, at(30), note="Hydraulik")


@pytest.fixture
def tour_office(database: str) -> Iterator[TourOffice]:
    office = TourOffice(database)
    yield office
    office.close()


def running(office: TourOffice, *tour_ids: str) -> None:
    office.approve(*tour_ids)
    office.clock.advance_to(at(30))
    for tour_id in tour_ids:
        office.driving.report(office.call(OPERATOR), tour_id, Report(ReportKind.STARTED, at(1)))


def subjects(office: TourOffice, tour_id: str) -> list[str]:
    return [stop.subject_id for stop in office.tour(tour_id).ahead]


def test_what_turns_red_is_put_on_a_tour_under_way_and_the_driver_is_told_why(
    tour_office: TourOffice,
) -> None:
    tour_office.add()
    running(tour_office, "t1")
    found = tour_office.urgency.inserted("c7")
    assert found.tour is not None
    after = tour_office.tour()
    assert found.tour == after
    assert "c7" in subjects(tour_office, "t1")
    (change,) = (change for change in after.changes if change.kind is ChangeKind.STOP_ADDED)
    assert (change.version, change.reason and change.reason.code) == (after.version, "URGENT")
    assert tour_office.committed[-1] == "t1"
    # Once is enough.
    assert tour_office.urgency.inserted("c7").tour == after


def test_where_nobody_is_under_way_or_nothing_fits_the_reason_is_told(tour_office: TourOffice) -> None:
    nobody = tour_office.urgency.inserted("c7")
    assert nobody.tour is None
    assert nobody.reason is not None
    assert nobody.reason.code == "NO_TOUR"
    tour_office.add()
    running(tour_office, "t1")
    with tour_office.store.writing() as writer:
        one = tour_office.tour()
        small = replace(one, duty=duty(chambers=(Chamber(("paper",), 3000),)), version=one.version + 1)
        writer.put_tour(small, version=one.version)
    no_room = tour_office.urgency.inserted("c7")
    assert no_room.reason is not None
    assert no_room.reason.code == "NO_ROOM"


def test_what_was_planned_for_is_planned_again_when_it_changed_meanwhile(tour_office: TourOffice) -> None:
    tour_office.add()
    running(tour_office, "t1")
    tries: list[int] = []

    def meanwhile() -> None:
        if not tries:
            tour_office.driving.report(tour_office.call(), "t1", emptied("s1", 20))
        tries.append(1)

    tour_office.planner.replanning = meanwhile
    assert tour_office.urgency.inserted("c7").tour is not None
    assert len(tries) == 2
    assert [stop.id for stop in tour_office.tour().done] == ["s1"]


def test_whoever_is_overtaken_again_and_again_gives_up(tour_office: TourOffice) -> None:
    tour_office.add()
    running(tour_office, "t1")

    def meanwhile() -> None:
        with tour_office.store.writing() as writer:
            one = tour_office.tour()
            writer.put_tour(changed(one, at(30)), version=one.version)

    tour_office.planner.replanning = meanwhile
    with pytest.raises(Aborted):
        tour_office.urgency.inserted("c7")
    assert "c7" not in subjects(tour_office, "t1")


def test_asked_for_by_a_call_it_is_answered_once(tour_office: TourOffice) -> None:
    tour_office.add()
    running(tour_office, "t1")
    first = tour_office.urgency.insert(tour_office.call(DESK, "same"), "c7")
    version = tour_office.tour().version
    assert tour_office.urgency.insert(tour_office.call(DESK, "same"), "c7") == first
    assert tour_office.tour().version == version
    for container_id in ("x7", "zzz"):
        with pytest.raises(NotFound):
            tour_office.urgency.insert(tour_office.call(), container_id)


def test_what_a_broken_truck_has_not_done_goes_to_the_others(tour_office: TourOffice) -> None:
    other = tour(container(8), plant(9), id="t2", duty=duty("other"))
    tour_office.add(tour(), other)
    running(tour_office, "t1", "t2")
    tour_office.driving.report(tour_office.call(), "t1", emptied("s1", 20))
    tour_office.urgency.break_down(tour_office.call(driver_of("truck")), "t1", BROKEN)
    assert tour_office.tour("t1").state is TourState.CANCELLED
    assert tour_office.tour("t1").end_reason == "Hydraulik"
    assert sorted(subjects(tour_office, "t2")) == ["c2", "c3", "c8", "plant"]
    added = [change for change in tour_office.tour("t2").changes if change.kind is ChangeKind.STOP_ADDED]
    assert {change.reason and change.reason.code for change in added} == {"BREAKDOWN"}
    assert tour_office.told().count("TourCancelled") == 1


def test_what_another_truck_has_already_is_not_given_to_it_again(tour_office: TourOffice) -> None:
    other = tour(container(1, id="s8"), plant(9), id="t2", duty=duty("other"))
    tour_office.add(tour(), other)
    running(tour_office, "t1", "t2")
    answer = tour_office.urgency.break_down(tour_office.call(), "t1", BROKEN)
    assert sorted(subjects(tour_office, "t2")) == ["c1", "c2", "c3", "plant"]
    assert b"left_container_ids=()" in answer


def test_a_truck_that_breaks_down_alone_leaves_its_containers(tour_office: TourOffice) -> None:
    tour_office.add()
    running(tour_office, "t1")
    answer = tour_office.urgency.break_down(tour_office.call(DESK, "same"), "t1", BROKEN)
    assert b"left_container_ids=('c1', 'c2', 'c3')" in answer
    assert tour_office.urgency.break_down(tour_office.call(DESK, "same"), "t1", BROKEN) == answer
    # Who died after the truck was told to stand still is asked again under another id.
    again = tour_office.urgency.break_down(
        tour_office.call(DESK, "later"), "t1", replace(BROKEN, time=at(29))
    )
    assert b"left_container_ids=('c1', 'c2', 'c3')" in again
    assert tour_office.tour().version == 4


def test_others_trucks_are_not_broken(tour_office: TourOffice) -> None:
    tour_office.add(tour(container(1), container(2, sub_account_id="village"), plant(3)))
    running(tour_office, "t1")
    with pytest.raises(PermissionDenied):
        tour_office.urgency.break_down(tour_office.call(depot_of("village")), "t1", BROKEN)
    with pytest.raises(NotFound):
        tour_office.urgency.break_down(tour_office.call(driver_of("other")), "t1", BROKEN)
    assert tour_office.tour().state is TourState.STARTED


def test_tomorrows_tours_take_what_turns_red_in_the_evening(tour_office: TourOffice) -> None:
    tour_office.add()
    tour_office.desk.approve(tour_office.call(), [Seen("t1", 1)])
    assert tour_office.clock.now() == NOW
    assert tour_office.urgency.inserted("c7").tour is not None
