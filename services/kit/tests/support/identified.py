"""The identity tests of any room call services with; its key lives as long as the test process."""

import atexit
import tempfile
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
from service_kit.identity.client import aio_credentials, authenticated
from service_kit.identity.guard import Guard
from service_kit.identity.local_issuer import LOCAL_ROLES
from service_kit.identity.opening import Identity
from service_kit.identity.principal import Role
from service_kit.settings import GrpcSettings, IdentitySettings

TENANT = "testamt"

_folder = tempfile.TemporaryDirectory(prefix="landlinie-identity-")
IDENTITY = Identity(IdentitySettings(), Path(_folder.name))
atexit.register(_folder.cleanup)
atexit.register(IDENTITY.close)


def guard(limits: GrpcSettings | None = None) -> Guard:
    """A guard of services of the test's tenant."""
    return IDENTITY.guard(TENANT, limits or GrpcSettings())


def token(
    *roles: Role,
    subject: str = "local",
    tenant: str = TENANT,
    client_id: str = "local",
    vehicle_ids: Collection[str] = (),
    sub_account_ids: Collection[str] = (),
    ttl: timedelta = timedelta(hours=1),
) -> str:
    """A token; of whoever runs the services where no roles are given."""
    return IDENTITY.local.issue(
        subject=subject,
        roles=roles or LOCAL_ROLES,
        tenant=tenant,
        client_id=client_id,
        vehicle_ids=vehicle_ids,
        sub_account_ids=sub_account_ids,
        ttl=ttl,
    )


def channel_to(address: str, credential: str | None = None, **options: Any) -> grpc.Channel:
    """A channel whose calls carry a token of the local roles, or another credential."""
    return authenticated(grpc.insecure_channel(address, **options), credential or token())


def aio_channel_to(address: str, credential: str | None = None) -> grpc.aio.Channel:
    """The same for asynchronous clients."""
    return grpc.aio.insecure_channel(address, interceptors=aio_credentials(credential or token()))
