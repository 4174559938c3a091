"""What the use cases around containers need from outside."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from service_kit.identity.audit import AuditEntry
from service_kit.once import Answers, WritableAnswers

from waste.domain.access import Scope
from waste.domain.ampel import Ampel
from waste.domain.container_state import ContainerState, Fact
from waste.domain.containers import Container, Device, Fraction, Site, SubAccount
from waste.domain.measured import Level, Lift
from waste.domain.readings import Reading

KeptT = TypeVar("KeptT", SubAccount, Site, Container, Device)


@dataclass(frozen=True, slots=True)
class Span:
    """Instants from ``start`` up to before ``end``; None for no bound."""

    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which things a list is of; empty fields choose nothing out."""

    scope: Scope
    site_id: str = ""
    depot_id: str = ""
    container_id: str = ""
    fraction: Fraction | None = None
    ampels: frozenset[Ampel] = frozenset()


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries of the audit trail."""

    since: datetime | None
    subject: str | None
    entity_id: str | None


class ContainerReader(Answers, Protocol):
    """One state of what is kept."""

    def find(self, kind: type[KeptT], thing_id: str, scope: Scope) -> KeptT | None:
        """The thing of this id, where it exists in the scope."""
        ...

    def listed(self, kind: type[KeptT], chosen: Chosen, after: str, count: int) -> list[KeptT]:
        """At most ``count`` things with ids after one, by id."""
        ...

    def devices(self, device_ids: Collection[str]) -> Mapping[str, Device]:
        """Those of the devices that there are, by id."""
        ...

    def containers(self, container_ids: Collection[str]) -> Mapping[str, Container]:
        """Those of the containers that there are, by id."""
        ...

    def readings(self, device_id: str, scope: Scope, span: Span, count: int) -> list[Reading]:
        """What a device measured for the sub-accounts, the oldest ``count`` first."""
        ...

    def levels(self, container_id: str, span: Span, count: int, *, newest: bool = False) -> list[Level]:
        """Oldest first; where there are more than ``count``, the oldest or the newest ones."""
        ...

    def lifts(self, chosen: Chosen, span: Span, after: int, count: int) -> list[tuple[int, Lift]]:
        """At most ``count`` lifts after a number, as they became known, with their numbers."""
        ...

    def full_times(self, chosen: Chosen, span: Span, share: float) -> list[tuple[str, datetime]]:
        """When which containers were measured at or above a share."""
        ...

    def lifts_of(self, container_id: str, span: Span) -> list[Lift]:
        """A container's lifts, oldest first."""
        ...

    def state(self, container_id: str, scope: Scope) -> ContainerState | None: ...

    def states(self, chosen: Chosen, after: str, count: int) -> list[ContainerState]:
        """At most ``count`` states of containers with ids after one, by id."""
        ...

    def state_versions(self, chosen: Chosen) -> dict[str, int]:
        """The version of every state, by container."""
        ...

    def due(self, now: datetime, count: int) -> list[str]:
        """Containers whose state is to be worked out again, those that wait longest first."""
        ...

    def due_count(self, now: datetime) -> int:
        """How many containers that are."""
        ...

    def ampel_counts(self) -> Mapping[Ampel, int]:
        """How many containers have which colour."""
        ...

    def asked_count(self, container_id: str) -> int:
        """How often it was asked for that the state be worked out; to be handed back with the state."""
        ...

    def audit_entries(self, chosen: AuditFilter, after: int, count: int) -> list[tuple[int, AuditEntry]]: ...


class ContainerWriter(ContainerReader, WritableAnswers, Protocol):
    """One transaction."""

    def keep(self, thing: SubAccount | Site | Container | Device) -> None:
        """Store a thing, new or changed."""
        ...

    def remove(self, thing: SubAccount | Site | Container | Device) -> None: ...

    def exists(self, kind: type[KeptT], thing_id: str) -> bool:
        """Whether anybody in the district has a thing of this id."""
        ...

    def add_readings(self, readings: Sequence[tuple[Device, Reading]]) -> list[tuple[Device, Reading]]:
        """Store those that are not known yet, by device and instant, and return them."""
        ...

    def add_levels(self, levels: Sequence[tuple[str, str, Level]]) -> None:
        """Store levels by container and device; the first one of an instant stays."""
        ...

    def forget_levels(self, container_id: str) -> None: ...

    def lifted_for_another(self, container_id: str, sub_account_id: str) -> bool:
        """Whether a container of this id was emptied for another sub-account."""
        ...

    def measured_for_another(self, device_id: str, sub_account_id: str) -> bool:
        """Whether a device of this id measured for another sub-account."""
        ...

    def put_lift(self, container: Container, lift: Lift) -> None: ...

    def remove_lift(self, lift: Lift) -> None: ...

    def put_state(self, state: ContainerState, judge_at: datetime, asked_count: int) -> None:
        """Store a state, due again at that instant, or still due where it was asked for again meanwhile.

        Raises Overtaken unless this version follows the one that is stored.
        """
        ...

    def remove_state(self, container_id: str) -> None: ...

    def judge_by(self, container_ids: Collection[str], instant: datetime) -> None:
        """Have the states worked out again at that instant, or when they are due before it."""
        ...

    def postpone(self, container_id: str, instant: datetime) -> None:
        """Have a state worked out again at that instant, whatever it was due for."""
        ...

    def tell(self, facts: Sequence[Fact]) -> None:
        """Put facts into the outbox."""
        ...

    def record(self, entry: AuditEntry) -> None: ...

    def purge(self, *, answered_before: datetime, audited_before: datetime, measured_before: datetime) -> int:
        """Delete what is older, and return how many rows that were."""
        ...


class ContainerStore(Protocol):
    """Where it is kept."""

    def reading(self) -> AbstractContextManager[ContainerReader]: ...

    def writing(self) -> AbstractContextManager[ContainerWriter]: ...
