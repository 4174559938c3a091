"""Bytes that are no request, and requests made up at random: always an answer that says what is wrong."""

import itertools
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from landlinie.pooling.v1 import ride_pb2
from live import Live, refusal
from pooling.bootstrap import DESCRIPTOR
from valid import METHODS, call, valid_requests
from wrong import UINT32_MAX, WHOLE, fields_of, put

pytestmark = pytest.mark.network

MARK = "QQQQ"
NO_TEXT = {
    "no leading byte": b"\xff\xfe\xff\xfe",
    "cut short": b"abc\xc3",
    "surrogate": b"a\xed\xa0\x80",
    "zero in two bytes": b"ab\xc0\x80",
    "beyond Unicode": b"\xf5\x80\x80\x80",
}
NO_MESSAGE = {
    "field zero": b"\x00\x01",
    "endless number": b"\xff" * 11,
    "group without end": b"\x0b",
    "end without group": b"\x0c",
    "groups without end": b"\x0b" * 200,
    "length beyond the end": b"\x0a\x7fabc",
    "negative length": b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    "wire type seven": b"\x0f",
}
TEXT_FIELDS = [
    (name, path)
    for name, method in METHODS.items()
    for path, field in fields_of(method.input_type)
    if field.type == FieldDescriptor.TYPE_STRING
]
# A state that forbids the call is an answer, too; none of ours breaks down, and no plan changes eight times.
GOOD_ANSWERS = {
    grpc.StatusCode.OK,
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.ALREADY_EXISTS,
    grpc.StatusCode.FAILED_PRECONDITION,
}
FUZZ = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    live = Live(tmp_path_factory.mktemp("live"))
    yield live
    live.close()


@pytest.fixture(scope="module")
def valid(live: Live) -> dict[str, Any]:
    return valid_requests(live)


def send(live: Live, method: str, data: bytes) -> None:
    """Send bytes as they are, and wait for the first answer."""
    path = f"/{DESCRIPTOR.full_name}/{method}"
    if METHODS[method].server_streaming:
        answers = live.channel.unary_stream(path, bytes, bytes)(data, timeout=10)
        next(answers)
        answers.cancel()
    else:
        live.channel.unary_unary(path, bytes, bytes)(data, timeout=10)


def outcome(live: Live, method: str, data: bytes) -> grpc.StatusCode:
    try:
        send(live, method, data)
    except grpc.RpcError as error:
        return error.code()
    return grpc.StatusCode.OK


def assert_malformed(live: Live, valid: dict[str, Any], method: str, data: bytes, field: str = "") -> None:
    before = live.row_counts()
    code, error = refusal(lambda: send(live, method, data))
    assert (code, error.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED_REQUEST")
    assert [violation.field for violation in error.violations] == ([field] if field else [])
    assert live.row_counts() == before
    assert live.stub.GetRide(valid["GetRide"]).ride.state == ride_pb2.RIDE_STATE_BOOKED


@pytest.mark.parametrize("data", NO_TEXT.values(), ids=NO_TEXT)
@pytest.mark.parametrize(("method", "path"), TEXT_FIELDS)
def test_text_that_is_not_utf8_is_named(
    live: Live, valid: dict[str, Any], method: str, path: str, data: bytes
) -> None:
    request = GetMessageClass(METHODS[method].input_type)()
    request.CopyFrom(valid[method])
    put(request, path, MARK)
    assert_malformed(
        live, valid, method, request.SerializeToString().replace(MARK.encode(), data), field=path
    )


@pytest.mark.parametrize("method", METHODS)
def test_a_request_cut_short_is_no_request(live: Live, valid: dict[str, Any], method: str) -> None:
    data = valid[method].SerializeToString() or b"\x0a\x01a"
    assert_malformed(live, valid, method, data[:-1])


@pytest.mark.parametrize("data", NO_MESSAGE.values(), ids=NO_MESSAGE)
@pytest.mark.parametrize("method", METHODS)
def test_bytes_that_are_no_message_are_no_request(
    live: Live, valid: dict[str, Any], method: str, data: bytes
) -> None:
    assert_malformed(live, valid, method, data)


def test_what_a_newer_client_adds_is_passed_over(live: Live, valid: dict[str, Any]) -> None:
    data = valid["GetRide"].SerializeToString() + b"\xc2\x3e\x03new"
    assert outcome(live, "GetRide", data) is grpc.StatusCode.OK


def test_a_request_of_more_than_a_megabyte_is_not_read(live: Live, valid: dict[str, Any]) -> None:
    request = ride_pb2.CancelRideRequest(request_id="r1", reason="x" * 1_100_000)
    code, _ = refusal(lambda: call(live, "CancelRide", request))
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert outcome(live, "GetRide", valid["GetRide"].SerializeToString()) is grpc.StatusCode.OK


@FUZZ
@given(st.data())
def test_random_bytes_get_an_answer(live: Live, valid: dict[str, Any], data: st.DataObject) -> None:
    method = data.draw(st.sampled_from(sorted(METHODS)))
    whole = valid[method].SerializeToString()
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
    mixed = whole[:start] + data.draw(st.binary(max_size=20)) + whole[end:]

    assert outcome(live, method, mixed) in GOOD_ANSWERS
    assert outcome(live, "GetRide", valid["GetRide"].SerializeToString()) is grpc.StatusCode.OK


NUMBERS = itertools.count()
DAWN = 1_773_115_200
"""Five in the morning of the service's day."""


def values(field: FieldDescriptor, known: list[str]) -> st.SearchStrategy[Any]:
    """Values for a field: likely ones, and any at all."""
    if field.message_type is not None and field.message_type.full_name in WHOLE:
        proper = st.integers(DAWN - 3600, DAWN + 20 * 3600)
        if field.message_type.full_name != Timestamp.DESCRIPTOR.full_name:
            proper = st.integers(1, 7200)
        seconds = proper | st.integers(-(2**63), 2**63 - 1)
        kind = GetMessageClass(field.message_type)
        return st.builds(kind, seconds=seconds, nanos=st.just(0) | st.integers(-(2**31), 2**31 - 1))
    if field.message_type is not None:
        return st.none()
    if field.type == FieldDescriptor.TYPE_STRING:
        return st.sampled_from(known) | st.text(max_size=80)
    if field.type == FieldDescriptor.TYPE_DOUBLE:
        return st.floats(53.5, 53.6) | st.floats(12.9, 13.1) | st.floats()
    if field.type == FieldDescriptor.TYPE_ENUM:
        return st.integers(-1, 6)
    if field.type == FieldDescriptor.TYPE_BOOL:
        return st.booleans()
    return st.integers(0, 9) | st.integers(0, UINT32_MAX)


@FUZZ
@given(st.data())
def test_requests_made_up_at_random_get_an_answer(
    live: Live, valid: dict[str, Any], data: st.DataObject
) -> None:
    method = data.draw(st.sampled_from(sorted(set(METHODS) - {"ListZones"})))
    request = GetMessageClass(METHODS[method].input_type)()
    request.CopyFrom(valid[method])
    fields = list(fields_of(METHODS[method].input_type))
    if fields[0][0] == "request_id":
        put(request, "request_id", f"random-{next(NUMBERS)}")
    ride, offer, stop = valid["GetRide"], valid["BookRide"], valid["ArriveAtStop"]
    known = ["nord", "ost", "bus", "car", "church", "2026-03-10", ""]
    known += [ride.ride_id, offer.offer_id, stop.stop_id, valid["CancelShift"].shift_id]
    # Inner fields first: a message left out stays out.
    for path, field in reversed(data.draw(st.lists(st.sampled_from(fields), max_size=4, unique=True))):
        if field.is_repeated and field.message_type is None:
            put(request, path, data.draw(st.lists(values(field, known), max_size=3)))
        elif not field.is_repeated and "[0]" not in path:
            put(request, path, data.draw(values(field, known)))

    # They may name a plan, or a shift, that is over.
    conditional = method in {"MoveRide", "UpdateShift", "CancelShift"}
    good = GOOD_ANSWERS | ({grpc.StatusCode.ABORTED} if conditional else set())
    assert outcome(live, method, request.SerializeToString()) in good
    assert outcome(live, "GetRide", ride.SerializeToString()) is grpc.StatusCode.OK
