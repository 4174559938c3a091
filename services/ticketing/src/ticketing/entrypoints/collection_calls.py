"""Calls about the money of a settled period."""

# ruff: noqa: N802 - methods are named as on the wire

import asyncio
from collections.abc import AsyncIterator
from typing import Literal

from google.protobuf.message import Message
from landlinie.ticketing.v1 import collection_pb2
from service_kit.errors import ServiceError
from service_kit.faults import Faults
from service_kit.grpc_calls import Context

from ticketing.application.collecting import Collected
from ticketing.domain.errors import WrongFieldError
from ticketing.entrypoints.base import Calls
from ticketing.entrypoints.requests import call_of
from ticketing.messages import stamp

PART_BYTES = 256 * 1024
HIGHEST_FEE_CENTS = 10_000
KINDS: dict[collection_pb2.BankFileKind.ValueType, Literal["debits", "transfers"]] = {
    collection_pb2.BANK_FILE_KIND_DEBITS: "debits",
    collection_pb2.BANK_FILE_KIND_TRANSFERS: "transfers",
}


class CollectionCalls(Calls):
    """Debits, bank files, and debits that came back."""

    async def CollectPeriod(
        self, request: collection_pb2.CollectPeriodRequest, context: Context
    ) -> collection_pb2.CollectPeriodResponse:
        faults = Faults()
        call = call_of(request, _collected, faults)
        try:
            self._use.desk.prices.period_named(request.period_id)
        except WrongFieldError as error:
            faults.add("period_id", str(error), "PERIOD_INVALID" if request.period_id else "FIELD_MISSING")
        faults.settle()
        try:
            found = await self._pool.run(self._use.collecting.go_on, request.period_id)
        except ServiceError as error:
            await self._pool.run(self._use.desk.refused, call, error)
            raise
        await self._pool.run(self._use.desk.record, call)
        return collection_pb2.CollectPeriodResponse(collection=_collection(found))

    async def DownloadBankFile(
        self, request: collection_pb2.DownloadBankFileRequest, context: Context
    ) -> AsyncIterator[collection_pb2.DownloadBankFileResponse]:
        faults = Faults()
        run_id = faults.identifier(request.run_id, "run_id")
        kind = faults.choice(request.kind, KINDS, "kind", "debits")
        faults.settle()
        content = await self._pool.look_up(self._use.collecting.file, run_id, kind)
        for first in range(0, len(content), PART_BYTES):
            yield collection_pb2.DownloadBankFileResponse(content=content[first : first + PART_BYTES])
            await asyncio.sleep(0)

    async def ReportReturnedDebit(
        self, request: collection_pb2.ReportReturnedDebitRequest, context: Context
    ) -> collection_pb2.ReportReturnedDebitResponse:
        faults = Faults()
        call = call_of(request, _returned, faults)
        order_id = faults.identifier(request.order_id, "order_id")
        if not 0 <= request.fee_cents <= HIGHEST_FEE_CENTS:
            faults.add(
                "fee_cents", f"{request.fee_cents} is not from 0 to {HIGHEST_FEE_CENTS}", "FEE_INVALID"
            )
        faults.settle()
        try:
            await self._pool.run(self._use.collecting.returned, order_id, request.fee_cents)
        except ServiceError as error:
            await self._pool.run(self._use.desk.refused, call, error)
            raise
        await self._pool.run(self._use.desk.record, call)
        return collection_pb2.ReportReturnedDebitResponse()


def _collected(found: Collected) -> Message:
    return collection_pb2.CollectPeriodResponse(collection=_collection(found))


def _returned(_: None) -> Message:
    return collection_pb2.ReportReturnedDebitResponse()


def _collection(found: Collected) -> collection_pb2.Collection:
    return collection_pb2.Collection(
        run_id=found.run.id,
        period_id=found.run.period_id,
        create_time=stamp(found.run.created_at),
        due_date=found.run.due.isoformat(),
        complete=found.run.complete,
        debit_count=found.debit_count,
        debits_cents=found.debits_cents,
        transfer_count=found.transfer_count,
        transfers_cents=found.transfers_cents,
    )
