"""The page on tariffs: its example is a tariff, and costs what the page says."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from onebox.main import app
from ticketing.bootstrap import best_price, tariff_book
from ticketing.domain.products import Ride
from ticketing.domain.tariff import Owned
from typer.testing import CliRunner

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "tariffs.md").read_text(encoding="utf-8")
MONDAY = datetime(2026, 3, 2, tzinfo=ZoneInfo("Europe/Berlin"))


def block(language: str) -> str:
    found = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert len(found) == 1
    return str(found[0])


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("musterkreis.yaml")
    path.write_text(block("yaml"), encoding="utf-8")
    return path


def test_the_example_holds_what_the_page_shows(example: Path) -> None:
    result = CliRunner().invoke(app, ["tariff", "check", str(example)])
    assert result.exit_code == 0
    assert result.output == block("text")


def test_the_examples_rules_are_those_of_the_page(example: Path) -> None:
    book = tariff_book(example)

    def cents(*rides: Ride, owned: tuple[Owned, ...] = ()) -> int:
        return best_price().bill(book, rides, owned).total_cents

    def ride(hour: float, **told: object) -> Ride:
        departs = MONDAY + timedelta(hours=hour)
        fields = {"level": 0, "zones": frozenset({"town"}), "networks": frozenset({"bus"})} | told
        return Ride(f"at {hour}", departs, departs + timedelta(minutes=20), **fields)  # type: ignore[arg-type]

    assert cents(ride(8)) == 280
    assert cents(ride(8, level=2, airline_m=4_001)) == 150 + 5 * 20
    assert cents(ride(9), ride(26.9)) == 480
    assert cents(ride(8), ride(8.9)) == 560
    assert cents(ride(9, riders=(("adult", 1), ("child", 2), ("bicycle", 1)))) == 480
    assert cents(ride(8, riders=(("child", 1), ("bicycle", 1)))) == 140 + 170
    assert cents(*(ride(day * 24 + hour) for day in range(4) for hour in (7, 8))) == 1840
    months = [ride(day * 24 + hour) for day in range(30) for hour in (6, 7, 8)]
    assert cents(*months) == 5900
    day = MONDAY.date()
    assert (
        cents(ride(8), ride(8.5, networks=frozenset({"boat"})), owned=(Owned("deutschlandticket", day, day),))
        == 280
    )


def test_the_page_names_tests_that_exist() -> None:
    tests = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "services" / "ticketing" / "tests").glob("test_*.py")
    )
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert len(named) >= 6
    assert not {name for name in named if f"def {name}(" not in tests}
