"""What the search needs from others: rides on demand, and prices."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from journeys.application.question import Payer, Travellers
from journeys.domain.journey import Leg, PooledOffer, Price
from journeys.domain.places import Point


class Unavailable(Exception):  # noqa: N818 - says what is the matter
    """A service that does not answer now; the search goes on without it and says so."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class Span(NamedTuple):
    """From one instant to another, in Unix seconds."""

    earliest_s: int
    latest_s: int


@dataclass(frozen=True, slots=True)
class RideWish:
    """A ride that would fit a journey: when to be picked up, and when to be there."""

    pickup: Point
    dropoff: Point
    pickup_span: Span
    dropoff_span: Span
    travellers: Travellers
    max_walk_m: int


class OnDemand(Protocol):
    """The pooling service."""

    def covered(self, start: Point, ends: Sequence[Point]) -> Sequence[bool]:
        """Which ends can be reached from the start, or from which it can be, within one zone.

        Raises Unavailable.
        """
        ...

    def offers(self, wishes: Sequence[RideWish]) -> Sequence[PooledOffer | None]:
        """Held offers, or None where there is none; several are asked at once.

        Raises Unavailable.
        """
        ...

    def release(self, offers: Sequence[PooledOffer]) -> None:
        """Give back seats that no shown journey uses; what fails runs out by itself."""
        ...


class Prices(Protocol):
    """The ticketing service."""

    def quotes(
        self, journeys: Sequence[Sequence[Leg]], payer: Payer, travellers: Travellers
    ) -> Sequence[Price | None]:
        """What each would cost all who travel; None where no tariff is known for it.

        Raises
        ------
        Unavailable
            Where prices cannot be had now.
        NotFound
            ``ACCOUNT_NOT_FOUND``, in the field ``payer``.
        """
        ...
