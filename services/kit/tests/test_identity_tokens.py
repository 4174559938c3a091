"""Which tokens are taken: one kind, and nothing that looks like it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st
from service_kit.errors import Unauthenticated
from service_kit.identity.key_sources import FixedKeys, keys_in
from service_kit.identity.principal import Principal, Role
from service_kit.identity.tokens import LEEWAY_S, TokenVerifier, TrustedIssuer

ISSUER, AUDIENCE = "https://login.example.org/realms/amt", "landlinie"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()
RSA_PEM = RSA.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
JWKS: dict[str, Any] = {
    "keys": [
        {**jwt.algorithms.RSAAlgorithm.to_jwk(RSA.public_key(), as_dict=True), "kid": "rsa", "use": "sig"},
        {**jwt.algorithms.ECAlgorithm.to_jwk(EC.public_key(), as_dict=True), "kid": "ec"},
        {**jwt.algorithms.OKPAlgorithm.to_jwk(ED.public_key(), as_dict=True), "kid": "ed"},
    ]
}


def claims(**changed: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    found = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "p-77",
        "azp": "app",
        "exp": now + timedelta(minutes=5),
        "landlinie_roles": ["passenger", "offline_access"],
        "landlinie_tenant": "amt",
        **changed,
    }
    return {name: value for name, value in found.items() if value is not None}


def signed(changed: dict[str, Any] | None = None, **headers: Any) -> str:
    return jwt.encode(claims(**(changed or {})), EC, "ES256", headers={"kid": "ec", **headers})


def unsigned(alg: str, **changed: Any) -> str:
    def part(value: dict[str, Any]) -> str:
        text = json.dumps(value, default=lambda instant: int(instant.timestamp()))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    return f"{part({'alg': alg, 'kid': 'ec'})}.{part(claims(**changed))}."


@pytest.fixture(scope="module")
def verifier() -> TokenVerifier:
    return TokenVerifier([TrustedIssuer(ISSUER, AUDIENCE, FixedKeys(keys_in(JWKS)))])


@pytest.mark.parametrize(
    ("key", "algorithm", "kid"), [(RSA, "RS256", "rsa"), (EC, "ES256", "ec"), (ED, "EdDSA", "ed")]
)
async def test_a_good_token_is_read(verifier: TokenVerifier, key: Any, algorithm: str, kid: str) -> None:
    token = jwt.encode(claims(landlinie_vehicles=["bus"]), key, algorithm, headers={"kid": kid})
    assert await verifier.principal(token) == Principal(
        "p-77", frozenset({Role.PASSENGER}), "amt", "app", frozenset({"bus"})
    )


def confused() -> str:
    """Signed symmetrically with what everybody may read."""
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"rsa"}').decode().rstrip("=")
    body = unsigned("x").split(".")[1]
    mac = hmac.new(RSA_PEM, f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}." + base64.urlsafe_b64encode(mac).decode().rstrip("=")


def seconds(count: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=count)


BAD: dict[str, Callable[[], str]] = {
    "empty": lambda: "",
    "no token": lambda: "secret",
    "wrong issuer": lambda: signed({"iss": "https://evil.example.org"}),
    "list of issuers": lambda: unsigned("ES256", iss=[ISSUER]),
    "no issuer": lambda: signed({"iss": None}),
    "wrong audience": lambda: signed({"aud": "another-program"}),
    "no audience": lambda: signed({"aud": None}),
    "no subject": lambda: signed({"sub": None}),
    "empty subject": lambda: signed({"sub": ""}),
    "no end": lambda: signed({"exp": None}),
    "not yet": lambda: signed({"nbf": seconds(LEEWAY_S + 60)}),
    "no tenant": lambda: signed({"landlinie_tenant": None}),
    "tenants": lambda: signed({"landlinie_tenant": ["amt", "other"]}),
    "unsigned": lambda: unsigned("none"),
    "unsigned, spelled otherwise": lambda: unsigned("NoNe"),
    "signature left out": lambda: unsigned("ES256"),
    "unknown key": lambda: signed(kid="another"),
    "no key id": lambda: jwt.encode(claims(), EC, "ES256"),
    "key id is a path": lambda: signed(kid="../../etc/passwd"),
    "another's signature": lambda: jwt.encode(
        claims(), ec.generate_private_key(ec.SECP256R1()), "ES256", headers={"kid": "ec"}
    ),
    "key of another algorithm": lambda: jwt.encode(claims(), RSA, "RS256", headers={"kid": "ec"}),
    "weaker algorithm of the same key": lambda: jwt.encode(claims(), RSA, "RS512", headers={"kid": "rsa"}),
    "public key as a secret": confused,
    "key brought along": lambda: signed(jwk=JWKS["keys"][1], kid="brought"),
    "address brought along": lambda: signed(jku="https://evil.example.org/jwks.json", kid="brought"),
    "critical extension": lambda: signed(crit=["b64"], b64=False),
    "far too long": lambda: signed({"landlinie_roles": ["passenger" * 2000]}),
    "too many vehicles": lambda: signed({"landlinie_vehicles": [f"v{number}" for number in range(65)]}),
    "too many sub-accounts": lambda: signed({"landlinie_sub_accounts": [f"s{each}" for each in range(65)]}),
    "signature cut": lambda: signed()[:-10],
    "another's claims": lambda: ".".join(
        [signed().split(".")[0], signed({"sub": "x"}).split(".")[1], signed().split(".")[2]]
    ),
}


@pytest.mark.parametrize("what", BAD)
async def test_a_bad_token_is_refused_and_not_told_why(verifier: TokenVerifier, what: str) -> None:
    with pytest.raises(Unauthenticated) as raised:
        await verifier.principal(BAD[what]())
    assert raised.value.reason == "CREDENTIALS_INVALID"
    assert raised.value.message == "the credentials are not valid"


async def test_an_expired_token_says_so_only_where_it_was_good(verifier: TokenVerifier) -> None:
    with pytest.raises(Unauthenticated) as raised:
        await verifier.principal(signed({"exp": seconds(-LEEWAY_S - 5)}))
    assert raised.value.reason == "TOKEN_EXPIRED"
    with pytest.raises(Unauthenticated) as raised:
        await verifier.principal(unsigned("ES256", exp=seconds(-LEEWAY_S - 5)))
    assert raised.value.reason == "CREDENTIALS_INVALID"


async def test_clocks_may_be_a_little_apart(verifier: TokenVerifier) -> None:
    await verifier.principal(signed({"exp": seconds(-LEEWAY_S / 2), "nbf": seconds(LEEWAY_S / 2)}))


async def test_roles_are_found_where_the_provider_puts_them() -> None:
    issuer = TrustedIssuer(ISSUER, AUDIENCE, FixedKeys(keys_in(JWKS)), roles_claim="realm_access.roles")
    found = await TokenVerifier([issuer]).principal(
        signed({"realm_access": {"roles": ["dispatcher", "operator", "uma_authorization", 7]}})
    )
    assert found.roles == {Role.DISPATCHER, Role.OPERATOR}
    nobody = await TokenVerifier([issuer]).principal(signed({"realm_access": ["dispatcher"]}))
    assert nobody.roles == frozenset()


async def test_a_subject_that_names_somebody_becomes_a_digest(verifier: TokenVerifier) -> None:
    found = await verifier.principal(signed({"sub": "erika.muster@example.org"}))
    assert len(found.subject) == 64
    assert "muster" not in found.subject
    again = await verifier.principal(signed({"sub": "erika.muster@example.org"}))
    assert again.subject == found.subject


@given(
    text=st.text(max_size=200)
    | st.binary(max_size=200).map(lambda data: base64.urlsafe_b64encode(data).decode())
)
async def test_noise_is_refused(text: str) -> None:
    verifier = TokenVerifier([TrustedIssuer(ISSUER, AUDIENCE, FixedKeys(keys_in(JWKS)))])
    for token in (text, f"{text}.{text}.{text}", f"{signed().split('.')[0]}.{text}.{text}"):
        with pytest.raises(Unauthenticated):
            await verifier.principal(token)


def test_only_keys_for_signatures_of_known_kinds_are_read() -> None:
    secret = {"kty": "oct", "k": base64.urlsafe_b64encode(b"x" * 32).decode(), "kid": "secret"}
    for_encryption = {**JWKS["keys"][0], "kid": "enc", "use": "enc"}
    nonsense = [
        7,
        {},
        {"kty": "RSA", "kid": "broken", "n": "?", "e": "AQAB"},
        {"kty": "EC", "crv": "P-384", "kid": "x"},
    ]
    assert set(keys_in({"keys": [*JWKS["keys"], secret, for_encryption, *nonsense]})) == {"rsa", "ec", "ed"}
    nothing: list[Any] = [[], {}, {"keys": {}}, "keys", None]
    for document in nothing:
        with pytest.raises(ValueError, match="no key set"):
            keys_in(document)
