"""Page tokens that only we can make: a position, sealed for the call and the caller it was given to."""

import base64
import binascii
import hashlib
import hmac

_MAC_BYTES = 16
# A position of 1024 bytes, and its code.
_LONGEST = -(-(_MAC_BYTES + 1024) // 3) * 4


class Seal:
    """Seals positions with a secret key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        if len(key) != hashlib.sha256().digest_size:
            raise ValueError(f"the key has {len(key)} bytes, not 32")
        self._key = key

    def close(self, position: str, purpose: str) -> str:
        """Return a token for a position; empty for the empty one."""
        if not position:
            return ""
        body = position.encode()
        return base64.urlsafe_b64encode(self._mac(body, purpose) + body).decode().rstrip("=")

    def open(self, token: str, purpose: str) -> str:
        """Return the position in a token that was made for the same purpose.

        Raises
        ------
        ValueError
            For any other token.
        """
        if not token:
            return ""
        if len(token) > _LONGEST or not token.isascii():
            raise ValueError("no token of ours")
        try:
            sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            position = sealed[_MAC_BYTES:].decode()
        except (binascii.Error, UnicodeDecodeError):
            raise ValueError("no token of ours") from None
        # The whole text is compared: base64 has several spellings of the same bytes.
        if not hmac.compare_digest(token, self.close(position, purpose)):
            raise ValueError("no token of ours")
        return position

    def _mac(self, body: bytes, purpose: str) -> bytes:
        return hmac.digest(self._key, purpose.encode() + b"\x00" + body, "sha256")[:_MAC_BYTES]
