"""Ticketing's methods before strangers, the wrong roles and districts, and bytes meant to break something."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import grpc
import pytest
import sqlalchemy as sa
from counter import Counter
from doors import bearer
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message_factory import GetMessageClass
from identified import token
from landlinie.ticketing.v1 import account_pb2, journey_pb2
from office import at
from service_kit import consumers
from service_kit.database import open_engine, reading
from service_kit.grpc_errors import from_rpc_error
from service_kit.identity.policy import declared
from service_kit.identity.principal import Role
from ticketing.bootstrap import DATABASES, DESCRIPTOR
from wrong import fields_of, put

pytestmark = pytest.mark.network

METHODS = {method.name: method for method in DESCRIPTOR.methods}
ACCESS = declared([DESCRIPTOR])
CRASHES = {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.UNAVAILABLE}
OF_OURS = ("sqlite", "sqlalchemy", "Traceback", ".py", "SELECT", "INSERT", "UPDATE", "/site-packages/")
TEXTS = (
    "iN7rUd3r'; DROP TABLE journal; --",
    "../../iN7rUd3r/etc/passwd",
    "\x1b[2JiN7rUd3r\x00",
    "iN7rUd3r\u202e\u2028" + "x" * 5000,
)


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(consumers, "_POLL_S", 0.02)
        counter = Counter(Path(tmp_path_factory.mktemp("counter")))
        yield counter
        counter.close()


@pytest.fixture(scope="module")
def stranger(counter: Counter) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(counter.address, options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
        yield channel


def knock(
    channel: grpc.Channel, method: str, bodies: Sequence[bytes], metadata: Any = ()
) -> tuple[grpc.StatusCode, str, str]:
    """Send messages to a method as whoever the metadata says: status, reason and message of the answer."""
    path = f"/{DESCRIPTOR.full_name}/{method}"
    shape = METHODS[method]
    told = tuple(metadata)
    try:
        if shape.client_streaming:
            channel.stream_unary(path, bytes, bytes)(iter(bodies), timeout=20, metadata=told)
        elif shape.server_streaming:
            stream: Any = channel.unary_stream(path, bytes, bytes)(bodies[0], timeout=20, metadata=told)
            list(stream)
        else:
            channel.unary_unary(path, bytes, bytes)(bodies[0], timeout=20, metadata=told)
    except grpc.RpcError as error:
        return error.code(), from_rpc_error(error).reason, error.details() or ""
    return grpc.StatusCode.OK, "", ""


@pytest.mark.parametrize("method", METHODS)
def test_nobody_gets_in_without_a_role_of_this_district(stranger: grpc.Channel, method: str) -> None:
    roles = ACCESS[f"/{DESCRIPTOR.full_name}/{method}"].roles
    assert knock(stranger, method, [b""])[0] is grpc.StatusCode.UNAUTHENTICATED
    foreign = bearer(token(*Role, tenant="other"))
    assert knock(stranger, method, [b""], foreign)[:2] == (
        grpc.StatusCode.PERMISSION_DENIED,
        "OTHER_TENANT",
    )
    for role in Role:
        code, reason, _ = knock(stranger, method, [b""], bearer(token(role)))
        denied = (code, reason) == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_MISSING")
        assert denied == (role not in roles), (role, code, reason)


def filled(counter: Counter, method: str, account_id: str) -> Any:
    """A request that might be meant: every id of the caller's own account, every other text an id."""
    if method == "CheckIn":
        return counter.check_in(account_id, "trip", at("08:00"))
    if method == "CheckOut":
        return counter.check_out(account_id, "trip", at("08:20"), legs=[journey_pb2.Leg()])
    request = GetMessageClass(METHODS[method].input_type)()
    for path, field in fields_of(METHODS[method].input_type):
        if field.type == FieldDescriptor.TYPE_STRING and field.name != "page_token":
            put_if_it_can(request, path, account_id if field.name == "account_id" else "x-1")
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


def rows(folder: Path) -> dict[str, int]:
    """Rows of every table but the audit trail's."""
    counts = {}
    for name in DATABASES:
        engine = open_engine(f"sqlite:///{folder}/{name}.sqlite")
        with reading(engine) as connection:
            for table in sa.inspect(connection).get_table_names():
                if not table.startswith("audit_"):
                    count = sa.select(sa.func.count()).select_from(sa.table(table))
                    counts[f"{name}.{table}"] = connection.execute(count).scalar_one()
        engine.dispose()
    return counts


@pytest.mark.parametrize("method", METHODS)
def test_texts_and_bytes_meant_to_break_something_break_nothing(
    counter: Counter, stranger: grpc.Channel, method: str
) -> None:
    metadata = bearer(token(*Role, client_id="app", subject="app"))
    account_id = counter.open().account_id
    counter.stub.GetAccount(account_pb2.GetAccountRequest(account_id=account_id))
    before = rows(counter.folder)
    bodies = []
    for path, field in fields_of(METHODS[method].input_type):
        if field.type == FieldDescriptor.TYPE_STRING:
            for text in TEXTS:
                request = filled(counter, method, account_id)
                put_if_it_can(request, path, text)
                bodies.append(request.SerializeToString())
    taken_count = _send(stranger, method, bodies, metadata)
    # What is a name somewhere is kept as that name: the tables are there, and nobody else's rows changed.
    assert set(rows(counter.folder)) == set(before)
    assert taken_count or rows(counter.folder) == before

    seed = random.Random(method)
    good = filled(counter, method, account_id).SerializeToString() or b"\x08\x01"
    torn = [_torn(good, seed) for _ in range(40)]
    _send(stranger, method, [*torn, *(seed.randbytes(seed.randint(1, 200)) for _ in range(20))], metadata)


def _torn(good: bytes, seed: random.Random) -> bytes:
    found = bytearray(good)
    for _ in range(seed.randint(1, 4)):
        found[seed.randrange(len(found))] = seed.randrange(256)
    return bytes(found[: seed.randint(1, len(found))])


def _send(channel: grpc.Channel, method: str, bodies: Sequence[bytes], metadata: Any) -> int:
    """How many were taken."""
    taken_count = 0
    for body in bodies:
        code, reason, message = knock(channel, method, [body], metadata)
        assert code not in CRASHES, (body, reason, message)
        assert not any(word in message for word in OF_OURS), message
        if code is grpc.StatusCode.INVALID_ARGUMENT:
            assert reason
        taken_count += code is grpc.StatusCode.OK
    return taken_count
