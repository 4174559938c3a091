"""Use case: what devices send is kept first, and read afterwards.

Whoever brings a message is told that it was taken when it is kept: from then on nothing is lost, whatever
fails. A frame that waits is read until that has worked, and reading it twice comes to the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import structlog
from service_kit.errors import Aborted, ServiceError
from service_kit.once import MAX_ATTEMPTS, RETRY_AFTER_S, Overtaken

from waste.application.ports_frames import (
    DeviceModels,
    FrameStore,
    FrameWriter,
    ReadingSink,
    Unreadable,
)
from waste.domain.devices.registry import find_device
from waste.domain.frames import NO_MODEL, NOT_REGISTERED, Frame, FrameRead, FrameState, read_frame
from waste.domain.uplinks import Uplink

_log = structlog.get_logger(__name__)

READ_AT_ONCE = 500
DEVICES_AT_ONCE = 1_000
DECODER_FAILED = "DECODER_FAILED"
NOT_TAKEN = "READING_NOT_TAKEN"

ReadOne = tuple[Frame, FrameRead]
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of messages: new, known already by device, session and counter, or in no known form."""

    new_count: int
    repeated_count: int
    unreadable_count: int


@dataclass(frozen=True, slots=True)
class ReadCounts:
    """How many frames were read, and how many of them said nothing or could not be understood."""

    frame_count: int = 0
    reading_count: int = 0
    alive_count: int = 0
    refused_count: int = 0


class Ingestion:
    """Takes messages, and reads them.

    Attributes
    ----------
    waiting
        Called when there are frames to be read.
    """

    def __init__(
        self,
        store: FrameStore,
        models: DeviceModels,
        sink: ReadingSink,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._models = models
        self._sink = sink
        self._now = now
        self.waiting: Callable[[], None] = lambda: None

    def take(self, uplinks: Sequence[Uplink], unreadable: Sequence[Unreadable] = ()) -> Kept:
        """Keep messages in one transaction.

        Raises
        ------
        Unavailable, Aborted
            Where the database does not take part, or others are quicker again and again: nothing is kept.
        """
        now = self._now()

        def work(writer: FrameWriter) -> int:
            if unreadable:
                writer.keep_unreadable(unreadable, now)
            return writer.keep(uplinks, now) if uplinks else 0

        new = self._write(work)
        if new:
            self.waiting()
        return Kept(new, len(uplinks) - new, len(unreadable))

    def read_waiting(self, count: int = READ_AT_ONCE) -> ReadCounts:
        """Read at most ``count`` frames, the oldest first; nothing is read twice unless it failed half-way.

        Raises
        ------
        Unavailable, Aborted
            As in ``take``, of either database; the frames go on waiting.
        """
        with self._store.reading() as reader:
            frames = reader.waiting(count)
        if not frames:
            return ReadCounts()
        models = self._models.models({frame.uplink.device_id for frame in frames})
        read = self._handed_over(
            [(frame, _read(frame, models.get(frame.uplink.device_id))) for frame in frames]
        )
        self._write(lambda writer: writer.settle(read))
        return _counted(read)

    def read_what_is_known_now(self) -> int:
        """Have frames read again of devices that were registered since; return how many that are."""
        with self._store.reading() as reader:
            refused = reader.refused_devices((NOT_REGISTERED, NO_MODEL), DEVICES_AT_ONCE)
        known = self._models.models(refused) if refused else {}
        return sum(self.read_again(device_id) for device_id, model in known.items() if find_device(model))

    def read_again(self, device_id: str) -> int:
        """Have a device's refused frames read again, now that it is known what it is; return how many."""
        count = self._write(lambda writer: writer.wait_again(device_id))
        if count:
            _log.info("frames_read_again", device_id=device_id, count=count)
            self.waiting()
        return count

    def forget(self, before: datetime) -> int:
        """Delete what came before; return how many messages that were."""
        return self._write(lambda writer: writer.purge(before))

    def _handed_over(self, read: Sequence[ReadOne]) -> Sequence[ReadOne]:
        """Hand readings over; of those that are not taken only the ones at fault become refused frames."""
        readings = [reading for _, each in read for reading in each.readings]
        if not readings:
            return read
        try:
            self._sink.take(readings)
        except ServiceError:
            raise
        except Exception as error:
            if len(read) > 1:
                half = len(read) // 2
                return [*self._handed_over(read[:half]), *self._handed_over(read[half:])]
            frame = read[0][0]
            _log.exception("readings_not_taken", frame=frame.number, device_id=frame.uplink.device_id)
            refused = FrameRead(FrameState.REFUSED, reason=NOT_TAKEN, detail=type(error).__name__)
            return [(frame, refused)]
        return read

    def _write(self, work: Callable[[FrameWriter], ResultT]) -> ResultT:
        for _ in range(MAX_ATTEMPTS):
            try:
                with self._store.writing() as writer:
                    return work(writer)
            except Overtaken:
                continue
        raise Aborted(
            "OVERTAKEN", "others wrote the same again and again meanwhile", retry_after_s=RETRY_AFTER_S
        )


def _read(frame: Frame, model: str | None) -> FrameRead:
    try:
        return read_frame(frame, model)
    except Exception as error:
        # A decoder that is wrong must not keep the frames after this one waiting.
        _log.exception("decoder_failed", frame=frame.number, device_id=frame.uplink.device_id)
        return FrameRead(FrameState.REFUSED, reason=DECODER_FAILED, detail=type(error).__name__)


def _counted(read: Sequence[ReadOne]) -> ReadCounts:
    states = [each.state for _, each in read]
    return ReadCounts(
        len(read),
        sum(len(each.readings) for _, each in read),
        states.count(FrameState.ALIVE),
        states.count(FrameState.REFUSED),
    )
