"""Whatever breaks down, and when: nobody else notices, and whoever does is told what holds now."""

import itertools

from driver import Drivers
from hypothesis import given, settings
from hypothesis import strategies as st
from life import Ask, BreakDown, Drive, Pick, Step, live
from town import Town

LATEST = Pick("book", 0)
"""Of the offers that were just made, the last one."""

rides = st.builds(
    Ask,
    st.integers(0, 5),
    st.integers(0, 5),
    st.integers(0, 90),
    st.integers(5, 45),
    st.sampled_from([(1, 0), (1, 0), (2, 0), (0, 1)]),
    st.booleans(),
).map(lambda ask: [ask, LATEST])
mishaps = st.builds(
    lambda minutes, number, place: [Drive(minutes), BreakDown(number, place)],
    st.integers(1, 60),
    st.integers(0, 2),
    st.none() | st.integers(0, 5),
)
repairs = st.integers(0, 2).map(lambda number: [Drive(5), Pick("change vehicle", 2 * number)])
days = st.builds(
    lambda *parts: list(itertools.chain(*itertools.chain(*parts))),
    st.lists(rides, min_size=3, max_size=8),
    st.lists(mishaps, min_size=1, max_size=1),
    st.lists(rides | mishaps | repairs, max_size=6),
)


@settings(max_examples=25, deadline=None)
@given(days, st.lists(st.sampled_from([0, 0, 0, 90, 400]), min_size=3, max_size=7))
def test_a_breakdown_breaks_no_promise_to_anybody_else(steps: list[Step], delays_s: list[int]) -> None:
    def drivers_of(town: Town) -> Drivers:
        late = itertools.cycle(delays_s)
        return Drivers(town, delay_s=lambda: next(late))

    live(steps, drivers_of)
