"""Bytes that are no request, and what is said about them."""

import pytest
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st
from landlinie.pooling.v1 import offer_pb2, ride_pb2
from service_kit.malformed import malformed_request

ASK = "/landlinie.pooling.v1.RidePoolingService/RequestOffers"
LIST = "/landlinie.pooling.v1.RidePoolingService/ListRides"
BAD = b"\xff\xfe"


def fields(method: str, data: bytes) -> list[str]:
    error = malformed_request(method, data)
    assert error.reason == "MALFORMED_REQUEST"
    assert all(f"{violation.field}: is not UTF-8 text" in error.message for violation in error.violations)
    return [violation.field for violation in error.violations]


def test_every_text_that_is_not_utf8_is_named() -> None:
    request = offer_pb2.RequestOffersRequest(request_id="QQ", pickup=offer_pb2.Place(label="QQ"))
    request.dropoff.virtual_stop_id = "church"
    assert fields(ASK, request.SerializeToString().replace(b"QQ", BAD)) == ["request_id", "pickup.label"]


def test_other_faults_have_no_field() -> None:
    assert fields(ASK, b"\x0b") == []
    assert fields(LIST, ride_pb2.ListRidesRequest(zone_id="nord").SerializeToString()[:-1]) == []
    assert fields("/grpc.none.Such/Method", b"\x0a\x02" + BAD) == []


def test_a_field_sent_again_and_again_is_named_once() -> None:
    assert fields(ASK, (b"\x0a\x02" + BAD) * 10_000) == ["request_id"]


@given(st.binary(max_size=60))
def test_what_is_named_is_what_made_the_bytes_unreadable(data: bytes) -> None:
    named = fields(ASK, data)
    if named:
        with pytest.raises(DecodeError):
            offer_pb2.RequestOffersRequest.FromString(data)
