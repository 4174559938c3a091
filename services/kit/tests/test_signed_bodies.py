"""Signed bodies: nobody else's, none that was changed, none from long ago."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from service_kit.signed_bodies import NotSigned, check_signature, signature

SECRET = "a secret of the sender"  # noqa: S105 - of nobody
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


@given(st.binary(max_size=50), st.binary(max_size=50), st.integers(-1000, 1000))
def test_only_what_was_signed_just_now_is_taken(body: bytes, other: bytes, later_s: int) -> None:
    header = signature(SECRET, body, NOW)
    at = NOW + timedelta(seconds=later_s)
    if abs(later_s) <= 300:
        check_signature(SECRET, header, body, at)
    else:
        with pytest.raises(NotSigned, match="more than 300 s"):
            check_signature(SECRET, header, body, at)
    if other != body:
        with pytest.raises(NotSigned, match="another body or secret"):
            check_signature(SECRET, header, other, at)
    with pytest.raises(NotSigned, match="another body or secret"):
        check_signature("another", header, body, NOW)


@pytest.mark.parametrize("header", ["", "t=1", "t=1,v1=00", "v1=" + "0" * 64, "t=1,v1=" + "0" * 64 + "\n"])
def test_what_is_no_signature(header: str) -> None:
    with pytest.raises(NotSigned):
        check_signature(SECRET, header, b"", NOW)
