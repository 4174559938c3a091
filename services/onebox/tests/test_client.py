"""What commands say when a call is refused."""

from typing import Any

import grpc
import pytest
from onebox.client import tell
from service_kit.errors import FailedPrecondition, FieldViolation, InvalidInput, ServiceError
from service_kit.grpc_errors import STATUS_METADATA_KEY, code_of, to_status

PERIOD = FieldViolation("period_id", "'foo' is no week such as 2026-W47", "PERIOD_INVALID")
KIND = FieldViolation("kinds[0]", "is none of [debits, transfers]", "ENUM_INVALID")


class Refused(grpc.RpcError):
    """What a stub raises."""

    def __init__(self, error: ServiceError) -> None:
        super().__init__()
        self._error, self._status = error, to_status(error, "landlinie.ticketing")

    def code(self) -> grpc.StatusCode:
        return code_of(self._error)

    def details(self) -> str:
        return self._status.message  # type: ignore[no-any-return]

    def trailing_metadata(self) -> Any:
        return ((STATUS_METADATA_KEY, self._status.SerializeToString()),)


@pytest.mark.parametrize(
    ("error", "lines"),
    [
        (InvalidInput.in_fields([PERIOD]), ["period_id: 'foo' is no week such as 2026-W47 (PERIOD_INVALID)"]),
        (
            InvalidInput.in_fields([PERIOD, KIND]),
            [
                "period_id: 'foo' is no week such as 2026-W47 (PERIOD_INVALID)",
                "kinds[0]: is none of [debits, transfers] (ENUM_INVALID)",
            ],
        ),
        (FailedPrecondition("PERIOD_NOT_OVER", "2026-W47 runs"), ["2026-W47 runs (PERIOD_NOT_OVER)"]),
        (
            FailedPrecondition("NOT_NOW", "too early", violations=[KIND]),
            ["too early (NOT_NOW)", "kinds[0]: is none of [debits, transfers] (ENUM_INVALID)"],
        ),
    ],
)
def test_every_fault_is_told_once(
    error: ServiceError, lines: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    tell(Refused(error), "127.0.0.1:1")
    assert capsys.readouterr().err.splitlines() == lines
