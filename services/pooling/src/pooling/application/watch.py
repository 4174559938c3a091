"""What the use cases show of their work to whoever looks after the service."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from pooling.domain.facts import Fact


class Watch(Protocol):
    """Sees what is done; changes nothing."""

    def inserting(self, tour_count: int) -> AbstractContextManager[None]:
        """Stand around the search for the best places in so many tours."""
        ...

    def improving(self, time_limit_s: float) -> AbstractContextManager[None]:
        """Stand around the search for tours that drive less."""
        ...

    def stored(self, facts: Sequence[Fact]) -> None:
        """Hear what has been stored, once."""
        ...

    def improved(self, saved_s: int, saved_m: int) -> None:
        """Hear by how much less is driven with a better plan that has been stored."""
        ...
