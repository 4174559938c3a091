"""Who did what."""

# ruff: noqa: N802 - methods are named as on the wire

import json

from landlinie.journeys.v1 import audit_pb2
from service_kit.faults import Faults
from service_kit.grpc_calls import Context

from journeys import messages
from journeys.application.desk import AuditFilter, AuditTrail
from journeys.entrypoints.base import Calls


class AuditCalls(Calls):
    """The audit trail, of all parts of the service."""

    _audit_trail: AuditTrail

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
        token = self._pages.position(request, faults)
        after: dict[str, int] = json.loads(token) if token else {}
        size = faults.page_size(request.page_size)
        faults.settle()
        found = await self._pool.look_up(self._audit_trail.entries, chosen, after, size + 1)
        after |= {name: number for name, number, _ in found[:size]}
        more = json.dumps(after) if len(found) > size else ""
        return audit_pb2.ListAuditEntriesResponse(
            entries=[messages.audit_entry(number, entry) for _, number, entry in found[:size]],
            next_page_token=self._pages.token(request, more),
        )
