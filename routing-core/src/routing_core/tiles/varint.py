"""Integers of variable length, as protobuf has them."""


def varint(value: int) -> bytes:
    """The bytes of an integer from 0 on."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
