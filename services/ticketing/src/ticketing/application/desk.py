"""What all use cases share: the stores, the tariff, the clock, and the way from an account to its rider."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from secrets import token_urlsafe
from typing import TypeVar

from service_kit.clock import Clock
from service_kit.errors import FailedPrecondition, NotFound, PermissionDenied, ServiceError
from service_kit.identity.audit import DONE, AuditEntry, entry_of
from service_kit.identity.principal import Principal
from service_kit.once import Call, write

from ticketing.application.ports import (
    AuditFilter,
    IdentityStore,
    IdentityWriter,
    RideStore,
    SettlementStore,
    TraceStore,
)
from ticketing.application.prices import Prices
from ticketing.domain.access import sees_account
from ticketing.domain.account import Account, Pseudonyms

TOLD = (PermissionDenied, NotFound, FailedPrecondition)
"""Refusals that say something about the caller's intent; a bad field or a full server does not."""
NAME_BYTES = 15

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Stores:
    """Four stores, apart: who, what was ridden, where phones were, and what there is to settle."""

    identity: IdentityStore
    rides: RideStore
    traces: TraceStore
    settlement: SettlementStore


def new_name(kind: str) -> str:
    """Return a name that nobody can guess and nothing can be read from, such as ``a-…`` for an account."""
    return f"{kind}-{token_urlsafe(NAME_BYTES)}"


class Desk:
    """What all use cases share.

    Parameters
    ----------
    poke
        Called after what may have put events into an outbox was stored.
    """

    def __init__(self, stores: Stores, prices: Prices, clock: Clock, poke: Callable[[], None]) -> None:
        self.stores = stores
        self.prices = prices
        self.clock = clock
        self.poke = poke

    def own_account(self, account_id: str, caller: Principal) -> Account:
        """The account; raises NotFound where there is none, or none for this caller."""
        with self.stores.identity.reading() as reader:
            account = reader.account(account_id)
        if account is None or not sees_account(caller, account):
            raise no_account(account_id)
        return account

    def pseudonyms(self, account_id: str, month: str) -> Pseudonyms:
        """The account's names for a month, made where it has none yet."""
        with self.stores.identity.reading() as reader:
            known = reader.pseudonyms(account_id, month)
        if known is not None:
            return known
        return write(self.stores.identity, lambda writer: names_for(writer, account_id, month))

    def riders(self, account_id: str) -> list[str]:
        """All pseudonyms under which the account's rides are kept, by month."""
        with self.stores.identity.reading() as reader:
            return [names.rider for names in reader.all_pseudonyms(account_id)]

    def payer(self, account_id: str) -> str:
        """What the account is called now where rides are booked on it."""
        today = self.prices.service_day(self.clock.now())
        return self.pseudonyms(account_id, f"{today:%Y-%m}").payer

    def record(self, call: Call[ResultT], outcome: str = DONE, further_ids: Iterable[str] = ()) -> None:
        """Note who did what, after it: the trail shares no transaction with rides."""
        entry = audited(call, self.clock.now(), outcome=outcome, further_ids=further_ids)
        write(self.stores.identity, lambda writer: writer.record(entry))

    def refused(self, call: Call[ResultT], error: ServiceError) -> None:
        """Note that a write was refused."""
        if isinstance(error, TOLD):
            self.record(call, error.reason)

    def turned_away(self, entries: Iterable[AuditEntry]) -> None:
        """Note who was not let in, as counted at the door."""

        def work(writer: IdentityWriter) -> None:
            for entry in entries:
                writer.record(entry)

        write(self.stores.identity, work)

    def audit_entries(self, chosen: AuditFilter, after: int, count: int) -> list[tuple[int, AuditEntry]]:
        """At most ``count`` entries after a number, oldest first, with their numbers."""
        with self.stores.identity.reading() as reader:
            return reader.audit_entries(chosen, after, count)


def names_for(writer: IdentityWriter, account_id: str, month: str) -> Pseudonyms:
    """The account's names for a month, made in this transaction where it has none yet; raises NotFound."""
    if writer.account(account_id) is None:
        raise no_account(account_id)
    known = writer.pseudonyms(account_id, month)
    if known is None:
        known = Pseudonyms(account_id, month, new_name("r"), new_name("p"))
        writer.put_pseudonyms(known)
    return known


def no_account(account_id: str) -> NotFound:
    """What is said of an account that is not there, or not there for the caller."""
    return NotFound.in_field("account_id", f"there is no account {account_id!r}", "ACCOUNT_NOT_FOUND")


def audited(
    call: Call[ResultT], now: datetime, *, outcome: str = DONE, further_ids: Iterable[str] = ()
) -> AuditEntry:
    """What is kept of the call."""
    return entry_of(
        call.caller,
        time=now,
        method=call.method,
        request_id=call.request_id,
        entity_ids=call.entity_ids.union(further_ids),
        outcome=outcome,
    )
