"""Calls of those who run the service: settling, and who did what."""

# ruff: noqa: N802 - methods are named as on the wire

from google.protobuf.message import Message
from landlinie.ticketing.v1 import audit_pb2, settlement_pb2
from service_kit.faults import Faults
from service_kit.grpc_calls import Context

from ticketing.application.ports import AuditFilter
from ticketing.domain.errors import WrongFieldError
from ticketing.domain.operations import Operation
from ticketing.entrypoints import answers
from ticketing.entrypoints.base import Calls
from ticketing.entrypoints.requests import call_of


class SettlementCalls(Calls):
    """Operations, and the audit trail."""

    async def SettlePeriod(
        self, request: settlement_pb2.SettlePeriodRequest, context: Context
    ) -> settlement_pb2.SettlePeriodResponse:
        faults = Faults()
        call = call_of(request, _begun, faults)
        try:
            self._use.desk.prices.period_named(request.period_id)
        except WrongFieldError as error:
            faults.add("period_id", str(error), "PERIOD_INVALID" if request.period_id else "FIELD_MISSING")
        answer = await self._written(
            self._use.desk.stores.settlement, call, faults, self._use.operations.start, request.period_id
        )
        return settlement_pb2.SettlePeriodResponse.FromString(answer)

    async def GetOperation(
        self, request: settlement_pb2.GetOperationRequest, context: Context
    ) -> settlement_pb2.GetOperationResponse:
        faults = Faults()
        operation_id = faults.identifier(request.operation_id, "operation_id")
        faults.settle()
        found = await self._pool.look_up(self._use.operations.get, operation_id)
        return settlement_pb2.GetOperationResponse(operation=answers.operation(found))

    async def CancelOperation(
        self, request: settlement_pb2.CancelOperationRequest, context: Context
    ) -> settlement_pb2.CancelOperationResponse:
        faults = Faults()
        call = call_of(request, _cancelled, faults)
        operation_id = faults.identifier(request.operation_id, "operation_id")
        answer = await self._written(
            self._use.desk.stores.settlement, call, faults, self._use.operations.cancel, operation_id
        )
        return settlement_pb2.CancelOperationResponse.FromString(answer)

    async def ListAuditEntries(
        self, request: audit_pb2.ListAuditEntriesRequest, context: Context
    ) -> audit_pb2.ListAuditEntriesResponse:
        faults = Faults()
        since = None
        if request.HasField("start_time"):
            since = faults.instant(request.start_time, "start_time")
        chosen = AuditFilter(
            since,
            faults.identifier(request.subject, "subject", needed=False) or None,
            faults.identifier(request.entity_id, "entity_id", needed=False) or None,
        )
        after, size = self._after(request, faults), faults.page_size(request.page_size)
        faults.settle()
        found = await self._pool.look_up(self._use.desk.audit_entries, chosen, after, size + 1)
        return audit_pb2.ListAuditEntriesResponse(
            entries=[answers.audit_entry(number, entry) for number, entry in found[:size]],
            next_page_token=self._next(request, found, size),
        )


def _begun(found: Operation) -> Message:
    return settlement_pb2.SettlePeriodResponse(operation=answers.operation(found))


def _cancelled(found: Operation) -> Message:
    return settlement_pb2.CancelOperationResponse(operation=answers.operation(found))
