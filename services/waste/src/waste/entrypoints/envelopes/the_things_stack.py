"""The Things Stack v3: ``up`` messages of its MQTT server and its webhooks.

Fields that are 0, empty or false are left out of its messages.
"""

from datetime import datetime

from waste.domain.uplinks import Network, Uplink, device_id_of, model_of
from waste.entrypoints.envelopes.fields import Part

HIGHEST_FRAME_COUNTER = 2**32 - 1


def is_message(body: Part) -> bool:
    """Whether it is one of its messages, of any kind."""
    return "end_device_ids" in body


def read_uplink(body: Part, now: datetime) -> Uplink | None:
    """Read a message; None where it is none of a device's payload: joins, downlinks, locations.

    Parameters
    ----------
    now
        Used where the message has no instant.

    Raises
    ------
    BadEnvelope
        Naming the field at fault.
    """
    if "uplink_message" not in body:
        return None
    ids, uplink = body.part("end_device_ids"), body.part("uplink_message")
    version = uplink.maybe_part("version_ids")
    brand, model = version.maybe_text("brand_id"), version.maybe_text("model_id")
    return Uplink(
        network=Network.TTS,
        device_id=device_id_of(ids.maybe_text("dev_eui") or ids.text("device_id")),
        # A session without a key's name is that of a device activated by hand; its address is its session.
        session=uplink.maybe_text("session_key_id") or ids.maybe_text("dev_addr") or Network.TTS.value,
        counter=uplink.whole("f_cnt", HIGHEST_FRAME_COUNTER),
        port=uplink.whole("f_port", 255),
        payload=uplink.payload("frm_payload"),
        at=uplink.instant("received_at") or body.instant("received_at") or now,
        model=model_of(f"{brand} {model}" if brand and model else None),
    )
