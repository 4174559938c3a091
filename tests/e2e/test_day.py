"""The demo day through the real API, judged by the one checker over the event log."""

from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from onebox.day.play import figures_of, play
from onebox.district import load_district
from onebox.replay import digest_of, replayed
from onebox.settings import bus_path
from service_kit.embedded_bus import EmbeddedBus
from service_kit.identity.local_issuer import tenant_of

from conftest import DISTRICT


@pytest.mark.slow
@pytest.mark.network
@pytest.mark.parametrize(
    ("on", "every"), [(date(2021, 6, 15), 1), (date(2026, 3, 29), 3)], ids=["usual", "clocks-change"]
)
def test_every_request_is_answered_and_every_promise_kept(tmp_path: Path, on: date, every: int) -> None:
    whole = load_district(DISTRICT)
    assert len(whole.requests) >= 250
    # Every third of them meets the clocks as well as all do.
    district = replace(whole, requests=whole.requests[::every])
    data_dir = tmp_path / "var"
    figures = figures_of(play(district, DISTRICT, on, data_dir))
    assert figures["requests"] == len(district.requests)
    assert figures["answered"] == figures["requests"]
    assert figures["findings"] == []
    assert figures["promises_broken"] == 0
    assert figures["served"] == figures["booked"]
    assert figures["served_share"] >= 0.85
    assert set(figures["refused_by_reason"]) <= {
        "outside_service_area",
        "outside_service_hours",
        "no_seat",
        "no_wheelchair_place",
        "pickup_too_late",
        "arrival_too_late",
        "ride_too_long",
        "promise_to_others",
        "break",
        "shift_end",
    }
    with closing(EmbeddedBus(bus_path(data_dir))) as bus:
        event_count, again = replayed(bus, tmp_path / "again.sqlite", "another-group", tenant_of(data_dir))
    assert event_count > figures["booked"] * 4
    assert again == digest_of(data_dir)
