"""The identity of one machine, and what is sealed with a key."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from service_kit.errors import Unauthenticated
from service_kit.identity.local_issuer import LocalIssuer, NoLocalIdentity
from service_kit.identity.principal import Principal, Role
from service_kit.identity.sealing import Seal
from service_kit.identity.tokens import TokenVerifier

HOUR = timedelta(hours=1)
DISPATCHER = frozenset({Role.DISPATCHER})


async def test_tokens_of_this_machine_are_taken_here_and_nowhere_else(tmp_path: Path) -> None:
    here, there = LocalIssuer.open_or_make(tmp_path / "a"), LocalIssuer.open_or_make(tmp_path / "b")
    token = LocalIssuer.open(tmp_path / "a").issue(
        subject="desk",
        roles=DISPATCHER,
        tenant="amt",
        ttl=HOUR,
        vehicle_ids=["bus"],
        sub_account_ids=["markets"],
    )
    found = await TokenVerifier([here.trusted(), there.trusted()]).principal(token)
    assert found == Principal("desk", DISPATCHER, "amt", "local", frozenset({"bus"}), frozenset({"markets"}))
    with pytest.raises(Unauthenticated):
        await TokenVerifier([there.trusted()]).principal(token)


def test_the_key_is_its_owners_only_and_stays(tmp_path: Path) -> None:
    first = LocalIssuer.open_or_make(tmp_path).issuer
    assert LocalIssuer.open_or_make(tmp_path).issuer == first
    [path] = (tmp_path / "identity").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o640)
    with pytest.raises(NoLocalIdentity, match="may be read by others"):
        LocalIssuer.open_or_make(tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_what_is_no_key_is_named(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NoLocalIdentity, match="cannot read"):
        LocalIssuer.open(tmp_path)
    LocalIssuer.open_or_make(tmp_path)
    (tmp_path / "identity" / "signing-key.pem").write_bytes(content)
    with pytest.raises(NoLocalIdentity, match="holds no private key"):
        LocalIssuer.open(tmp_path)


@pytest.mark.parametrize("ttl", [timedelta(0), timedelta(days=31)])
def test_no_token_lives_forever(tmp_path: Path, ttl: timedelta) -> None:
    with pytest.raises(ValueError, match="ttl"):
        LocalIssuer.open_or_make(tmp_path).issue(subject="x", roles=DISPATCHER, tenant="amt", ttl=ttl)


@given(position=st.text(max_size=64), purpose=st.text(max_size=64), other=st.text(max_size=64))
def test_a_seal_opens_only_for_what_it_was_closed_for(position: str, purpose: str, other: str) -> None:
    seal = Seal(b"k" * 32)
    token = seal.close(position, purpose)
    assert seal.open(token, purpose) == position
    if token and other != purpose:
        with pytest.raises(ValueError, match="no token"):
            seal.open(token, other)
    if token:
        with pytest.raises(ValueError, match="no token"):
            Seal(b"l" * 32).open(token, purpose)


@given(position=st.text(min_size=1, max_size=64), data=st.data())
def test_no_character_of_a_token_can_be_changed(position: str, data: st.DataObject) -> None:
    seal = Seal(b"k" * 32)
    token = seal.close(position, "rides")
    where = data.draw(st.integers(0, len(token) - 1))
    instead = data.draw(
        st.characters(min_codepoint=32, max_codepoint=126).filter(lambda c: c != token[where])
    )
    for wrong in (
        token[:where] + instead + token[where + 1 :],
        token[:where] + token[where + 1 :],
        token + instead,
    ):
        with pytest.raises(ValueError, match="no token"):
            seal.open(wrong, "rides")


@given(text=st.text(min_size=1, max_size=300))
def test_noise_opens_nothing(text: str) -> None:
    with pytest.raises(ValueError, match="no token"):
        Seal(b"k" * 32).open(text, "rides")
