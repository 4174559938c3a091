"""Telling every replica of a service that something has changed, so that those who wait look at once.

An announcement is a hint and nothing more: it may be lost, and whoever waits for one also looks by itself
from time to time. The truth is in the database.
"""

import queue
import threading
from collections.abc import Callable
from typing import Protocol

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry

from service_kit.backoff import Backoff
from service_kit.settings import StoreSettings

_log = structlog.get_logger(__name__)

WAITING_COUNT = 1_000
"""Announcements kept for a Redis that is slow; more are dropped."""
TIMEOUT_S = 2.0
_LISTEN_S = 0.5

Heard = Callable[[str], None]


class Announcements(Protocol):
    """One subject's announcements."""

    def announce(self, what: str) -> None:
        """Tell all replicas, this one among them. Never waits, never fails."""
        ...

    def start(self, heard: Heard) -> None:
        """Call ``heard``, from any thread, with whatever is announced from now on."""
        ...

    def stop(self) -> None:
        """Hear nothing more, and let go of the connection."""
        ...


def open_announcements(settings: StoreSettings, channel: str) -> Announcements:
    """Return the announcements of a channel: through Redis where there is one, else within this process."""
    if settings.redis_url is None:
        return LocalAnnouncements()
    return RedisAnnouncements(settings.redis_url.get_secret_value(), channel)


class LocalAnnouncements:
    """Within this process: where there is one replica."""

    def __init__(self) -> None:
        self._heard: Heard | None = None

    def announce(self, what: str) -> None:
        if self._heard is not None:
            self._heard(what)

    def start(self, heard: Heard) -> None:
        self._heard = heard

    def stop(self) -> None:
        self._heard = None


class RedisAnnouncements:
    """Through a channel of Redis. While that is away each replica hears itself alone.

    Parameters
    ----------
    url
        ``redis://host:port/0``, ``rediss://…``, ``unix:///path``.
    channel
        All who use the same one hear each other.
    """

    def __init__(self, url: str, channel: str) -> None:
        self._url = url
        self._channel = channel
        self._local = LocalAnnouncements()
        self._waiting: queue.Queue[str] = queue.Queue(WAITING_COUNT)
        self._stopping = threading.Event()
        self._listening = threading.Event()
        self._threads = [
            threading.Thread(target=self._tell, name="announcements-out", daemon=True),
            threading.Thread(target=self._listen, name="announcements-in", daemon=True),
        ]

    def announce(self, what: str) -> None:
        # This process needs no network to hear itself.
        self._local.announce(what)
        try:
            self._waiting.put_nowait(what)
        except queue.Full:
            _log.debug("announcement_dropped", channel=self._channel)

    def start(self, heard: Heard) -> None:
        self._local.start(heard)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._local.stop()
        self._stopping.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    def wait_until_listening(self, timeout_s: float) -> bool:
        """Whether, after at most ``timeout_s`` seconds, others are heard."""
        return self._listening.wait(timeout_s)

    def _client(self) -> redis.Redis:
        return redis.Redis.from_url(
            self._url,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            health_check_interval=10,
            retry=Retry(NoBackoff(), 0),
        )

    def _tell(self) -> None:
        with self._client() as client:
            while not self._stopping.is_set():
                try:
                    what = self._waiting.get(timeout=_LISTEN_S)
                except queue.Empty:
                    continue
                try:
                    client.publish(self._channel, what)
                except (redis.RedisError, OSError) as away:
                    # Late news are no news: who waits has looked by itself before Redis is back.
                    _log.info("announcement_not_told", channel=self._channel, error=repr(away))

    def _listen(self) -> None:
        backoff = Backoff()
        while not self._stopping.is_set():
            try:
                self._hear(backoff)
            except (redis.RedisError, OSError) as away:
                self._listening.clear()
                delay_s = backoff.next_delay_s()
                _log.warning(
                    "announcements_not_heard",
                    channel=self._channel,
                    error=repr(away),
                    delay_s=round(delay_s, 3),
                )
                self._stopping.wait(delay_s)

    def _hear(self, backoff: Backoff) -> None:
        with self._client() as client, client.pubsub() as channel:
            channel.subscribe(self._channel)
            while not self._stopping.is_set():
                message = channel.get_message(timeout=_LISTEN_S)
                if message is None:
                    continue
                if message["type"] == "subscribe":
                    backoff.reset()
                    self._listening.set()
                elif message["type"] == "message":
                    self._local.announce(message["data"].decode(errors="replace"))
