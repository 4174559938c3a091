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


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("export", "none.yaml", "feed"), "none.yaml: No such file or directory"),
        (("export", "wrong.yaml", "feed"), "wrong.yaml: 1: "),
        (("export", VOS, "."), "is not empty"),
        (("import", "none", "new.yaml"), "none"),
        (("import", ".", "new.yaml"), "landlinie_tariff.yaml is missing"),
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
