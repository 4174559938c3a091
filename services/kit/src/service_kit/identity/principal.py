"""The caller of a call, as verified at the edge; rules decide by it what may be seen and done."""

from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum


class Role(Enum):
    """What a caller may be; the names are those of ``landlinie.common.v1.Role`` without ``ROLE_``."""

    DISPATCHER = "dispatcher"
    DRIVER = "driver"
    PASSENGER = "passenger"
    APP_BACKEND = "app_backend"
    TICKETING_SYSTEM = "ticketing_system"
    DEPOT = "depot"
    OPERATOR = "operator"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Principal:
    """A verified caller.

    Parameters
    ----------
    subject
        Pseudonym of the person or program, stable over tokens; never a name.
    roles
        At least one.
    tenant
        The district whose data the caller works with.
    client_id
        The program that calls: an app's backend, the console, a phone.
    vehicle_ids
        The vehicles a driver drives; empty for everybody else.
    sub_account_ids
        Whose containers and sensors the caller works with; empty where it has nothing to do with them.
    """

    subject: str
    roles: frozenset[Role]
    tenant: str
    client_id: str
    vehicle_ids: frozenset[str] = frozenset()
    sub_account_ids: frozenset[str] = frozenset()

    @property
    def scope(self) -> str:
        """What ids chosen by the caller are unique within: two callers may choose the same one."""
        return f"{self.client_id}/{self.subject}"


_caller: ContextVar[Principal] = ContextVar("caller")


def set_caller(principal: Principal) -> None:
    """Say on whose behalf the present context works."""
    _caller.set(principal)


def caller() -> Principal:
    """Return on whose behalf the present context works.

    Raises
    ------
    LookupError
        Outside a call; nothing is done on behalf of nobody.
    """
    return _caller.get()
