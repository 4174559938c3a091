"""``landlinie tariff export`` and ``import``: a tariff as GTFS Fares and back."""

from pathlib import Path

import pytest
from onebox.main import app
from typer.testing import CliRunner, Result

VOS = Path(__file__).parents[3] / "data" / "demo" / "tariffs" / "vos.yaml"


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["tariff", *map(str, words)])


def test_an_exported_tariff_is_priced_as_fares_and_imported_again(tmp_path: Path) -> None:
    exported = run("export", VOS, tmp_path / "feed")
    assert exported.exit_code == 0, exported.stderr
    assert "not in the tables: vos-2023: deutschlandticket: owned, never sold" in exported.stderr
    imported = run("import", tmp_path / "feed", tmp_path / "again.yaml")
    assert imported.exit_code == 0, imported.stderr
    before, after = (run("check", path).stdout.split(":", 1)[1] for path in (VOS, tmp_path / "again.yaml"))
    assert before == after


def test_a_tariff_is_made_of_a_feed_that_has_none(tmp_path: Path) -> None:
    (tmp_path / "agency.txt").write_text("agency_name,agency_timezone\nNord,Europe/Berlin\n")
    (tmp_path / "fare_products.txt").write_text("fare_product_id,amount,currency\nsingle,2.60,EUR\n")
    (tmp_path / "fare_leg_rules.txt").write_text("fare_product_id\nsingle\n")
    imported = run("import", tmp_path, tmp_path / "new.yaml", "--settled", "week")
    assert imported.exit_code == 0, imported.stderr
    assert "not in the tariff: fare_products.txt: each product counts for one ride" in imported.stderr
    told = run("check", tmp_path / "new.yaml").stdout
    assert "a week is one bill" in told
    assert "single: ride, 2.60, for 1 adult" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("export", "none.yaml", "feed"), "none.yaml: No such file or directory"),
        (("export", "wrong.yaml", "feed"), "wrong.yaml: 1: "),
        (("export", VOS, "."), "is not empty"),
        (("import", "none", "new.yaml"), "none"),
        (("import", ".", "new.yaml"), "fare_leg_rules.txt is missing"),
    ],
)
def test_what_is_wrong_is_told_with_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[object, ...], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("wrong.yaml").write_text("tariff: 3\n")
    ran = run(*words)
    assert ran.exit_code == 2
    assert told in ran.stderr


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    assert run("export", VOS, tmp_path / "feed").exit_code == 0
    (tmp_path / "kept.yaml").write_text("kept")
    ran = run("import", tmp_path / "feed", tmp_path / "kept.yaml")
    assert ran.exit_code == 2
    assert "File exists" in ran.stderr
    assert (tmp_path / "kept.yaml").read_text() == "kept"
