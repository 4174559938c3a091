"""Threads for batches: all of them, none for one, and no error lost."""

import threading

import pytest
from routing_core.roads.crew import Crew


@pytest.fixture(autouse=True)
def three_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1, 2})


def test_batches_are_worked_on_at_the_same_time() -> None:
    # Nobody passes before three have come.
    together = threading.Barrier(3, timeout=30)

    def work(_: int) -> None:
        together.wait()

    Crew().each(work, range(3))


def test_one_batch_is_done_by_who_asks() -> None:
    seen = []
    Crew().each(lambda _: seen.append(threading.current_thread()), range(1))
    assert seen == [threading.current_thread()]


def test_every_batch_is_done_once() -> None:
    seen: list[int] = []
    Crew().each(seen.append, range(0, 1000, 7))
    assert sorted(seen) == list(range(0, 1000, 7))


def test_what_goes_wrong_in_a_thread_is_raised() -> None:
    def work(batch: int) -> None:
        if batch == 2:
            raise ValueError("batch 2")

    with pytest.raises(ValueError, match="batch 2"):
        Crew().each(work, range(4))
