"""Allowances: never more than was filled in, by whatever pattern of calls."""

from hypothesis import given
from hypothesis import strategies as st
from service_kit.rate_limit import Rate, TokenBuckets


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


async def test_a_burst_then_the_rate() -> None:
    clock = Clock()
    buckets = TokenBuckets(clock_s=clock)
    rate = Rate(per_s=2.0, burst=3)
    assert [await buckets.take("a", rate) for _ in range(4)] == [0, 0, 0, 0.5]
    assert await buckets.take("b", rate) == 0
    clock.now_s += 0.5
    assert await buckets.take("a", rate) == 0
    assert await buckets.take("a", rate) > 0


async def test_whoever_is_forgotten_starts_full() -> None:
    buckets = TokenBuckets(most_keys=1, clock_s=Clock())
    rate = Rate(per_s=1.0, burst=1)
    assert await buckets.take("a", rate) == 0
    assert await buckets.take("b", rate) == 0
    assert await buckets.take("a", rate) == 0
    assert await buckets.take("a", rate) == 1.0


@given(
    pauses_s=st.lists(st.floats(0, 3), min_size=1, max_size=60),
    per_s=st.floats(0.1, 50),
    burst=st.integers(1, 20),
)
async def test_never_more_calls_than_the_allowance(pauses_s: list[float], per_s: float, burst: int) -> None:
    clock = Clock()
    buckets = TokenBuckets(clock_s=clock)
    began_s, taken = clock.now_s, 0
    for pause_s in pauses_s:
        clock.now_s += pause_s
        wait_s = await buckets.take("a", Rate(per_s, burst))
        taken += wait_s == 0
        assert taken <= burst + (clock.now_s - began_s) * per_s + 1e-6
        assert 0 <= wait_s <= 1 / per_s
        if wait_s:
            clock.now_s += wait_s + 1e-9
            assert await buckets.take("a", Rate(per_s, burst)) == 0
            taken += 1
