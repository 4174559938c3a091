"""ChirpStack v4: events of its MQTT and HTTP integrations, as JSON.

Fields that are 0, empty or false are left out. An event does not name its kind: the topic or the address it
comes to does, and where that is not known, its fields do.
"""

from datetime import datetime

from waste.domain.readings import Measurement
from waste.domain.uplinks import Network, Uplink, counter_of, device_id_of, model_of
from waste.entrypoints.envelopes.fields import Part, wrong

HIGHEST_FRAME_COUNTER = 2**32 - 1
OF_OTHER_EVENTS = ("queueItemId", "downlinkId", "integrationName", "location", "level", "code")
OF_UPLINKS = ("data", "fCnt", "fPort", "txInfo", "dr")
STATUS_SESSION = "device-status"


def is_message(body: Part) -> bool:
    """Whether it is one of its events, of any kind."""
    return "deviceInfo" in body


def read_uplink(body: Part, now: datetime) -> Uplink | None:
    """Read an event; None where it is none that a device sent: joins, acknowledgements, logs.

    Parameters
    ----------
    now
        Used where the event has no instant.

    Raises
    ------
    BadEnvelope
        Naming the field at fault.
    """
    info = body.part("deviceInfo")
    if any(name in body for name in OF_OTHER_EVENTS):
        return None
    at = body.instant("time") or now
    device_id = device_id_of(info.text("devEui"))
    if "margin" in body or "batteryLevel" in body:
        return _status(body, device_id, at)
    if not any(name in body for name in OF_UPLINKS):
        return None
    return Uplink(
        network=Network.CHIRPSTACK,
        device_id=device_id,
        # With every join a device gets a new address: the only name a session has here.
        session=(body.maybe_text("devAddr") or Network.CHIRPSTACK.value).lower(),
        counter=body.whole("fCnt", HIGHEST_FRAME_COUNTER),
        port=body.whole("fPort", 255),
        payload=body.payload("data"),
        at=at,
        model=model_of(info.maybe_text("deviceProfileName")),
    )


def _status(body: Part, device_id: str, at: datetime) -> Uplink:
    percent = body.maybe_number("batteryLevel")
    if percent is not None and not 0 <= percent <= 100:
        raise wrong("batteryLevel", percent, "a percentage from 0 to 100")
    # 0 is left out by the network, and is also what it writes for a device on mains.
    on_battery = percent and not body.raw("externalPowerSource") and not body.raw("batteryLevelUnavailable")
    return Uplink(
        network=Network.CHIRPSTACK,
        device_id=device_id,
        session=STATUS_SESSION,
        counter=counter_of(at),
        at=at,
        measurement=Measurement(battery_share=percent / 100 if on_battery and percent else None),
    )
