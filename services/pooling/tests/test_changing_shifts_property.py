"""Shifts changed again and again, while they are driven and booked: every promise holds."""

import hypothesis.strategies as st
from driver import Drivers
from hypothesis import given, settings
from life import Ask, Drive, Pick, Step, live
from town import Town

rides = st.builds(
    Ask,
    st.integers(0, 5),
    st.integers(0, 5),
    st.integers(10, 300),
    st.integers(10, 45),
    st.sampled_from([(1, 0), (1, 0), (2, 0), (0, 1)]),
    st.booleans(),
).map(lambda ask: [ask, Pick("book", 0)])
changes = st.builds(Pick, st.just("change shift"), st.integers(0, 41)).map(lambda pick: [pick])
drives = st.builds(Drive, st.integers(1, 40)).map(lambda drive: [drive])


@settings(max_examples=12, deadline=None)
@given(
    st.lists(rides, min_size=2, max_size=6),
    st.lists(rides | changes | changes | drives, min_size=4, max_size=16),
    st.sampled_from([[0], [0, 0, 90, 1500]]),
)
def test_shifts_change_and_promises_hold(
    first: list[list[Step]], then: list[list[Step]], delays_s: list[int]
) -> None:
    steps = [step for some in (*first, *then) for step in some]

    def drivers_of(town: Town) -> Drivers:
        delays = iter(delays_s * 1000)
        return Drivers(town, delay_s=lambda: next(delays))

    live(steps, drivers_of)
