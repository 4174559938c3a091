"""Calls around plans, the board of the day and the audit trail."""

# ruff: noqa: N802 - methods are named as on the wire

from collections.abc import AsyncIterator
from functools import partial

from landlinie.pooling.v1 import audit_pb2, board_pb2, plan_pb2
from service_kit.grpc_calls import Context
from service_kit.identity.principal import caller

from pooling.application.ports import AuditFilter
from pooling.entrypoints import answers, requests
from pooling.entrypoints.base import Calls
from pooling.entrypoints.faults import Faults

MOST_DAYS = 366
"""A leap year of figures at once."""


class PlanCalls(Calls):
    """Plans, and what became of them: the board, and who did what."""

    async def GetPlan(self, request: plan_pb2.GetPlanRequest, context: Context) -> plan_pb2.GetPlanResponse:
        faults = Faults()
        zone_id = faults.identifier(request.zone_id, "zone_id")
        service_date = faults.service_date(request.service_date, "service_date")
        faults.settle()
        day, service_day = await self._pool.look_up(self._use.queries.plan, zone_id, service_date, caller())
        return plan_pb2.GetPlanResponse(plan=answers.plan(day, service_day))

    async def GetPlanPaths(
        self, request: plan_pb2.GetPlanPathsRequest, context: Context
    ) -> plan_pb2.GetPlanPathsResponse:
        faults = Faults()
        zone_id = faults.identifier(request.zone_id, "zone_id")
        service_date = faults.service_date(request.service_date, "service_date")
        faults.settle()
        found = await self._pool.run(self._use.plan_paths, zone_id, service_date, caller())
        return answers.plan_paths(*found)

    async def ImprovePlan(
        self, request: plan_pb2.ImprovePlanRequest, context: Context
    ) -> plan_pb2.ImprovePlanResponse:
        faults = Faults()
        call = requests.call_of(request, answers.improved, faults)
        zone_id = faults.identifier(request.zone_id, "zone_id")
        service_date = faults.service_date(request.service_date, "service_date")
        limit_s = requests.time_limit_s(request, faults)
        improve = partial(self._use.improve_plan, prove=request.prove)
        answer = await self._written(call, faults, improve, zone_id, service_date, limit_s)
        return plan_pb2.ImprovePlanResponse.FromString(answer)

    async def WatchPlan(
        self, request: plan_pb2.WatchPlanRequest, context: Context
    ) -> AsyncIterator[plan_pb2.WatchPlanResponse]:
        faults = Faults()
        zone_id = faults.identifier(request.zone_id, "zone_id")
        service_date = faults.service_date(request.service_date, "service_date")
        faults.settle()
        self._use.queries.zone(zone_id)
        shown: plan_pb2.Plan | None = None
        while True:
            watched = service_date or self._use.queries.today()
            change = self._changes.next_of((zone_id, watched))
            day, service_day = await self._pool.look_up(self._use.queries.plan, zone_id, watched, caller())
            # A hold that ran out changes the plan too, without a version of its own.
            plan = answers.plan(day, service_day)
            if plan != shown:
                shown = plan
                yield plan_pb2.WatchPlanResponse(plan=plan)
            await self._changes.wait(change)

    async def ListLiveVehicles(
        self, request: board_pb2.ListLiveVehiclesRequest, context: Context
    ) -> board_pb2.ListLiveVehiclesResponse:
        faults = Faults()
        zone_id, token, size = self._page(request, faults)
        faults.settle()
        if zone_id is not None:
            self._use.queries.zone(zone_id)
        found = await self._pool.look_up(self._board.live_vehicles, zone_id, token, size + 1)
        return board_pb2.ListLiveVehiclesResponse(
            vehicles=found[:size],
            next_page_token=self._pages.token(
                request, found[size - 1].vehicle_id if len(found) > size else ""
            ),
        )

    async def GetDayFigures(
        self, request: board_pb2.GetDayFiguresRequest, context: Context
    ) -> board_pb2.GetDayFiguresResponse:
        faults = Faults()
        zone_id = faults.identifier(request.zone_id, "zone_id", needed=False) or None
        service_date = faults.service_date(request.service_date, "service_date")
        faults.settle()
        if zone_id is not None:
            self._use.queries.zone(zone_id)
        day = service_date or self._use.queries.today()
        (figures,) = await self._pool.look_up(self._board.figures, zone_id, day, day)
        return board_pb2.GetDayFiguresResponse(figures=figures)

    async def ListDayFigures(
        self, request: board_pb2.ListDayFiguresRequest, context: Context
    ) -> board_pb2.ListDayFiguresResponse:
        faults = Faults()
        zone_id = faults.identifier(request.zone_id, "zone_id", needed=False) or None
        first, last = faults.service_dates(request.first_service_date, request.last_service_date, MOST_DAYS)
        faults.settle()
        if zone_id is not None:
            self._use.queries.zone(zone_id)
        return board_pb2.ListDayFiguresResponse(
            days=await self._pool.look_up(self._board.figures, zone_id, first, last),
            emission_factors=self._board.emission_factors(),
        )

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
        token, size = self._pages.position(request, faults), faults.page_size(request.page_size)
        faults.settle()
        page = await self._pool.look_up(self._use.audit_trail.entries, chosen, token, size)
        return audit_pb2.ListAuditEntriesResponse(
            entries=[answers.audit_entry(number, entry) for number, entry in page.items],
            next_page_token=self._pages.token(request, page.next_token),
        )
