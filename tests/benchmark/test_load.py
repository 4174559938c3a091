"""The load benchmark's own rules: when load is too much, and that slow answers slow down nobody who asks."""

import asyncio
import random

import grpc
import pytest
from load_calls import OpenLoop
from load_figures import ALL_CALLS, ANSWERED_WITHIN_S, Figures, find_limit
from service_kit.errors import NotFound, ResourceExhausted
from service_kit.grpc_errors import STATUS_METADATA_KEY, to_status


def answered(call: str, *latencies_s: float) -> Figures:
    figures = Figures(seconds=2.0)
    for latency_s in latencies_s:
        figures.offered(call).latencies_s.append(latency_s)
    return figures


def refuse(figures: Figures, call: str, retry_after_s: float | None) -> None:
    error = ResourceExhausted("TOO_MANY_CALLS", "busy", retry_after_s=retry_after_s)
    figures.not_done(figures.offered(call), call, error, 0.1)


async def test_the_limit_is_found_between_what_is_carried_and_what_is_not() -> None:
    asked: list[float] = []

    async def carried(per_s: float) -> bool:
        asked.append(per_s)
        return per_s <= 100

    limit = await find_limit(carried, 20.0, factor=2.0, halvings=4)
    assert asked[:4] == [20.0, 40.0, 80.0, 160.0]
    assert 90 < limit <= 100
    assert limit == max(per_s for per_s in asked if per_s <= 100)
    assert 90 < await find_limit(carried, 300.0, factor=2.0, halvings=4) <= 100

    async def never(per_s: float) -> bool:
        return per_s < 0

    with pytest.raises(ValueError, match=r"0\.5 a second"):
        await find_limit(never, 4.0, factor=2.0)


def test_load_is_carried_while_every_kind_of_call_is_answered_soon_and_nothing_refused() -> None:
    figures = answered("GetRide", *[0.01] * 1000)
    assert figures.carried()
    figures.offered("RequestOffers").latencies_s.append(ANSWERED_WITHIN_S + 0.1)
    assert not figures.carried()

    figures = answered("GetRide", *[0.01] * 1000)
    refuse(figures, "GetRide", 0.5)
    assert not figures.carried()


def test_a_few_failures_are_no_sign_of_too_much_load_and_many_are() -> None:
    figures = answered("GetRide", *[0.01] * 99)
    error = NotFound("RIDE_NOT_FOUND", "no ride")
    figures.not_done(figures.offered("GetRide"), "GetRide", error, 0.1)
    assert figures.carried()
    assert figures.reasons == {"GetRide: RIDE_NOT_FOUND": 1}
    figures.not_done(figures.offered("GetRide"), "GetRide", error, 0.1)
    assert not figures.carried()


def test_rows_tell_what_was_offered_done_and_refused_each_second() -> None:
    figures = answered("GetRide", *[0.01] * 9, 0.5)
    refuse(figures, "RequestOffers", 0.5)
    refuse(figures, "RequestOffers", None)
    assert figures.refusals_without_delay == 1
    every, ride, offers = figures.rows("one", "step", [ALL_CALLS, "GetRide", "RequestOffers", "BookRide"])
    assert (every["offered/s"], every["done/s"], every["refused/s"]) == (6.0, 5.0, 1.0)
    assert (ride["p50 ms"], ride["p99 ms"], ride["p999 ms"]) == (10.0, 500.0, 500.0)
    assert (offers["offered/s"], offers["done/s"]) == (1.0, 0.0)


async def test_slow_answers_do_not_slow_down_what_is_asked_and_waiting_counts() -> None:
    loop = OpenLoop(random.Random(3))
    one_at_a_time = asyncio.Lock()
    service_s = 0.02

    async def slow() -> str:
        async with one_at_a_time:
            await asyncio.sleep(service_s)
            return "done"

    async def session(due_s: float) -> None:
        assert await loop.call("GetRide", due_s, slow) == "done"

    figures = await loop.run(200.0, 0.25, session)
    found = figures.calls["GetRide"]
    # Twelve can be answered in that time; about fifty are asked, and the last ones wait for all before them.
    assert found.offered == len(found.latencies_s) > 25
    assert max(found.latencies_s) > service_s * found.offered / 2


async def test_what_is_refused_is_counted_with_its_reason_and_delay() -> None:
    loop = OpenLoop(random.Random(3))
    error = ResourceExhausted("TOO_MANY_CALLS", "busy", retry_after_s=0.5)
    details = (STATUS_METADATA_KEY, to_status(error, "landlinie.pooling").SerializeToString())

    async def refused() -> None:
        raise grpc.aio.AioRpcError(
            grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.aio.Metadata(), grpc.aio.Metadata(details)
        )

    await loop.call("BookRide", asyncio.get_running_loop().time(), refused)
    assert loop.figures.calls["BookRide"].refused == 1
    assert loop.figures.reasons == {"TOO_MANY_CALLS": 1}
    assert not loop.figures.refusals_without_delay
