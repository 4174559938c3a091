"""Fares v2 as plain values: what the files say, before anything is priced."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from timetable.fares.money import Money

Line = int
"""Line in the rule's file, the header being line 1: how an explanation names a rule."""


@dataclass(frozen=True, slots=True)
class Rider:
    """A rider category."""

    rider_id: str
    name: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """One row of ``fare_products.txt``: a product at a price, on one medium, for one rider category.

    Parameters
    ----------
    rider
        Category that may buy it; empty where every category may.
    medium
        Medium that it is used with; empty where the feed does not tell.
    """

    product: str
    name: str
    rider: str
    medium: str
    price: Money


@dataclass(frozen=True, slots=True)
class Timeframe:
    """From ``start_s`` until before ``end_s``, seconds of local time, on the days of a service."""

    start_s: int
    end_s: int
    service: str


@dataclass(frozen=True, slots=True)
class LegRule:
    """One row of ``fare_leg_rules.txt``; an empty text is an empty field."""

    line: Line
    group: str
    network: str
    from_area: str
    to_area: str
    from_timeframe: str
    to_timeframe: str
    product: str
    priority: int = 0
    area_set: str = ""
    """``contains_exactly_area_set_id`` of the proposal; empty wherever only the adopted text is used."""


@dataclass(frozen=True, slots=True)
class JoinRule:
    """One row of ``fare_leg_join_rules.txt``; an empty text is an empty field."""

    line: Line
    from_network: str
    to_network: str
    from_stop: str
    to_stop: str


class TransferType(IntEnum):
    """Which prices are added at a transfer from A to B."""

    FROM_AND_TRANSFER = 0
    FROM_TRANSFER_AND_TO = 1
    TRANSFER_ONLY = 2


class LimitType(IntEnum):
    """Between which moments of the first and the last leg a duration limit is measured."""

    DEPARTURE_TO_ARRIVAL = 0
    DEPARTURE_TO_DEPARTURE = 1
    ARRIVAL_TO_DEPARTURE = 2
    ARRIVAL_TO_ARRIVAL = 3


NO_LIMIT = -1


@dataclass(frozen=True, slots=True)
class TransferRule:
    """One row of ``fare_transfer_rules.txt``.

    Parameters
    ----------
    from_group, to_group
        Leg groups; an empty text is an empty field.
    most_transfers
        ``transfer_count``: ``NO_LIMIT`` or how many transfers in a row it holds for. 1 where the two groups
        differ: there the field must be empty.
    limit_s, limit_type
        Longest duration in seconds, ends included, and how it is measured; both ``None`` without a limit.
    product
        Product bought for the transfer; empty for none.
    """

    line: Line
    from_group: str
    to_group: str
    most_transfers: int
    limit_s: int | None
    limit_type: LimitType | None
    kind: TransferType
    product: str

    @property
    def repeats(self) -> bool:
        """Whether it may be applied to several transfers in a row, as one within a group may."""
        return self.from_group == self.to_group


@dataclass(frozen=True, slots=True)
class FaresV2:
    """The fare files of a feed.

    Parameters
    ----------
    offers
        By product id, in the file's order.
    has_priority
        Whether ``fare_leg_rules.txt`` has the column ``rule_priority``: it changes what an empty field means.
    area_sets
        Areas by set id; empty unless the feed has ``area_set_elements.txt`` of the proposal.
    """

    riders: Mapping[str, Rider]
    media: Mapping[str, str]
    offers: Mapping[str, tuple[Offer, ...]]
    timeframes: Mapping[str, tuple[Timeframe, ...]]
    leg_rules: tuple[LegRule, ...]
    has_priority: bool
    join_rules: tuple[JoinRule, ...]
    transfer_rules: tuple[TransferRule, ...]
    area_sets: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def rider_ids(self) -> tuple[str, ...]:
        """All categories, those first that have a row of their own in ``rider_categories.txt``."""
        named = (offer.rider for offers in self.offers.values() for offer in offers if offer.rider)
        return tuple(dict.fromkeys((*self.riders, *named)))

    @property
    def medium_ids(self) -> tuple[str, ...]:
        """All media, those first that have a row of their own in ``fare_media.txt``."""
        named = (offer.medium for offers in self.offers.values() for offer in offers if offer.medium)
        return tuple(dict.fromkeys((*self.media, *named)))

    @property
    def default_riders(self) -> tuple[str, ...]:
        """The categories flagged as default, or the only one there is; of each product one of them may be."""
        flagged = tuple(rider.rider_id for rider in self.riders.values() if rider.is_default)
        return flagged or (tuple(self.riders) if len(self.riders) == 1 else ())
