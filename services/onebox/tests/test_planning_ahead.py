"""Vehicles and shifts registered with services that are still busy beginning."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import grpc
import pytest
import typer
from onebox import planning_ahead
from onebox.district import load_district
from service_kit.clock import SimulatedClock

DEMO = Path(__file__).parents[3] / "data" / "demo"


class Failed(grpc.RpcError):
    def __init__(self, code: grpc.StatusCode) -> None:
        self._code = code

    def code(self) -> grpc.StatusCode:
        return self._code


def planned(monkeypatch: pytest.MonkeyPatch, *codes: grpc.StatusCode) -> int:
    """How often it was tried with services that answer so before they do as asked."""
    answers, tries = list(codes), 0

    def seed(*_: object, **__: object) -> None:
        nonlocal tries
        tries += 1
        if answers:
            raise Failed(answers.pop(0))

    @contextmanager
    def connected(*_: object) -> Iterator[None]:
        try:
            yield
        except grpc.RpcError:
            raise typer.Exit(1) from None

    monkeypatch.setattr(planning_ahead, "seed", seed)
    monkeypatch.setattr(planning_ahead, "connected", connected)
    monkeypatch.setattr(planning_ahead, "_AGAIN_AFTER_S", 0.0)
    clock = SimulatedClock(datetime(2021, 6, 15, tzinfo=UTC))
    planning_ahead.plan_ahead(load_district(DEMO), "nowhere", lambda: "", clock, 1)
    return tries


def test_services_that_are_busy_are_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert planned(monkeypatch, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNAVAILABLE) == 3


def test_what_is_refused_or_never_answered_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(typer.Exit):
        planned(monkeypatch, grpc.StatusCode.PERMISSION_DENIED)
    monkeypatch.setattr(planning_ahead, "BUSY_AT_MOST_S", -1.0)
    with pytest.raises(typer.Exit):
        planned(monkeypatch, grpc.StatusCode.UNAVAILABLE)
