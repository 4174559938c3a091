"""Ride-share benches: what a wait tells of each hour, the chance of a car, and the district's file."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from journeys.adapters.bench_file import FILE, read_benches
from journeys.domain.benches import Observed, Wait, by_hour, outlook
from service_kit.json_fields import FieldError

ZONE = ZoneInfo("Europe/Berlin")
DEMO = Path(__file__).parents[3] / "data" / "demo"
OBSERVED = st.builds(
    lambda waited, waited_s, taken: Observed(waited_s, waited, min(waited, taken)),
    st.integers(0, 50),
    st.integers(0, 100_000),
    st.integers(0, 50),
)


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-06-15T{clock}").replace(tzinfo=ZONE).astimezone(UTC)


def test_a_wait_tells_of_every_hour_it_lasted_in() -> None:
    told = by_hour(Wait(at("08:50:00"), 4200, taken=True), ZONE)
    assert told == {8: Observed(600, 1, 0), 9: Observed(3600, 1, 1)}
    assert by_hour(Wait(at("08:50:00"), 4200, taken=False), ZONE)[9] == Observed(3600, 1, 0)
    assert by_hour(Wait(at("08:50:00"), 4260, taken=True), ZONE)[10] == Observed(60, 1, 1)
    assert by_hour(Wait(at("08:50:00"), 0, taken=True), ZONE) == {8: Observed(0, 1, 1)}


@given(st.integers(0, 86_399), st.integers(0, 4 * 3600), st.booleans())
def test_no_second_of_a_wait_is_lost(starts_s: int, waited_s: int, taken: bool) -> None:
    starts = datetime.fromtimestamp(at("00:00:00").timestamp() + starts_s, UTC)
    told = by_hour(Wait(starts, waited_s, taken), ZONE)
    assert sum(each.waited_s for each in told.values()) == waited_s
    assert sum(each.taken_count for each in told.values()) == int(taken)


@given(OBSERVED, st.integers(1, 7200))
def test_the_chance_is_that_of_a_rate_drawn_from_what_is_known(seen: Observed, wait_s: int) -> None:
    taken, waited_s = 1.0 + seen.taken_count, 3600.0 + seen.waited_s
    # Over the Gamma distribution of the rate, by its quantiles' grid instead of the closed form.
    rates = (np.arange(200_000) + 0.5) / 200_000 * (taken + 12 * taken**0.5 + 30) / waited_s
    density = np.exp((taken - 1) * np.log(rates) - rates * waited_s)
    density /= density.sum()
    nobody = float((density * np.exp(-rates * wait_s)).sum())
    assert seen.chance(wait_s) == pytest.approx(1 - nobody, rel=2e-3)
    in_vain_s = float((density * -np.expm1(-rates * wait_s) / rates).sum())
    assert seen.waited_in_vain_s(wait_s) == pytest.approx(in_vain_s, rel=2e-3)


@given(OBSERVED, OBSERVED, st.integers(0, 3599))
def test_an_outlook_over_two_hours(first: Observed, second: Observed, into_s: int) -> None:
    starts = datetime.fromtimestamp(at("08:00:00").timestamp() + into_s, UTC)
    told = outlook({8: first, 9: second}, starts, ZONE, 1800)
    here_s = min(1800, 3600 - into_s)
    nobody = 1 - first.chance(here_s)
    if here_s < 1800:
        nobody *= 1 - second.chance(1800 - here_s)
    assert told.chance == pytest.approx(1 - nobody)
    assert 0 < told.expected_wait_s < 1800
    assert (told.hour, told.observed_count) == (8, first.waited_count)
    assert told.sentence.startswith("No promise: ")


def test_who_gave_up_counts_for_as_long_as_they_waited() -> None:
    nobody_told = Observed()
    assert nobody_told.chance(1800) == pytest.approx(1 / 3)
    patient, hasty = Observed(10 * 3600, 10, 5), Observed(10 * 60, 10, 5)
    assert patient.chance(1800) < nobody_told.chance(1800) < hasty.chance(1800)


def test_the_benches_of_the_demo_district() -> None:
    benches = read_benches(DEMO)
    assert len(benches) == len({bench.id for bench in benches}) >= 5
    assert all(bench.signs for bench in benches)
    assert read_benches(DEMO / "roads") == ()


def written(folder: Path, change: Any) -> Path:
    place = {"latitude_deg": 53.5, "longitude_deg": 13.2, "label": "Dorf"}
    sign = {"destination": "Stadt", "place": place}
    bench = {"id": "bank", "place": place, "signs": [sign]}
    document = json.loads(json.dumps({"benches": [bench]}))
    change(document)
    (folder / FILE).write_text(json.dumps(document), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda it: it.update(more=1), "more"),
        (lambda it: it["benches"].append(it["benches"][0]), "benches[0].id"),
        (lambda it: it["benches"][0].update(id="no id"), "benches[0].id"),
        (lambda it: it["benches"][0].update(signs=[]), "benches[0].signs"),
        (lambda it: it["benches"][0]["signs"].append(it["benches"][0]["signs"][0]), "benches[0].signs[0]"),
        (lambda it: it["benches"][0]["signs"][0].update(destination="x" * 101), "benches[0].signs[0]"),
        (lambda it: it["benches"][0]["place"].update(latitude_deg=91), "benches[0].place.latitude_deg"),
    ],
)
def test_what_is_wrong_in_the_file_is_named(tmp_path: Path, change: Any, field: str) -> None:
    assert len(read_benches(written(tmp_path, lambda _: None))) == 1
    with pytest.raises(FieldError) as caught:
        read_benches(written(tmp_path, change))
    assert caught.value.field.startswith(field)
