"""Bodies of HTTP requests, signed so that they cannot be made up, changed, or sent again much later.

The header reads ``t=<seconds since 1970>,v1=<HMAC-SHA256 over these seconds, a dot and the body>``.
"""

import hmac
import re
from datetime import datetime
from hashlib import sha256

SIGNATURE_HEADER = "Landlinie-Signature"
TOLERANCE_S = 300
"""So far a message's time may be from ours: an old one sent again is refused."""
SHORTEST_SECRET = 16

_SIGNATURE = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


class NotSigned(Exception):  # noqa: N818 - reads as what it is
    """The signature is missing, wrong, or too old."""


def signature(secret: str, body: bytes, now: datetime) -> str:
    """Return what is sent along with a body: its time, and an HMAC-SHA256 over time, dot and body."""
    at_s = int(now.timestamp())
    return f"t={at_s},v1={_mac(secret, at_s, body)}"


def check_signature(secret: str, header: str, body: bytes, now: datetime) -> None:
    """Raise NotSigned unless the body was signed with our secret within the last minutes."""
    match = _SIGNATURE.fullmatch(header)
    if match is None:
        raise NotSigned("the signature is missing or no signature")
    at_s = int(match[1])
    if not hmac.compare_digest(_mac(secret, at_s, body), match[2]):
        raise NotSigned("the signature is of another body or secret")
    if abs(now.timestamp() - at_s) > TOLERANCE_S:
        raise NotSigned(f"the signature is of {at_s}, more than {TOLERANCE_S} s from now")


def _mac(secret: str, at_s: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{at_s}.".encode() + body, sha256).hexdigest()
