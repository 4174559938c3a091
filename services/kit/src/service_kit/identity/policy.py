"""Who may call which method, as the protos declare it; what they do not declare, nobody may call."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health
from grpc_reflection.v1alpha import reflection
from landlinie.common.v1 import access_pb2

from service_kit.identity.principal import Role


class Budget(Enum):
    """From which allowance calls are taken; see ``landlinie.common.v1.Budget``."""

    GENERAL = access_pb2.BUDGET_UNSPECIFIED
    UNDER_WAY = access_pb2.BUDGET_UNDER_WAY


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call a method; ``anybody`` means without a token, too."""

    roles: frozenset[Role]
    budget: Budget = Budget.GENERAL
    anybody: bool = False


class UndeclaredMethod(Exception):  # noqa: N818 - reads as what it is
    """A method says not who may call it."""


# Probes carry no token, and learn no more than that the service is up.
_ANYBODY = Access(frozenset(), anybody=True)
# The schema is public, but whoever looks around in a running service says who they are.
_ANY_ROLE = Access(frozenset(Role))

WELL_KNOWN: Mapping[str, Access] = {
    f"/{health.SERVICE_NAME}/Check": _ANYBODY,
    f"/{health.SERVICE_NAME}/Watch": _ANYBODY,
    f"/{health.SERVICE_NAME}/List": _ANY_ROLE,
    f"/{reflection.SERVICE_NAME}/ServerReflectionInfo": _ANY_ROLE,
}
"""Methods of services that are not ours, by their path."""


def role_of(value: access_pb2.Role.ValueType) -> Role:
    """Return the role a message names; raises KeyError for an unspecified or unknown one."""
    return Role[access_pb2.Role.Name(value).removeprefix("ROLE_")]


def role_value(role: Role) -> access_pb2.Role.ValueType:
    """Return the role as messages name it."""
    return access_pb2.Role.Value(f"ROLE_{role.name}")


def declared(services: Iterable[ServiceDescriptor]) -> dict[str, Access]:
    """Read the access of every method from the option ``landlinie.common.v1.access``.

    Returns
    -------
    Access by the method's path, ``/landlinie.pooling.v1.RidePoolingService/BookRide``.

    Raises
    ------
    UndeclaredMethod
        When a method has no option, or one without roles.
    """
    found = {}
    for service in services:
        for method in service.methods:
            option = method.GetOptions().Extensions[access_pb2.access]
            try:
                roles = frozenset(role_of(value) for value in option.roles)
            except (KeyError, ValueError):
                raise UndeclaredMethod(f"{method.full_name} names a role that is none") from None
            if not roles:
                raise UndeclaredMethod(f"{method.full_name} declares no roles")
            found[f"/{service.full_name}/{method.name}"] = Access(roles, Budget(option.budget))
    return found
