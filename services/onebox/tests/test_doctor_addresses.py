"""What the doctor says of addresses that are none, and of certificates that are not there."""

from collections.abc import Callable
from pathlib import Path

import pytest
from onebox.doctor import NotWell, _http, _services


@pytest.mark.parametrize("check", [_http, _services])
@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1:99999", ""])
def test_what_is_no_address_is_told(check: Callable[[str], str], address: str) -> None:
    with pytest.raises(NotWell, match="is not host:port"):
        check(address)


def test_an_authority_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LANDLINIE_TLS_CA", str(tmp_path / "ca.pem"))
    with pytest.raises(NotWell, match=r"cannot be asked: .*No such file.*ca\.pem"):
        _services("127.0.0.1:1")
