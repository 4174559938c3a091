"""Calls around what is measured, and what follows from it."""

# ruff: noqa: N802 - methods are named as on the wire

from collections.abc import AsyncIterator
from dataclasses import replace

from landlinie.common.v1 import audit_pb2 as common_audit_pb2
from landlinie.waste.v1 import audit_pb2, level_pb2
from service_kit.changes import Changes
from service_kit.faults import Faults
from service_kit.grpc_calls import Context
from service_kit.identity.audit import AuditEntry
from service_kit.identity.policy import role_value
from service_kit.identity.principal import caller

from waste import messages
from waste.application.figures import Figures
from waste.application.judging import Judging
from waste.application.levels import Levels, Taken
from waste.application.ports_containers import AuditFilter
from waste.application.registry import Registry
from waste.domain.access import scope_of
from waste.domain.ampel import Ampel
from waste.domain.containers import Container
from waste.domain.measured import Lift
from waste.domain.uplinks import device_id_of
from waste.entrypoints.base import Calls, call_of
from waste.entrypoints.reading_requests import readings_of, told_time, weight_of

MOST_HOURS, USUAL_HOURS = 168, 72
MOST_DAYS = 366


class LevelCalls(Calls):
    """Readings, levels, lifts, states and forecasts; and the audit trail."""

    _levels: Levels
    _figures: Figures
    _judging: Judging
    _registry: Registry
    _changes: Changes

    async def ReportReadings(
        self, request: level_pb2.ReportReadingsRequest, context: Context
    ) -> level_pb2.ReportReadingsResponse:
        faults = Faults()
        call = call_of(request, _taken, faults)
        readings = readings_of(request.readings, self._desk.clock.now(), faults)
        answer = await self._written(call, faults, self._levels.report_readings, readings)
        return level_pb2.ReportReadingsResponse.FromString(answer)

    async def ListReadings(
        self, request: level_pb2.ListReadingsRequest, context: Context
    ) -> level_pb2.ListReadingsResponse:
        faults = Faults()
        device_id = device_id_of(faults.identifier(request.device_id, "device_id"))
        span, size = self._span_of_page(request, faults), faults.page_size(request.page_size)
        faults.settle()
        found = await self._pool.look_up(self._levels.readings, device_id, caller(), span, size + 1)
        more = found[size - 1].at.isoformat() if len(found) > size else ""
        return level_pb2.ListReadingsResponse(
            readings=[messages.reading(each) for each in found[:size]],
            next_page_token=self._pages.token(request, more),
        )

    async def ListLevels(
        self, request: level_pb2.ListLevelsRequest, context: Context
    ) -> level_pb2.ListLevelsResponse:
        faults = Faults()
        container_id = faults.identifier(request.container_id, "container_id")
        span, size = self._span_of_page(request, faults), faults.page_size(request.page_size)
        faults.settle()
        who = caller()
        container = await self._pool.look_up(self._registry.find, Container, container_id, scope_of(who))
        found = await self._pool.look_up(self._levels.levels, container_id, who, span, size + 1)
        more = found[size - 1].at.isoformat() if len(found) > size else ""
        return level_pb2.ListLevelsResponse(
            levels=[messages.level(each, container.volume_l) for each in found[:size]],
            next_page_token=self._pages.token(request, more),
        )

    async def ReportLift(
        self, request: level_pb2.ReportLiftRequest, context: Context
    ) -> level_pb2.ReportLiftResponse:
        faults = Faults()
        call = call_of(request, _lifted, faults)
        container_id = faults.identifier(request.container_id, "container_id")
        at = told_time(request, "lift_time", "lift_time", self._desk.clock.now(), faults)
        weight_kg = weight_of(request.weight_kg, "weight_kg", faults)
        answer = await self._written(call, faults, self._levels.report_lift, container_id, at, weight_kg)
        return level_pb2.ReportLiftResponse.FromString(answer)

    async def ListLifts(
        self, request: level_pb2.ListLiftsRequest, context: Context
    ) -> level_pb2.ListLiftsResponse:
        faults = Faults()
        chosen, span = self._chosen(request, faults), self._span(request, faults)
        after, size = self._number(request, faults), faults.page_size(request.page_size)
        faults.settle()
        found = await self._pool.look_up(self._levels.lifts, chosen, span, after, size + 1)
        more = str(found[size - 1][0]) if len(found) > size else ""
        return level_pb2.ListLiftsResponse(
            lifts=[messages.lift(each) for _, each in found[:size]],
            next_page_token=self._pages.token(request, more),
        )

    async def ListDayFigures(
        self, request: level_pb2.ListDayFiguresRequest, context: Context
    ) -> level_pb2.ListDayFiguresResponse:
        faults = Faults()
        chosen = self._chosen(request, faults)
        first, last = faults.service_dates(request.first_service_date, request.last_service_date, MOST_DAYS)
        faults.settle()
        found = await self._pool.look_up(self._figures, chosen, first, last)
        return level_pb2.ListDayFiguresResponse(days=[messages.day_figures(each) for each in found])

    async def GetContainerState(
        self, request: level_pb2.GetContainerStateRequest, context: Context
    ) -> level_pb2.GetContainerStateResponse:
        faults = Faults()
        container_id = faults.identifier(request.container_id, "container_id")
        faults.settle()
        found = await self._pool.look_up(self._levels.state, container_id, caller())
        return level_pb2.GetContainerStateResponse(state=messages.state(found))

    async def ListContainerStates(
        self, request: level_pb2.ListContainerStatesRequest, context: Context
    ) -> level_pb2.ListContainerStatesResponse:
        faults = Faults()
        ampels = frozenset(
            faults.choice(value, messages.AMPELS, f"ampels[{number}]", Ampel.UNKNOWN)
            for number, value in enumerate(request.ampels)
        )
        chosen = replace(self._chosen(request, faults), ampels=ampels)
        after, size = self._pages.position(request, faults), faults.page_size(request.page_size)
        faults.settle()
        found = await self._pool.look_up(self._levels.states, chosen, after, size + 1)
        more = found[size - 1].container_id if len(found) > size else ""
        return level_pb2.ListContainerStatesResponse(
            states=[messages.state(each) for each in found[:size]],
            next_page_token=self._pages.token(request, more),
        )

    async def WatchContainerStates(
        self, request: level_pb2.WatchContainerStatesRequest, context: Context
    ) -> AsyncIterator[level_pb2.WatchContainerStatesResponse]:
        faults = Faults()
        chosen = self._chosen(request, faults)
        faults.settle()
        seen: dict[str, int] = {}
        told_all = False
        while True:
            change = self._changes.next()
            states, gone = await self._pool.look_up(self._levels.changes, chosen, seen)
            for container_id in gone:
                yield level_pb2.WatchContainerStatesResponse(removed_container_id=container_id)
            for state in states:
                yield level_pb2.WatchContainerStatesResponse(state=messages.state(state))
            if not told_all:
                told_all = True
                yield level_pb2.WatchContainerStatesResponse(current=True)
            await self._changes.wait(change)

    async def GetForecast(
        self, request: level_pb2.GetForecastRequest, context: Context
    ) -> level_pb2.GetForecastResponse:
        faults = Faults()
        container_id = faults.identifier(request.container_id, "container_id")
        if request.hour_count > MOST_HOURS:
            faults.add("hour_count", f"{request.hour_count} is more than {MOST_HOURS}", "VALUE_OUT_OF_RANGE")
        faults.settle()
        hours = request.hour_count or USUAL_HOURS
        found = await self._pool.look_up(self._judging.hours, container_id, scope_of(caller()), hours)
        return level_pb2.GetForecastResponse(
            hours=[
                level_pb2.ForecastHour(
                    time=messages.stamp(step.at),
                    median_share=step.median_share,
                    lower_80_share=step.lower_80_share,
                    upper_80_share=step.upper_80_share,
                    overflow_probability=step.overflow_probability,
                )
                for step in found
            ]
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
        after, size = self._number(request, faults), faults.page_size(request.page_size)
        faults.settle()
        found = await self._pool.look_up(self._desk.audit_entries, chosen, after, size + 1)
        more = str(found[size - 1][0]) if len(found) > size else ""
        return audit_pb2.ListAuditEntriesResponse(
            entries=[_audit_entry(number, entry) for number, entry in found[:size]],
            next_page_token=self._pages.token(request, more),
        )


def _taken(done: Taken) -> level_pb2.ReportReadingsResponse:
    return level_pb2.ReportReadingsResponse(taken_count=len(done.new), repeated_count=done.known_count)


def _lifted(done: Lift) -> level_pb2.ReportLiftResponse:
    return level_pb2.ReportLiftResponse(lift=messages.lift(done))


def _audit_entry(number: int, entry: AuditEntry) -> common_audit_pb2.AuditEntry:
    return common_audit_pb2.AuditEntry(
        number=number,
        time=messages.stamp(entry.time),
        subject=entry.subject,
        client_id=entry.client_id,
        roles=sorted(role_value(role) for role in entry.roles),
        method=entry.method,
        request_id=entry.request_id,
        entity_ids=sorted(entry.entity_ids),
        outcome=entry.outcome,
        count=entry.count,
    )
