"""No token, no good token, the wrong district, the wrong role: nothing gets in, whatever the method."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from doors import METHODS, SERVICES, Metadata, bearer, knock, plain_channel
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from identified import IDENTITY, TENANT, token
from landlinie.pooling.v1 import audit_pb2
from live import Live
from service_kit.identity.local_issuer import LocalIssuer
from service_kit.identity.policy import declared
from service_kit.identity.principal import Role
from service_kit.telemetry import metrics

pytestmark = pytest.mark.network


@pytest.fixture(scope="module")
def stranger(live: Live) -> Iterator[grpc.Channel]:
    with plain_channel(live) as channel:
        yield channel


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def forged(algorithm: str, key: Any = None, **changed: Any) -> str:
    """A token like those of this machine, signed with something else."""
    good = token()
    head = jwt.get_unverified_header(good)
    claims = {**jwt.decode(good, options={"verify_signature": False}), **changed}
    if algorithm.lower() == "none":
        return f"{part({**head, 'alg': algorithm})}.{part(claims)}."
    return jwt.encode(claims, key, algorithm, headers={"kid": head["kid"]})


def resigned(**changed: Any) -> str:
    """A token signed with this machine's own key that says something else."""
    return forged("EdDSA", IDENTITY.local._key, **changed)


def of_another_machine(folder: Path) -> str:
    return LocalIssuer.open_or_make(folder).issue(
        subject="x", roles=list(Role), tenant=TENANT, ttl=timedelta(hours=1)
    )


def public_key() -> bytes:
    return IDENTITY.local._key.public_key().public_bytes_raw()


UNKNOWN: dict[str, Callable[[], Metadata]] = {
    "nothing": list,
    "empty": lambda: [("authorization", "")],
    "no scheme": lambda: [("authorization", token())],
    "basic": lambda: [("authorization", "Basic bG9jYWw6bG9jYWw=")],
    "two at once": lambda: [*bearer(token()), *bearer(token())],
    "another header": lambda: [("x-authorization", f"Bearer {token()}")],
    "noise": lambda: bearer("a.b.c"),
    "far too long": lambda: bearer("x" * 7000),
    "expired": lambda: bearer(resigned(exp=int(time.time()) - 3600, nbf=0, iat=0)),
    "not yet": lambda: bearer(resigned(nbf=int(time.time()) + 3600)),
    "no end": lambda: bearer(resigned(exp=None)),
    "wrong issuer": lambda: bearer(resigned(iss="https://login.example.org")),
    "wrong audience": lambda: bearer(resigned(aud="another")),
    "unsigned": lambda: bearer(forged("none")),
    "unsigned, spelled otherwise": lambda: bearer(forged("nOnE")),
    "public key as secret": lambda: bearer(forged("HS256", public_key())),
    "another key": lambda: bearer(forged("EdDSA", Ed25519PrivateKey.generate())),
    "unknown service key": lambda: bearer(f"llk_{'0' * 12}_{'A' * 43}"),
    "service key with a quote": lambda: bearer("llk_' OR '1'='1_x"),
}


@pytest.mark.parametrize("what", UNKNOWN)
def test_unknown_callers_reach_no_method(
    live: Live, requests: dict[str, Any], stranger: grpc.Channel, what: str
) -> None:
    before = live.row_counts()
    metadata = UNKNOWN[what]()
    for method in METHODS:
        said = knock(stranger, method, requests[method].SerializeToString(), metadata)
        assert said.code is grpc.StatusCode.UNAUTHENTICATED, method
        assert said.reason in {"CREDENTIALS_MISSING", "CREDENTIALS_INVALID", "TOKEN_EXPIRED"}
        assert said.message in {
            "the call carries no credentials",
            "the credentials are not valid",
            "the token has expired",
        }
    assert live.row_counts() == before


def test_another_machine_s_and_another_district_s_tokens(
    live: Live, requests: dict[str, Any], stranger: grpc.Channel, tmp_path: Path
) -> None:
    before = live.row_counts()
    foreign_key = IDENTITY.keys.create("app", frozenset(Role), "other", timedelta(days=1))[1]
    for credential, code in (
        (of_another_machine(tmp_path), grpc.StatusCode.UNAUTHENTICATED),
        (token(*Role, tenant="other"), grpc.StatusCode.PERMISSION_DENIED),
        (token(*Role, tenant=f"{TENANT}x"), grpc.StatusCode.PERMISSION_DENIED),
        (token(*Role, tenant=TENANT.upper()), grpc.StatusCode.PERMISSION_DENIED),
        (foreign_key, grpc.StatusCode.PERMISSION_DENIED),
    ):
        for method in METHODS:
            said = knock(stranger, method, requests[method].SerializeToString(), bearer(credential))
            assert said.code is code, method
    assert live.row_counts() == before


def test_service_keys_open_until_they_are_revoked(stranger: grpc.Channel) -> None:
    key_id, key = IDENTITY.keys.create("app", frozenset({Role.DISPATCHER}), TENANT, timedelta(days=1))
    assert knock(stranger, "ListZones", b"", bearer(key)).code is grpc.StatusCode.OK
    IDENTITY.keys.revoke(key_id)
    assert knock(stranger, "ListZones", b"", bearer(key)).reason == "CREDENTIALS_INVALID"


@pytest.mark.parametrize("role", [*Role, None])
def test_a_role_opens_what_is_declared_for_it_and_nothing_else(
    stranger: grpc.Channel, role: Role | None
) -> None:
    access = declared(SERVICES)
    credential = token(role) if role else resigned(landlinie_roles=["admin", "root", "*"])
    for method in METHODS:
        # An empty request: whoever gets in is told what is missing.
        said = knock(stranger, method, b"", bearer(credential))
        may = role in access[f"/{METHODS[method].containing_service.full_name}/{method}"].roles
        assert (said.reason == "ROLE_MISSING") is not may, (method, said)
        assert said.code is not grpc.StatusCode.UNAUTHENTICATED


def test_malformed_requests_of_strangers_are_not_even_judged(stranger: grpc.Channel) -> None:
    assert knock(stranger, "BookRide", b"\xff\xff\xff").reason == "CREDENTIALS_MISSING"


def test_probes_get_in_and_those_who_look_around_do_not(stranger: grpc.Channel) -> None:
    health: Any = health_pb2_grpc.HealthStub(stranger)
    answer = health.Check(health_pb2.HealthCheckRequest(), timeout=5)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING
    stub: Any = reflection_pb2_grpc.ServerReflectionStub(stranger)
    asked = [reflection_pb2.ServerReflectionRequest(list_services="")]
    with pytest.raises(grpc.RpcError) as raised:
        next(stub.ServerReflectionInfo(iter(asked), timeout=5))
    assert raised.value.code() is grpc.StatusCode.UNAUTHENTICATED
    auditor = bearer(token(Role.AUDITOR))
    there = next(stub.ServerReflectionInfo(iter(asked), timeout=5, metadata=auditor)).list_services_response
    ours = {service.name for service in there.service if service.name.startswith("landlinie.")}
    assert ours == {service.full_name for service in SERVICES}, "each service is tried by these tests"


def test_who_was_turned_away_is_counted_and_is_in_the_trail_as_one_of_few(
    live: Live, stranger: grpc.Channel
) -> None:
    def trail(subject: str) -> list[tuple[str, str, str, int]]:
        request = audit_pb2.ListAuditEntriesRequest(subject=subject, page_size=500)
        return [
            (entry.subject, entry.method, entry.outcome, entry.count)
            for entry in live.stub.ListAuditEntries(request).entries
        ]

    def turned_away(reason: str) -> float:
        labels = {"service": "pooling", "reason": reason}
        return metrics.REGISTRY.get_sample_value("landlinie_grpc_calls_turned_away_total", labels) or 0.0

    before = turned_away("ROLE_MISSING")
    curious = bearer(token(Role.DRIVER, subject="d-curious"))
    for _ in range(40):
        assert knock(stranger, "ListAuditEntries", b"", curious).reason == "ROLE_MISSING"
    # Callers hear of it a moment before it is counted.
    live.eventually(lambda: turned_away("ROLE_MISSING") >= before + 40)
    live.eventually(lambda: sum(count for *_, count in trail("d-curious")) == 40)
    assert {entry[1:3] for entry in trail("d-curious")} == {("ListAuditEntries", "ROLE_MISSING")}
    # Of a caller whom nobody knows, nothing is kept but that somebody tried.
    knock(stranger, "ListZones", b"", bearer("a.b.c"))
    live.eventually(lambda: any(entry[::2] == ("", "CREDENTIALS_INVALID") for entry in trail("")))
