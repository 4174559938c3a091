"""Hints among replicas: one contract for both ends, and what Redis going away costs."""

import queue
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import redis
from servers import RedisServer
from service_kit.announcements import WAITING_COUNT, Announcements, LocalAnnouncements, RedisAnnouncements

PATIENCE_S = 120.0
CHANNEL = "landlinie.test"


@contextmanager
def listening(announcements: Announcements) -> Iterator["queue.Queue[str]"]:
    """What is heard, once it is heard."""
    heard: queue.Queue[str] = queue.Queue()
    announcements.start(heard.put)
    try:
        if isinstance(announcements, RedisAnnouncements):
            assert announcements.wait_until_listening(PATIENCE_S)
        yield heard
    finally:
        announcements.stop()


@pytest.fixture(params=["local", "redis"])
def make(request: pytest.FixtureRequest) -> Callable[[], Announcements]:
    if request.param == "local":
        return LocalAnnouncements
    url = request.getfixturevalue("redis_url")
    return lambda: RedisAnnouncements(url, CHANNEL)


def until_heard(heard: "queue.Queue[str]", wanted: str) -> None:
    while heard.get(timeout=PATIENCE_S) != wanted:
        pass


def test_who_announces_hears_itself(make: Callable[[], Announcements]) -> None:
    announcements = make()
    announcements.announce("before anybody listens")
    with listening(announcements) as heard:
        announcements.announce("nord/2026-03-10")
        until_heard(heard, "nord/2026-03-10")


def test_nothing_is_heard_after_the_end(make: Callable[[], Announcements]) -> None:
    announcements = make()
    with listening(announcements) as heard:
        pass
    announcements.announce("late")
    assert "late" not in heard.queue


def test_stopping_what_never_started(make: Callable[[], Announcements]) -> None:
    make().stop()


def test_replicas_hear_each_other(redis_url: str) -> None:
    one, two = RedisAnnouncements(redis_url, CHANNEL), RedisAnnouncements(redis_url, CHANNEL)
    other = RedisAnnouncements(redis_url, "landlinie.other")
    with listening(one) as at_one, listening(two) as at_two, listening(other) as elsewhere:
        one.announce("a")
        until_heard(at_two, "a")
        two.announce("b")
        until_heard(at_one, "b")
        other.announce("end")
        until_heard(elsewhere, "end")
        assert "a" not in elsewhere.queue


def test_a_server_that_dies_is_found_again_and_nobody_waits_for_it() -> None:
    server = RedisServer()
    server.start()
    one, two = RedisAnnouncements(server.url, CHANNEL), RedisAnnouncements(server.url, CHANNEL)
    try:
        with listening(one) as at_one, listening(two) as at_two:
            server.kill()
            for number in range(2 * WAITING_COUNT):
                one.announce(f"lost {number}")
            until_heard(at_one, f"lost {2 * WAITING_COUNT - 1}")
            server.start()
            while True:
                one.announce("back")
                try:
                    if at_two.get(timeout=0.1) == "back":
                        break
                except queue.Empty:
                    continue
    finally:
        server.remove()


def test_a_server_that_stops_answering_keeps_nobody() -> None:
    server = RedisServer()
    server.start()
    announcements = RedisAnnouncements(server.url, CHANNEL)
    try:
        with listening(announcements) as heard:
            server.signal(signal.SIGSTOP)
            announcements.announce("heard here")
            until_heard(heard, "heard here")
    finally:
        server.remove()


def test_what_is_no_text_is_heard_all_the_same(redis_url: str) -> None:
    with listening(RedisAnnouncements(redis_url, CHANNEL)) as heard:
        with redis.Redis.from_url(redis_url) as stranger:
            stranger.publish(CHANNEL, b"\xff")
        until_heard(heard, "�")
