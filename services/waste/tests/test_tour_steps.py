from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kept_tours import NOW, SIX, arrived, at, container, duty, emptied, plant, tour
from service_kit.errors import FailedPrecondition, InvalidInput, NotFound, ServiceError
from waste.domain.tour import ChangeKind, Span, StopKind, Tour, TourState
from waste.domain.tour_report import BlockedReason, Report, ReportKind, StopState, Weight
from waste.domain.tour_steps import (
    LATE,
    MOST_REPORTS,
    ahead_stop,
    approved,
    cancelled,
    looked_at,
    rejected,
    reported,
    without,
)

EVENING = at(12 * 60)


def open_tour() -> Tour:
    return approved(tour(), NOW)


def refused(call: object, *given: object) -> str:
    assert callable(call)
    with pytest.raises(ServiceError) as caught:
        call(*given)
    return caught.value.reason


def ids(stops: object) -> list[str]:
    assert isinstance(stops, tuple)
    return [stop.id for stop in stops]


minutes = st.integers(0, 400)
stop_reports = st.one_of(
    st.builds(arrived, st.sampled_from(["s1", "s2", "s3", "s4"]), minutes),
    st.builds(emptied, st.sampled_from(["s1", "s2", "s3"]), minutes, st.sampled_from([0.0, 0.2])),
    st.builds(
        lambda stop_id, after, why: Report(ReportKind.BLOCKED, at(after), stop_id, blocked=why),
        st.sampled_from(["s1", "s2", "s3", "s4"]),
        minutes,
        st.sampled_from(BlockedReason),
    ),
    st.builds(
        lambda after, kg: Report(ReportKind.UNLOADED, at(after), "s4", weights=(Weight("paper", kg),)),
        minutes,
        st.integers(0, 900),
    ),
    st.builds(lambda after: Report(ReportKind.STARTED, at(after)), minutes),
)


def driven(told: list[Report]) -> Tour:
    after = open_tour()
    for report in told:
        after = reported(after, report, EVENING)
    return after


@settings(max_examples=60)
@given(
    st.lists(stop_reports, max_size=8).flatmap(lambda told: st.tuples(st.just(told), st.permutations(told)))
)
def test_the_order_of_reports_and_repeats_make_no_difference(both: tuple[list[Report], list[Report]]) -> None:
    told, shuffled = both
    one, other = driven(told), driven(shuffled + told[:3])
    assert replace(one, version=0, changes=()) == replace(other, version=0, changes=())


@settings(max_examples=60)
@given(st.lists(stop_reports, max_size=8))
def test_a_stop_is_ahead_or_done_and_the_version_grows_with_every_change(told: list[Report]) -> None:
    after = open_tour()
    for report in told:
        before = after
        after = reported(before, report, EVENING)
        assert after.version == before.version + (report not in before.reports)
        assert sorted(ids(after.done) + ids(after.ahead)) == ["s1", "s2", "s3", "s4"]
        assert after.state is TourState.STARTED
        assert [change.version for change in after.changes] == sorted(
            change.version for change in after.changes
        )
        assert after.changes[-1].version == after.version
        begins = [stop.begin for stop in after.ahead]
        assert begins == sorted(begins)


def test_a_tour_is_proposed_approved_started_and_closed() -> None:
    after = tour()
    assert after.state is TourState.PROPOSED
    after = approved(after, NOW)
    assert after.state is TourState.APPROVED
    after = reported(after, Report(ReportKind.STARTED, at(2)), at(2))
    assert after.state is TourState.STARTED
    for number in (1, 2, 3):
        after = reported(after, emptied(f"s{number}", 10 * number), at(10 * number))
    assert ids(after.aboard) == ["s1", "s2", "s3"]
    after = reported(
        after, Report(ReportKind.UNLOADED, at(40), "s4", weights=(Weight("paper", 170),)), at(40)
    )
    assert after.aboard == ()
    after = reported(after, Report(ReportKind.CLOSED, at(50)), at(50))
    assert after.state is TourState.CLOSED
    assert after.over_at == at(50)
    assert [change.kind for change in after.changes][-1] is ChangeKind.CLOSED


def test_a_tour_is_not_closed_with_open_stops_unless_somebody_says_why() -> None:
    after = reported(open_tour(), emptied("s2", 20), at(20))
    with pytest.raises(FailedPrecondition, match=r"STOPS_OPEN: .*s1, s3, s4"):
        reported(after, Report(ReportKind.CLOSED, at(30)), at(30))
    closed = reported(after, Report(ReportKind.CLOSED, at(30), note="Panne am Kran"), at(30))
    assert closed.outcome("s1").state is StopState.SKIPPED
    assert ids(closed.open_containers) == ["s1", "s3"]
    assert closed.end_reason == "Panne am Kran"


def test_what_was_done_before_the_end_may_be_told_after_it_but_not_for_ever() -> None:
    closed = reported(open_tour(), Report(ReportKind.CLOSED, at(60), note="Feierabend"), at(60))
    late = reported(closed, emptied("s1", 30), at(90))
    assert late.outcome("s1").state is StopState.EMPTIED
    assert late.state is TourState.CLOSED
    assert refused(reported, closed, emptied("s1", 61), at(90)) == "TOUR_OVER"
    assert refused(reported, closed, emptied("s1", 30), at(60) + LATE + timedelta(seconds=1)) == "TOUR_OVER"


def test_a_tour_is_not_closed_before_what_was_reported() -> None:
    after = reported(open_tour(), emptied("s1", 20), at(20))
    end = Report(ReportKind.CLOSED, at(19), note="x")
    assert refused(reported, after, end, at(30)) == "EVENT_OUT_OF_ORDER"


def test_the_latest_report_about_a_stop_counts() -> None:
    blocked = Report(ReportKind.BLOCKED, at(30), "s1", blocked=BlockedReason.GATE_LOCKED)
    for told in ([emptied("s1", 40), blocked], [blocked, emptied("s1", 40)]):
        assert driven(told).outcome("s1").state is StopState.EMPTIED
    assert driven([blocked, emptied("s1", 20)]).outcome("s1").state is StopState.BLOCKED


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        (Report(ReportKind.ARRIVED, at(1), "s9"), "STOP_NOT_FOUND"),
        (Report(ReportKind.EMPTIED, at(1), "s4"), "STOP_IS_PLANT"),
        (Report(ReportKind.UNLOADED, at(1), "s1"), "STOP_IS_CONTAINER"),
        (Report(ReportKind.UNLOADED, at(1), "s4", weights=(Weight("glass_green", 5),)), "FRACTION_NOT_TAKEN"),
        (Report(ReportKind.STARTED, NOW - timedelta(minutes=6)), "EVENT_TOO_EARLY"),
    ],
)
def test_reports_that_make_no_sense_are_refused(report: Report, reason: str) -> None:
    assert refused(reported, open_tour(), report, at(30)) == reason


def test_nobody_drives_what_was_not_approved() -> None:
    assert refused(reported, tour(), emptied("s1", 10), at(30)) == "TOUR_NOT_APPROVED"
    assert (
        refused(reported, rejected(tour(), NOW, "zu lang"), emptied("s1", 10), at(30)) == "TOUR_NOT_APPROVED"
    )
    assert refused(approved, open_tour(), NOW) == "TOUR_NOT_PROPOSED"
    assert refused(rejected, open_tour(), NOW, "") == "TOUR_NOT_PROPOSED"
    assert refused(cancelled, tour(), NOW, "") == "TOUR_NOT_OPEN"
    assert refused(approved, tour(plant(1)), NOW) == "TOUR_EMPTY"


def test_a_decision_needs_the_version_that_was_looked_at() -> None:
    looked_at(open_tour(), 2, "tour.version")
    with pytest.raises(FailedPrecondition, match="version 2 by now, not 1") as caught:
        looked_at(open_tour(), 1, "tour.version")
    assert caught.value.metadata == {"tour_id": "t1", "version": "2"}


def test_a_breakdown_ends_the_tour_and_keeps_what_was_done() -> None:
    after = driven([emptied("s1", 10), Report(ReportKind.BREAKDOWN, at(20), note="Motor")])
    assert after.state is TourState.CANCELLED
    assert after.end_reason == "Motor"
    assert ids(after.emptied_containers) == ["s1"]
    assert after.outcome("s2").state is StopState.SKIPPED


def test_the_driver_was_there_before_the_news() -> None:
    before = open_tour()
    taken_off = without(before, before.stops[0])
    assert ids(taken_off.stops) == ["s2", "s3", "s4"]
    after = reported(taken_off, emptied("s1", 5), at(20))
    assert ids(after.done) == ["s1"]
    assert after.removed == ()
    with pytest.raises(NotFound):
        reported(taken_off, emptied("s9", 5), at(20))


def test_what_is_done_or_begun_is_not_changed_any_more() -> None:
    after = driven([emptied("s1", 10), arrived("s2", 12)])
    assert refused(ahead_stop, after, "s1", "stop_id") == "STOP_DONE"
    assert refused(ahead_stop, after, "s2", "stop_id") == "TRUCK_AT_STOP"
    assert refused(ahead_stop, after, "s7", "stop_id") == "STOP_NOT_FOUND"
    assert ahead_stop(after, "s3", "stop_id").id == "s3"
    assert after.fixed_count == 1


def test_expected_times_follow_what_happens() -> None:
    after = reported(open_tour(), emptied("s1", 30), at(30))
    assert after.ahead[0].begin == at(32)
    assert after.ahead[1].begin == at(32 + 3 + 2)
    # The truck stands at the third container before the second.
    after = reported(after, arrived("s3", 50), at(50))
    assert ids(after.ahead) == ["s3", "s2", "s4"]
    assert after.ahead[0].begin == at(50)


def test_nobody_works_before_a_window_opens_and_the_rest_is_taken() -> None:
    late = container(2, windows=(Span(at(5), at(6)), Span(at(60), at(70))))
    after = reported(approved(tour(container(1), late, plant(3)), NOW), emptied("s1", 30), at(30))
    assert after.ahead[0].begin == at(60)
    assert after.rest is not None
    assert after.rest.begin == at(180)
    assert after.back == at(180 + 30) + timedelta(seconds=300)
    too_late = reported(after, emptied("s1", 100), at(100))
    assert too_late.ahead[0].begin == at(102)


def test_a_site_is_secured_once_for_all_its_containers() -> None:
    both = tour(container(1), container(2), container(3, site_id="site2"), plant(4), duty=duty(site_s=120))
    after = reported(approved(both, NOW), Report(ReportKind.STARTED, SIX), SIX)
    assert [stop.begin for stop in after.ahead] == [at(4), at(11), at(16), at(21)]


def test_times_are_of_when_things_happened() -> None:
    after = driven([emptied("s2", 15), emptied("s1", 35)])
    assert ids(after.done) == ["s2", "s1"]
    assert after.started_at == at(15)
    assert isinstance(after.started_at, datetime)
    assert after.started_at > SIX
    assert {stop.kind for stop in after.ahead} == {StopKind.CONTAINER, StopKind.PLANT}


def test_weights_are_checked_by_field() -> None:
    wrong = Report(ReportKind.UNLOADED, at(1), "s4", weights=(Weight("paper", 5), Weight("textile", 5)))
    with pytest.raises(InvalidInput) as caught:
        reported(open_tour(), wrong, at(30))
    assert [fault.field for fault in caught.value.violations] == ["weights[1].fraction"]


def test_a_driver_who_has_not_heard_that_it_was_called_off_reports_what_happened() -> None:
    off = cancelled(reported(open_tour(), emptied("s1", 10), at(10)), at(20), "Schnee")
    late = reported(off, emptied("s2", 30), at(40))
    assert (late.state, late.outcome("s2").state) == (TourState.CANCELLED, StopState.EMPTIED)
    assert late.outcome("s3").state is StopState.SKIPPED
    assert refused(reported, off, Report(ReportKind.CLOSED, at(30)), at(40)) == "TOUR_OVER"
    assert refused(reported, off, emptied("s2", 30), at(20) + LATE + timedelta(seconds=1)) == "TOUR_OVER"
    broken = reported(open_tour(), Report(ReportKind.BREAKDOWN, at(20)), at(20))
    assert refused(reported, broken, emptied("s2", 30), at(40)) == "TOUR_OVER"


def test_a_stop_that_was_reached_and_left_is_still_to_be_done() -> None:
    after = reported(open_tour(), arrived("s2", 10), at(10))
    assert refused(ahead_stop, after, "s2", "stop_id") == "TRUCK_AT_STOP"
    after = reported(after, emptied("s3", 20), at(20))
    assert ahead_stop(after, "s2", "stop_id").id == "s2"
    assert refused(ahead_stop, after, "s3", "stop_id") == "STOP_DONE"


def test_reports_have_an_end() -> None:
    full = replace(open_tour(), reports=tuple(arrived("s1", number / 60) for number in range(MOST_REPORTS)))
    assert refused(reported, full, arrived("s1", 700), EVENING) == "TOO_MANY_REPORTS"
    assert reported(full, arrived("s1", 1 / 60), EVENING) is full


def test_a_stop_that_is_taken_back_takes_the_place_of_the_one_put_on_for_it() -> None:
    gone = without(open_tour(), container(1))
    again = replace(gone, stops=(container(1, id="s9"), *gone.stops))
    for report in (arrived("s1", 10), Report(ReportKind.BLOCKED, at(10), "s1", blocked=BlockedReason.OTHER)):
        after = reported(again, report, at(10))
        assert [stop.id for stop in after.stops if stop.subject_id == "c1"] == ["s1"]
        assert ids(after.removed) == ["s9"]
        assert (after.changes[-1].kind, after.changes[-1].stop_id) == (ChangeKind.STOP_REMOVED, "s9")
