"""Whom a sub-account wants to be told: an e-mail address, or a program behind a webhook."""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from waste.domain.errors import WrongFieldError

SHORTEST_SECRET = 16
LONGEST_SECRET = 256
LONGEST_ADDRESS = 254
LONGEST_URL = 2000
THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})

_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
# Plain addresses only, as people type them: what goes into a header must not be able to begin another one.
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


class Channel(StrEnum):
    """How a contact is told."""

    EMAIL = "email"
    WEBHOOK = "webhook"


class Language(StrEnum):
    """What a contact reads."""

    GERMAN = "de"
    ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody on a ladder.

    Parameters
    ----------
    address
        An e-mail address, or a URL: https, or http to this machine.
    secret
        Signs what a webhook gets; nothing for e-mail.

    Raises
    ------
    WrongFieldError
        Naming the field; never the secret.
    """

    id: str
    channel: Channel
    address: str
    language: Language = Language.GERMAN
    secret: str = ""

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise WrongFieldError("contact_id", self.id, "1 to 64 of [A-Za-z0-9._:-]")
        if self.channel is Channel.EMAIL:
            self._check_email()
        else:
            self._check_webhook()

    def _check_email(self) -> None:
        domain = self.address.rpartition("@")[2]
        if (
            not _EMAIL.fullmatch(self.address)
            or len(self.address) > LONGEST_ADDRESS
            or ".." in self.address
            or self.address.startswith(".")
            or ".@" in self.address
        ):
            raise WrongFieldError("email_address", self.address[:LONGEST_ADDRESS], "an e-mail address")
        if any(not 0 < len(label) <= 63 for label in domain.split(".")):
            raise WrongFieldError("email_address", self.address, "an e-mail address")

    def _check_webhook(self) -> None:
        shown = self.address[:LONGEST_URL]
        try:
            parts = urlsplit(self.address)
            host, _ = parts.hostname, parts.port
        except ValueError:
            raise WrongFieldError("url", shown, "an https address") from None
        printable = self.address.isascii() and self.address.isprintable() and " " not in self.address
        plain = parts.scheme == "https" or (parts.scheme == "http" and host in THIS_MACHINE)
        if not host or not printable or not plain or len(self.address) > LONGEST_URL:
            raise WrongFieldError("url", shown, "an https address, or http to this machine")
        if parts.username is not None or parts.password is not None or parts.fragment:
            raise WrongFieldError("url", parts.hostname, "an address without credentials and fragment")
        if not SHORTEST_SECRET <= len(self.secret) <= LONGEST_SECRET:
            raise WrongFieldError(
                "secret", f"{len(self.secret)} places", f"{SHORTEST_SECRET} to {LONGEST_SECRET} places"
            )
