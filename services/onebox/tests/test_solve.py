import json
from pathlib import Path
from typing import Any

import pytest
from onebox.main import app
from typer.testing import CliRunner, Result

DIAL_A_RIDE = """\
2 2 100 3 20
0 0.0 0.0 0 0 0 100
1 3.0 4.0 1 1 0 100
2 0.0 8.0 1 2 10 40
3 6.0 8.0 1 -1 20 30
4 0.0 2.0 1 -2 0 100
5 0.0 0.0 0 0 0 100
"""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["solve", "--seconds", "0.2", *map(str, arguments)])


def answers(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "small.txt"
    path.write_text(DIAL_A_RIDE, encoding="utf-8")
    return path


def test_a_file_gives_one_json_line(good: Path) -> None:
    result = run(good)

    assert result.exit_code == 0, result.stderr
    (answer,) = answers(result)
    assert list(answer) == [
        "instance",
        "format",
        "feasible",
        "vehicles",
        "cost",
        "lower_bound",
        "optimal",
        "seconds",
        "routes",
    ]
    assert (answer["instance"], answer["format"], answer["feasible"]) == ("small", "cordeau2006", True)
    assert answer["cost"] == pytest.approx(24)
    assert answer["routes"] == [[1, 3, 2, 4]]
    assert answer["vehicles"] == 1
    assert "small: " in result.stderr
    assert "cost 24.00" in result.stderr


def test_a_solution_is_written_where_it_is_wanted(good: Path, tmp_path: Path) -> None:
    result = run(good, "--out", tmp_path / "new" / "folder")

    assert result.exit_code == 0, result.stderr
    written = (tmp_path / "new" / "folder" / "small.sol").read_text(encoding="utf-8")
    assert written == "Route #1: 1 3 2 4\nCost 24\n"


def test_ids_and_line_ends_may_be_written_in_any_way(good: Path) -> None:
    good.write_bytes(DIAL_A_RIDE.replace("1 3.0", "01.0 3.0").replace("\n", "\r\n").encode("utf-8-sig"))

    result = run(good)

    assert answers(result)[0]["routes"] == [[1, 3, 2, 4]]


def test_broken_files_are_named_with_their_line_and_the_others_are_solved(good: Path, tmp_path: Path) -> None:
    broken = {
        "broken.txt": DIAL_A_RIDE.replace("6.0 8.0", "6.0 nan").encode(),
        "binary.txt": b"2 2\n\xff\xfe",
        "empty.txt": b"",
        "unknown.txt": b"\nDear reader\n",
    }
    for name, content in broken.items():
        (tmp_path / name).write_bytes(content)

    result = run(*(tmp_path / name for name in broken), tmp_path / "missing.txt", good)

    assert result.exit_code == 2
    told = [line for line in result.stderr.splitlines() if line.startswith(str(tmp_path))]
    assert told[0] == f"{tmp_path}/broken.txt:5: y is no finite number: 'nan'"
    assert told[1] == f"{tmp_path}/binary.txt:2: this is no UTF-8 text"
    assert told[2] == f"{tmp_path}/empty.txt:1: the file is empty"
    assert told[3].startswith(f"{tmp_path}/unknown.txt:2: the format is not known")
    assert told[4] == f"{tmp_path}/missing.txt:1: No such file or directory"
    assert [answer["instance"] for answer in answers(result)] == ["small"]


def test_what_cannot_be_served_is_not_feasible_and_says_why(tmp_path: Path) -> None:
    path = tmp_path / "tight.txt"
    path.write_text(DIAL_A_RIDE.replace("2 2 100 3 20", "2 2 100 1 20"), encoding="utf-8")

    result = run(path, "--out", tmp_path)

    assert result.exit_code == 0
    assert not (tmp_path / "tight.sol").exists()
    (answer,) = answers(result)
    assert (answer["feasible"], answer["optimal"]) == (False, False)
    assert "tight: not feasible: node 2 is visited 0 times" in result.stderr
