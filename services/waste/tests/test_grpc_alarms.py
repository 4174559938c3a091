"""Alarms over gRPC: a full container is listed, watched, acknowledged; what is wrong with a rule is named."""

import json
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import grpc
import pytest
from alarm_desk import SECRET
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from landlinie.waste.v1 import alarm_pb2, alarm_service_pb2_grpc
from live_waste import LiveWaste
from service_kit.errors import ServiceError
from service_kit.grpc_errors import from_rpc_error
from service_kit.identity.principal import Role
from service_kit.signed_bodies import SIGNATURE_HEADER, check_signature

pytestmark = pytest.mark.network


class _Receiver(BaseHTTPRequestHandler):
    got: ClassVar[list[tuple[str, bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        _Receiver.got.append((self.headers[SIGNATURE_HEADER], body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library calls it
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[str]:
    _Receiver.got = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Receiver)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    thread.join()
    server.server_close()


def alarms_of(live: LiveWaste, *sub_accounts: str) -> Any:
    channel = live.channel_of(Role.DEPOT, subject="desk", sub_account_ids=sub_accounts)
    return alarm_service_pb2_grpc.AlarmServiceStub(channel)


def rule(kind: alarm_pb2.AlarmKind.ValueType, *ladder: alarm_pb2.AlarmContact) -> alarm_pb2.AlarmRule:
    return alarm_pb2.AlarmRule(sub_account_id="east", kind=kind, ladder=ladder)


def webhook(url: str, secret: str = SECRET) -> alarm_pb2.AlarmContact:
    return alarm_pb2.AlarmContact(
        contact_id="program", webhook=alarm_pb2.AlarmWebhook(url=url, secret=secret)
    )


def put(live: LiveWaste, told: alarm_pb2.AlarmRule) -> alarm_pb2.AlarmRule:
    request = alarm_pb2.SetAlarmRuleRequest(request_id=live.new_id(), rule=told)
    answer: alarm_pb2.AlarmRule = alarms_of(live, "east").SetAlarmRule(request).rule
    return answer


def refused(call: Any, request: Message) -> tuple[grpc.StatusCode, ServiceError]:
    with pytest.raises(grpc.RpcError) as raised:
        call(request)
    return raised.value.code(), from_rpc_error(raised.value)


def test_a_full_container_is_listed_told_acknowledged_and_over(live: LiveWaste, receiver: str) -> None:
    live.settle("east")
    live.settle("west")
    told = rule(alarm_pb2.ALARM_KIND_AMPEL_RED, webhook(receiver))
    told.calm.CopyFrom(Duration(seconds=0))
    put(live, told)
    desk = alarms_of(live, "east")
    watching = desk.WatchAlarms(alarm_pb2.WatchAlarmsRequest(), timeout=20)
    assert next(watching).current
    live.measure("east", 300)
    raised = next(watching).alarm
    assert (raised.container_id, raised.kind, raised.state) == (
        "east-box",
        alarm_pb2.ALARM_KIND_AMPEL_RED,
        alarm_pb2.ALARM_STATE_OPEN,
    )
    assert re.fullmatch(
        r"Ampel red: since: .* UTC, level: 95 %, critical from: 80 %(, probability of overflow: .*)?",
        raised.reason,
    )
    assert (raised.figures["level_share"], raised.figures["critical_share"]) == (0.95, 0.8)
    assert raised.instants["ampel_since"] == raised.raise_time
    live.eventually(lambda: _Receiver.got)
    header, body = _Receiver.got[0]
    check_signature(SECRET, header, body, live.clock.now())
    assert json.loads(body)["data"]["alarm_id"] == raised.alarm_id
    assert desk.ListAlarms(alarm_pb2.ListAlarmsRequest()).alarms == [raised]
    for others in ((), ("west",)):
        assert not alarms_of(live, *others).ListAlarms(alarm_pb2.ListAlarmsRequest()).alarms
    acknowledge = alarm_pb2.AcknowledgeAlarmRequest(
        request_id=live.new_id(), alarm_id=raised.alarm_id, note="on my way"
    )
    code, error = refused(alarms_of(live, "west").AcknowledgeAlarm, acknowledge)
    assert (code, error.reason) == (grpc.StatusCode.NOT_FOUND, "ALARM_NOT_FOUND")
    answered = desk.AcknowledgeAlarm(acknowledge).alarm
    assert (answered.state, answered.note) == (alarm_pb2.ALARM_STATE_ACKNOWLEDGED, "on my way")
    assert next(watching).alarm == answered
    remove = alarm_pb2.RemoveAlarmRuleRequest(
        request_id=live.new_id(), sub_account_id="east", kind=alarm_pb2.ALARM_KIND_AMPEL_RED
    )
    live.clock.advance_to(live.clock.now() + timedelta(hours=1))
    live.measure("east", 1900)
    assert next(watching).alarm.state == alarm_pb2.ALARM_STATE_ENDED
    watching.cancel()
    ended = alarm_pb2.ListAlarmsRequest(states=[alarm_pb2.ALARM_STATE_ENDED])
    assert [alarm.alarm_id for alarm in desk.ListAlarms(ended).alarms] == [raised.alarm_id]
    assert not desk.ListAlarms(alarm_pb2.ListAlarmsRequest()).alarms
    desk.RemoveAlarmRule(remove)
    assert not desk.ListAlarmRules(alarm_pb2.ListAlarmRulesRequest()).rules


def test_rules_come_back_without_secrets_and_keep_them(live: LiveWaste, receiver: str) -> None:
    live.settle("east")
    told = rule(
        alarm_pb2.ALARM_KIND_LEVEL_CRITICAL,
        webhook(receiver),
        alarm_pb2.AlarmContact(
            contact_id="head", email_address="head@example.org", language=alarm_pb2.ALARM_LANGUAGE_ENGLISH
        ),
    )
    told.threshold = 0.9
    told.escalate_after.CopyFrom(Duration(seconds=600))
    kept = put(live, told)
    assert kept.ladder[0].webhook == alarm_pb2.AlarmWebhook(url=receiver)
    assert kept.ladder[1] == told.ladder[1]
    assert (kept.threshold, kept.escalate_after.seconds, kept.calm.seconds) == (0.9, 600, 900)
    assert alarms_of(live, "east").ListAlarmRules(alarm_pb2.ListAlarmRulesRequest()).rules == [kept]
    assert not alarms_of(live, "west").ListAlarmRules(alarm_pb2.ListAlarmRulesRequest()).rules
    # Told again as it came back, without the secret.
    assert put(live, kept) == kept
    live.measure("east", 300)
    live.eventually(lambda: _Receiver.got)
    check_signature(SECRET, *_Receiver.got[0], live.clock.now())
    moved = rule(alarm_pb2.ALARM_KIND_LEVEL_CRITICAL, webhook("https://example.org/", ""))
    request = alarm_pb2.SetAlarmRuleRequest(request_id=live.new_id(), rule=moved)
    _, error = refused(alarms_of(live, "east").SetAlarmRule, request)
    assert [fault.field for fault in error.violations] == ["rule.ladder[0].webhook.secret"]


def test_what_is_wrong_with_a_rule_is_named(live: LiveWaste) -> None:
    live.settle("east")
    desk = alarms_of(live, "east")
    wrong = rule(
        alarm_pb2.ALARM_KIND_UNSPECIFIED,
        alarm_pb2.AlarmContact(contact_id="a b", email_address="head@example.org"),
        alarm_pb2.AlarmContact(contact_id="c", email_address="head"),
        alarm_pb2.AlarmContact(contact_id="d"),
        webhook("http://example.org/"),
    )
    wrong.calm.seconds = -1
    request = alarm_pb2.SetAlarmRuleRequest(request_id="wrong", rule=wrong)
    code, error = refused(desk.SetAlarmRule, request)
    assert code == grpc.StatusCode.INVALID_ARGUMENT
    assert {fault.field for fault in error.violations} == {
        "rule.kind",
        "rule.ladder[0].contact_id",
        "rule.ladder[1].email_address",
        "rule.ladder[2]",
        "rule.ladder[3].webhook.url",
        "rule.calm",
    }
    high = rule(alarm_pb2.ALARM_KIND_LEVEL_CRITICAL)
    high.threshold = 1.5
    _, error = refused(desk.SetAlarmRule, alarm_pb2.SetAlarmRuleRequest(request_id="high", rule=high))
    assert [fault.field for fault in error.violations] == ["rule.threshold"]
    others = alarm_pb2.AlarmRule(sub_account_id="west", kind=alarm_pb2.ALARM_KIND_TILTED)
    _, error = refused(desk.SetAlarmRule, alarm_pb2.SetAlarmRuleRequest(request_id="others", rule=others))
    assert error.reason == "SUB_ACCOUNT_NOT_FOUND"
    missing = alarm_pb2.RemoveAlarmRuleRequest(
        request_id="m", sub_account_id="east", kind=alarm_pb2.ALARM_KIND_FIRE
    )
    assert refused(desk.RemoveAlarmRule, missing)[1].reason == "ALARM_RULE_NOT_FOUND"


def test_the_health_of_sensors_is_listed_for_their_owners(live: LiveWaste) -> None:
    live.settle("east")
    live.settle("west")
    live.measure("east", 900, 800)
    # As the sweep finds it, which is not waited for here.
    for container_id in ("east-box", "west-box"):
        live.app.alarming.look(container_id, thorough=True)
    states = alarms_of(live, "east").ListDeviceStates(alarm_pb2.ListDeviceStatesRequest()).states
    assert [(state.device_id, list(state.health)) for state in states] == [
        ("east-sensor", [alarm_pb2.DEVICE_HEALTH_WELL])
    ]
    unheard = alarm_pb2.ListDeviceStatesRequest(health=[alarm_pb2.DEVICE_HEALTH_NEVER_HEARD])
    both = alarms_of(live, "east", "west").ListDeviceStates(unheard).states
    assert [state.device_id for state in both] == ["west-sensor"]
