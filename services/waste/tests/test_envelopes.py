"""Networks' messages: what they leave out, what they wrap, and what is wrong with them."""

import json
from base64 import b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from waste.domain.readings import Measurement, Position
from waste.domain.uplinks import BadEnvelope, BadEnvelopeReason, Network, Uplink, device_id_of
from waste.entrypoints.envelopes.csv_readings import read_csv
from waste.entrypoints.envelopes.messages import read_message

NOW = datetime(2026, 3, 2, 6, 5, tzinfo=UTC)
AT = datetime(2026, 3, 2, 6, 0, 1, 200_000, tzinfo=UTC)
PAYLOAD = bytes.fromhex("01755C03824408040001")
B64 = b64encode(PAYLOAD).decode()


def tts(**uplink: object) -> dict[str, object]:
    message = {
        "session_key_id": "AXA50tHUGUucuzS/bCGMNw==",
        "f_cnt": 100,
        "f_port": 85,
        "frm_payload": B64,
        "rx_metadata": [{"gateway_ids": {"gateway_id": "gw1"}, "rssi": -101}],
        "version_ids": {"brand_id": "milesight-iot", "model_id": "em310-udl"},
        "received_at": "2026-03-02T06:00:01.200000999Z",
    }
    return {
        "end_device_ids": {
            "device_id": "c-0",
            "application_ids": {"application_id": "waste"},
            "dev_eui": "A840410001810000",
            "dev_addr": "260B1234",
        },
        "correlation_ids": ["as:up:0"],
        "received_at": "2026-03-02T06:00:01.5Z",
        "uplink_message": {name: value for name, value in (message | uplink).items() if value is not None},
    }


def chirpstack(**event: object) -> dict[str, object]:
    message = {
        "deduplicationId": "00000000-0000-4000-8000-000000000000",
        "time": "2026-03-02T06:00:01.200+00:00",
        "deviceInfo": {"devEui": "a840410001810000", "deviceProfileName": "milesight EM310-UDL", "tags": {}},
        "devAddr": "260b1234",
        "adr": True,
        "dr": 3,
        "fCnt": 100,
        "fPort": 85,
        "confirmed": False,
        "data": B64,
    }
    return {name: value for name, value in (message | event).items() if value is not None}


def read(message: object) -> list[Uplink]:
    return read_message(json.dumps(message).encode(), NOW)


def the_one(message: object) -> Uplink:
    (uplink,) = read(message)
    return uplink


def test_an_uplink_of_the_things_stack() -> None:
    assert the_one(tts()) == Uplink(
        Network.TTS,
        "a840410001810000",
        "AXA50tHUGUucuzS/bCGMNw==",
        100,
        AT,
        85,
        PAYLOAD,
        "milesight-iot em310-udl",
    )


def test_an_uplink_of_chirpstack() -> None:
    assert the_one(chirpstack()) == Uplink(
        Network.CHIRPSTACK, "a840410001810000", "260b1234", 100, AT, 85, PAYLOAD, "milesight EM310-UDL"
    )


def test_what_networks_leave_out_is_0_or_nothing() -> None:
    for left_out in (
        tts(f_cnt=None, f_port=None, frm_payload=None, version_ids=None),
        chirpstack(fCnt=None, fPort=None, data=None, dr=None, txInfo={"frequency": 868100000}),
    ):
        uplink = the_one(left_out)
        assert (uplink.counter, uplink.port, uplink.payload) == (0, 0, b"")
    assert the_one(tts(version_ids=None)).model is None


def test_without_a_session_the_address_is_one_and_without_an_eui_the_name() -> None:
    message = tts(session_key_id=None)
    assert the_one(message).session == "260B1234"
    message["end_device_ids"] = {"device_id": "c-0"}
    assert (the_one(message).device_id, the_one(message).session) == ("c-0", "the-things-stack")


def test_without_an_instant_of_its_own_a_message_is_of_now() -> None:
    message = tts(received_at=None)
    assert the_one(message).at == datetime(2026, 3, 2, 6, 0, 1, 500_000, tzinfo=UTC)
    del message["received_at"]
    assert the_one(message).at == NOW


@pytest.mark.parametrize(
    "event",
    [
        {"fCnt": None, "fPort": None, "data": None, "dr": None},
        {"queueItemId": "1", "acknowledged": True, "fCntDown": 3},
        {"downlinkId": 7, "gatewayId": "0016c001f153a14c"},
        {"level": "ERROR", "code": "UPLINK_MIC", "description": "no"},
        {"location": {"latitude": 37.3, "longitude": -8.8}},
        {"integrationName": "loracloud", "object": {}},
    ],
)
def test_chirpstacks_other_events_bring_nothing(event: dict[str, object]) -> None:
    assert read(chirpstack(**event)) == []


def test_joins_and_downlinks_of_the_things_stack_bring_nothing() -> None:
    message = tts()
    for kind in ("join_accept", "downlink_ack", "location_solved", "uplink_normalized"):
        del message["uplink_message"]
        assert read(message | {kind: {}}) == []
        message["uplink_message"] = {}


@pytest.mark.parametrize(
    ("event", "share"),
    [
        ({"margin": 10, "batteryLevel": 88.3}, 0.883),
        ({"margin": 10, "batteryLevel": 0.0, "externalPowerSource": True}, None),
        ({"margin": 10, "batteryLevelUnavailable": True}, None),
    ],
)
def test_chirpstacks_device_status_is_a_battery(event: dict[str, object], share: float | None) -> None:
    nothing = {"fCnt": None, "fPort": None, "data": None, "dr": None}
    uplink = the_one(chirpstack(**nothing, **event))
    assert uplink.measurement == Measurement(battery_share=share)
    assert uplink.session == "device-status"
    assert the_one(chirpstack(**nothing, **event)).key == uplink.key


def test_a_euis_capitals_and_separators_do_not_matter() -> None:
    assert device_id_of("A8-40-41-00-01-81-00-00") == device_id_of("a840410001810000") == "a840410001810000"
    assert device_id_of("urn:ngsi-ld:Device:A8") == "urn:ngsi-ld:Device:A8"


ENTITY = {"id": "urn:ngsi-ld:WasteContainer:12a", "type": "WasteContainer"}


def normalized(value: object, **more: object) -> dict[str, object]:
    return {"type": "Property", "value": value, **more}


@pytest.mark.parametrize(
    ("attributes", "measurement"),
    [
        ({"fillingLevel": 0.6}, Measurement(fill_share=0.6)),
        ({"fillingLevel": normalized(0.6)}, Measurement(fill_share=0.6)),
        ({"fillingLevel": {"value": 1}}, Measurement(fill_share=1.0)),
        ({"fillingLevel": normalized(60, unitCode="P1")}, Measurement(fill_share=0.6)),
        ({"fillingLevel": normalized(1, unitCode="P1")}, Measurement(fill_share=0.01)),
        ({"binFillingLevel": 0.65}, Measurement(fill_share=0.65)),
        ({"distance": normalized(49, unitCode="CMT")}, Measurement(distance_mm=490)),
        ({"distance": normalized(1.234, unitCode="MTR")}, Measurement(distance_mm=1234)),
        (
            {"temperature": normalized(-3.5, unitCode="CEL"), "batteryLevel": 0.5},
            Measurement(temperature_c=-3.5, battery_share=0.5),
        ),
        (
            {"location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [8.46, 49.54]}}},
            Measurement(position=Position(49.54, 8.46)),
        ),
        ({"storedWasteKind": "glass"}, Measurement()),
    ],
)
def test_entities_in_all_their_forms(attributes: dict[str, object], measurement: Measurement) -> None:
    notification = {
        "id": "urn:ngsi-ld:Notification:1",
        "type": "Notification",
        "subscriptionId": "urn:ngsi-ld:Subscription:1",
        "notifiedAt": "2026-03-02T06:00:01.2Z",
        "data": [ENTITY | attributes],
    }
    uplink = the_one(notification)
    assert uplink.measurement == measurement
    assert (uplink.at, uplink.device_id) == (AT, "urn:ngsi-ld:WasteContainer:12a")
    assert uplink.key == the_one(notification).key
    assert the_one(ENTITY | attributes).measurement == measurement
    assert the_one([ENTITY | attributes]).measurement == measurement
    feature = {"id": ENTITY["id"], "type": "Feature", "geometry": None, "properties": attributes}
    assert the_one(feature).measurement == measurement


@pytest.mark.parametrize(
    ("attributes", "at"),
    [
        ({"fillingLevel": normalized(0.6, observedAt="2026-03-02T05:00:00Z")}, 5),
        ({"fillingLevel": 0.6, "dateObserved": "2026-03-02T04:00:00Z"}, 4),
        (
            {
                "fillingLevel": 0.6,
                "dateObserved": normalized({"@type": "DateTime", "@value": "2026-03-02T03:00Z"}),
            },
            3,
        ),
        (
            {
                "fillingLevel": {
                    "type": "Number",
                    "value": 0.6,
                    "metadata": {"TimeInstant": {"type": "DateTime", "value": "2026-03-02T02:00:00Z"}},
                }
            },
            2,
        ),
    ],
)
def test_the_instant_nearest_to_the_value_counts(attributes: dict[str, object], at: int) -> None:
    assert the_one(ENTITY | attributes).at == datetime(2026, 3, 2, at, tzinfo=UTC)


def test_an_entity_that_names_its_device_speaks_for_it() -> None:
    refers = {"type": "Relationship", "object": ["a840410001810000"]}
    assert the_one(ENTITY | {"fillingLevel": 0.6, "refDevice": refers}).device_id == "a840410001810000"


def wrong_uplink(**changed: object) -> bytes:
    return json.dumps(tts(**changed)).encode()


@pytest.mark.parametrize(
    ("body", "reason", "told"),
    [
        (b"\xff", BadEnvelopeReason.NOT_TEXT, "invalid start byte at 0"),
        (b"{", BadEnvelopeReason.NOT_JSON, "body"),
        (b"[" * 100_000, BadEnvelopeReason.NOT_JSON, "recursion"),
        (b'{"a": NaN}', BadEnvelopeReason.NOT_JSON, "NaN is no JSON"),
        (b"x" * 1_048_577, BadEnvelopeReason.TOO_LARGE, "1048577 bytes"),
        (b"7", BadEnvelopeReason.UNKNOWN, "int"),
        (b"[]", BadEnvelopeReason.UNKNOWN, "list"),
        (b'{"payload": "AA"}', BadEnvelopeReason.UNKNOWN, "it has payload"),
        (b'{"end_device_ids": 7, "uplink_message": {}}', BadEnvelopeReason.WRONG, "end_device_ids is 7"),
        (
            b'{"end_device_ids": {}, "uplink_message": {}}',
            BadEnvelopeReason.MISSING,
            "end_device_ids.device_id",
        ),
        (b'{"deviceInfo": {}, "data": "AA=="}', BadEnvelopeReason.MISSING, "deviceInfo.devEui"),
        (wrong_uplink(f_cnt=-1), BadEnvelopeReason.WRONG, "uplink_message.f_cnt is -1"),
        (wrong_uplink(f_cnt=2**32), BadEnvelopeReason.WRONG, "f_cnt is 4294967296"),
        (wrong_uplink(f_cnt=True), BadEnvelopeReason.WRONG, "f_cnt is True"),
        (wrong_uplink(f_port=256), BadEnvelopeReason.WRONG, "f_port is 256"),
        (wrong_uplink(frm_payload="??"), BadEnvelopeReason.WRONG, "frm_payload is '??': base64"),
        (wrong_uplink(received_at="yesterday"), BadEnvelopeReason.WRONG, "received_at is 'yesterday'"),
        (wrong_uplink(received_at="2026-03-02T06:00:01"), BadEnvelopeReason.WRONG, "with a time zone"),
        (wrong_uplink(session_key_id="\ud800"), BadEnvelopeReason.WRONG, "session is"),
        (wrong_uplink(frm_payload=b64encode(b"x" * 513).decode()), BadEnvelopeReason.WRONG, "513 bytes"),
        (json.dumps(ENTITY | {"fillingLevel": 60}).encode(), BadEnvelopeReason.WRONG, "fillingLevel is 60"),
        (json.dumps(ENTITY | {"fillingLevel": "60"}).encode(), BadEnvelopeReason.WRONG, "a number"),
        (json.dumps(ENTITY | {"distance": 60}).encode(), BadEnvelopeReason.WRONG, "unitCode is None"),
        (
            json.dumps(ENTITY | {"temperature": normalized(60, unitCode="FAH")}).encode(),
            BadEnvelopeReason.WRONG,
            "'FAH'",
        ),
        (
            json.dumps({"type": "Notification", "subscriptionId": "1", "data": 7}).encode(),
            BadEnvelopeReason.WRONG,
            "data is 'int'",
        ),
        (
            json.dumps(ENTITY | {"location": {"type": "Point", "coordinates": [8.46, 149]}}).encode(),
            BadEnvelopeReason.WRONG,
            "latitude_deg is 149",
        ),
    ],
)
def test_what_is_wrong_is_named(body: bytes, reason: BadEnvelopeReason, told: str) -> None:
    with pytest.raises(BadEnvelope) as caught:
        read_message(body, NOW)
    assert caught.value.reason is reason
    assert told in str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    [
        *("end_device_ids", "uplink_message", "deviceInfo", "data", "time", "received_at", "fCnt", "fPort"),
        *("id", "type", "subscriptionId", "fillingLevel", "location", "refDevice", "margin", "batteryLevel"),
    ]
)


@settings(max_examples=400, deadline=None)
@given(
    base=st.sampled_from([tts(), chirpstack(), ENTITY | {"fillingLevel": 0.5}]),
    changed=st.dictionaries(FIELDS, JSON, max_size=3),
    inner=st.dictionaries(
        st.sampled_from(["f_cnt", "f_port", "frm_payload", "received_at"]), JSON, max_size=2
    ),
)
def test_whatever_a_message_holds_it_is_read_or_refused_with_a_reason(
    base: dict[str, object], changed: dict[str, object], inner: dict[str, object]
) -> None:
    message = base | changed
    if isinstance(uplink := message.get("uplink_message"), dict):
        message["uplink_message"] = uplink | inner
    body = json.dumps(message).encode()
    try:
        uplinks = read_message(body, NOW)
    except BadEnvelope as error:
        assert error.why, error.reason  # noqa: PT017 - both ends are right here
        return
    assert all(uplink.at.tzinfo is not None for uplink in uplinks)


def test_a_table_of_readings() -> None:
    uplinks, bad = read_csv(
        b"device_id,at,distance_cm,battery_percent,tilted\n"
        b"A840410001810000,2026-03-02T06:00:01.2Z,49,92,yes\n"
        b"\n"
        b"bin 7,2026-03-02T07:00:01.2+01:00,,50,\n"
        b"a840410001810001,2026-03-02T06:00:01,49,,\n"
        b"a840410001810001,2026-03-02T06:00:01Z,4x9,,\n"
        b"a840410001810001,2026-03-02T06:00:01Z,49,101,\n"
        b"a840410001810001,2026-03-02T06:00:01Z,49\n"
        b",2026-03-02T06:00:01Z,49,,\n"
    )
    assert [(each.device_id, each.at, each.measurement) for each in uplinks] == [
        ("a840410001810000", AT, Measurement(distance_mm=490, battery_share=0.92, tilted=True)),
        ("bin 7", AT, Measurement(battery_share=0.5)),
    ]
    assert [(each.number, each.error.why) for each in bad] == [
        (4, "line 4: at is '2026-03-02T06:00:01': an instant with a time zone"),
        (5, "line 5: distance_cm is '4x9': no value of this column"),
        (6, "line 6: battery_share is 1.01: a share from 0 to 1"),
        (7, "line 7 is '3 cells': 5 columns are named"),
        (8, "line 8: device_id is missing"),
    ]


@pytest.mark.parametrize(
    ("column", "cell", "measurement"),
    [
        ("distance_mm", "490", Measurement(distance_mm=490)),
        ("distance_m", "0.49", Measurement(distance_mm=490)),
        ("fill_share", "0.31", Measurement(fill_share=0.31)),
        ("fill_percent", "31", Measurement(fill_share=0.31)),
        ("remaining_percent", "69", Measurement(fill_share=0.31)),
    ],
)
def test_a_columns_name_is_its_unit(column: str, cell: str, measurement: Measurement) -> None:
    uplinks, bad = read_csv(f"device_id;at;{column}\r\nx;2026-03-02T06:00:01Z;{cell}\r\n".encode())
    assert (uplinks[0].measurement, bad) == (measurement, [])


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "column device_id is missing"),
        (b"device_id,distance_mm\n", "column at is missing"),
        (b"device_id,at,distance\n", "column is 'distance': known are device_id, at, distance_mm"),
        (b"device_id,at,at\n", "column is 'at': named once"),
        (b"\xff", "invalid start byte"),
    ],
)
def test_a_table_without_its_columns_is_none(body: bytes, told: str) -> None:
    with pytest.raises(BadEnvelope, match=told):
        read_csv(body)
