"""Taking turns at a zone's plan: those on the road before those who plan ahead."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """Lets one thread work at a time; who is under way goes before everybody who is not.

    Among equals the order of coming is kept. Those who are not under way may wait for as long as others who
    are keep coming, which is a few reports of a few vehicles.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._taken = False
        self._waiting: list[tuple[bool, object]] = []

    @contextmanager
    def turn(self, *, under_way: bool) -> Iterator[None]:
        """Wait for one's turn, and have it for as long as the block runs."""
        me = (under_way, object())
        with self._changed:
            self._waiting.append(me)
            try:
                self._changed.wait_for(lambda: not self._taken and self._next() is me)
            finally:
                self._waiting.remove(me)
            self._taken = True
        try:
            yield
        finally:
            with self._changed:
                self._taken = False
                self._changed.notify_all()

    def _next(self) -> tuple[bool, object]:
        return next((waiting for waiting in self._waiting if waiting[0]), self._waiting[0])
