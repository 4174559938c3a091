"""Pages of an answer, over made-up timetables: nothing is shown twice, and nothing is left out."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from itertools import chain, pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from journeys.application.paging import STEPS_S, first_page, neighbours, periods
from journeys.application.planning import Gaps, PlanJourneys, Sources, worth_of_period
from journeys.application.ports import RideWish
from journeys.application.question import Page, Payer, Period, Question, Travellers
from journeys.application.scheduled import Scheduled
from journeys.application.ways import Ways
from journeys.domain.journey import Journey, Leg, Mode, PooledOffer, Price
from journeys.domain.places import Point
from little_district import write_map
from routing_core.roads.build import build_graph
from routing_core.roads.network import RoadNetwork
from routing_core.roads.osm import read_streets
from routing_core.roads.profile import load_profile
from routing_core.roads.router import Router
from transit_worlds import World, rural_world

ZONE = ZoneInfo("Europe/Berlin")
HOUR_S = 3600
SEARCHED_S = 20 * HOUR_S
MOST_PAGES = 60


class NoRides:
    """Nobody drives on demand."""

    def covered(self, start: Point, ends: Sequence[Point]) -> Sequence[bool]:  # noqa: ARG002
        return [False] * len(ends)

    def offers(self, wishes: Sequence[RideWish]) -> Sequence[PooledOffer | None]:
        return [None] * len(wishes)

    def release(self, offers: Sequence[PooledOffer]) -> None:
        assert not offers


class NoPrices:
    """Everything is free: prices leave nothing out."""

    def quotes(
        self, journeys: Sequence[Sequence[Leg]], payer: Payer, travellers: Travellers
    ) -> Sequence[Price | None]:
        assert (payer.account_id, travellers.seated) == ("", 1)
        return [Price(0, "EUR")] * len(journeys)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("paging")


@cache
def planned(folder: Path, seed: int, day_number: int) -> tuple[World, PlanJourneys, Scheduled]:
    """A made-up timetable to plan in; its stops lie beyond the map, so that ways to them are guessed."""
    world = rural_world(folder, seed, day_number)
    graph, _ = build_graph(read_streets(write_map(folder / "map.osm"), load_profile("walk")))
    scheduled = Scheduled(world.search)
    router = Router(RoadNetwork(graph))
    walking, driving = (
        Ways(mode, router, scheduled.latitude_deg, scheduled.longitude_deg) for mode in (Mode.WALK, Mode.CAR)
    )
    sources = Sources(scheduled, walking, walking, driving, None, NoRides(), NoPrices())
    return world, PlanJourneys(sources), scheduled


def at_s(day: date, hour: float) -> int:
    return round(datetime(day.year, day.month, day.day, tzinfo=ZONE).timestamp() + hour * HOUR_S)


def asked(scheduled: Scheduled, world: World, rng: random.Random, hour: float) -> Question:
    start, goal = (scheduled.stop(name) for name in rng.sample(world.stops, 2))
    assert start is not None
    assert goal is not None
    when_s = at_s(world.day, hour)
    return Question(start, goal, when_s, when_s, modes=frozenset({Mode.TRANSIT}), max_walk_m=900, max_count=1)


def all_pages(plan: PlanJourneys, question: Question, *, earlier: bool, until_s: int) -> list[Journey]:
    """What pages show in one direction, the first one included."""
    found: list[Journey] = []
    page: Page | None = None
    for _ in range(MOST_PAGES):
        answer = plan(question, page)
        assert len(answer.journeys) <= question.max_count
        assert not answer.gaps
        found += answer.journeys
        page = answer.earlier if earlier else answer.later
        if page is None or (page.edge_s <= until_s if earlier else page.edge_s >= until_s):
            return found
    raise AssertionError("pages go on for ever")


def worth(plan: PlanJourneys, question: Question, period: Period) -> set[str]:
    """Everything worth showing of a time, found at once."""
    asked = question.within(period)
    found = chain.from_iterable(plan._of_period(asked, Gaps(), set()))
    return {journey.key for journey in worth_of_period(found, asked)}


@given(
    seed=st.integers(0, 3),
    hour=st.floats(0, 20),
    choice=st.integers(0, 10_000),
    count=st.integers(1, 4),
    arrive_by=st.booleans(),
)
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_pages_show_everything_once(  # noqa: PLR0917 - as hypothesis gives them
    folder: Path, seed: int, hour: float, choice: int, count: int, arrive_by: bool
) -> None:
    world, plan, scheduled = planned(folder, seed, 2)
    question = replace(
        asked(scheduled, world, random.Random(choice), hour), max_count=count, arrive_by=arrive_by
    )
    begin_s = question.at_s
    if arrive_by:
        # To be there twenty hours later, asked for now.
        question = replace(question, at_s=question.at_s + SEARCHED_S)
        until_s, earlier = question.now_s, True
        whole = Period(begin_s, question.at_s + 1)
    else:
        until_s, earlier = question.at_s + SEARCHED_S, False
        whole = Period(begin_s, until_s)
    found = all_pages(plan, question, earlier=earlier, until_s=until_s)
    keys = [journey.key for journey in found]
    assert len(keys) == len(set(keys)), "nothing twice"
    inside = {
        journey.key
        for journey in found
        if whole.begin_s <= (journey.arrive_s if arrive_by else journey.depart_s) < whole.end_s
    }
    assert inside == worth(plan, question, whole), "nothing left out"


def test_pages_go_on_where_the_others_began_and_ended(folder: Path) -> None:
    world, plan, scheduled = planned(folder, 0, 2)
    noon = replace(asked(scheduled, world, random.Random(3), 12), now_s=at_s(world.day, 6), max_count=2)
    later = all_pages(plan, noon, earlier=False, until_s=noon.at_s + 8 * HOUR_S)
    first = plan(noon)
    assert first.earlier is not None
    before: list[Journey] = []
    page: Page | None = first.earlier
    while page is not None:
        answer = plan(noon, page)
        before += answer.journeys
        page = answer.earlier
    keys = [journey.key for journey in (*before, *later)]
    assert len(keys) == len(set(keys)) > len(later) > 2
    assert all(noon.now_s <= journey.depart_s < noon.at_s for journey in before)
    assert all(journey.depart_s >= noon.at_s for journey in later)
    whole = Period(noon.now_s, noon.at_s)
    assert {journey.key for journey in before} == worth(plan, noon, whole)


HERE = Point(53.5, 13.2)
ASKED = Question(HERE, Point(53.6, 13.2), at_s=1_000_000, now_s=900_000)


def test_what_is_looked_at_grows_until_something_is_found() -> None:
    there = list(periods(first_page(ASKED), ASKED.now_s))
    assert there[0] == Period(ASKED.at_s, ASKED.at_s + 2 * HOUR_S)
    assert all(one.end_s == other.begin_s for one, other in pairwise(there))
    assert there[-1].end_s == ASKED.at_s + sum(STEPS_S)
    back = list(periods(first_page(replace(ASKED, arrive_by=True)), ASKED.now_s))
    assert back[0] == Period(ASKED.at_s + 1 - 2 * HOUR_S, ASKED.at_s + 1)
    assert back[-1].begin_s == ASKED.now_s, "nothing that is over is looked at"


def test_there_is_no_page_before_now() -> None:
    question = replace(ASKED, now_s=ASKED.at_s)
    [looked_at] = [next(periods(first_page(question), question.now_s))]
    before, after = neighbours(first_page(question), [looked_at], (), complete=True, question=question)
    assert before is None
    assert after == Page(looked_at.end_s)
    assert list(periods(Page(question.now_s, earlier=True), question.now_s)) == []


def test_what_did_not_fit_comes_first_on_the_next_page() -> None:
    page = first_page(ASKED)
    looked_at = next(periods(page, ASKED.now_s))
    _, after = neighbours(page, [looked_at], ("a", "b"), complete=False, question=ASKED)
    assert after == Page(looked_at.begin_s, far_s=looked_at.end_s, shown=("a", "b"))
    _, third = neighbours(after, [looked_at], ("c",), complete=False, question=ASKED)
    assert third is not None
    assert third.shown == ("a", "b", "c")


def test_pages_end_four_weeks_away() -> None:
    far = Period(ASKED.at_s + 28 * 24 * HOUR_S, ASKED.at_s + 28 * 24 * HOUR_S + 1)
    _, after = neighbours(Page(far.begin_s), [far], (), complete=True, question=ASKED)
    assert after is None
