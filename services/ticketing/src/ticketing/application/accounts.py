"""Opening, changing and closing accounts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from service_kit.errors import FailedPrecondition, PermissionDenied
from service_kit.identity.principal import Principal
from service_kit.once import Call, write_once

from ticketing.application.desk import Desk, audited, names_for, new_name, no_account
from ticketing.application.ports import IdentityReader, IdentityWriter
from ticketing.domain.access import sees_account, subject_of
from ticketing.domain.account import Account, AccountState, PaymentDetails, Profile


class Held(Protocol):
    """What a payment provider holds."""

    def held_cents(self, riders: Sequence[str]) -> int:
        """For all rides of these, under whatever pseudonym each was booked."""
        ...


@dataclass(frozen=True, slots=True)
class ShownAccount:
    """An account as its owner gets to see it.

    Parameters
    ----------
    held_cents
        What the payment provider holds for its rides.
    """

    account: Account
    payment: PaymentDetails | None
    payer: str
    held_cents: int


class Accounts:
    """The use cases around accounts; all they write is in the identity store."""

    def __init__(self, desk: Desk, held: Held) -> None:
        self._desk = desk
        self._held = held

    def open(
        self, call: Call[ShownAccount], reference: str, profile: Profile, payment: PaymentDetails | None
    ) -> bytes:
        """Open an account; raises PermissionDenied with ``OTHER_PASSENGER``."""
        now = self._desk.clock.now()

        def work(writer: IdentityWriter) -> ShownAccount:
            subject = subject_of(call.caller, reference)
            if subject is None:
                raise PermissionDenied.in_field(
                    "passenger_reference", "passengers open accounts for themselves only", "OTHER_PASSENGER"
                )
            account = Account(
                new_name("a"), call.caller.client_id, subject, AccountState.OPEN, profile, open_time=now
            )
            writer.put_account(account)
            if payment is not None:
                writer.put_payment_details(account.id, payment)
            writer.record(audited(call, now, further_ids=[account.id]))
            return self._shown(writer, account)

        return write_once(self._desk.stores.identity, call, now, work)

    def get(self, account_id: str, caller: Principal) -> ShownAccount:
        """The account; raises NotFound."""
        account = self._desk.own_account(account_id, caller)
        payer = self._desk.payer(account_id)
        with self._desk.stores.identity.reading() as reader:
            return self._as_kept(reader, account, payer)

    def listed(self, subject: str | None, payer: str | None, after: str, count: int) -> list[Account]:
        """At most ``count`` accounts by id, after an id: of a passenger, of a payer, or all."""
        with self._desk.stores.identity.reading() as reader:
            if payer is None:
                return reader.accounts(subject, after, count)
            names = reader.of_payer(payer)
            account = reader.account(names.account_id) if names and names.account_id > after else None
            return [account] if account and subject in {None, account.subject} else []

    def update(
        self,
        call: Call[ShownAccount],
        account_id: str,
        profile: Profile | None,
        payment: PaymentDetails | None,
    ) -> bytes:
        """Replace what is given; raises NotFound, or FailedPrecondition with ``ACCOUNT_CLOSED``."""
        now = self._desk.clock.now()

        def work(writer: IdentityWriter) -> ShownAccount:
            account = _own(writer, account_id, call.caller)
            check_open(account)
            if profile is not None:
                account = replace(account, profile=profile)
                writer.put_account(account)
            if payment is not None:
                writer.put_payment_details(account_id, payment)
            writer.record(audited(call, now))
            return self._shown(writer, account)

        return write_once(self._desk.stores.identity, call, now, work)

    def close(self, call: Call[ShownAccount], account_id: str) -> bytes:
        """Take no more check-ins; raises NotFound, or FailedPrecondition with ``ACCOUNT_CLOSED``."""
        now = self._desk.clock.now()

        def work(writer: IdentityWriter) -> ShownAccount:
            account = _own(writer, account_id, call.caller)
            check_open(account)
            account = replace(account, state=AccountState.CLOSED, close_time=now)
            writer.put_account(account)
            writer.record(audited(call, now))
            return self._shown(writer, account)

        return write_once(self._desk.stores.identity, call, now, work)

    def _shown(self, writer: IdentityWriter, account: Account) -> ShownAccount:
        today = self._desk.prices.service_day(self._desk.clock.now())
        payer = names_for(writer, account.id, f"{today:%Y-%m}").payer
        return self._as_kept(writer, account, payer)

    def _as_kept(self, reader: IdentityReader, account: Account, payer: str) -> ShownAccount:
        riders = [names.rider for names in reader.all_pseudonyms(account.id)]
        return ShownAccount(account, reader.payment_details(account.id), payer, self._held.held_cents(riders))


def check_open(account: Account) -> None:
    """Raise FailedPrecondition with ``ACCOUNT_CLOSED`` for a closed account."""
    if account.state is not AccountState.OPEN:
        raise FailedPrecondition("ACCOUNT_CLOSED", f"account_id: {account.id} is closed")


def _own(writer: IdentityWriter, account_id: str, caller: Principal) -> Account:
    account = writer.account(account_id)
    if account is None or not sees_account(caller, account):
        raise no_account(account_id)
    return account
