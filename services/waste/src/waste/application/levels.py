"""Use cases: readings are taken, lifts reported, and both looked up again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service_kit.identity.principal import Principal
from service_kit.once import Call, write

from waste.application.desk import Desk, found, missing
from waste.application.ports_containers import Chosen, ContainerReader, ContainerWriter, Span
from waste.domain.access import EVERYTHING, Scope, scope_of
from waste.domain.container_state import ContainerState, LiftRecorded
from waste.domain.containers import Container, Device
from waste.domain.measured import Level, Lift, LiftSource, level_of
from waste.domain.readings import Reading

SAME_LIFT_S = 6 * 3600.0
"""A lift that is reported within so many seconds of one that was detected is that one."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of readings.

    Parameters
    ----------
    new
        Those that were stored, each with its device.
    known_count
        Those that were there already.
    unknown_device_ids
        Devices that nobody registered; their readings are not stored.
    """

    new: tuple[tuple[Device, Reading], ...]
    known_count: int
    unknown_device_ids: frozenset[str]


class Levels:
    """From readings to levels, and what was measured."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def take(self, readings: Sequence[Reading]) -> Taken:
        """Store readings in one transaction; those that are known already, by device and instant, stay.

        States are worked out anew afterwards, not in this call.

        Raises
        ------
        Aborted
            Where others wrote the same again and again.
        Unavailable
            Where the database does not take part.
        """
        taken = write(self._desk.store, lambda writer: self._taken(writer, readings, EVERYTHING))
        self._desk.committed(_container_ids(taken))
        return taken

    def report_readings(self, call: Call[Taken], readings: Sequence[Reading]) -> bytes:
        """Store readings that a caller tells of devices of its own; raises NotFound for another's."""
        scope = scope_of(call.caller)
        concerned: list[str] = []

        def work(writer: ContainerWriter) -> Taken:
            known = writer.devices({reading.device_id for reading in readings})
            for number, reading in enumerate(readings):
                if reading.device_id not in known or known[reading.device_id].sub_account_id not in scope:
                    found(writer, Device, reading.device_id, scope, f"readings[{number}].device_id")
            taken = self._taken(writer, readings, scope)
            concerned[:] = _container_ids(taken)
            return taken

        answer = self._desk.once(call, work)
        self._desk.committed(concerned)
        return answer

    def report_lift(
        self, call: Call[Lift], container_id: str, at: datetime | None, weight_kg: float
    ) -> bytes:
        """Note an emptying that somebody tells of; raises NotFound."""

        def work(writer: ContainerWriter) -> Lift:
            container = found(writer, Container, container_id, scope_of(call.caller))
            return self.lifted(writer, container, at or self._desk.clock.now(), weight_kg=weight_kg)

        return self._desk.once(call, work, container_id)

    def emptied(
        self,
        container_id: str,
        at: datetime,
        *,
        after_share: float = 0.0,
        weight_kg: float = 0.0,
        tour_id: str = "",
    ) -> None:
        """Note an emptying by a tour; the same one told again changes nothing. Containers gone are passed by.

        Parameters
        ----------
        weight_kg
            0 where it was not weighed.
        """

        def work(writer: ContainerWriter) -> None:
            container = writer.find(Container, container_id, EVERYTHING)
            if container is not None:
                self.lifted(
                    writer, container, at, after_share=after_share, weight_kg=weight_kg, tour_id=tour_id
                )

        write(self._desk.store, work)
        self._desk.committed([container_id])

    def not_emptied(self, container_id: str, at: datetime, *, tour_id: str) -> None:
        """Forget an emptying that a tour told of by mistake; where levels show one, it is found again."""

        def work(writer: ContainerWriter) -> None:
            for lift in writer.lifts_of(container_id, around(at, 1.0)):
                if (lift.at, lift.source, lift.tour_id) == (at, LiftSource.REPORTED, tour_id):
                    writer.remove_lift(lift)
                    writer.judge_by([container_id], self._desk.clock.now())

        write(self._desk.store, work)
        self._desk.committed([container_id])

    def lifted(
        self,
        writer: ContainerWriter,
        container: Container,
        at: datetime,
        *,
        after_share: float = 0.0,
        weight_kg: float = 0.0,
        tour_id: str = "",
    ) -> Lift:
        """Store a lift that was reported, in place of one that was detected at about that time."""
        before = writer.levels(container.id, Span(end=at), 1, newest=True)
        before_share = before[-1].level_share if before else None
        lift = Lift(
            container.id,
            at,
            LiftSource.REPORTED,
            before_share,
            after_share,
            weight_kg or container.weight_kg(max(0.0, (before_share or 0.0) - after_share)),
            weighed=weight_kg > 0,
            tour_id=tour_id,
        )
        for other in writer.lifts_of(container.id, around(at, SAME_LIFT_S)):
            if other.at == at and other.source is LiftSource.REPORTED and other.tour_id == tour_id:
                return other
            if other.source is LiftSource.DETECTED:
                writer.remove_lift(other)
                lift = replace(lift, before_share=other.before_share)
        writer.put_lift(container, lift)
        writer.judge_by([container.id], self._desk.clock.now())
        writer.tell([LiftRecorded(container, lift)])
        return lift

    def readings(self, device_id: str, caller: Principal, span: Span, count: int) -> list[Reading]:
        """What a device measured while it was the caller's, oldest first; raises NotFound."""
        scope = scope_of(caller)
        with self._desk.store.reading() as reader:
            found(reader, Device, device_id, scope)
            return reader.readings(device_id, scope, span, count)

    def levels(self, container_id: str, caller: Principal, span: Span, count: int) -> list[Level]:
        """How full a container was, oldest first; raises NotFound."""
        with self._desk.store.reading() as reader:
            found(reader, Container, container_id, scope_of(caller))
            return reader.levels(container_id, span, count)

    def lifts(self, chosen: Chosen, span: Span, after: int, count: int) -> list[tuple[int, Lift]]:
        """Lifts as they became known; raises NotFound for a container that is named and not there."""
        with self._desk.store.reading() as reader:
            if chosen.container_id:
                found(reader, Container, chosen.container_id, chosen.scope)
            return reader.lifts(chosen, span, after, count)

    def state(self, container_id: str, caller: Principal) -> ContainerState:
        """A container as it is now; raises NotFound."""
        with self._desk.store.reading() as reader:
            scope = scope_of(caller)
            found(reader, Container, container_id, scope)
            return _state(reader, container_id, scope).as_of(self._desk.clock.now())

    def states(self, chosen: Chosen, after: str, count: int) -> list[ContainerState]:
        """At most ``count`` states of containers with ids after one, by id."""
        with self._desk.store.reading() as reader:
            states = reader.states(chosen, after, count)
        now = self._desk.clock.now()
        return [state.as_of(now) for state in states]

    def changes(self, chosen: Chosen, seen: dict[str, int]) -> tuple[list[ContainerState], list[str]]:
        """States of other versions than those seen, and containers that are gone; ``seen`` is kept up."""
        with self._desk.store.reading() as reader:
            versions = reader.state_versions(chosen)
            gone = sorted(seen.keys() - versions.keys())
            changed = sorted(each for each, version in versions.items() if seen.get(each) != version)
            states = [state for each in changed if (state := reader.state(each, chosen.scope)) is not None]
        for container_id in gone:
            del seen[container_id]
        seen.update((state.container_id, state.version) for state in states)
        now = self._desk.clock.now()
        return [state.as_of(now) for state in states], gone

    def _taken(self, writer: ContainerWriter, readings: Sequence[Reading], scope: Scope) -> Taken:
        devices = writer.devices({reading.device_id for reading in readings})
        told = [
            (device, reading)
            for reading in readings
            if (device := devices.get(reading.device_id)) is not None
            and device.sub_account_id in scope
            and device.is_its_own(reading.at)
        ]
        new = writer.add_readings(told)
        containers = writer.containers({device.container_id for device, _ in new if device.container_id})
        levels = [
            (container.id, device.id, Level(reading.at, share))
            for device, reading in new
            if device.measured_there(reading.at)
            and (container := containers.get(device.container_id)) is not None
            and (share := level_of(container, reading.measurement)) is not None
        ]
        writer.add_levels(levels)
        writer.judge_by({container_id for container_id, _, _ in levels}, self._desk.clock.now())
        unknown = frozenset(reading.device_id for reading in readings) - devices.keys()
        return Taken(tuple(new), len(told) - len(new), unknown)


def around(at: datetime, reach_s: float) -> Span:
    """From so long before an instant to so long after it."""
    reach = timedelta(seconds=reach_s)
    return Span(at - reach, at + reach)


def _container_ids(taken: Taken) -> list[str]:
    return sorted({device.container_id for device, _ in taken.new if device.container_id})


def _state(reader: ContainerReader, container_id: str, scope: Scope) -> ContainerState:
    state = reader.state(container_id, scope)
    if state is None:
        raise missing(Container, container_id)
    return state
