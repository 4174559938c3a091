"""Who is under way goes first; nobody works at the same time as somebody else."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from pooling.application.turns import Turns

PATIENCE_S = 120.0


def wait_in_line(turns: Turns, count: int) -> None:
    give_up_at_s = time.monotonic() + PATIENCE_S
    while len(turns._waiting) < count:
        assert time.monotonic() < give_up_at_s
        time.sleep(0.001)


def test_who_is_under_way_goes_first_and_equals_keep_their_order() -> None:
    turns = Turns()
    order: list[str] = []

    def come(name: str, *, under_way: bool) -> None:
        with turns.turn(under_way=under_way):
            order.append(name)

    comers = [("book 1", False), ("book 2", False), ("board 1", True), ("book 3", False), ("board 2", True)]
    with ThreadPoolExecutor(len(comers)) as pool, turns.turn(under_way=False):
        for number, (name, under_way) in enumerate(comers, start=1):
            pool.submit(come, name, under_way=under_way)
            wait_in_line(turns, number)
        assert order == []
    assert order == ["board 1", "board 2", "book 1", "book 2", "book 3"]


def test_one_at_a_time_whoever_they_are() -> None:
    turns = Turns()
    inside = 0
    seen: set[int] = set()

    def come(number: int) -> None:
        nonlocal inside
        for _ in range(50):
            with turns.turn(under_way=number % 3 == 0):
                inside += 1
                time.sleep(0)
                seen.add(inside)
                inside -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(come, range(8)))
    assert seen == {1}


def test_whose_work_fails_has_had_its_turn() -> None:
    turns = Turns()

    def fail() -> None:
        with turns.turn(under_way=True):
            raise ConnectionError

    with pytest.raises(ConnectionError):
        fail()
    with turns.turn(under_way=False):
        assert turns._waiting == []
