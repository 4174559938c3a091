"""Calls about accounts and persons."""

# ruff: noqa: N802 - methods are named as on the wire

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

from google.protobuf.message import Message
from landlinie.ticketing.v1 import account_pb2, person_pb2
from service_kit.faults import Faults
from service_kit.grpc_calls import Context
from service_kit.identity.principal import caller

from ticketing.application.accounts import ShownAccount
from ticketing.application.persons import Erased, Part
from ticketing.domain.account import PaymentDetails, Profile
from ticketing.entrypoints import answers, exports
from ticketing.entrypoints.account_requests import payment_of, profile_of
from ticketing.entrypoints.base import Calls
from ticketing.entrypoints.requests import call_of

PART_BYTES = 256_000


class AccountCalls(Calls):
    """Accounts, and what is held of persons."""

    async def OpenAccount(
        self, request: account_pb2.OpenAccountRequest, context: Context
    ) -> account_pb2.OpenAccountResponse:
        faults = Faults()
        call = call_of(request, _opened, faults)
        reference = faults.identifier(request.passenger_reference, "passenger_reference", needed=False)
        profile, payment = self._details(request, faults)
        answer = await self._written(
            self._use.desk.stores.identity,
            call,
            faults,
            self._use.accounts.open,
            reference,
            profile or Profile(),
            payment,
        )
        return account_pb2.OpenAccountResponse.FromString(answer)

    async def GetAccount(
        self, request: account_pb2.GetAccountRequest, context: Context
    ) -> account_pb2.GetAccountResponse:
        faults = Faults()
        account_id = faults.identifier(request.account_id, "account_id")
        faults.settle()
        # Its name for a new month may have to be made.
        shown = await self._pool.run(self._use.accounts.get, account_id, caller())
        return account_pb2.GetAccountResponse(account=answers.account(shown))

    async def ListAccounts(
        self, request: account_pb2.ListAccountsRequest, context: Context
    ) -> account_pb2.ListAccountsResponse:
        faults = Faults()
        subject = faults.identifier(request.passenger_reference, "passenger_reference", needed=False) or None
        payer = faults.identifier(request.payer, "payer", needed=False) or None
        after, size = self._pages.position(request, faults), faults.page_size(request.page_size)
        faults.settle()
        found = await self._pool.look_up(self._use.accounts.listed, subject, payer, after, size + 1)
        return account_pb2.ListAccountsResponse(
            accounts=[answers.listed_account(each) for each in found[:size]],
            next_page_token=self._pages.token(request, found[size - 1].id if len(found) > size else ""),
        )

    async def UpdateAccount(
        self, request: account_pb2.UpdateAccountRequest, context: Context
    ) -> account_pb2.UpdateAccountResponse:
        faults = Faults()
        call = call_of(request, _updated, faults)
        account_id = faults.identifier(request.account_id, "account_id")
        profile, payment = self._details(request, faults)
        answer = await self._written(
            self._use.desk.stores.identity,
            call,
            faults,
            self._use.accounts.update,
            account_id,
            profile,
            payment,
        )
        return account_pb2.UpdateAccountResponse.FromString(answer)

    async def CloseAccount(
        self, request: account_pb2.CloseAccountRequest, context: Context
    ) -> account_pb2.CloseAccountResponse:
        faults = Faults()
        call = call_of(request, _closed, faults)
        account_id = faults.identifier(request.account_id, "account_id")
        answer = await self._written(
            self._use.desk.stores.identity, call, faults, self._use.accounts.close, account_id
        )
        return account_pb2.CloseAccountResponse.FromString(answer)

    async def ExportPerson(
        self, request: person_pb2.ExportPersonRequest, context: Context
    ) -> AsyncIterator[person_pb2.ExportPersonResponse]:
        faults = Faults()
        account_id = faults.identifier(request.account_id, "account_id")
        faults.settle()
        parts = await self._pool.look_up(self._use.persons.export, account_id, caller())
        while True:
            part = await self._pool.look_up(_next_part, parts)
            if part is None:
                return
            name, content = part
            for first in range(0, len(content), PART_BYTES):
                yield person_pb2.ExportPersonResponse(name=name, content=content[first : first + PART_BYTES])
                await asyncio.sleep(0)

    async def ErasePerson(
        self, request: person_pb2.ErasePersonRequest, context: Context
    ) -> person_pb2.ErasePersonResponse:
        faults = Faults()
        call = call_of(request, _erased, faults)
        account_id = faults.identifier(request.account_id, "account_id")
        answer = await self._written(
            self._use.desk.stores.identity, call, faults, self._use.persons.erase, account_id
        )
        return person_pb2.ErasePersonResponse.FromString(answer)

    def _details(self, request: Any, faults: Faults) -> tuple[Profile | None, PaymentDetails | None]:
        prices = self._use.desk.prices
        today = prices.service_day(self._use.desk.clock.now())
        profile = profile_of(request.profile, prices, today, faults) if request.HasField("profile") else None
        payment = payment_of(request.payment, today, faults) if request.HasField("payment") else None
        return profile, payment


def _next_part(parts: Iterator[tuple[str, Part]]) -> tuple[str, bytes] | None:
    for name, part in parts:
        return name, exports.written(part)
    return None


def _opened(shown: ShownAccount) -> Message:
    return account_pb2.OpenAccountResponse(account=answers.account(shown))


def _updated(shown: ShownAccount) -> Message:
    return account_pb2.UpdateAccountResponse(account=answers.account(shown))


def _closed(shown: ShownAccount) -> Message:
    return account_pb2.CloseAccountResponse(account=answers.account(shown))


def _erased(found: Erased) -> Message:
    return person_pb2.ErasePersonResponse(
        journey_count=found.journey_count,
        trace_count=found.trace_count,
        kept_entry_count=found.kept_entry_count,
    )
