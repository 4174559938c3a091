"""The desk on the roads of the demo district, planned by the real engine."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from planned_town import FULL, NIGHT, OPERATOR, Town
from service_kit.errors import FailedPrecondition, NotFound
from service_kit.identity.principal import Role
from waste.adapters.planning_process import PlanningLost, planned_apart
from waste.adapters.tour_shifts import here, movable
from waste.application.ports_tours import CannotPlan
from waste.application.tour_desk import AddStop, MoveStop, Seen
from waste.application.tour_outlooks import TourOutlooks
from waste.domain.access import EVERYTHING
from waste.domain.containers import Container, OpeningSpan, Site
from waste.domain.tour import Chamber, Reason, Span, StopKind, Tour, TourState
from waste.domain.tour_proposal import ProposalState
from waste.domain.tour_report import Report, ReportKind, Weight
from waste.domain.tours import Situation, TourPlan


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path)
    yield town
    town.close()


def containers_of(tour: Tour) -> set[str]:
    return {stop.subject_id for stop in tour.stops if stop.kind is StopKind.CONTAINER}


def test_what_is_full_is_on_a_tour_and_what_is_not_has_its_reason(town: Town) -> None:
    done = town.propose()
    assert done.state is ProposalState.DONE, done.fault
    tours = town.tours(TourState.PROPOSED)
    on_tour = set().union(*(containers_of(tour) for tour in tours))
    left = {one.container_id: one.reason for one in done.left}
    depot, containers = town.depots.of("yard", None)
    assert on_tour | left.keys() == {one.id for one in containers}
    assert not on_tour & left.keys()
    assert sum(name.rpartition("-")[2] in FULL for name in on_tour) >= 0.8 * len(on_tour)
    for tour in tours:
        # The same rules that dispatchers' edits are judged by agree with the plan, and with its times.
        again = town.rules.ordered(tour, tour.ahead, town.clock.now())
        assert abs(again.back - tour.back) <= timedelta(minutes=2)
        assert again.drive_m == pytest.approx(tour.drive_m, rel=0.01)
        assert tour.stops[-1].kind is StopKind.PLANT
        for stop in tour.stops:
            if stop.kind is StopKind.CONTAINER:
                assert stop.reason is not None
                assert stop.reason.german
                assert stop.weight_kg > 0
    assert all(reason.english and reason.german for reason in left.values())
    assert depot.trucks


def test_a_sub_account_plans_with_its_own_containers(town: Town) -> None:
    done = town.propose("town")
    assert done.state is ProposalState.DONE
    named = {one.container_id for one in done.left}.union(
        *(containers_of(tour) for tour in town.tours(TourState.PROPOSED))
    )
    _, own = town.depots.of("yard", frozenset({"town"}))
    assert named == {one.id for one in own}


def test_a_proposal_leaves_alone_what_is_on_approved_tours(town: Town) -> None:
    town.propose()
    approved = town.approve_all()
    taken = set().union(*(containers_of(tour) for tour in approved))
    second = town.propose()
    named = {one.container_id for one in second.left}.union(
        *(containers_of(tour) for tour in town.tours(TourState.PROPOSED))
    )
    assert not named & taken


def test_a_red_container_gets_onto_a_tour_under_way_within_what_fits(town: Town) -> None:
    done = town.propose()
    (paper,) = (tour for tour in town.approve_all() if any(stop.fraction == "paper" for stop in tour.stops))
    first = paper.order[0]
    town.clock.advance_to(first.begin + timedelta(minutes=10))
    town.driving.report(town.call(), paper.id, Report(ReportKind.EMPTIED, first.begin, first.id))
    red = next(one.container_id for one in done.left if one.container_id.endswith("-paper"))
    found = town.urgency.inserted(red)
    assert found.tour is not None, found.reason
    assert red in containers_of(found.tour)
    before = [stop.id for stop in paper.ahead if stop.id != first.id]
    after = [stop.id for stop in found.tour.ahead if stop.id in before]
    assert after == before, "the driver keeps the order that was told"
    assert found.tour.order[0].id == first.id
    assert found.tour.ahead[0].begin >= town.clock.now()
    assert found.tour.stops[-1].kind is StopKind.PLANT


def test_the_truck_stands_where_it_stands_while_its_tour_changes(town: Town) -> None:
    done = town.propose()
    (paper,) = (tour for tour in town.approve_all() if any(stop.fraction == "paper" for stop in tour.stops))
    first = paper.order[0]
    town.clock.advance_to(first.begin + timedelta(minutes=1))
    town.driving.report(town.call(), paper.id, Report(ReportKind.ARRIVED, first.begin, first.id))
    red = next(one.container_id for one in done.left if one.container_id.endswith("-paper"))
    found = town.urgency.inserted(red)
    assert found.tour is not None, found.reason
    assert found.tour.ahead[0].id == first.id
    assert red in containers_of(found.tour)


def test_a_truck_that_went_on_does_not_stand_at_a_stop_it_told_nothing_of(town: Town) -> None:
    town.propose()
    (paper,) = (tour for tour in town.approve_all() if any(stop.fraction == "paper" for stop in tour.stops))
    first, second = paper.order[:2]
    town.clock.advance_to(second.begin + timedelta(minutes=9))
    town.driving.report(town.call(), paper.id, Report(ReportKind.ARRIVED, first.begin, first.id))
    assert here(town.desk.tour(paper.id, OPERATOR)) == first.point
    town.driving.report(town.call(), paper.id, Report(ReportKind.EMPTIED, second.begin, second.id))
    now = town.desk.tour(paper.id, OPERATOR)
    assert here(now) == second.point
    assert first.id in {stop.id for stop in movable(now)}


def test_a_broken_truck_leaves_what_no_other_can_take(town: Town) -> None:
    town.propose()
    (paper,) = (tour for tour in town.approve_all() if any(stop.fraction == "paper" for stop in tour.stops))
    town.clock.advance_to(paper.leave + timedelta(minutes=5))
    broken = Report(ReportKind.BREAKDOWN, town.clock.now(), note="Hydraulik")
    town.urgency.break_down(town.call(), paper.id, broken)
    assert town.desk.tour(paper.id, OPERATOR).state is TourState.CANCELLED


def test_hands_change_a_tour_within_the_rules(town: Town) -> None:
    done = town.propose()
    paper = next(
        tour
        for tour in town.tours(TourState.PROPOSED)
        if any(stop.fraction == "paper" for stop in tour.stops)
    )
    more = next(one.container_id for one in done.left if one.container_id.endswith("-paper"))
    town.desk.edit(town.call(), Seen(paper.id, 1), AddStop(more, "", None), "")
    changed = town.desk.tour(paper.id, OPERATOR)
    assert more in containers_of(changed)
    last = [stop.id for stop in changed.order if stop.kind is StopKind.CONTAINER][-1]
    town.desk.edit(town.call(), Seen(paper.id, changed.version), MoveStop(last, ""), "")
    assert town.desk.tour(paper.id, OPERATOR).order[0].id == last


def test_scales_teach_how_heavy_a_fraction_is(town: Town) -> None:
    before = {one.fraction: one.kg_per_l for one in town.depots.of("yard", None)[0].containers}
    town.propose()
    paper = next(tour for tour in town.approve_all() if any(stop.fraction == "paper" for stop in tour.stops))
    town.clock.advance_to(paper.back)
    for stop in paper.order:
        if stop.kind is StopKind.CONTAINER:
            town.driving.report(town.call(), paper.id, Report(ReportKind.EMPTIED, stop.begin, stop.id))
    litres = sum(stop.volume_l for stop in paper.stops)
    heavy = Weight("paper", round(2 * before["paper"] * litres))
    plant = paper.order[-1]
    town.driving.report(
        town.call(), paper.id, Report(ReportKind.UNLOADED, plant.begin, plant.id, weights=(heavy,))
    )
    after = {one.fraction: one.kg_per_l for one in town.depots.of("yard", None)[0].containers}
    assert before["paper"] < after["paper"] < 2 * before["paper"]
    assert after["glass_white"] == before["glass_white"]


def test_on_a_day_without_trucks_the_proposal_says_so(town: Town) -> None:
    sunday = datetime(2026, 6, 7, 1, 0, tzinfo=UTC)
    town.clock.advance_to(sunday)
    done = town.propose()
    assert done.state is ProposalState.FAILED
    assert done.fault is not None
    assert done.fault.code == "NO_TRUCK"


def test_planning_in_a_process_of_its_own_can_be_stopped(town: Town) -> None:
    depot, containers = town.depots.of("yard", None)
    day = NIGHT.date()
    outlooks = TourOutlooks(town.containers, None, depot.timezone).ahead(containers, NIGHT, day, 1)
    drives = replace(town.district, depot=depot).drives(frozenset(truck.kind for truck in depot.trucks))
    urgent = [containers[0].id]
    situation = depot.situation(day, 1, outlooks, drives, urgent=urgent)

    def stop(_share: float) -> None:
        raise CannotPlan(Reason("ENOUGH", "", ""))

    with pytest.raises(CannotPlan):
        planned_apart(situation, 60.0, stop)
    heard: list[float] = []
    plan = planned_apart(situation, 0.5, heard.append)
    assert not plan.faults
    assert plan.of_day(0)
    assert heard == sorted(heard)


def test_a_planning_that_dies_is_told(town: Town) -> None:
    def dies(_situation: Situation, _seconds: float, _told: Callable[[float], None]) -> TourPlan:
        raise PlanningLost("the process ended with code -9")

    town.planner._planning = dies
    done = town.propose()
    assert done.state is ProposalState.FAILED
    assert done.fault is not None
    assert done.fault.code == "PLANNING_LOST"
    with pytest.raises(CannotPlan):
        town.planner.propose(done, lambda _share: None)


def test_containers_that_are_gone_are_not_planned(town: Town) -> None:
    done = town.propose()
    tours = town.approve_all()
    now = town.clock.now()
    assert town.planner.replan(tours, ["gone"], now).courses == {}
    # What is there is planned all the same, on tours that have lost one of theirs, too.
    red = next(one.container_id for one in done.left if one.container_id.endswith("-paper"))
    lost = next(stop for stop in tours[0].ahead if stop.kind is StopKind.CONTAINER).subject_id
    with town.containers.writing() as writer:
        gone = writer.find(Container, lost, EVERYTHING)
        assert gone is not None
        writer.remove(gone)
    found = town.planner.replan(tours, ["gone", red], now)
    assert {name: why.code for name, why in found.left.items()} == {"gone": "CONTAINER_GONE"}
    on_road = {stop.subject_id for course in found.courses.values() for stop in course.stops}
    assert red in on_road
    assert lost not in on_road


def test_what_joins_a_tour_of_tomorrow_has_tomorrows_opening_hours(town: Town) -> None:
    done = town.propose()
    (paper,) = (tour for tour in town.approve_all() if any(stop.fraction == "paper" for stop in tour.stops))
    red = next(one.container_id for one in done.left if one.container_id.endswith("-paper"))
    day = timedelta(days=1)
    shift = Span(paper.duty.shift.earliest + day, paper.duty.shift.latest + day)
    tomorrow = replace(
        paper,
        id="tomorrow",
        service_date=paper.service_date + day,
        duty=replace(paper.duty, shift=shift, rest=None),
        stops=tuple(replace(stop, windows=()) for stop in paper.stops),
        rest=None,
    )
    with town.containers.writing() as writer:
        container = writer.find(Container, red, EVERYTHING)
        assert container is not None
        site = writer.find(Site, container.site_id, EVERYTHING)
        assert site is not None
        every_day = OpeningSpan(frozenset(range(1, 8)), 0, 24 * 60)
        writer.keep(replace(site, opening_hours=(every_day,)))
    # Today's truck takes other things; planning begins with its day.
    glass = replace(
        tomorrow,
        id="today",
        service_date=paper.service_date,
        stops=(),
        duty=replace(
            paper.duty,
            truck_id="glas",
            chambers=(Chamber(("glass_white",), 9000),),
        ),
    )
    found = town.planner.replan([glass, tomorrow], [red], town.clock.now())
    assert found.left == {}
    (stop,) = (stop for stop in found.courses["tomorrow"].stops if stop.subject_id == red)
    (window,) = stop.windows
    zone = town.district.depot.timezone
    assert window.earliest.astimezone(zone).date() == tomorrow.service_date
    assert stop.begin.astimezone(zone).date() == tomorrow.service_date


def test_hands_put_nothing_on_a_tour_that_is_closed_or_that_the_truck_does_not_suit(town: Town) -> None:
    done = town.propose()
    paper = next(
        tour
        for tour in town.tours(TourState.PROPOSED)
        if any(stop.fraction == "paper" for stop in tour.stops)
    )
    more = next(one.container_id for one in done.left if one.container_id.endswith("-paper"))
    with town.containers.reading() as reader:
        container = reader.find(Container, more, EVERYTHING)
        assert container is not None
        site = reader.find(Site, container.site_id, EVERYTHING)
        assert site is not None
    other_day = frozenset(range(1, 8)) - {paper.service_date.isoweekday()}
    for changed, reason in (
        (replace(site, opening_hours=(OpeningSpan(other_day, 0, 24 * 60),)), "CLOSED_THAT_DAY"),
        (replace(site, truck_kinds=frozenset({"rear_loader"})), "TRUCK_NOT_SUITED"),
    ):
        with town.containers.writing() as writer:
            writer.keep(changed)
        with pytest.raises(FailedPrecondition) as caught:
            town.desk.edit(town.call(), Seen(paper.id, 1), AddStop(more, "", None), "")
        assert caught.value.reason == reason
        # To others it is not there, whatever is wrong with it.
        stranger = replace(OPERATOR, roles=frozenset({Role.DEPOT}), sub_account_ids=frozenset({"hamlet"}))
        with pytest.raises(NotFound):
            town.desk._subject(paper, AddStop(more, "", None), stranger)
    with town.containers.writing() as writer:
        writer.keep(site)
    town.desk.edit(town.call(), Seen(paper.id, 1), AddStop(more, "", None), "")
