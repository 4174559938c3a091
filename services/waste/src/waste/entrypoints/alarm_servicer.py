"""``landlinie.waste.v1.AlarmService``."""

# ruff: noqa: N802, ARG002 - methods are named as on the wire, and every one gets the context

from collections.abc import AsyncIterator

from landlinie.waste.v1 import alarm_pb2, alarm_service_pb2_grpc
from service_kit.changes import Changes
from service_kit.faults import Faults
from service_kit.grpc_calls import Context
from service_kit.identity.principal import caller
from service_kit.pages import Pages
from service_kit.worker_pool import WorkerPool

from waste import messages
from waste.application.alarming import Alarming
from waste.application.desk import Desk
from waste.application.ports_alarms import AlarmFilter, DeviceHealth, KeptAlarm, RuleWithContacts
from waste.domain.access import scope_of
from waste.domain.alarm_rules import Cause
from waste.domain.alarms import AlarmState
from waste.entrypoints.alarm_requests import rule_message, rule_of
from waste.entrypoints.base import Calls, call_of

LONGEST_NOTE = 500
MOST_WATCHED = 10_000
STATES = {
    alarm_pb2.ALARM_STATE_OPEN: AlarmState.OPEN,
    alarm_pb2.ALARM_STATE_ESCALATED: AlarmState.OPEN,
    alarm_pb2.ALARM_STATE_ACKNOWLEDGED: AlarmState.ACKNOWLEDGED,
    alarm_pb2.ALARM_STATE_ENDED: AlarmState.RESOLVED,
}
LIVE = frozenset({AlarmState.OPEN, AlarmState.ACKNOWLEDGED})
HEALTHS = {value: value for value in alarm_pb2.DeviceHealth.values() if value}


class AlarmServicer(Calls, alarm_service_pb2_grpc.AlarmServiceServicer):
    """The service's methods."""

    def __init__(
        self, desk: Desk, alarming: Alarming, *, changes: Changes, pool: WorkerPool, pages: Pages
    ) -> None:
        super().__init__(desk, pool=pool, pages=pages)
        self._alarming = alarming
        self._changes = changes

    async def SetAlarmRule(
        self, request: alarm_pb2.SetAlarmRuleRequest, context: Context
    ) -> alarm_pb2.SetAlarmRuleResponse:
        faults = Faults()
        call = call_of(request, _rule_set, faults)
        sub_account = request.rule.sub_account_id
        known = {}
        if sub_account in scope_of(caller()):
            known = dict(await self._pool.look_up(self._alarming.rules_of, sub_account))
        rule = rule_of(request.rule, known, faults)
        answer = await self._written(call, faults, self._alarming.set_rule, rule)
        return alarm_pb2.SetAlarmRuleResponse.FromString(answer)

    async def RemoveAlarmRule(
        self, request: alarm_pb2.RemoveAlarmRuleRequest, context: Context
    ) -> alarm_pb2.RemoveAlarmRuleResponse:
        faults = Faults()
        call = call_of(request, _rule_removed, faults)
        sub_account = faults.identifier(request.sub_account_id, "sub_account_id")
        cause = faults.choice(request.kind, messages.ALARM_KINDS, "kind", Cause.AMPEL_RED)
        answer = await self._written(call, faults, self._alarming.remove_rule, sub_account, cause)
        return alarm_pb2.RemoveAlarmRuleResponse.FromString(answer)

    async def ListAlarmRules(
        self, request: alarm_pb2.ListAlarmRulesRequest, context: Context
    ) -> alarm_pb2.ListAlarmRulesResponse:
        faults = Faults()
        scope = self._chosen(request, faults).scope
        after, size = self._pages.position(request, faults), faults.page_size(request.page_size)
        faults.settle()
        found = await self._pool.look_up(self._alarming.rules, scope, after, size + 1)
        more = found[size - 1][0] if len(found) > size else ""
        return alarm_pb2.ListAlarmRulesResponse(
            rules=[rule_message(told) for _, told in found[:size]],
            next_page_token=self._pages.token(request, more),
        )

    async def ListAlarms(
        self, request: alarm_pb2.ListAlarmsRequest, context: Context
    ) -> alarm_pb2.ListAlarmsResponse:
        faults = Faults()
        chosen = self._alarms_chosen(request, faults)
        after, size = self._pages.position(request, faults), faults.page_size(request.page_size)
        faults.settle()
        found = await self._pool.look_up(self._alarming.alarms, chosen, after, size + 1)
        more = found[size - 1][0] if len(found) > size else ""
        told = [messages.alarm(kept) for _, kept in found[:size]]
        return alarm_pb2.ListAlarmsResponse(
            # Open and escalated are one state in the store: a page may be shorter for it.
            alarms=[alarm for alarm in told if not request.states or alarm.state in request.states],
            next_page_token=self._pages.token(request, more),
        )

    async def WatchAlarms(
        self, request: alarm_pb2.WatchAlarmsRequest, context: Context
    ) -> AsyncIterator[alarm_pb2.WatchAlarmsResponse]:
        faults = Faults()
        chosen = self._alarms_chosen(request, faults)
        faults.settle()
        seen: dict[str, int] = {}
        told_all = False
        while True:
            change = self._changes.next()
            for kept in await self._pool.look_up(self._alarming.changes, chosen, seen, MOST_WATCHED):
                yield alarm_pb2.WatchAlarmsResponse(alarm=messages.alarm(kept))
            if not told_all:
                told_all = True
                yield alarm_pb2.WatchAlarmsResponse(current=True)
            await self._changes.wait(change)

    async def AcknowledgeAlarm(
        self, request: alarm_pb2.AcknowledgeAlarmRequest, context: Context
    ) -> alarm_pb2.AcknowledgeAlarmResponse:
        faults = Faults()
        call = call_of(request, _acknowledged, faults)
        alarm_id = faults.identifier(request.alarm_id, "alarm_id")
        note = faults.text(request.note, "note", LONGEST_NOTE)
        answer = await self._written(call, faults, self._alarming.acknowledge, alarm_id, note)
        return alarm_pb2.AcknowledgeAlarmResponse.FromString(answer)

    async def ListDeviceStates(
        self, request: alarm_pb2.ListDeviceStatesRequest, context: Context
    ) -> alarm_pb2.ListDeviceStatesResponse:
        faults = Faults()
        scope = self._chosen(request, faults).scope
        wanted = {
            faults.choice(value, HEALTHS, f"health[{number}]", value)
            for number, value in enumerate(request.health)
        }
        after, size = self._pages.position(request, faults), faults.page_size(request.page_size)
        faults.settle()
        found = await self._pool.look_up(self._alarming.healths, scope, after, size + 1)
        more = found[size - 1].device_id if len(found) > size else ""
        told = [_device_state(health) for health in found[:size]]
        return alarm_pb2.ListDeviceStatesResponse(
            states=[state for state in told if not wanted or wanted & set(state.health)],
            next_page_token=self._pages.token(request, more),
        )

    def _alarms_chosen(
        self, request: alarm_pb2.ListAlarmsRequest | alarm_pb2.WatchAlarmsRequest, faults: Faults
    ) -> AlarmFilter:
        chosen = self._chosen(request, faults)
        told = request.states if isinstance(request, alarm_pb2.ListAlarmsRequest) else ()
        states = frozenset(
            faults.choice(state, STATES, f"states[{number}]", AlarmState.OPEN)
            for number, state in enumerate(told)
        )
        return AlarmFilter(chosen.scope, chosen.depot_id, chosen.container_id, states or LIVE)


def _rule_set(told: RuleWithContacts) -> alarm_pb2.SetAlarmRuleResponse:
    return alarm_pb2.SetAlarmRuleResponse(rule=rule_message(told))


def _rule_removed(_done: None) -> alarm_pb2.RemoveAlarmRuleResponse:
    return alarm_pb2.RemoveAlarmRuleResponse()


def _acknowledged(kept: KeptAlarm) -> alarm_pb2.AcknowledgeAlarmResponse:
    return alarm_pb2.AcknowledgeAlarmResponse(alarm=messages.alarm(kept))


def _device_state(health: DeviceHealth) -> alarm_pb2.DeviceState:
    found: list[alarm_pb2.DeviceHealth.ValueType] = []
    if health.heard_at is None:
        found.append(alarm_pb2.DEVICE_HEALTH_NEVER_HEARD)
    elif health.silent:
        found.append(alarm_pb2.DEVICE_HEALTH_SILENT)
    if health.fault:
        found.append(alarm_pb2.DEVICE_HEALTH_FAULT)
    if health.stuck:
        found.append(alarm_pb2.DEVICE_HEALTH_STUCK)
    if health.battery_low:
        found.append(alarm_pb2.DEVICE_HEALTH_LOW_BATTERY)
    state = alarm_pb2.DeviceState(
        device_id=health.device_id,
        sub_account_id=health.sub_account,
        container_id=health.container_id,
        health=found or [alarm_pb2.DEVICE_HEALTH_WELL],
        battery_share=health.battery_share,
        reason=health.fault,
    )
    if health.heard_at is not None:
        state.latest_reading_time.FromDatetime(health.heard_at)
    return state
