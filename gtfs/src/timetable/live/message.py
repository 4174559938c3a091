"""One GTFS-Realtime message from the wire, with limits; and what was not understood in it."""

from collections import Counter
from dataclasses import dataclass, field

from google.protobuf.message import DecodeError
from google.transit import gtfs_realtime_pb2 as wire

MOST_BYTES = 64 * 1024**2
"""The longest message that is read; the largest public feeds have a tenth of it."""
MOST_ENTITIES = 500_000
STALE_S = 5 * 60
"""A source that told nothing for so long is not live any more."""
AHEAD_S = 60
"""Clocks of sources go this much before ours; more is a mistake."""
MOST_EXAMPLES = 5


class RealtimeError(ValueError):
    """A message that cannot be used at all: too long, no GTFS-Realtime, or only differences."""


@dataclass(slots=True)
class Told:
    """What of a message was not used, counted by reason, with a few examples.

    Parameters
    ----------
    told_at_s
        When the source told it, Unix seconds; 0 where it does not say.
    age_s
        How long ago that was; 0 where it does not say.
    stale
        Whether that is longer than ``STALE_S``, or the source does not say when it was.
    used
        How many entities were used.
    """

    told_at_s: int
    age_s: int
    stale: bool
    used: int = 0
    unused: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def leave(self, reason: str, entity: str) -> None:
        """Count an entity, or a part of one, that was not used."""
        self.unused[reason] += 1
        if len(known := self.examples.setdefault(reason, [])) < MOST_EXAMPLES:
            known.append(entity[:120])


def parse_message(data: bytes, now_s: float) -> tuple[wire.FeedMessage, Told]:
    """Read a message.

    Parameters
    ----------
    data
        The protobuf message as it came.
    now_s
        The time now, Unix seconds.

    Raises
    ------
    RealtimeError
        If it is longer than ``MOST_BYTES``, has more than ``MOST_ENTITIES``, is no GTFS-Realtime of version 1
        or 2, or holds differences instead of the whole.
    """
    if len(data) > MOST_BYTES:
        raise RealtimeError(f"message: {len(data)} bytes long, at most {MOST_BYTES} are read")
    message = wire.FeedMessage()
    try:
        message.ParseFromString(data)
    except DecodeError as error:
        raise RealtimeError(f"message: no GTFS-Realtime: {error}") from error
    header = message.header
    if header.gtfs_realtime_version.partition(".")[0] not in {"1", "2"}:
        raise RealtimeError(f"header.gtfs_realtime_version: {header.gtfs_realtime_version!r} is not known")
    if header.incrementality != wire.FeedHeader.FULL_DATASET:
        raise RealtimeError("header.incrementality: differences are not read, only whole data sets")
    if len(message.entity) > MOST_ENTITIES:
        raise RealtimeError(f"entity: {len(message.entity)} of them, at most {MOST_ENTITIES} are read")
    told_at_s = header.timestamp
    age_s = int(now_s) - told_at_s if told_at_s else 0
    told = Told(told_at_s, age_s, stale=not told_at_s or not -AHEAD_S <= age_s <= STALE_S)
    return message, told
