"""What a district says of its tariff, and what is said to mistakes in it."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from service_kit.json_fields import FieldError
from ticketing.adapters.district import read_fares

DEMO = Path(__file__).parents[3] / "data" / "demo"


def folder(tmp_path: Path, tariff: Any, **more: Any) -> Path:
    shutil.copy(DEMO / "tariffs" / "vos.yaml", tmp_path / "tariff.yaml")
    about = {"id": "amt", "name": "Amt", "tariff": tariff, **more}
    (tmp_path / "district.json").write_text(json.dumps(about))
    return tmp_path


def test_the_demo_district_has_a_tariff_a_timetable_and_places() -> None:
    fares = read_fares(DEMO)
    assert fares is not None
    assert (fares.tenant, fares.zones, fares.network) == ("neubrandenburg", ("100",), "")
    assert fares.book.versions[0].id == "vos-2019"
    assert fares.detect is not None
    assert fares.place_names


def test_a_district_without_a_tariff_bills_nothing(tmp_path: Path) -> None:
    (tmp_path / "district.json").write_text(json.dumps({"id": "amt", "name": "Amt"}))
    assert read_fares(tmp_path) is None


def test_what_is_left_out_is_none(tmp_path: Path) -> None:
    fares = read_fares(folder(tmp_path, {"file": "tariff.yaml"}))
    assert fares is not None
    assert (fares.zones, fares.network, fares.detect, fares.place_names) == ((), "", None, {})


@pytest.mark.parametrize(
    ("tariff", "more", "told"),
    [
        ({}, {}, r"tariff\.file: is missing"),
        ({"file": "nowhere.yaml"}, {}, r"tariff\.file: cannot be read: .*No such file"),
        ({"file": "district.json"}, {}, r"district\.json: line: "),
        ("tariff.yaml", {}, r"tariff: is 'tariff.yaml', must be an object"),
        ({"file": "tariff.yaml", "timetable": "district.json"}, {}, r"tariff\.timetable: cannot be read"),
        ({"file": "tariff.yaml", "timetable": "nowhere"}, {}, r"tariff\.timetable: cannot be read"),
        ({"file": "tariff.yaml", "on_demand": {"zones": "1"}}, {}, r"tariff\.on_demand\.zones: is '1'"),
        ({"file": "tariff.yaml"}, {"id": "Amt 1"}, r"id: is not 1 to 32"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, tariff: Any, more: dict[str, str], told: str) -> None:
    with pytest.raises(FieldError, match=told):
        read_fares(folder(tmp_path, tariff, **more))
