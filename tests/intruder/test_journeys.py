"""Journeys' methods before strangers, wrong roles and other districts; before texts meant to break something;
and before who wants to know where others go.
"""

import random
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from doors import bearer
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message_factory import GetMessageClass
from identified import token
from journeys.bootstrap import SERVICES
from landlinie.journeys.v1 import journey_pb2
from planned_village import CALL_S, EAST, NORTH, Village, asking, eventually, forget_village
from service_kit.grpc_errors import from_rpc_error
from service_kit.identity import turned_away
from service_kit.identity.policy import declared
from service_kit.identity.principal import Role
from wrong import fields_of, put

pytestmark = pytest.mark.network

METHODS = {f"{service.full_name}/{each.name}": each for service in SERVICES for each in service.methods}
ACCESS = declared(SERVICES)
CRASHES = {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.UNAVAILABLE}
OF_OURS = ("sqlite", "sqlalchemy", "Traceback", ".py", "SELECT", "INSERT", "UPDATE", "/site-packages/")
TEXTS = (
    "iN7rUd3r'; DROP TABLE planned_journeys; --",
    "../../iN7rUd3r/etc/passwd",
    "\x1b[2JiN7rUd3r\x00",
    "iN7rUd3r\u202e\u2028" + "x" * 5000,
)
LISTEN_S = 0.3


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(turned_away, "RECORD_EVERY_S", 0.05)
        village = Village(tmp_path_factory.mktemp("journeys"))
        yield village
        village.close()
    forget_village()


@pytest.fixture(scope="module")
def stranger(village: Village) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(village.address, options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
        yield channel


def knock(
    channel: grpc.Channel, method: str, body: bytes, metadata: Any = ()
) -> tuple[grpc.StatusCode, str, str]:
    """Send a message to a method as whoever the metadata says: status, reason and message."""
    told = tuple(metadata)
    try:
        if METHODS[method].server_streaming:
            stream: Any = channel.unary_stream(f"/{method}", bytes, bytes)(
                body, timeout=LISTEN_S, metadata=told
            )
            for _ in stream:
                pass
        else:
            channel.unary_unary(f"/{method}", bytes, bytes)(body, timeout=CALL_S, metadata=told)
    except grpc.RpcError as error:
        return error.code(), from_rpc_error(error).reason, error.details() or ""
    return grpc.StatusCode.OK, "", ""


@pytest.mark.parametrize("method", METHODS)
def test_nobody_gets_in_without_a_role_of_this_district(stranger: grpc.Channel, method: str) -> None:
    roles = ACCESS[f"/{method}"].roles
    assert knock(stranger, method, b"")[0] is grpc.StatusCode.UNAUTHENTICATED
    foreign = bearer(token(*Role, tenant="other"))
    assert knock(stranger, method, b"", foreign)[:2] == (grpc.StatusCode.PERMISSION_DENIED, "OTHER_TENANT")
    for role in Role:
        code, reason, _ = knock(stranger, method, b"", bearer(token(role)))
        denied = (code, reason) == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_MISSING")
        assert denied == (role not in roles), (role, code, reason)


@pytest.mark.parametrize("method", METHODS)
def test_texts_and_bytes_meant_to_break_something_break_nothing(stranger: grpc.Channel, method: str) -> None:
    rng = random.Random(method)
    kind = METHODS[method].input_type
    bodies = [rng.randbytes(rng.randrange(1, 200)) for _ in range(5)]
    for text in TEXTS:
        request = GetMessageClass(kind)()
        for path, field in fields_of(kind):
            if field.type == FieldDescriptor.TYPE_STRING and "[" not in path:
                put(request, path, text)
        bodies.append(request.SerializeToString())
    everybody = bearer(token(*Role, client_id="app"))
    for body in bodies:
        code, _, said = knock(stranger, method, body, everybody)
        assert code not in CRASHES, said
        assert not any(word in said for word in OF_OURS), said


def test_where_others_go_is_told_to_nobody(village: Village) -> None:
    anna = village.of(Role.PASSENGER, client_id="app", subject="anna")
    answer = anna.PlanJourneys(asking(NORTH, EAST), timeout=CALL_S)
    mallory = village.of(Role.PASSENGER, client_id="app", subject="mallory")
    mine = mallory.PlanJourneys(asking(NORTH, EAST), timeout=CALL_S)
    assert not {each.journey_id for each in answer.journeys} & {each.journey_id for each in mine.journeys}
    for journey in answer.journeys:
        with pytest.raises(grpc.RpcError) as error:
            mallory.GetJourney(journey_pb2.GetJourneyRequest(journey_id=journey.journey_id), timeout=CALL_S)
        assert from_rpc_error(error.value).reason == "JOURNEY_NOT_FOUND"
    stolen = asking(NORTH, EAST, page_token=answer.later_page_token)
    with pytest.raises(grpc.RpcError) as error:
        mallory.PlanJourneys(stolen, timeout=CALL_S)
    assert from_rpc_error(error.value).reason == "PAGE_TOKEN_INVALID"


def test_a_flood_of_searches_is_answered_or_refused_and_looking_up_goes_on(village: Village) -> None:
    village.others.silent = True
    request = asking(NORTH, EAST)
    calls = [village.stub.PlanJourneys.future(request, timeout=CALL_S) for _ in range(60)]
    try:
        assert eventually(lambda: sum(call.done() for call in calls) >= 60 - 2 - 12)
        errors = [call.exception() for call in calls if call.done()]
        refused = [from_rpc_error(error).reason for error in errors if isinstance(error, grpc.RpcError)]
        assert set(refused) == {"TOO_MANY_CALLS"}
        unknown = journey_pb2.GetJourneyRequest(journey_id="none")
        with pytest.raises(grpc.RpcError) as error:
            village.stub.GetJourney(unknown, timeout=CALL_S)
        assert from_rpc_error(error.value).reason == "JOURNEY_NOT_FOUND"
    finally:
        village.others.silent = False
    assert sum(call.exception() is None for call in calls) == 60 - len(refused), "who waited is answered"
