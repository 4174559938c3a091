"""The identity of one machine: a signing key of its own in the data folder, and tokens signed with it.

There is no password: who may read the key file may do everything, and nobody else may read it.
"""

import os
import secrets
import stat
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service_kit.identity.key_sources import FixedKeys
from service_kit.identity.principal import Role
from service_kit.identity.tokens import TrustedIssuer

FOLDER = "identity"
AUDIENCE = "landlinie"
LONGEST_TTL = timedelta(days=30)

LOCAL_ROLES = frozenset({Role.DISPATCHER, Role.OPERATOR, Role.AUDITOR})
"""What whoever may read the signing key is, when calling from this machine."""

_KEY_FILE = "signing-key.pem"
_TENANT_FILE = "tenant"


class NoLocalIdentity(Exception):  # noqa: N818 - reads as what it is
    """The data folder holds no signing key, or one that others may read."""


class OtherTenant(Exception):  # noqa: N818 - reads as what it is
    """The data folder holds another district's data."""


class LocalIssuer:
    """Signs tokens with the key in ``<data folder>/identity``."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        # The key's own name in tokens, and the issuer's: no other machine has it.
        self._kid = public.hex()[:16]
        self.issuer = f"landlinie:{self._kid}"

    @classmethod
    def open(cls, data_dir: Path) -> Self:
        """Read the key; raises NoLocalIdentity."""
        path = data_dir / FOLDER / _KEY_FILE
        try:
            readable_by_others = path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
            pem = path.read_bytes()
        except OSError as error:
            raise NoLocalIdentity(f"cannot read {path}: {error.strerror}") from None
        if readable_by_others:
            raise NoLocalIdentity(f"{path} may be read by others than its owner; chmod 600 it")
        try:
            key = serialization.load_pem_private_key(pem, password=None)
        except ValueError:
            raise NoLocalIdentity(f"{path} holds no private key") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise NoLocalIdentity(f"{path} holds no Ed25519 key")
        return cls(key)

    @classmethod
    def open_or_make(cls, data_dir: Path) -> Self:
        """Read the key, after making it where there is none; raises NoLocalIdentity for a bad one."""
        folder = private_folder(data_dir)
        pem = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        write_private(folder / _KEY_FILE, pem)
        return cls.open(data_dir)

    def trusted(self) -> TrustedIssuer:
        """Return this issuer as a service trusts it."""
        key = jwt.PyJWK.from_dict(
            {**jwt.algorithms.OKPAlgorithm.to_jwk(self._key.public_key(), as_dict=True), "alg": "EdDSA"}
        )
        return TrustedIssuer(self.issuer, AUDIENCE, FixedKeys({self._kid: key}))

    def issue(
        self,
        *,
        subject: str,
        roles: Collection[Role],
        tenant: str,
        ttl: timedelta,
        client_id: str = "local",
        vehicle_ids: Collection[str] = (),
        sub_account_ids: Collection[str] = (),
    ) -> str:
        """Sign an access token.

        Raises
        ------
        ValueError
            For a lifetime that is not between a second and 30 days.
        """
        if not timedelta(seconds=1) <= ttl <= LONGEST_TTL:
            raise ValueError(f"ttl {ttl} is not from one second to {LONGEST_TTL.days} days")
        now = datetime.now(UTC)
        claims: dict[str, object] = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": subject,
            "azp": client_id,
            "iat": now,
            "nbf": now,
            "exp": now + ttl,
            "landlinie_roles": sorted(role.value for role in roles),
            "landlinie_tenant": tenant,
        }
        if vehicle_ids:
            claims["landlinie_vehicles"] = sorted(vehicle_ids)
        if sub_account_ids:
            claims["landlinie_sub_accounts"] = sorted(sub_account_ids)
        return jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": self._kid})


class LocalCredential:
    """The token of a program on this machine, made anew well before it ends; to be called from any thread.

    Parameters
    ----------
    clock_s
        Seconds that only go forward.
    subject, roles
        Who the program is, and what.
    """

    _TTL = timedelta(minutes=15)

    def __init__(
        self,
        issuer: LocalIssuer,
        tenant: str,
        clock_s: Callable[[], float] = time.monotonic,
        *,
        subject: str = "local",
        roles: Collection[Role] = LOCAL_ROLES,
    ) -> None:
        self._issuer, self._tenant, self._clock_s = issuer, tenant, clock_s
        self._subject, self._roles = subject, roles
        self._token, self._made_s = "", float("-inf")

    def __call__(self) -> str:
        now_s = self._clock_s()
        if now_s - self._made_s > self._TTL.total_seconds() / 2:
            self._token = self._issuer.issue(
                subject=self._subject,
                roles=self._roles,
                tenant=self._tenant,
                ttl=self._TTL,
                client_id=self._subject,
            )
            self._made_s = now_s
        return self._token


def bind_tenant(data_dir: Path, tenant: str) -> None:
    """Say whose data the folder holds, once and for all.

    Raises
    ------
    OtherTenant
        Where it is another's.
    """
    write_private(private_folder(data_dir) / _TENANT_FILE, tenant.encode())
    if (bound := tenant_of(data_dir)) != tenant:
        raise OtherTenant(f"{data_dir} holds the data of {bound!r}, not of {tenant!r}")


def tenant_of(data_dir: Path) -> str:
    """Return whose data the folder holds; raises NoLocalIdentity where nobody said so yet."""
    path = data_dir / FOLDER / _TENANT_FILE
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise NoLocalIdentity(f"cannot read {path}: {error.strerror}") from None


def private_folder(data_dir: Path) -> Path:
    """Return the folder for secrets, made for its owner only."""
    folder = data_dir / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def write_private(path: Path, content: bytes) -> bool:
    """Write a new file that only its owner may read; False where there is one already, which is left alone.

    It appears whole or not at all, and of two writers the first one's stays.
    """
    half = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(half, path)
    except FileExistsError:
        return False
    finally:
        half.unlink()
    return True
