"""What taking messages from devices needs from outside."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from waste.domain.frames import Frame, FrameRead
from waste.domain.readings import Reading
from waste.domain.uplinks import Uplink


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A message in which no device could be made out; the same one sent again is counted, not kept again.

    Parameters
    ----------
    source
        The door it came through: a topic, an address.
    reason, detail
        A word for programs, a sentence for people.
    """

    source: str
    body: bytes
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class KeptUnreadable:
    """An unreadable message as it is kept.

    Parameters
    ----------
    number
        Grows with every one that is new.
    times
        How often it came.
    """

    number: int
    message: Unreadable
    received_at: datetime
    times: int


class FrameReader(Protocol):
    """One state of what is kept."""

    def waiting(self, count: int) -> list[Frame]:
        """At most ``count`` frames that nobody has read, the oldest first."""
        ...

    def refused(
        self, *, reason: str, device_ids: Collection[str] | None, after: int, count: int
    ) -> list[Frame]:
        """At most ``count`` refused frames after a number, in the order they came.

        Parameters
        ----------
        reason
            Empty for any.
        device_ids
            None for those of all devices.
        """
        ...

    def refused_devices(self, reasons: Collection[str], count: int) -> list[str]:
        """At most ``count`` devices of which frames were refused for one of the reasons."""
        ...

    def refused_counts(self, device_ids: Collection[str] | None) -> Mapping[str, int]:
        """How many frames were refused, by reason; ``device_ids`` as in ``refused``."""
        ...

    def unreadable(self, *, reason: str, after: int, count: int) -> list[KeptUnreadable]: ...

    def unreadable_counts(self) -> Mapping[str, int]:
        """How many messages could not be read, by reason; each as often as it came."""
        ...

    def frames(self, device_id: str, after: int, count: int) -> list[Frame]:
        """A device's frames after a number, in the order they came."""
        ...

    def heard_at(self, device_id: str, since: datetime) -> list[datetime]:
        """The instants of a device's frames, oldest first."""
        ...


class FrameWriter(FrameReader, Protocol):
    """One transaction."""

    def keep(self, uplinks: Sequence[Uplink], received_at: datetime) -> int:
        """Keep those that are not known by device, session and counter; return how many were new."""
        ...

    def keep_unreadable(self, messages: Sequence[Unreadable], received_at: datetime) -> None: ...

    def settle(self, read: Sequence[tuple[Frame, FrameRead]]) -> None:
        """Note what frames turned out to be."""
        ...

    def wait_again(self, device_id: str) -> int:
        """Have a device's refused frames read again; return how many that are."""
        ...

    def purge(self, before: datetime) -> int:
        """Delete what came before, and return how many that were."""
        ...


class FrameStore(Protocol):
    """Where it is kept."""

    def reading(self) -> AbstractContextManager[FrameReader]: ...

    def writing(self) -> AbstractContextManager[FrameWriter]: ...


class DeviceModels(Protocol):
    """What devices are registered as."""

    def models(self, device_ids: Collection[str]) -> Mapping[str, str]:
        """The models of those that are registered, by id."""
        ...


class ReadingSink(Protocol):
    """Where readings go: known ones again are no harm, by device and instant."""

    def take(self, readings: Sequence[Reading]) -> object: ...
