"""Every method says who may call it."""

import importlib
from pathlib import Path
from typing import Any

import landlinie
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.descriptor import ServiceDescriptor
from landlinie.common.v1 import access_pb2
from service_kit.identity.policy import (
    WELL_KNOWN,
    Access,
    Budget,
    UndeclaredMethod,
    declared,
    role_of,
    role_value,
)
from service_kit.identity.principal import Role

BOOK_RIDE = "/landlinie.pooling.v1.RidePoolingService/BookRide"
BOARD_PASSENGER = "/landlinie.pooling.v1.RidePoolingService/BoardPassenger"


def all_services() -> list[ServiceDescriptor]:
    """Every service of every proto there is."""
    found: list[ServiceDescriptor] = []
    root = Path(landlinie.__path__[0])
    for path in sorted(root.rglob("*_pb2.py")):
        name = ".".join(("landlinie", *path.relative_to(root).with_suffix("").parts))
        found += importlib.import_module(name).DESCRIPTOR.services_by_name.values()
    return found


def service_with(options: descriptor_pb2.MethodOptions) -> ServiceDescriptor:
    """A service of one method with these options."""
    file = descriptor_pb2.FileDescriptorProto(name="t.proto", package="t", syntax="proto3")
    file.message_type.add(name="Nothing")
    method = descriptor_pb2.MethodDescriptorProto(
        name="Do", input_type=".t.Nothing", output_type=".t.Nothing", options=options
    )
    file.service.add(name="Service", method=[method])
    pool: Any = descriptor_pool.DescriptorPool()
    pool.Add(file)
    service: ServiceDescriptor = pool.FindServiceByName("t.Service")
    return service


def test_every_method_of_every_service_declares_who_may_call_it() -> None:
    services = all_services()
    assert {"RidePoolingService", "SimulatedClockService"} <= {service.name for service in services}
    access = declared(services)
    assert len(access) == sum(len(service.methods) for service in services)
    assert not any(found.anybody for found in access.values())


def test_the_option_is_read() -> None:
    access = declared(all_services())
    assert access[BOOK_RIDE] == Access(frozenset({Role.DISPATCHER, Role.APP_BACKEND, Role.PASSENGER}))
    assert access[BOARD_PASSENGER] == Access(frozenset({Role.DRIVER, Role.DISPATCHER}), Budget.UNDER_WAY)


def test_a_method_without_roles_is_refused() -> None:
    options = descriptor_pb2.MethodOptions()
    with pytest.raises(UndeclaredMethod, match=r"t\.Service\.Do declares no roles"):
        declared([service_with(options)])
    options.Extensions[access_pb2.access].roles.append(access_pb2.ROLE_UNSPECIFIED)
    with pytest.raises(UndeclaredMethod, match=r"t\.Service\.Do names a role that is none"):
        declared([service_with(options)])


def test_roles_are_those_of_the_protos() -> None:
    assert {role_of(role_value(role)) for role in Role} == set(Role)
    assert len(access_pb2.Role.values()) == len(Role) + 1


def test_only_probes_need_no_token() -> None:
    assert {path for path, access in WELL_KNOWN.items() if access.anybody} == {
        "/grpc.health.v1.Health/Check",
        "/grpc.health.v1.Health/Watch",
    }
