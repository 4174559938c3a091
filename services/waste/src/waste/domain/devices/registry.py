"""Every device that is understood, by the names people call it."""

from types import MappingProxyType

from waste.domain.devices.frame import BadFrame, BadFrameReason, Decoded, Device
from waste.domain.devices.models import (
    bosch_tps110,
    decentlab,
    dragino_ldds,
    dragino_llds12,
    milesight_em300_di,
    milesight_em310_udl,
    milesight_em400,
    milesight_em410_rdl,
    milesight_em500_udl,
    milesight_ws201,
    parametric_pcr2,
    teneo_filling_degree,
    terabee_lm_xl,
    terabee_people_flow,
    wilsen_sonic,
)
from waste.domain.errors import WrongFieldError

DEVICES: tuple[Device, ...] = (
    *wilsen_sonic.DEVICES,
    *milesight_em310_udl.DEVICES,
    *milesight_em400.DEVICES,
    *milesight_em410_rdl.DEVICES,
    *milesight_em500_udl.DEVICES,
    *milesight_ws201.DEVICES,
    *milesight_em300_di.DEVICES,
    *decentlab.DEVICES,
    *terabee_lm_xl.DEVICES,
    *terabee_people_flow.DEVICES,
    *teneo_filling_degree.DEVICES,
    *dragino_ldds.DEVICES,
    *dragino_llds12.DEVICES,
    *bosch_tps110.DEVICES,
    *parametric_pcr2.DEVICES,
)
MAX_FRAME_BYTES = 242
"""The longest payload LoRaWAN carries."""
MAX_PORT = 255


def _key(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def _by_key() -> dict[str, Device]:
    known: dict[str, Device] = {}
    for device in DEVICES:
        for model in (device.model, *device.also):
            for key in (_key(model), _key(device.vendor) + _key(model)):
                if known.setdefault(key, device) is not device:
                    raise ValueError(f"{device.name} and {known[key].name} are both called {model}")
    return known


_KNOWN = MappingProxyType(_by_key())


def find_device(name: str) -> Device | None:
    """Return the device called so, with its vendor or without; capitals, spaces and hyphens do not matter."""
    key = _key(name)
    # A network's registry writes vendors in its own way: «milesight-iot», «Milesight IoT».
    return _KNOWN.get(key) or _KNOWN.get(key.replace("milesightiot", "milesight", 1))


def decode(device: Device, port: int, payload: bytes) -> Decoded:
    """Decode one frame of a device.

    Parameters
    ----------
    port
        LoRaWAN's FPort, 0 to 255.
    payload
        1 to 242 bytes.

    Raises
    ------
    BadFrame
        With the reason.
    """
    if not 0 <= port <= MAX_PORT:
        raise BadFrame(BadFrameReason.UNKNOWN_PORT, f"port is {port}, ports are 0 to {MAX_PORT}")
    if not payload:
        raise BadFrame(BadFrameReason.EMPTY, "there are no bytes")
    if len(payload) > MAX_FRAME_BYTES:
        raise BadFrame(
            BadFrameReason.TOO_LONG, f"there are {len(payload)} bytes, LoRaWAN carries {MAX_FRAME_BYTES}"
        )
    try:
        return device.decode(port, payload)
    except WrongFieldError as error:
        raise BadFrame(BadFrameReason.IMPOSSIBLE_VALUE, str(error)) from error
