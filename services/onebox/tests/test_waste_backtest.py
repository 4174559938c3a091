"""``landlinie waste backtest``."""

import json
from pathlib import Path

import numpy as np
import pytest
from onebox import waste_backtest
from onebox.main import app
from typer.testing import CliRunner

runner = CliRunner()


def ordinal_file(folder: Path, days: int = 120) -> Path:
    """Six bins on a scale of 0 to 10 by twos, emptied the day after they tell 8."""
    rng = np.random.default_rng(8)
    lines = ["Bin ID,Fullness,fullnessThreshold,timestamp,reason"]
    for bin_id in range(6):
        level = 0.0
        for day in range(days):
            shown = min(10, 2 * int(level // 2))
            date = np.datetime64("2019-03-01") + day
            lines.append(f"{bin_id},{shown},8,{date.item():%d-%m-%Y},NOT_READY")
            level = 0.0 if shown >= 8 else level + rng.gamma(1.0, 0.7 + 0.2 * bin_id)
    path = folder / "bins.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_table_and_the_same_as_json(tmp_path: Path) -> None:
    done = runner.invoke(
        app, ["waste", "backtest", str(ordinal_file(tmp_path)), "--no-library", "--critical", "0.8"]
    )
    assert done.exit_code == 0, done.output
    *table, last = done.stdout.splitlines()
    told = json.loads(last)
    assert told["containers"] == 6
    assert told["readings"] == 720
    scores = told["as usual"]["scores"]
    assert list(scores) == ["this", "last value", "linear per container"]
    assert scores["this"]["pinball"] < scores["linear per container"]["pinball"]
    assert len(scores["this"]["pinball_by_days"]) == 7
    row = next(line for line in table if line.startswith("| this"))
    assert f"{scores['this']['pinball']:.2f}" in row
    assert f"{100 * scores['this']['covered']['0.8']:.1f}" in row
    assert told["not yet"]["scores"]["this"]["forecasts"] < scores["this"]["forecasts"]
    assert told["not yet"]["critical"]["level_share"] == 0.8


def test_wrong_rows_are_told_and_the_others_judged(tmp_path: Path) -> None:
    path = ordinal_file(tmp_path)
    path.write_text(path.read_text() + "1,12,8,01-09-2019,NOT_READY\n" * 12)
    done = runner.invoke(app, ["waste", "backtest", str(path), "--no-library"])
    assert done.exit_code == waste_backtest.WRONG_FILE
    assert f"{path}:722: Fullness is '12': between empty and full" in done.stderr
    assert "12 wrong rows in all" in done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["readings"] == 720


@pytest.mark.parametrize(
    ("content", "options", "text"),
    [
        ("a,b\n", [], "columns is 'a,b'"),
        ("container_id,at,fill_share\n", [], "readings is 0"),
        ("container_id,at,fill_share\n", ["--format", "wyndham"], "wanted are Bin ID"),
        ("container_id,at,fill_share\n", ["--holidays", "DE-XX"], "holidays is 'DE-XX'"),
        ("container_id,at,fill_share\n", ["--zone", "Mars"], "no time zone"),
    ],
)
def test_what_cannot_be_judged_is_named(tmp_path: Path, content: str, options: list[str], text: str) -> None:
    path = tmp_path / "levels.csv"
    path.write_text(content)
    done = runner.invoke(app, ["waste", "backtest", str(path), "--no-library", *options])
    assert done.exit_code == waste_backtest.WRONG_FILE
    assert text in done.stderr


def test_what_nothing_is_known_of_is_told_as_nothing(tmp_path: Path) -> None:
    done = runner.invoke(app, ["waste", "backtest", str(ordinal_file(tmp_path, days=18))])
    assert done.exit_code == 0, done.output
    scores = json.loads(done.stdout.splitlines()[-1])["as usual"]["scores"]
    assert scores["this"]["pinball_by_days"][0] is not None
    assert scores["this"]["pinball_by_days"][6] is None
    # So few days are not given to the library.
    assert list(scores) == ["this", "last value", "linear per container"]
    assert "NaN" not in done.stdout


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = runner.invoke(app, ["waste", "backtest", str(tmp_path / "none.csv")])
    assert done.exit_code == waste_backtest.WRONG_FILE
    assert "No such file" in done.stderr


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_library_stands_beside(tmp_path: Path) -> None:
    pytest.importorskip("statsforecast")
    done = runner.invoke(app, ["waste", "backtest", str(ordinal_file(tmp_path, days=70))])
    assert done.exit_code == 0, done.output
    scores = json.loads(done.stdout.splitlines()[-1])["as usual"]["scores"]
    assert scores["this"]["forecasts"] > 5 * scores["AutoETS"]["forecasts"] > 0
    for name in ("AutoETS", "AutoTheta", "SeasonalNaive"):
        assert scores[name]["forecasts"] == scores["this, where the library forecasts"]["forecasts"]
        assert 0 < scores[name]["pinball"] < 20
