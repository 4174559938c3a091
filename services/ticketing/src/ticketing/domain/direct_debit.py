"""SEPA direct debits and credit transfers, before they become a bank's file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from stdnum import bic as bics
from stdnum import iban as ibans
from stdnum.eu import at_02
from stdnum.exceptions import ValidationError
from text_unidecode import unidecode

from ticketing.domain.errors import WrongFieldError

MAX_CENTS = 99_999_999_999
"""What the schema's amount holds."""
NAME_LENGTH = 70
REFERENCE = re.compile(r"[A-Za-z0-9+?/:().,' -]{1,35}")
GERMAN: Mapping[int, str] = MappingProxyType(
    str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "€": "EUR"})
)
"""Banks take ASCII; these are how it is written in German, before others lose their accents."""
NOT_TAKEN = re.compile(r"[^A-Za-z0-9+?/:().,' -]")
"""Whatever banks do not take in a text."""


class Sequence(StrEnum):
    """Where a debit stands among those of its mandate."""

    FIRST = "FRST"
    RECURRING = "RCUR"


@dataclass(frozen=True, slots=True)
class BankParty:
    """Whose account it is.

    Raises
    ------
    WrongFieldError
        Naming ``name``, ``iban`` or ``bic``; of the IBAN its last four places only.
    """

    name: str
    iban: str
    bic: str = ""

    def __post_init__(self) -> None:
        if not is_name(self.name):
            raise WrongFieldError("name: nothing that banks take")
        if len(self.name) > NAME_LENGTH:
            raise WrongFieldError(f"name: {len(self.name)} characters, at most {NAME_LENGTH}")
        # Errors end up in logs, and an IBAN is personal.
        try:
            object.__setattr__(self, "iban", ibans.validate(self.iban))
        except ValidationError as error:
            raise WrongFieldError(f"iban …{self.iban[-4:]}: {error}") from error
        if self.bic:
            try:
                object.__setattr__(self, "bic", bics.validate(self.bic))
            except ValidationError as error:
                raise WrongFieldError(f"bic {self.bic}: {error}") from error


@dataclass(frozen=True, slots=True)
class Creditor:
    """Who collects; ``creditor_id`` as its central bank gave it."""

    party: BankParty
    creditor_id: str

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "creditor_id", at_02.validate(self.creditor_id))
        except ValidationError as error:
            raise WrongFieldError(f"creditor_id {self.creditor_id}: {error}") from error


@dataclass(frozen=True, slots=True)
class Mandate:
    """The payer's permission to debit."""

    reference: str
    signed_on: date
    payer: BankParty

    def __post_init__(self) -> None:
        _check_reference("mandate reference", self.reference)


@dataclass(frozen=True, slots=True)
class Debit:
    """One amount to collect; ``id`` comes back when the bank returns it."""

    id: str
    mandate: Mandate
    cents: int
    sequence: Sequence
    due: date
    purpose: str

    def __post_init__(self) -> None:
        _check_payment(self.id, self.cents)
        if self.mandate.signed_on > self.due:
            raise WrongFieldError(
                f"debit {self.id}: due {self.due} is before the mandate was signed, {self.mandate.signed_on}"
            )


@dataclass(frozen=True, slots=True)
class Transfer:
    """One amount to pay out."""

    id: str
    payee: BankParty
    cents: int
    due: date
    purpose: str

    def __post_init__(self) -> None:
        _check_payment(self.id, self.cents)


@dataclass(frozen=True, slots=True)
class BankRun:
    """One file for the bank: a run's id is told to the bank, which takes it once.

    Parameters
    ----------
    id
        At most 35 places.
    created_at
        Aware; stands in the file, so that the same run is the same file, byte for byte.
    """

    id: str
    created_at: datetime
    debits: tuple[Debit, ...] = ()
    transfers: tuple[Transfer, ...] = ()

    def __post_init__(self) -> None:
        # Batches within the file are numbered after the run's id.
        _check_reference("run", self.id + "-99")
        ids = [*(debit.id for debit in self.debits), *(transfer.id for transfer in self.transfers)]
        if len(set(ids)) < len(ids):
            twice = next(name for name in ids if ids.count(name) > 1)
            raise WrongFieldError(f"run {self.id}: order {twice} stands there twice")

    @property
    def debits_cents(self) -> int:
        """What is collected."""
        return sum(debit.cents for debit in self.debits)

    @property
    def transfers_cents(self) -> int:
        """What is paid out."""
        return sum(transfer.cents for transfer in self.transfers)


def _check_payment(name: str, cents: int) -> None:
    _check_reference("order", name)
    if not 0 < cents <= MAX_CENTS:
        raise WrongFieldError(f"order {name}: {cents} cents is not within 1..{MAX_CENTS}")


def bank_text(text: str, length: int) -> str:
    """Return it as banks take it, so many places at most."""
    ascii_text: str = unidecode(text.translate(GERMAN)).replace("&", "+")
    return NOT_TAKEN.sub(" ", ascii_text)[:length].strip()


def is_name(text: str) -> bool:
    """Whether anything is left of a name once it is written as banks take it."""
    return bank_text(text, NAME_LENGTH) != ""


def is_reference(text: str) -> bool:
    """Whether banks take it as a reference: no slash at either end, no two of them together."""
    slashes = text.startswith("/") or text.endswith("/") or "//" in text
    return REFERENCE.fullmatch(text) is not None and not slashes


def _check_reference(what: str, text: str) -> None:
    if not is_reference(text):
        raise WrongFieldError(f"{what} {text!r}: not 1..35 places of what banks take")
