"""Messages as JSON: what protobuf's own mapping says, and every fault with its place."""

import json
from typing import Any, cast

import pytest
from gateway.messages.mapping import INTEGERS, mapping_of
from gateway.routes.catalogue import ROUTES
from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st
from landlinie.pooling.v1 import offer_pb2, plan_pb2
from landlinie.waste.v1 import tour_pb2
from service_kit.errors import FieldViolation

_TYPES = sorted(
    {each.full_name: each for route in ROUTES for each in (route.request, route.response)}.values(),
    key=lambda each: each.full_name,
)


_SECONDS = st.integers(-62_135_596_800, 253_402_300_799)
_TIMES = {
    "google.protobuf.Timestamp": st.builds(
        lambda seconds, nanos: {"seconds": seconds, "nanos": nanos}, _SECONDS, st.integers(0, 999_999_999)
    ),
    "google.protobuf.Duration": st.builds(
        lambda seconds: {"seconds": seconds}, st.integers(-315_576_000_000, 315_576_000_000)
    ),
}
_SCALARS = {
    FieldDescriptor.TYPE_STRING: st.text(max_size=8),
    FieldDescriptor.TYPE_BOOL: st.booleans(),
    FieldDescriptor.TYPE_BYTES: st.binary(max_size=8),
    FieldDescriptor.TYPE_DOUBLE: st.floats(allow_nan=False, allow_infinity=False),
}


def _values(field: FieldDescriptor, depth: int) -> st.SearchStrategy[Any]:
    if field.message_type is not None:
        if (times := _TIMES.get(field.message_type.full_name)) is not None:
            return times
        return _messages(field.message_type, depth - 1)
    if field.enum_type is not None:
        return st.sampled_from([value.number for value in field.enum_type.values])
    if field.type in INTEGERS:
        return st.integers(*INTEGERS[field.type])
    return _SCALARS[field.type]


def _messages(descriptor: Descriptor, depth: int) -> st.SearchStrategy[Message]:
    kind = mapping_of(descriptor).message_class

    @st.composite
    def draw_message(draw: st.DrawFn) -> Message:
        values: dict[str, Any] = {}
        for field in descriptor.fields:
            if (field.message_type is not None and depth == 0) or not draw(st.booleans()):
                continue
            if field.message_type is not None and field.message_type.GetOptions().map_entry:
                entry = field.message_type.fields_by_name["value"]
                values[field.name] = draw(
                    st.dictionaries(st.text(max_size=4), _values(entry, depth), max_size=2)
                )
            elif field.is_repeated:
                values[field.name] = draw(st.lists(_values(field, depth), max_size=2))
            else:
                values[field.name] = draw(_values(field, depth))
        return kind(**values)

    return draw_message()


def _as_protobuf_says(message: Message) -> Any:
    """Protobuf's mapping, but with numbers where it has text for 64 bit integers."""
    return _with_numbers(
        cast("Descriptor", message.DESCRIPTOR),
        json_format.MessageToDict(
            message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
        ),
    )


def _with_numbers(descriptor: Descriptor, made: dict[str, Any]) -> dict[str, Any]:
    def value_of(field: FieldDescriptor, value: Any) -> Any:
        if field.type in INTEGERS:
            return int(value)
        if isinstance(value, dict) and field.message_type is not None:
            return _with_numbers(field.message_type, value)
        return value

    result = {}
    for name, value in made.items():
        field = descriptor.fields_by_name[name]
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            result[name] = value
        elif isinstance(value, list):
            result[name] = [value_of(field, each) for each in value]
        else:
            result[name] = value_of(field, value)
    return result


@given(st.data())
def test_messages_are_written_as_protobuf_says_and_read_back_the_same(data: st.DataObject) -> None:
    descriptor = data.draw(st.sampled_from(_TYPES))
    message = data.draw(_messages(descriptor, 3))
    mapping = mapping_of(descriptor)

    written = mapping.to_json(message)

    assert written == _as_protobuf_says(message)
    faults: list[FieldViolation] = []
    assert mapping.from_json(json.loads(json.dumps(written)), "", faults) == message
    assert faults == []


@pytest.mark.parametrize(
    ("given_json", "field", "reason"),
    [
        ({"party": {"seated_count": "2"}}, "party.seated_count", "WRONG_TYPE"),
        ({"party": {"seated_count": -1}}, "party.seated_count", "OUT_OF_RANGE"),
        ({"party": {"seated_count": True}}, "party.seated_count", "WRONG_TYPE"),
        ({"party": {"seated": 1}}, "party.seated", "UNKNOWN_FIELD"),
        ({"party": []}, "party", "WRONG_TYPE"),
        ({"pickup": {"position": {"latitude_deg": "53"}}}, "pickup.position.latitude_deg", "WRONG_TYPE"),
        ({"pickup": {"position": {"latitude_deg": 10**400}}}, "pickup.position.latitude_deg", "OUT_OF_RANGE"),
        ({"pickup": {"position": {}, "virtual_stop_id": "a"}}, "pickup.virtual_stop_id", "ONE_OF_BOTH"),
        ({"pickup_window": {"earliest": "tomorrow"}}, "pickup_window.earliest", "INVALID_TIME"),
        ({"pickup_window": {"earliest": 7}}, "pickup_window.earliest", "WRONG_TYPE"),
        ({"dropoff": {"label": "\ud800"}}, "dropoff.label", "TEXT_NOT_UTF8"),
        ({"dropoff": {"label": 7}}, "dropoff.label", "WRONG_TYPE"),
        ({"part_of_search": "yes"}, "part_of_search", "WRONG_TYPE"),
    ],
)
def test_faults_name_their_field(given_json: Any, field: str, reason: str) -> None:
    faults: list[FieldViolation] = []

    mapping_of(offer_pb2.RequestOffersRequest.DESCRIPTOR).from_json(given_json, "", faults)

    assert [(fault.field, fault.reason) for fault in faults] == [(field, reason)]


def test_every_fault_is_told_with_its_place_in_lists() -> None:
    faults: list[FieldViolation] = []

    mapping_of(plan_pb2.Plan.DESCRIPTOR).from_json(
        {"version": 1.5, "tours": [{}, {"vehicle_kind": "BUS", "stops": [{"done": 1}]}]}, "", faults
    )

    assert [fault.field for fault in faults] == ["version", "tours[1].vehicle_kind", "tours[1].stops[0].done"]


def test_numbers_that_json_does_not_have_are_written_by_name() -> None:
    reason = tour_pb2.TourReason(figures={"a": float("nan"), "b": float("-inf"), "c": 1.5})

    written = mapping_of(tour_pb2.TourReason.DESCRIPTOR).to_json(reason)

    assert written["figures"] == {"a": "NaN", "b": "-Infinity", "c": 1.5}


def test_null_is_the_same_as_nothing() -> None:
    faults: list[FieldViolation] = []

    read = mapping_of(offer_pb2.Place.DESCRIPTOR).from_json({"position": None, "label": "x"}, "", faults)

    assert read == offer_pb2.Place(label="x")
    assert faults == []
