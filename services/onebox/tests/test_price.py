"""``landlinie price``: the bills of a file in its order, and what is wrong on stderr."""

import json
from pathlib import Path

import pytest
from onebox.main import app
from typer.testing import CliRunner

PRODUCTS = {"service_day_starts": "03:00", "products": [{"id": "single", "kind": "ride", "price": 280}]}
RIDE = {"id": "r0", "dep": "2024-02-05T05:33", "arr": "2024-02-05T06:22"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "products.json").write_text(json.dumps(PRODUCTS))
    return tmp_path


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_bills_come_in_the_order_of_the_file(folder: Path, jobs: str) -> None:
    accounts = folder / "accounts.jsonl"
    accounts.write_text("".join(json.dumps({"id": f"a{n}", "rides": [RIDE]}) + "\n" for n in range(500)))
    ran = CliRunner().invoke(
        app, ["price", "--products", str(folder / "products.json"), str(accounts), "--jobs", jobs]
    )
    assert ran.exit_code == 0
    assert [json.loads(line)["id"] for line in ran.stdout.splitlines()] == [f"a{n}" for n in range(500)]


def test_a_wrong_account_is_told_with_its_line_and_the_others_are_priced(folder: Path) -> None:
    accounts = folder / "accounts.jsonl"
    good = json.dumps({"id": "a", "rides": [RIDE]})
    accounts.write_text(f"{good}\n\n{{}}\n{good}\n")
    ran = CliRunner().invoke(
        app, ["price", "--products", str(folder / "products.json"), str(accounts), "--jobs", "1"]
    )
    assert ran.exit_code == 2
    assert len(ran.stdout.splitlines()) == 2
    assert f"{accounts}:3: id None is no str" in ran.stderr


def test_a_missing_file_is_told(folder: Path) -> None:
    ran = CliRunner().invoke(app, ["price", "--products", str(folder / "none.json"), str(folder / "a.jsonl")])
    assert ran.exit_code == 2
    assert "none.json: No such file or directory" in ran.stderr
