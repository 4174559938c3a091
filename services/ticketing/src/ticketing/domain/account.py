"""Accounts: who pays, what they own already, and the pseudonyms under which their rides are kept."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from ticketing.domain.products import ADULT
from ticketing.domain.tariff import Owned


class AccountState(Enum):
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Profile:
    """Who travels when nothing else is said, and what costs nothing again."""

    category: str = ADULT
    owned: tuple[Owned, ...] = ()


@dataclass(frozen=True, slots=True)
class PaymentDetails:
    """Who pays; personal. Without a mandate nothing may be debited."""

    holder_name: str
    iban: str
    mandate_reference: str = ""
    mandate_date: date | None = None

    @property
    def masked_iban(self) -> str:
        """All but the last four hidden, for whoever knows it anyway."""
        return "*" * (len(self.iban) - 4) + self.iban[-4:]


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it is kept in the identity store.

    Parameters
    ----------
    client_id, subject
        The program that opened it, and the passenger's pseudonym there.
    """

    id: str
    client_id: str
    subject: str
    state: AccountState
    profile: Profile
    open_time: datetime
    close_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """An account's names for one month.

    Parameters
    ----------
    rider
        Under it rides, journal and traces are kept; told to nobody.
    payer
        Given to whoever books on the account.
    """

    account_id: str
    month: str
    rider: str
    payer: str
