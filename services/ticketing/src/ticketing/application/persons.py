"""What is held of one person: handed out, and taken apart."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from service_kit.errors import FailedPrecondition
from service_kit.identity.principal import Principal, Role
from service_kit.once import Call, repeated, write, write_once

from ticketing.application.desk import Desk, audited, no_account
from ticketing.application.ports import (
    HeldPayment,
    IdentityWriter,
    PaymentsOfPersons,
    RideReader,
    StoredTrace,
    Told,
)
from ticketing.domain.access import sees_account
from ticketing.domain.account import Account, AccountState, PaymentDetails, Pseudonyms
from ticketing.domain.journal import Entry, balance_cents

JOURNEYS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class IdentityPart:
    """Who it is."""

    account: Account
    payment: PaymentDetails | None
    pseudonyms: tuple[Pseudonyms, ...]


Part = IdentityPart | list[Told] | list[Entry] | list[HeldPayment] | list[StoredTrace]


@dataclass(frozen=True, slots=True)
class Erased:
    """What went, and what stays under names that nothing leads to any more."""

    journey_count: int
    trace_count: int
    kept_entry_count: int


class Persons:
    """The use cases of persons who want to know, or to be forgotten.

    Parameters
    ----------
    empty_logs
        Takes what was deleted out of the stores' files.
    """

    def __init__(self, desk: Desk, payments: PaymentsOfPersons, empty_logs: Callable[[], None]) -> None:
        self._desk = desk
        self._payments = payments
        self._empty_logs = empty_logs

    def export(self, account_id: str, caller: Principal) -> Iterator[tuple[str, Part]]:
        """Everything that is held of a person, in named parts; raises NotFound before the first."""
        account = self._desk.own_account(account_id, caller)
        with self._desk.stores.identity.reading() as reader:
            names = reader.all_pseudonyms(account_id)
            identity = IdentityPart(account, reader.payment_details(account_id), tuple(names))
        return self._parts(identity)

    def _parts(self, identity: IdentityPart) -> Iterator[tuple[str, Part]]:
        yield "identity.json", identity
        riders = [names.rider for names in identity.pseudonyms]
        after = 0
        while riders:
            with self._desk.stores.rides.reading() as reader:
                found = reader.journeys(riders, None, after, JOURNEYS_AT_ONCE)
            if not found:
                break
            after = found[-1][0]
            yield "journeys.jsonl", [told for _, told in found]
        for rider in riders:
            with self._desk.stores.rides.reading() as reader:
                entries = reader.entries(rider)
            yield "journal.jsonl", entries
            yield "payments.jsonl", self._payments.held([rider])
            yield "traces.jsonl", self._desk.stores.traces.traces([rider])

    def erase(self, call: Call[Erased], account_id: str) -> bytes:
        """Forget a person.

        Journeys, payments and traces go first, who it was last: asked for again after a crash, it goes on.

        Raises
        ------
        NotFound, FailedPrecondition
            ``ACCOUNT_NOT_FOUND``; ``ACCOUNT_OPEN``; ``NOT_SETTLED`` while something ridden is not billed;
            ``BALANCE_OPEN`` while it is not paid, unless who runs the service lets go of it;
            ``ORDER_UNDER_WAY`` while a bank's file with the person's name may still have to be drawn.
        """
        desk, now = self._desk, self._desk.clock.now()
        if (answer := repeated(desk.stores.identity, call)) is not None:
            self._empty_logs()
            return answer
        account = desk.own_account(account_id, call.caller)
        if account.state is not AccountState.CLOSED:
            raise FailedPrecondition("ACCOUNT_OPEN", f"account_id: {account_id} is open: close it before")
        riders = desk.riders(account_id)
        with desk.stores.rides.reading() as reader:
            kept = [entry for rider in riders for entry in reader.entries(rider)]
            self._check_settled(reader, riders)
        _check_paid(account_id, kept, call.caller)
        self._check_no_order(account_id, riders)
        trace_count = desk.stores.traces.delete(riders)
        self._payments.forget(riders)
        journey_count = write(desk.stores.rides, lambda writer: writer.delete_journeys(riders))
        erased = Erased(journey_count, trace_count, len(kept))

        def forget(writer: IdentityWriter) -> Erased:
            current = writer.account(account_id)
            if current is None or not sees_account(call.caller, current):
                raise no_account(account_id)
            writer.delete_account(account_id)
            writer.record(audited(call, now))
            return erased

        answer = write_once(desk.stores.identity, call, now, forget)
        self._empty_logs()
        return answer

    def _check_no_order(self, account_id: str, riders: list[str]) -> None:
        """A bank's file is one for all: it cannot be drawn without the name of somebody who stands in it."""
        today = self._desk.prices.service_day(self._desk.clock.now())
        due = self._payments.ordered_until(riders)
        if due is not None and today <= due:
            raise FailedPrecondition(
                "ORDER_UNDER_WAY", f"account_id: for {account_id} a bank has an order due on {due}"
            )

    def _check_settled(self, reader: RideReader, riders: list[str]) -> None:
        """What was ridden is billed before the rides go."""
        settled = {(done.rider, done.period_id): done.time for done in reader.settlements(riders)}
        open_periods = set()
        after = 0
        while found := reader.journeys(riders, None, after, JOURNEYS_AT_ONCE):
            after = found[-1][0]
            for _, told in found:
                period = self._desk.prices.period(told.key.service_date)
                time = settled.get((told.key.rider, told.key.period_id))
                if time is None or time < self._desk.prices.day_end(period.last):
                    open_periods.add(told.key.period_id)
        if open_periods:
            raise FailedPrecondition(
                "NOT_SETTLED",
                f"account_id: what was ridden in {', '.join(sorted(open_periods))} is not billed yet",
                metadata={"period_ids": ",".join(sorted(open_periods))},
            )


def _check_paid(account_id: str, entries: list[Entry], caller: Principal) -> None:
    """Nobody gets rid of a debt by being forgotten; who runs the service may let go of it."""
    cents = balance_cents(entries)
    if cents > 0 and Role.OPERATOR not in caller.roles:
        raise FailedPrecondition(
            "BALANCE_OPEN",
            f"account_id: {cents} cents of {account_id} are not paid yet",
            metadata={"balance_cents": str(cents)},
        )
