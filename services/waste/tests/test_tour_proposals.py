import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from kept_tours import DAY, tour
from service_kit.errors import FailedPrecondition, InvalidInput, NotFound, PermissionDenied, ResourceExhausted
from tour_office import DESK, LEFT, OPERATOR, TourOffice, course_of, depot_of
from waste.application import tour_proposals
from waste.application.ports_tours import CannotPlan, Proposed, TourFilter
from waste.application.tour_proposals import LEASE, MOST_PENDING, ProposalWorker
from waste.domain.tour import Reason, TourState
from waste.domain.tour_proposal import MOST_TRIES, Proposal, ProposalState

STORES = pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgres", marks=pytest.mark.network)], indirect=True
)


@pytest.fixture
def tour_office(database: str) -> Iterator[TourOffice]:
    office = TourOffice(database)
    one = office.rules.ordered(tour(), tour().ahead, office.clock.now())
    office.planner.proposed = Proposed(((one.duty, course_of(one)),), LEFT)
    yield office
    office.worker.stop()
    office.close()


def asked(office: TourOffice) -> Proposal:
    """The proposal that was asked for last; there must be one that is not done."""
    office.proposals.ask(office.call(), "yard", DAY, DAY, 20)
    return waiting(office)


def waiting(office: TourOffice) -> Proposal:
    with office.store.writing() as writer:
        now = datetime.now(UTC)
        found = writer.take_proposal(now, now, "nobody")
        assert found is not None
        reset = Proposal(
            found.id,
            found.depot_id,
            found.service_date,
            found.sub_account_ids,
            found.time_limit_s,
            found.requested_at,
        )
        writer.put_proposal(reset)
    return reset


@STORES
def test_a_proposal_is_worked_out_and_kept(tour_office: TourOffice) -> None:
    proposal = asked(tour_office)
    assert tour_office.worker.work_off() == 1
    done = tour_office.proposals.get(proposal.id, DESK)
    assert (done.state, done.progress_share, done.left) == (ProposalState.DONE, 1.0, LEFT)
    (tour_id,) = done.tour_ids
    proposed = tour_office.tour(tour_id)
    assert proposed.state is TourState.PROPOSED
    assert [stop.id for stop in proposed.order] == ["s1", "s2", "s3", "s4"]
    assert tour_office.told() == ["ToursProposed"]
    assert tour_office.worker.work_off() == 0


@STORES
def test_who_asks_again_and_again_has_to_wait(tour_office: TourOffice) -> None:
    for _ in range(MOST_PENDING):
        call = tour_office.call()
        answer = tour_office.proposals.ask(call, "yard", DAY, DAY, 20)
    with pytest.raises(ResourceExhausted) as caught:
        tour_office.proposals.ask(tour_office.call(), "yard", DAY, DAY, 20)
    assert caught.value.reason == "TOO_MANY_PROPOSALS"
    assert tour_office.proposals.ask(call, "yard", DAY, DAY, 20) == answer
    # Others are not kept from it, and what is done makes room.
    tour_office.proposals.ask(tour_office.call(depot_of("village")), "yard", DAY, DAY, 20)
    tour_office.worker.work_off()
    tour_office.proposals.ask(tour_office.call(), "yard", DAY, DAY, 20)


@STORES
def test_progress_is_seen_while_it_is_worked_on(tour_office: TourOffice) -> None:
    seen: list[float] = []
    proposal = asked(tour_office)

    def during(told: Callable[[float], None]) -> None:
        told(0.4)
        seen.append(tour_office.proposals.get(proposal.id, DESK).progress_share)

    tour_office.planner.during = during
    tour_office.worker.work_off()
    assert seen == [0.4]


def test_a_cancelled_proposal_is_let_go(tour_office: TourOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tour_proposals, "KEEP_EVERY_S", 0.0)
    proposal = asked(tour_office)
    went_on = []

    def during(told: Callable[[float], None]) -> None:
        told(0.1)
        tour_office.proposals.cancel(tour_office.call(), proposal.id)
        told(0.2)
        went_on.append(True)

    tour_office.planner.during = during
    tour_office.worker.work_off()
    assert not went_on
    assert tour_office.proposal(proposal.id).state is ProposalState.CANCELLED
    assert tour_office.desk.tours(TourFilter(), "", 9, OPERATOR) == []
    with pytest.raises(FailedPrecondition, match="PROPOSAL_OVER"):
        tour_office.proposals.cancel(tour_office.call(), proposal.id)


def test_cancelled_at_the_last_moment_nothing_is_proposed(tour_office: TourOffice) -> None:
    proposal = asked(tour_office)

    def during(_told: Callable[[float], None]) -> None:
        tour_office.proposals.cancel(tour_office.call(), proposal.id)

    tour_office.planner.during = during
    tour_office.worker.work_off()
    assert tour_office.proposal(proposal.id).state is ProposalState.CANCELLED
    assert tour_office.desk.tours(TourFilter(), "", 9, OPERATOR) == []


@STORES
def test_what_a_dead_worker_left_is_begun_anew_and_given_up_after_some_tries(tour_office: TourOffice) -> None:
    proposal = asked(tour_office)
    now = datetime.now(UTC)
    for number in range(MOST_TRIES):
        with tour_office.store.writing() as writer:
            assert writer.take_proposal(now, now + LEASE, f"dead{number}") is not None
            assert writer.take_proposal(now, now + LEASE, "other") is None
            assert writer.keep_proposal(proposal.id, f"dead{number}", now + LEASE, 0.5)
            assert not writer.keep_proposal(proposal.id, "other", now + LEASE, 0.5)
        now += LEASE + timedelta(seconds=1)
    with tour_office.store.writing() as writer:
        given_up = writer.take_proposal(now, now + LEASE, "w1")
    assert given_up is not None
    assert given_up.state is ProposalState.FAILED
    assert given_up.fault is not None
    assert given_up.fault.code == "WORKER_LOST"


def test_a_worker_that_comes_back_does_not_spoil_what_another_did(tour_office: TourOffice) -> None:
    proposal = asked(tour_office)
    other = ProposalWorker(tour_office.room, tour_office.planner, "w2")

    def asleep(_told: Callable[[float], None]) -> None:
        with tour_office.store.writing() as writer:
            later = datetime.now(UTC) + LEASE + timedelta(minutes=1)
            assert writer.take_proposal(later, later, "w2") is not None
            writer.put_proposal(tour_office.proposal(proposal.id).done(("t-other",), (), later))

    tour_office.planner.during = asleep
    tour_office.worker.work_off()
    assert tour_office.proposal(proposal.id).tour_ids == ("t-other",)
    assert tour_office.desk.tours(TourFilter(), "", 9, OPERATOR) == []
    assert other.work_off() == 0


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (CannotPlan(Reason("NO_TRUCK", "kein Fahrzeug", "no truck")), "NO_TRUCK"),
        (RuntimeError("bug"), "INTERNAL"),
    ],
)
def test_what_cannot_be_planned_has_failed_and_says_why(
    tour_office: TourOffice, wrong: Exception, code: str
) -> None:
    assert isinstance(wrong, CannotPlan | RuntimeError)
    tour_office.planner.proposed = wrong
    proposal = asked(tour_office)
    tour_office.worker.work_off()
    failed = tour_office.proposal(proposal.id)
    assert failed.state is ProposalState.FAILED
    assert failed.fault is not None
    assert failed.fault.code == code


def test_a_newer_proposal_replaces_what_nobody_approved(tour_office: TourOffice) -> None:
    asked(tour_office)
    tour_office.worker.work_off()
    asked(tour_office)
    tour_office.worker.work_off()
    states = [one.state for one in tour_office.desk.tours(TourFilter(), "", 9, OPERATOR)]
    assert sorted(state.value for state in states) == ["proposed", "rejected"]


def test_a_worker_in_its_thread_finds_what_is_asked_for(tour_office: TourOffice) -> None:
    done = threading.Event()
    tour_office.planner.during = lambda _told: done.set()
    tour_office.worker.start()
    tour_office.proposals.ask(tour_office.call(), "yard", DAY, DAY, 20)
    tour_office.worker.poke()
    assert done.wait(10)


def test_wishes_that_make_no_sense(tour_office: TourOffice) -> None:
    ask = tour_office.proposals.ask
    with pytest.raises(NotFound, match="DEPOT_NOT_FOUND"):
        ask(tour_office.call(), "moon", DAY, DAY, 20)
    for day in (DAY - timedelta(days=1), DAY + timedelta(days=15)):
        with pytest.raises(InvalidInput, match="DATE_OUT_OF_RANGE"):
            ask(tour_office.call(), "yard", day, DAY, 20)
    with pytest.raises(PermissionDenied, match="NO_SUB_ACCOUNT"):
        ask(tour_office.call(depot_of()), "yard", DAY, DAY, 20)


def test_others_proposals_do_not_exist(tour_office: TourOffice) -> None:
    proposal = asked(tour_office)
    assert tour_office.proposals.get(proposal.id, depot_of("town", "village")).id == proposal.id
    assert tour_office.proposals.get(proposal.id, OPERATOR).sub_account_ids == ("town",)
    with pytest.raises(NotFound):
        tour_office.proposals.get(proposal.id, depot_of("village"))
    with pytest.raises(NotFound):
        tour_office.proposals.cancel(tour_office.call(depot_of("village")), proposal.id)
