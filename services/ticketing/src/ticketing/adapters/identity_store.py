"""The identity store, in one database: a SQLite file, or a schema of PostgreSQL that replicas share."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from service_kit import audit_trail
from service_kit.answers import SqlAnswers, transaction, view
from service_kit.identity.audit import AuditEntry
from service_kit.once import Overtaken

from ticketing.adapters.identity_tables import accounts, payment_details, pseudonyms
from ticketing.application.ports import AuditFilter
from ticketing.domain.account import Account, PaymentDetails, Pseudonyms

_ACCOUNT = TypeAdapter(Account)
_PAYMENT = TypeAdapter(PaymentDetails)


class SqlIdentity(SqlAnswers):
    """One transaction: see ``application.ports.IdentityWriter``."""

    def account(self, account_id: str) -> Account | None:
        query = sa.select(accounts.c.document).where(accounts.c.account_id == account_id)
        document = self._connection.execute(query).scalar_one_or_none()
        return None if document is None else _ACCOUNT.validate_json(document)

    def accounts(self, subject: str | None, after: str, count: int) -> list[Account]:
        query = sa.select(accounts.c.document).where(accounts.c.account_id > after)
        if subject is not None:
            query = query.where(accounts.c.subject == subject)
        query = query.order_by(accounts.c.account_id).limit(count)
        return [_ACCOUNT.validate_json(document) for document in self._connection.scalars(query)]

    def payment_details(self, account_id: str) -> PaymentDetails | None:
        table = payment_details
        query = sa.select(table.c.document).where(table.c.account_id == account_id)
        document = self._connection.execute(query).scalar_one_or_none()
        return None if document is None else _PAYMENT.validate_json(document)

    def pseudonyms(self, account_id: str, month: str) -> Pseudonyms | None:
        return self._names((pseudonyms.c.account_id == account_id) & (pseudonyms.c.month == month))

    def all_pseudonyms(self, account_id: str) -> list[Pseudonyms]:
        query = sa.select(pseudonyms).where(pseudonyms.c.account_id == account_id)
        return [_names_of(row) for row in self._connection.execute(query.order_by(pseudonyms.c.month))]

    def of_payer(self, payer: str) -> Pseudonyms | None:
        return self._names(pseudonyms.c.payer == payer)

    def of_rider(self, rider: str) -> Pseudonyms | None:
        return self._names(pseudonyms.c.rider == rider)

    def _names(self, which: sa.ColumnElement[bool]) -> Pseudonyms | None:
        row = self._connection.execute(sa.select(pseudonyms).where(which)).one_or_none()
        return None if row is None else _names_of(row)

    def audit_entries(self, chosen: AuditFilter, after: int, count: int) -> list[tuple[int, AuditEntry]]:
        return audit_trail.entries(
            self._connection,
            since=chosen.since,
            subject=chosen.subject,
            entity_id=chosen.entity_id,
            after=after,
            count=count,
        )

    def put_account(self, account: Account) -> None:
        self.put(
            accounts,
            {"account_id": account.id},
            client_id=account.client_id,
            subject=account.subject,
            document=_ACCOUNT.dump_json(account),
        )

    def put_payment_details(self, account_id: str, details: PaymentDetails) -> None:
        self.put(payment_details, {"account_id": account_id}, document=_PAYMENT.dump_json(details))

    def put_pseudonyms(self, names: Pseudonyms) -> None:
        try:
            self._connection.execute(
                sa.insert(pseudonyms).values(
                    account_id=names.account_id, month=names.month, rider=names.rider, payer=names.payer
                )
            )
        except sa.exc.IntegrityError:
            # Another call of the same account was quicker: its names hold.
            raise Overtaken from None

    def delete_account(self, account_id: str) -> None:
        for table in (payment_details, pseudonyms, accounts):
            self._connection.execute(sa.delete(table).where(table.c.account_id == account_id))
        # Who it was, and who paid, is also in what was answered.
        self.forget_answers(account_id)

    def record(self, entry: AuditEntry) -> None:
        audit_trail.append(self._connection, entry)

    def purge(self, answered_before: datetime, audited_before: datetime) -> int:
        return self.purge_answers(answered_before) + audit_trail.purge(self._connection, audited_before)


class SqlIdentityStore:
    """See ``application.ports.IdentityStore``."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    @contextmanager
    def reading(self) -> Iterator[SqlIdentity]:
        with view(self._engine) as connection:
            yield SqlIdentity(connection)

    @contextmanager
    def writing(self) -> Iterator[SqlIdentity]:
        with transaction(self._engine) as connection:
            yield SqlIdentity(connection)


def _names_of(row: "sa.Row[Any]") -> Pseudonyms:
    return Pseudonyms(row.account_id, row.month, row.rider, row.payer)
