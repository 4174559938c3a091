"""Messages in a few words."""

from landlinie.pooling.v1 import offer_pb2


def party_text(party: offer_pb2.Party) -> str:
    """``2 + 1 ♿``."""
    wheelchairs = f"{party.wheelchair_count} ♿" if party.wheelchair_count else ""
    seated = str(party.seated_count) if party.seated_count else ""
    return " + ".join(part for part in (seated, wheelchairs) if part)


def short(name: str, prefix: str) -> str:
    """An enum's name as a word: ``RIDE_STATE_NO_SHOW`` → ``no show``."""
    return name.removeprefix(prefix).replace("_", " ").lower()
