"""Any network's message, told apart by what is in it."""

from datetime import datetime

from waste.domain.uplinks import BadEnvelope, BadEnvelopeReason, Uplink
from waste.entrypoints.envelopes import chirpstack, ngsi_ld, the_things_stack
from waste.entrypoints.envelopes.fields import Part, read_json


def read_message(body: bytes, now: datetime) -> list[Uplink]:
    """Read a message of The Things Stack, ChirpStack or an NGSI-LD broker.

    Parameters
    ----------
    now
        Used where the message has no instant.

    Returns
    -------
    list of Uplink
        None of them where the message is one of its network's, but none that a device sent.

    Raises
    ------
    BadEnvelope
        With the reason; names the field and its value.
    """
    value = read_json(body)
    if isinstance(value, dict):
        part = Part(value)
        for network in (the_things_stack, chirpstack):
            if network.is_message(part):
                uplink = network.read_uplink(part, now)
                return [] if uplink is None else [uplink]
    if ngsi_ld.is_message(value):
        return ngsi_ld.read_uplinks(value, now)
    names = ", ".join(sorted(value)[:8]) if isinstance(value, dict) else type(value).__name__
    raise BadEnvelope(
        BadEnvelopeReason.UNKNOWN, f"body is no message of a known network; it has {names[:120] or 'nothing'}"
    )
