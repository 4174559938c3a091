from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from kept_tours import DAY, NOW, arrived, at, container, duty, emptied, plant, tour
from service_kit.errors import FailedPrecondition, InvalidInput, NotFound, PermissionDenied
from tour_office import DESK, OPERATOR, TourOffice, depot_of, driver_of
from waste.application.ports_tours import TourFilter
from waste.application.tour_desk import AddStop, Edit, LockStop, MoveStop, RemoveStop, Seen
from waste.domain.tour import Chamber, ChangeKind, RestRule, Span, Tour, TourState
from waste.domain.tour_report import BlockedReason, Report, ReportKind, StopState, Weight

STORES = pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgres", marks=pytest.mark.network)], indirect=True
)
EVERYTHING = TourFilter()


@pytest.fixture
def tour_office(database: str) -> Iterator[TourOffice]:
    office = TourOffice(database)
    yield office
    office.close()


def ids(one: Tour) -> list[str]:
    return [stop.id for stop in one.order]


def edited(office: TourOffice, edit: Edit, why: str = "") -> Tour:
    office.desk.edit(office.call(), Seen("t1", office.tour().version), edit, why)
    return office.tour()


def broken_rules(office: TourOffice, edit: Edit) -> list[str]:
    version = office.tour().version
    with pytest.raises(FailedPrecondition) as caught:
        edited(office, edit)
    assert caught.value.reason == "TOUR_RULES_BROKEN"
    assert office.tour().version == version
    return [fault.description for fault in caught.value.violations]


@STORES
def test_a_tour_is_driven_from_approval_to_its_end(tour_office: TourOffice) -> None:
    office = tour_office
    office.add()
    office.approve()
    phone = driver_of("truck")
    for number in (1, 2, 3):
        office.clock.advance_to(at(10 * number))
        office.driving.report(office.call(phone), "t1", emptied(f"s{number}", 10 * number, 0.1))
    unloading = Report(ReportKind.UNLOADED, at(50), "s4", weights=(Weight("paper", 240),))
    office.clock.advance_to(at(70))
    office.driving.report(office.call(phone), "t1", unloading)
    office.driving.report(office.call(phone), "t1", Report(ReportKind.CLOSED, at(60)))
    assert office.tour().state is TourState.CLOSED
    assert office.told() == [
        "TourChanged",
        "TourApproved",
        *["TourChanged", "TourStopEmptied"] * 3,
        "TourChanged",
        "TruckUnloaded",
        "TourChanged",
        "TourClosed",
    ]
    with office.store.reading() as reader:
        (weighing,) = reader.weighings("paper", 10)
    assert (weighing.volume_l, weighing.weight_kg) == (3000, 240)
    assert office.committed[-1] == "t1"


@STORES
def test_the_same_report_twice_is_one(tour_office: TourOffice) -> None:
    tour_office.add()
    tour_office.approve()
    tour_office.clock.advance_to(at(30))
    first = tour_office.driving.report(tour_office.call(DESK, "same"), "t1", emptied("s1", 10))
    version, told = tour_office.tour().version, tour_office.told()
    assert tour_office.driving.report(tour_office.call(DESK, "same"), "t1", emptied("s1", 10)) == first
    tour_office.driving.report(tour_office.call(DESK, "other"), "t1", emptied("s1", 10))
    assert tour_office.tour().version == version
    assert tour_office.told() == told


def test_what_was_told_as_emptied_and_was_not_is_retracted(tour_office: TourOffice) -> None:
    tour_office.add()
    tour_office.approve()
    tour_office.clock.advance_to(at(30))
    known = len(tour_office.told())
    late = Report(ReportKind.BLOCKED, at(5), "s1", blocked=BlockedReason.GATE_LOCKED)
    after_all = Report(ReportKind.BLOCKED, at(15), "s1", blocked=BlockedReason.GATE_LOCKED)
    for report in (emptied("s1", 10), late, emptied("s1", 12), after_all, emptied("s1", 11)):
        tour_office.driving.report(tour_office.call(), "t1", report)
    assert tour_office.told()[known:] == [
        *["TourChanged", "TourStopEmptied"],
        "TourChanged",
        *["TourChanged", "TourStopEmptyingRetracted", "TourStopEmptied"],
        *["TourChanged", "TourStopEmptyingRetracted", "TourStopBlocked"],
        "TourChanged",
    ]


@pytest.mark.parametrize(("is_true", "hours_later"), [(True, 0), (False, 0), (True, 25)])
def test_a_container_goes_off_other_tours_only_where_it_is_empty_now(
    tour_office: TourOffice, is_true: bool, hours_later: int
) -> None:
    second = tour(container(1, id="s7"), plant(4), id="t2", duty=duty("other"))
    tour_office.add(tour(), second)
    tour_office.approve("t1", "t2")
    tour_office.clock.advance_to(at(30 + 60 * hours_later))
    if not is_true:
        blocked = Report(ReportKind.BLOCKED, at(20), "s1", blocked=BlockedReason.GATE_LOCKED)
        tour_office.driving.report(tour_office.call(), "t1", blocked)
    tour_office.driving.report(tour_office.call(), "t1", emptied("s1", 10))
    is_off = "c1" not in [stop.subject_id for stop in tour_office.tour("t2").ahead]
    assert is_off is (is_true and not hours_later)


def test_what_was_emptied_unheard_is_not_driven_to_again(tour_office: TourOffice) -> None:
    office = tour_office
    office.add()
    office.approve()
    edited(office, RemoveStop("s1"))
    (again,) = (stop for stop in edited(office, AddStop("c1", "", None)).ahead if stop.subject_id == "c1")
    office.clock.advance_to(at(30))
    office.driving.report(office.call(), "t1", emptied("s1", 10))
    after = office.tour()
    assert [stop.id for stop in after.order if stop.subject_id == "c1"] == ["s1"]
    change = after.changes[-1]
    assert (change.kind, change.stop_id, change.version) == (
        ChangeKind.STOP_REMOVED,
        again.id,
        after.version,
    )
    assert office.told().count("TourStopEmptied") == 1


def test_what_a_plant_did_not_take_after_all_teaches_nothing(tour_office: TourOffice) -> None:
    tour_office.add()
    tour_office.approve()
    tour_office.clock.advance_to(at(70))
    unloading = Report(ReportKind.UNLOADED, at(50), "s4", weights=(Weight("paper", 240),))
    closed = Report(ReportKind.BLOCKED, at(55), "s4", blocked=BlockedReason.PLANT_CLOSED)
    for report, weighed in ((emptied("s1", 10), []), (unloading, [240]), (closed, [])):
        tour_office.driving.report(tour_office.call(), "t1", report)
        with tour_office.store.reading() as reader:
            assert [one.weight_kg for one in reader.weighings("paper", 9)] == weighed


def test_all_tours_are_approved_or_none(tour_office: TourOffice) -> None:
    tour_office.add(tour(), tour(id="t2", duty=duty("other")))
    with pytest.raises(FailedPrecondition) as caught:
        tour_office.desk.approve(tour_office.call(), [Seen("t1", 1), Seen("t2", 7)])
    assert caught.value.reason == "TOUR_CHANGED"
    assert tour_office.tour().state is TourState.PROPOSED
    tour_office.desk.approve(tour_office.call(), [Seen("t1", 1), Seen("t2", 1)])
    assert tour_office.tour("t2").state is TourState.APPROVED


@STORES
def test_nobody_drives_two_tours_at_once(tour_office: TourOffice) -> None:
    tomorrow = tour(id="t4", service_date=DAY + timedelta(days=1))
    tour_office.add(tour(), tour(id="t2"), tour(id="t3", duty=duty("other")))
    with tour_office.store.writing() as writer:
        writer.add_tour(tomorrow)
    for wanted in (["t3", "t1", "t2"], ["t2", "t1"]):
        with pytest.raises(FailedPrecondition) as caught:
            tour_office.approve(*wanted)
        assert caught.value.reason == "TRUCK_TAKEN"
        assert f"tours[{len(wanted) - 1}]" in caught.value.message
    assert {tour_office.tour(each).state for each in ("t1", "t2", "t3")} == {TourState.PROPOSED}
    tour_office.approve("t1", "t3", "t4")
    with pytest.raises(FailedPrecondition):
        tour_office.approve("t2")
    # A truck whose tour is over may go out again.
    tour_office.desk.cancel(tour_office.call(), Seen("t1", 2), "Schnee")
    tour_office.approve("t2")
    assert tour_office.tour("t2").state is TourState.APPROVED


def test_rejected_and_cancelled(tour_office: TourOffice) -> None:
    tour_office.add(tour(), tour(id="t2"))
    tour_office.desk.reject(tour_office.call(), Seen("t1", 1), "zu lang")
    tour_office.approve("t2")
    tour_office.desk.cancel(tour_office.call(), Seen("t2", 2), "Schnee")
    assert tour_office.tour("t1").end_reason == "zu lang"
    assert tour_office.tour("t2").state is TourState.CANCELLED
    assert tour_office.told().count("TourCancelled") == 2


def test_others_containers_do_not_exist(tour_office: TourOffice) -> None:
    mixed = tour(container(1), container(2, sub_account_id="village", subject_id="x2"), plant(3))
    tour_office.add(mixed)
    village = tour_office.desk.tour("t1", depot_of("village"))
    assert [stop.subject_id for stop in village.stops] == ["x2", "plant"]
    assert "c1" not in repr(village)
    with pytest.raises(NotFound):
        tour_office.desk.tour("t1", depot_of("hamlet"))
    assert tour_office.desk.tours(EVERYTHING, "", 9, depot_of("hamlet")) == []
    assert len(tour_office.desk.tours(EVERYTHING, "", 9, depot_of("village"))) == 1
    with pytest.raises(PermissionDenied) as caught:
        tour_office.desk.approve(tour_office.call(), [Seen("t1", 1)])
    assert caught.value.reason == "TOUR_SHARED"
    assert tour_office.tour().state is TourState.PROPOSED
    tour_office.desk.approve(tour_office.call(OPERATOR), [Seen("t1", 1)])
    with pytest.raises(PermissionDenied):
        tour_office.driving.report(tour_office.call(depot_of("village")), "t1", arrived("s1", 0))
    village = tour_office.desk.tour("t1", depot_of("village"))
    tour_office.clock.advance_to(at(20))
    tour_office.driving.report(tour_office.call(driver_of("truck")), "t1", emptied("s1", 10))
    assert [report.stop_id for report in tour_office.desk.tour("t1", depot_of("village")).reports] == []


def test_drivers_see_the_tours_of_their_trucks_once_they_are_approved(tour_office: TourOffice) -> None:
    tour_office.add(tour(), *(tour(id=each, duty=duty("other")) for each in ("t2", "t3", "t4")))
    mine = driver_of("other")
    assert tour_office.desk.tours(EVERYTHING, "", 9, mine) == []
    with pytest.raises(NotFound):
        tour_office.desk.tour("t2", mine)
    tour_office.approve("t1", "t2")
    tour_office.desk.reject(tour_office.call(), Seen("t3", 1), "zu lang")
    with pytest.raises(NotFound):
        tour_office.desk.tour("t3", mine)
    assert tour_office.desk.tour("t2", mine).stops == tour_office.tour("t2").stops
    assert [one.id for one in tour_office.desk.tours(EVERYTHING, "", 9, mine)] == ["t2"]
    with pytest.raises(NotFound):
        tour_office.desk.tour("t1", mine)
    with pytest.raises(NotFound):
        tour_office.driving.report(tour_office.call(mine), "t1", emptied("s1", 10))


@STORES
def test_tours_are_listed_by_what_they_are(tour_office: TourOffice) -> None:
    tomorrow = duty(shift=Span(at(24 * 60), at(32 * 60)), rest=None)
    late = tour(id="t3", service_date=DAY + timedelta(days=1), duty=tomorrow)
    tour_office.add(tour(), tour(id="t2", duty=duty("other")), late)
    tour_office.approve("t2")
    for chosen, expected in (
        (EVERYTHING, ["t1", "t2", "t3"]),
        (TourFilter(truck_id="other"), ["t2"]),
        (TourFilter(depot_id="elsewhere"), []),
        (TourFilter(service_date=DAY), ["t1", "t2"]),
        (TourFilter(states=frozenset({TourState.APPROVED, TourState.CLOSED})), ["t2"]),
    ):
        assert [one.id for one in tour_office.desk.tours(chosen, "", 9, DESK)] == expected
    assert [one.id for one in tour_office.desk.tours(EVERYTHING, "t1", 1, DESK)] == ["t2"]


def test_a_stop_is_moved_with_new_ways_and_times(tour_office: TourOffice) -> None:
    tour_office.add()
    before = tour_office.tour()
    after = edited(tour_office, MoveStop("s1", "s3"), "Baustelle")
    assert ids(after) == ["s2", "s3", "s1", "s4"]
    assert after.drive_m > before.drive_m
    assert [stop.begin for stop in after.order] == sorted(stop.begin for stop in after.order)
    (change,) = (change for change in after.changes if change.version == after.version)
    assert (change.kind, change.stop_id) == (ChangeKind.STOP_MOVED, "s1")
    assert change.reason is not None
    assert change.reason.german == "Baustelle"
    assert edited(tour_office, MoveStop("s1", "s3")).version == after.version


def test_what_the_checker_refuses_is_told_with_every_reason(tour_office: TourOffice) -> None:
    full = tour(container(1), container(2), plant(3), duty=duty(chambers=(Chamber(("paper",), 2000),)))
    tour_office.add(full)
    (fault,) = broken_rules(tour_office, RemoveStop("s3"))
    assert fault == "it comes back with [2000, 120] aboard"
    faults = broken_rules(tour_office, AddStop("c5", "", "s2"))
    assert faults == ["[3000, 180] is aboard after Platz 5, [2000, 1000] fits"]
    assert ids(edited(tour_office, AddStop("", "plant", "s1"))) == ["s1", "s4", "s2", "s3"]
    assert ids(edited(tour_office, AddStop("c5", "", None))) != []


def test_times_in_refusals_are_those_of_the_clock(tour_office: TourOffice) -> None:
    early = container(3, windows=(Span(at(0), at(8)),))
    tour_office.add(tour(container(1), container(2), plant(4)))
    with tour_office.store.writing() as writer:
        one = tour_office.tour()
        writer.put_tour(replace(one, version=2, stops=(early, *one.stops)), version=1)
    (fault,) = broken_rules(tour_office, MoveStop("s3", "s2"))
    assert fault == "Platz 3 begins at 06:11:00, outside of its windows"


def test_fractions_and_plants_have_to_fit(tour_office: TourOffice) -> None:
    tour_office.add(tour(container(1), plant(2, fractions=("paper",)), plant(3, fractions=("textile",))))
    assert broken_rules(tour_office, RemoveStop("s2")) == ["Altstoffhändler does not take paper"]


def test_a_rest_is_planned_and_kept(tour_office: TourOffice) -> None:
    rested = duty(rest=RestRule(Span(at(5), at(30)), 1800))
    tour_office.add(tour(duty=rested))
    after = edited(tour_office, MoveStop("s2", ""))
    assert after.rest is not None
    assert at(5) <= after.rest.begin <= at(30)
    stops = after.order
    position = ids(after).index(after.rest.after_stop_id)
    assert stops[position + 1].begin >= after.rest.begin + timedelta(minutes=30)


def test_locked_stops_come_first_and_stay(tour_office: TourOffice) -> None:
    tour_office.add()
    after = edited(tour_office, LockStop("s3", locked=True))
    assert ids(after) == ["s3", "s1", "s2", "s4"]
    assert [change.kind for change in after.changes if change.version == after.version] == [
        ChangeKind.STOP_LOCKED,
        ChangeKind.STOP_MOVED,
    ]
    assert broken_rules(tour_office, MoveStop("s1", "")) == [
        "Platz 3 is locked, and has to come before what is not"
    ]
    after = edited(tour_office, LockStop("s3", locked=False))
    assert ids(edited(tour_office, MoveStop("s1", ""))) == ["s1", "s3", "s2", "s4"]


@pytest.mark.parametrize(
    ("edit", "error", "reason"),
    [
        (AddStop("c1", "", None), InvalidInput, "CONTAINER_ON_TOUR"),
        (AddStop("x1", "", None), NotFound, "CONTAINER_NOT_FOUND"),
        (AddStop("zzz", "", None), NotFound, "CONTAINER_NOT_FOUND"),
        (AddStop("", "moon", None), NotFound, "PLANT_NOT_FOUND"),
        (AddStop("c8", "", "s9"), NotFound, "STOP_NOT_FOUND"),
        (MoveStop("s9", ""), NotFound, "STOP_NOT_FOUND"),
        (MoveStop("s1", "s9"), NotFound, "STOP_NOT_FOUND"),
    ],
)
def test_edits_that_name_what_is_not_there(
    tour_office: TourOffice, edit: Edit, error: type[Exception], reason: str
) -> None:
    tour_office.add()
    with pytest.raises(error) as caught:
        edited(tour_office, edit)
    assert caught.value.reason == reason  # type: ignore[attr-defined]  # all of them have one


def test_under_way_only_what_is_ahead_changes(tour_office: TourOffice) -> None:
    tour_office.add()
    tour_office.approve()
    tour_office.clock.advance_to(at(30))
    phone = tour_office.call(driver_of("truck"))
    tour_office.driving.report(phone, "t1", emptied("s2", 10))
    after = edited(tour_office, RemoveStop("s1"), "zugeparkt")
    assert ids(after) == ["s2", "s3", "s4"]
    assert after.ahead[0].drive_m == pytest.approx(1000, abs=5)
    assert [stop.id for stop in after.removed] == ["s1"]
    # The driver was there before the news, without coverage.
    tour_office.driving.report(tour_office.call(driver_of("truck")), "t1", emptied("s1", 20))
    assert ids(tour_office.tour()) == ["s2", "s1", "s3", "s4"]
    assert tour_office.tour().ahead[0].drive_m == pytest.approx(2000, abs=5)


def test_what_somebody_emptied_is_on_nobody_elses_manifest(tour_office: TourOffice) -> None:
    tour_office.add(tour(), tour(id="t2", duty=duty("other")))
    tour_office.approve("t1", "t2")
    tour_office.clock.advance_to(at(30))
    tour_office.driving.report(tour_office.call(driver_of("truck")), "t1", emptied("s1", 10))
    other = tour_office.tour("t2")
    assert [stop.subject_id for stop in other.ahead] == ["c2", "c3", "plant"]
    assert other.changes[-1].reason is not None
    assert other.changes[-1].reason.code == "EMPTIED_ALREADY"
    assert tour_office.committed[-2:] == ["t1", "t2"]


def test_a_blocked_container_stays_open(tour_office: TourOffice) -> None:
    tour_office.add()
    tour_office.approve()
    tour_office.clock.advance_to(at(30))
    blocked = Report(
        ReportKind.BLOCKED,
        at(12),
        "s1",
        blocked=BlockedReason.PARKED_VEHICLE,
        note="roter Transporter",
        image_reference="photos/17.jpg",
    )
    tour_office.driving.report(tour_office.call(driver_of("truck")), "t1", blocked)
    outcome = tour_office.tour().outcome("s1")
    assert outcome.state is StopState.BLOCKED
    assert outcome.done == blocked
    assert "TourStopBlocked" in tour_office.told()


def test_old_tours_and_answers_are_forgotten(tour_office: TourOffice) -> None:
    tour_office.add(tour(), tour(id="t2"))
    tour_office.desk.reject(tour_office.call(), Seen("t1", 1), "")
    with tour_office.store.writing() as writer:
        assert writer.purge(NOW - timedelta(days=2)) == 0
        assert writer.purge(NOW + timedelta(days=2)) > 0
    assert [one.id for one in tour_office.desk.tours(EVERYTHING, "", 9, OPERATOR)] == ["t2"]
