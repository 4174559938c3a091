"""What comes from devices through networks, before it is decoded: one shape for all networks."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from waste.domain.errors import WasteError
from waste.domain.readings import Measurement

LONGEST_ID = 128
LONGEST_PAYLOAD = 512
"""Bytes of a payload that are kept; LoRaWAN carries at most 242."""
HIGHEST_COUNTER = 2**63 - 1
HIGHEST_PORT = 255
COUNTED_AGAIN = timedelta(hours=1)
"""A counter that comes again so much later has begun anew: networks repeat a frame within seconds, and under
its own instant however late they deliver it."""
_ID = re.compile(r"[!-~]([ -~]{0,126}[!-~])?")
_EUI = re.compile(r"[0-9A-Fa-f]{16}")


class BadEnvelopeReason(StrEnum):
    """Why a message from a network cannot be read."""

    TOO_LARGE = "BODY_TOO_LARGE"
    NOT_TEXT = "BODY_NOT_UTF8"
    NOT_JSON = "BODY_NOT_JSON"
    UNKNOWN = "ENVELOPE_UNKNOWN"
    MISSING = "FIELD_MISSING"
    WRONG = "FIELD_WRONG"


class BadEnvelope(WasteError):  # noqa: N818 - reads as what it is
    """A message that cannot be read; the text names the field and its value."""

    def __init__(self, reason: BadEnvelopeReason, why: str) -> None:
        super().__init__(f"{reason.value}: {why}")
        self.reason = reason
        self.why = why


class Network(StrEnum):
    """How something came to us."""

    TTS = "the-things-stack"
    CHIRPSTACK = "chirpstack"
    NGSI_LD = "ngsi-ld"
    CSV = "csv"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Uplink:
    """One message of a device; it is known again by device, session and counter.

    Parameters
    ----------
    device_id
        A DevEUI of 16 hexadecimal digits in lower case, or what the network calls the device.
    session
        LoRaWAN's session, as far as the network names it; the network itself where there are none.
    counter
        LoRaWAN's frame counter; microseconds since 1970 where there is none.
    port, payload
        As they were sent. No payload is a sign of life.
    at
        When the network received it, aware.
    model
        What the network's registry calls the device, to be used where ours does not know it.
    measurement
        Where the message brings values instead of bytes.
    """

    network: Network
    device_id: str
    session: str
    counter: int
    at: datetime
    port: int = 0
    payload: bytes = b""
    model: str | None = None
    measurement: Measurement | None = None

    def __post_init__(self) -> None:
        for name, text in (("device_id", self.device_id), ("session", self.session)):
            if not _ID.fullmatch(text):
                raise _wrong(name, text, f"1 to {LONGEST_ID} printable ASCII characters")
        for name, number, highest in (
            ("counter", self.counter, HIGHEST_COUNTER),
            ("port", self.port, HIGHEST_PORT),
        ):
            if not 0 <= number <= highest:
                raise _wrong(name, number, f"from 0 to {highest}")
        if len(self.payload) > LONGEST_PAYLOAD:
            raise _wrong("payload", f"{len(self.payload)} bytes", f"at most {LONGEST_PAYLOAD}")
        if self.at.tzinfo is None:
            raise _wrong("at", self.at.isoformat(), "an instant with a time zone")

    @property
    def key(self) -> tuple[str, str, int]:
        """By which it is known again."""
        return self.device_id, self.session, self.counter

    def counts_again(self, kept_at: datetime) -> bool:
        """Whether it is another frame than the one of its key that the network had at ``kept_at``.

        Devices that are activated by hand count from 0 after every restart, in a session that never ends.
        """
        return abs(self.at - kept_at) > COUNTED_AGAIN

    def begun_anew(self) -> "Uplink":
        """The same frame, in a session that is named after the hour it was sent in as well.

        Whoever delivers it again names the same instant, so that it is known again.
        """
        hour = f"{self.at.astimezone(UTC):%Y%m%dT%H}"
        return replace(self, session=f"{self.session[: LONGEST_ID - len(hour) - 1]}@{hour}")


def device_id_of(told: str) -> str:
    """Return a device's id in the one way it is written here: DevEUIs in lower case, without separators."""
    digits = told.replace("-", "").replace(":", "")
    return digits.lower() if _EUI.fullmatch(digits) else told.strip()


def model_of(told: str | None) -> str | None:
    """Return what a network calls a device, None where that is no name: it is a hint and nothing more."""
    return told if told and told.isprintable() and len(told) <= LONGEST_ID else None


def counter_of(at: datetime) -> int:
    """Return the counter of what has none: microseconds since 1970, the same however often it is sent."""
    return int(at.timestamp()) * 1_000_000 + at.microsecond


def _wrong(name: str, value: object, wanted: str) -> BadEnvelope:
    return BadEnvelope(BadEnvelopeReason.WRONG, f"{name} is {str(value)[:80]!r}: {wanted}")
