"""Waste's methods before strangers, wrong roles, other districts – and before the sub-account next door."""

import random
import threading
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import pytest
from district import NOON, reading
from doors import bearer
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message_factory import GetMessageClass
from identified import token
from landlinie.common.v1 import geo_pb2
from landlinie.waste.v1 import alarm_pb2, export_pb2, yard_pb2
from landlinie.waste.v1.alarm_service_pb2_grpc import AlarmServiceStub
from landlinie.waste.v1.yard_service_pb2_grpc import YardServiceStub
from live_waste import LiveWaste
from service_kit.grpc_errors import from_rpc_error
from service_kit.identity import turned_away
from service_kit.identity.policy import declared
from service_kit.identity.principal import Role
from waste.bootstrap import SERVICES
from wrong import fields_of, put

pytestmark = pytest.mark.network

METHODS = {f"{service.full_name}/{each.name}": each for service in SERVICES for each in service.methods}
ACCESS = declared(SERVICES)
CRASHES = {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.UNAVAILABLE}
OF_OURS = ("sqlite", "sqlalchemy", "Traceback", ".py", "SELECT", "INSERT", "UPDATE", "/site-packages/")
TEXTS = (
    "iN7rUd3r'; DROP TABLE containers; --",
    "../../iN7rUd3r/etc/passwd",
    "\x1b[2JiN7rUd3r\x00",
    "iN7rUd3r\u202e\u2028" + "x" * 5000,
)
LISTEN_S = 0.4
"""How long a stream is listened to, while something happens at both sub-accounts."""
OWN, OTHER = "kn0ck3r", "h1dd3n"
"""Everything of a sub-account has its name in it."""
IDS = {
    "sub_account_id": "{}",
    "site_id": "{}-site",
    "container_id": "{}-box",
    "device_id": "{}-sensor",
    "depot_id": "yard",
    "yard_id": "{}-yard",
    "parking_space_id": "{}-space",
}
SAID_AND_NOT_LOOKED_UP = {"device.parking_space_id", "device.yard_id"}
"""What a device watches besides containers may be registered later: an answer has what the caller said, and
its readings count for places of its own sub-account only."""
TELLS_OF_OWN = (
    "ContainerService/ListSubAccounts",
    "ContainerService/ListSites",
    "ContainerService/ListContainers",
    "ContainerService/ListDevices",
    "ContainerService/ListReadings",
    "ContainerService/ListLifts",
    "ContainerService/GetContainerState",
    "ContainerService/ListContainerStates",
    "ContainerService/WatchContainerStates",
    "AlarmService/ListAlarmRules",
    "AlarmService/ListAlarms",
    "AlarmService/WatchAlarms",
    "AlarmService/ListDeviceStates",
    "YardService/ListYards",
    "YardService/GetYardState",
    "YardService/WatchYardState",
    "YardService/ListParkingSpaces",
    "ExportService/DownloadExport",
)
"""Methods that, asked by its owner in the same words, do tell of the hidden one: silence proves something."""


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveWaste]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(turned_away, "RECORD_EVERY_S", 0.05)
        live = LiveWaste(Path(tmp_path_factory.mktemp("waste")))
        alarms = AlarmServiceStub(live.channel_of())
        for name in (OWN, OTHER):
            live.settle(name)
            furnish(live, name)
            live.measure(name, 2000, 1500, 400, 2100, 2000, 300)
            live.eventually(partial(judged, live, alarms, name))
            # What the sweep through all containers does now and then.
            live.app.alarming.look(f"{name}-box", thorough=True)
        yield live
        live.close()


def furnish(live: LiveWaste, name: str) -> None:
    """Give a sub-account what there is besides containers."""
    place = geo_pb2.Position(latitude_deg=53.5, longitude_deg=13.2)
    alarms = AlarmServiceStub(live.channel_of())
    kinds = (alarm_pb2.ALARM_KIND_AMPEL_RED, alarm_pb2.ALARM_KIND_SENSOR_SILENT)
    for kind in kinds:
        rule = alarm_pb2.AlarmRule(sub_account_id=name, kind=kind)
        alarms.SetAlarmRule(alarm_pb2.SetAlarmRuleRequest(request_id=live.new_id(), rule=rule))
    yards = YardServiceStub(live.channel_of())
    yard = yard_pb2.Yard(
        yard_id=f"{name}-yard",
        sub_account_id=name,
        name=name,
        position=place,
        bay_count=5,
        stay_duration_min=10,
    )
    yards.RegisterYard(yard_pb2.RegisterYardRequest(request_id=live.new_id(), yard=yard))
    space = yard_pb2.ParkingSpace(
        parking_space_id=f"{name}-space", sub_account_id=name, name=name, position=place
    )
    yards.RegisterParkingSpace(
        yard_pb2.RegisterParkingSpaceRequest(request_id=live.new_id(), parking_space=space)
    )


def judged(live: LiveWaste, alarms: AlarmServiceStub, name: str) -> bool:
    """Whether its lift was seen, and its alarm raised."""
    asked = alarm_pb2.ListAlarmsRequest(sub_account_id=name)
    return bool(live.state_of(name).HasField("latest_lift_time") and alarms.ListAlarms(asked).alarms)


@pytest.fixture(scope="module")
def stranger(live: LiveWaste) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(live.address, options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
        yield channel


def knock(
    channel: grpc.Channel, method: str, body: bytes, metadata: Any = (), listen_s: float = LISTEN_S
) -> tuple[grpc.StatusCode, str, str, list[bytes]]:
    """Send a message to a method as whoever the metadata says: status, reason, message, and the answers."""
    told = tuple(metadata)
    heard: list[bytes] = []
    try:
        if METHODS[method].server_streaming:
            stream: Any = channel.unary_stream(f"/{method}", bytes, bytes)(
                body, timeout=listen_s, metadata=told
            )
            for answer in stream:
                heard.append(answer)  # noqa: PERF402 - what came before the end counts, too
        else:
            heard.append(channel.unary_unary(f"/{method}", bytes, bytes)(body, timeout=20, metadata=told))
    except grpc.RpcError as error:
        return error.code(), from_rpc_error(error).reason, error.details() or "", heard
    return grpc.StatusCode.OK, "", "", heard


@pytest.mark.parametrize("method", METHODS)
def test_nobody_gets_in_without_a_role_of_this_district(stranger: grpc.Channel, method: str) -> None:
    roles = ACCESS[f"/{method}"].roles
    assert knock(stranger, method, b"")[0] is grpc.StatusCode.UNAUTHENTICATED
    foreign = bearer(token(*Role, tenant="other"))
    assert knock(stranger, method, b"", foreign)[:2] == (
        grpc.StatusCode.PERMISSION_DENIED,
        "OTHER_TENANT",
    )
    for role in Role:
        code, reason, *_ = knock(stranger, method, b"", bearer(token(role)), listen_s=0.2)
        denied = (code, reason) == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_MISSING")
        assert denied == (role not in roles), (role, code, reason)


def filled(method: str, name: str, number: int = 0) -> Any:
    """A request that might be meant: every id that of a sub-account's thing, every other text an id."""
    request = GetMessageClass(METHODS[method].input_type)()
    for path, field in fields_of(METHODS[method].input_type):
        if field.type == FieldDescriptor.TYPE_STRING and field.name != "page_token":
            fresh = f"fresh-{number}" if field.name == "request_id" else f"x-{number}"
            put_if_it_can(request, path, IDS.get(field.name, fresh).format(name))
    return request


def put_if_it_can(request: Any, path: str, value: Any) -> None:
    """Set a field of the request, or in the first entries of the lists on the way to it."""
    message = request
    for part in path.split(".")[:-1]:
        name, listed, _ = part.partition("[")
        message = getattr(message, name)
        if listed:
            message = message[0] if message else message.add()
    put(request, path, value)


def questions(method: str) -> list[bytes]:
    """Everything of the hidden one asked for by id, one field after the other, all of them, and none."""
    found = [GetMessageClass(METHODS[method].input_type)(), filled(method, OTHER)]
    for path, field in fields_of(METHODS[method].input_type):
        if path in SAID_AND_NOT_LOOKED_UP:
            continue
        if field.name in IDS and field.type == FieldDescriptor.TYPE_STRING:
            alone = GetMessageClass(METHODS[method].input_type)()
            put_if_it_can(alone, path, IDS[field.name].format(OTHER))
            found.append(alone)
            mixed = filled(method, OWN, number=len(found))
            put_if_it_can(mixed, path, IDS[field.name].format(OTHER))
            found.append(mixed)
    return list(dict.fromkeys(each.SerializeToString() for asked in found for each in (asked, chosen(asked))))


def chosen(asked: Any) -> Any:
    """The same with a choice made wherever there is one to make."""
    made = type(asked)()
    made.CopyFrom(asked)
    for path, field in fields_of(asked.DESCRIPTOR):
        if field.type == FieldDescriptor.TYPE_ENUM and "." not in path:
            put_if_it_can(made, path, 1)
    return made


@pytest.fixture
def busy(live: LiveWaste) -> Iterator[None]:
    """Something new happens at both sub-accounts all the time."""
    done = threading.Event()

    def measure() -> None:
        instants = iter(range(1, 100_000))
        while not done.wait(0.1):
            at = NOON.replace(microsecond=next(instants))
            live.app.levels.take([reading(f"{name}-sensor", at, 2000) for name in (OWN, OTHER)])

    thread = threading.Thread(target=measure)
    thread.start()
    yield
    done.set()
    thread.join()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.usefixtures("busy")
def test_the_sub_account_next_door_is_not_there(stranger: grpc.Channel, method: str) -> None:
    for role in sorted(
        ACCESS[f"/{method}"].roles - {Role.OPERATOR, Role.AUDITOR}, key=lambda each: each.value
    ):
        mine = bearer(token(role, client_id="desk", subject="desk", sub_account_ids=[OWN]))
        for body in questions(method):
            _, _, _, heard = knock(stranger, method, body, mine)
            assert not [answer for answer in heard if OTHER.encode() in answer], (role, body)


@pytest.mark.parametrize("method", TELLS_OF_OWN)
def test_to_its_owner_the_same_questions_tell_of_it(stranger: grpc.Channel, method: str) -> None:
    owner = bearer(token(Role.DEPOT, client_id="desk", subject="desk", sub_account_ids=[OTHER]))
    heard = [
        answer
        for body in questions(f"landlinie.waste.v1.{method}")
        for answer in knock(stranger, f"landlinie.waste.v1.{method}", body, owner)[3]
    ]
    assert [answer for answer in heard if OTHER.encode() in answer]


@pytest.mark.parametrize("content", [*export_pb2.ExportContent.values()[1:]])
def test_files_are_of_the_own_sub_account(
    stranger: grpc.Channel, content: export_pb2.ExportContent.ValueType
) -> None:
    method = "landlinie.waste.v1.ExportService/DownloadExport"
    files = {}
    for who, asked in ((OWN, OWN), (OWN, OTHER), (OTHER, OTHER)):
        request = export_pb2.DownloadExportRequest(
            sub_account_id=asked, format=export_pb2.EXPORT_FORMAT_CSV, content=content
        )
        caller = bearer(token(Role.DEPOT, client_id="desk", subject="desk", sub_account_ids=[who]))
        code, _, _, heard = knock(stranger, method, request.SerializeToString(), caller, listen_s=20)
        files[who, asked] = code, b"".join(heard)
    assert files[OWN, OWN][0] is files[OTHER, OTHER][0] is grpc.StatusCode.OK
    assert OTHER.encode() not in files[OWN, OWN][1]
    assert files[OWN, OTHER] == (grpc.StatusCode.NOT_FOUND, b"")
    assert OTHER.encode() in files[OTHER, OTHER][1]


def test_nothing_was_changed_next_door(live: LiveWaste) -> None:
    """After all that: every thing of the hidden one is as it was registered."""
    state = live.state_of(OTHER)
    assert (state.container_id, state.site_id, state.sub_account_id) == (
        f"{OTHER}-box",
        f"{OTHER}-site",
        OTHER,
    )


@pytest.mark.parametrize("method", METHODS)
def test_texts_and_bytes_meant_to_break_something_break_nothing(stranger: grpc.Channel, method: str) -> None:
    metadata = bearer(token(*Role, client_id="app", subject="app", sub_account_ids=[OWN]))
    bodies = []
    for path, field in fields_of(METHODS[method].input_type):
        if field.type == FieldDescriptor.TYPE_STRING:
            for text in TEXTS:
                request = filled(method, "nobody")
                put_if_it_can(request, path, text)
                bodies.append(request.SerializeToString())
    seed = random.Random(method)
    good = filled(method, "nobody").SerializeToString() or b"\x08\x01"
    bodies += [_torn(good, seed) for _ in range(40)]
    bodies += [seed.randbytes(seed.randint(1, 200)) for _ in range(20)]
    _send(stranger, method, bodies, metadata)


def _torn(good: bytes, seed: random.Random) -> bytes:
    found = bytearray(good)
    for _ in range(seed.randint(1, 4)):
        found[seed.randrange(len(found))] = seed.randrange(256)
    return bytes(found[: seed.randint(1, len(found))])


def _send(channel: grpc.Channel, method: str, bodies: Sequence[bytes], metadata: Any) -> None:
    for body in bodies:
        code, reason, message, _ = knock(channel, method, body, metadata, listen_s=0.1)
        assert code not in CRASHES, (body, reason, message)
        assert not any(word in message for word in OF_OURS), message
        if code is grpc.StatusCode.INVALID_ARGUMENT:
            assert reason
