"""What the use cases need from outside: four stores, and detection."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from service_kit.identity.audit import AuditEntry
from service_kit.once import Answers, WritableAnswers

from ticketing.domain.account import Account, PaymentDetails, Pseudonyms
from ticketing.domain.journal import Entry
from ticketing.domain.journeys import Happening, JourneyKey, Reading
from ticketing.domain.operations import Operation, Step
from ticketing.domain.trace import Fix


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries of the audit trail to list; None for all."""

    since: datetime | None = None
    subject: str | None = None
    entity_id: str | None = None


class IdentityReader(Answers, Protocol):
    """Who has which account, and under which names it is known elsewhere."""

    def account(self, account_id: str) -> Account | None: ...

    def accounts(self, subject: str | None, after: str, count: int) -> list[Account]:
        """At most ``count`` accounts by id, after an id; of a passenger, or all."""
        ...

    def payment_details(self, account_id: str) -> PaymentDetails | None: ...

    def pseudonyms(self, account_id: str, month: str) -> Pseudonyms | None: ...

    def all_pseudonyms(self, account_id: str) -> list[Pseudonyms]:
        """By month."""
        ...

    def of_payer(self, payer: str) -> Pseudonyms | None: ...

    def of_rider(self, rider: str) -> Pseudonyms | None: ...

    def audit_entries(self, chosen: AuditFilter, after: int, count: int) -> list[tuple[int, AuditEntry]]:
        """At most ``count`` entries after a number, oldest first, with their numbers."""
        ...


class IdentityWriter(IdentityReader, WritableAnswers, Protocol):
    def put_account(self, account: Account) -> None: ...

    def put_payment_details(self, account_id: str, details: PaymentDetails) -> None: ...

    def put_pseudonyms(self, pseudonyms: Pseudonyms) -> None: ...

    def delete_account(self, account_id: str) -> None:
        """With payment details and pseudonyms: nothing leads from here to its rides any more."""
        ...

    def record(self, entry: AuditEntry) -> None:
        """Add to the trail of who did what."""
        ...

    def purge(self, answered_before: datetime, audited_before: datetime) -> int: ...


class IdentityStore(Protocol):
    def reading(self) -> AbstractContextManager[IdentityReader]: ...

    def writing(self) -> AbstractContextManager[IdentityWriter]: ...


@dataclass(frozen=True, slots=True)
class Told:
    """A journey's key and everything told about it."""

    key: JourneyKey
    happenings: tuple[Happening, ...]


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a rider's period was settled last.

    ``unpriced`` are references of journeys that no product covers.
    """

    rider: str
    period_id: str
    time: datetime
    total_cents: int
    optimal: bool
    unpriced: tuple[str, ...] = ()


class RideReader(Answers, Protocol):
    """Journeys and the journal."""

    def journey(self, riders: Sequence[str], journey_id: str) -> Told | None:
        """The journey of this id of one person, whose pseudonyms these are; the newest of several."""
        ...

    def journeys(
        self, riders: Sequence[str], period_id: str | None, after: int, count: int
    ) -> list[tuple[int, Told]]:
        """At most ``count``, as they became known, after a position, with their positions."""
        ...

    def journeys_of(self, rider: str, period_id: str) -> list[Told]: ...

    def version(self, rider: str, period_id: str) -> tuple[int, int]:
        """How much has been told of a rider's period, and the last number in the rider's journal."""
        ...

    def riders_in(self, period_id: str, after: str, count: int) -> list[str]:
        """At most ``count`` riders with journeys in the period, in order, after one."""
        ...

    def entries(self, rider: str) -> list[Entry]:
        """All of a rider's journal, by number."""
        ...

    def entries_posted_in(self, riders: Sequence[str], period_id: str) -> list[Entry]:
        """What stands on a period's statement, by rider and number."""
        ...

    def settlement(self, rider: str, period_id: str) -> Settlement | None: ...

    def settlements(self, riders: Sequence[str]) -> list[Settlement]:
        """Newest period first."""
        ...


class RideWriter(RideReader, WritableAnswers, Protocol):
    def put_journey(self, key: JourneyKey) -> None:
        """Store the key unless the rider has a journey of this id already."""
        ...

    def tell(self, key: JourneyKey, happening: Happening, now: datetime) -> bool:
        """Add what happened on a journey; False where that was known."""
        ...

    def tell_of_ride(self, ride_id: str, happening: Happening, now: datetime) -> bool:
        """Add what happened to an on-demand ride, known here or not yet; False where that was known."""
        ...

    def ride(self, ride_id: str) -> JourneyKey | None:
        """Whose journey an on-demand ride is; None while that is not known."""
        ...

    def append(self, entries: Sequence[Entry]) -> None:
        """Add to the journal; raises Overtaken when one of the numbers is taken."""
        ...

    def put_settlement(self, settlement: Settlement) -> None: ...

    def request_settlement(self, rider: str, period_id: str, now: datetime) -> None:
        """Have the rider's period settled, once this transaction is stored."""
        ...

    def publish_settled(self, entries: Sequence[Entry], settlement: Settlement, posted_in: str) -> None:
        """Let others know, once this transaction is stored."""
        ...

    def delete_journeys(self, riders: Sequence[str]) -> int:
        """Everything but the journal; how many journeys went."""
        ...

    def purge(self, answered_before: datetime, unclaimed_before: datetime) -> int:
        """Delete old answers, and what was told of rides that never became anybody's."""
        ...


class RideStore(Protocol):
    def reading(self) -> AbstractContextManager[RideReader]: ...

    def writing(self) -> AbstractContextManager[RideWriter]: ...


@dataclass(frozen=True, slots=True)
class StoredTrace:
    """Where a phone was, under the reference of a journey."""

    rider: str
    reference: str
    upload_time: datetime
    delete_time: datetime
    points: tuple[Fix, ...]


class TraceStore(Protocol):
    """Traces, apart from everything else and for a short time."""

    def put(self, trace: StoredTrace) -> None:
        """Store it instead of an earlier one of the journey."""
        ...

    def traces(self, riders: Sequence[str]) -> list[StoredTrace]: ...

    def delete(self, riders: Sequence[str]) -> int: ...

    def sweep(self, now: datetime) -> int:
        """Delete those that are due; how many went."""
        ...


@dataclass(frozen=True, slots=True)
class HeldPayment:
    """What was held, taken and given back for a booked ride."""

    ride_id: str
    period_id: str
    state: str
    amount_cents: int
    captured_cents: int
    refunded_cents: int
    currency: str
    booked_at: datetime


class PaymentsOfPersons(Protocol):
    """Payments as far as they are somebody's."""

    def held(self, riders: Sequence[str]) -> list[HeldPayment]:
        """In order of booking."""
        ...

    def ordered_until(self, riders: Sequence[str]) -> date | None:
        """When the last thing that a bank was asked for is due, unless it came back; None without any."""
        ...

    def forget(self, riders: Sequence[str]) -> int:
        """Delete them; how many went."""
        ...


class SettlementReader(Answers, Protocol):
    """The work of settling, and how far it is."""

    def operation(self, operation_id: str) -> Operation | None:
        """With its steps counted."""
        ...

    def start_time(self, operation_id: str) -> datetime | None: ...

    def is_cancelled(self, operation_id: str) -> bool | None:
        """None where there is no such operation."""
        ...


class SettlementWriter(SettlementReader, WritableAnswers, Protocol):
    def put_operation(self, operation: Operation) -> None: ...

    def add_riders(self, operation_id: str, count: int, *, all_found: bool) -> None: ...

    def put_step(self, operation_id: str, step: Step) -> None:
        """Record that a rider was dealt with; a second time changes nothing."""
        ...

    def request_settlements(
        self, operation_id: str, period_id: str, riders: Sequence[str], now: datetime
    ) -> None: ...

    def continue_settlement(self, operation_id: str, period_id: str, after: str, now: datetime) -> None: ...

    def purge(self, before: datetime) -> int: ...


class SettlementStore(Protocol):
    def reading(self) -> AbstractContextManager[SettlementReader]: ...

    def writing(self) -> AbstractContextManager[SettlementWriter]: ...


class Detector(Protocol):
    """Finds vehicle legs in a trace."""

    def __call__(self, points: Sequence[Fix], service_date: date) -> tuple[tuple[Reading, ...], bool]:
        """Readings, the most probable first, and whether nobody needs to be asked; none where nothing was
        ridden, or nothing can be said.
        """
        ...
