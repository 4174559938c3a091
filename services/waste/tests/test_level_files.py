"""Files of levels."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from waste.domain.errors import WrongFieldError
from waste.entrypoints.level_files import LevelFormat, read_levels

BERLIN = ZoneInfo("Europe/Berlin")
WYNDHAM = """Bin ID,Fullness,fullnessThreshold,timestamp,reason
7,0,6,13-08-2018,NOT_READY
9,4,8,13-08-2018,NOT_READY
7,8,6,14-08-2018,FULLNESS
"""


def test_fullness_by_day() -> None:
    read = read_levels(WYNDHAM, BERLIN)
    assert read.container_ids == ("7", "9")
    assert read.series.level_share.tolist() == [0, 0.8, 0.4]
    assert read.series.at_s[1] == datetime(2018, 8, 14, tzinfo=BERLIN).timestamp()
    assert read.wrong == ()
    again = read_levels(WYNDHAM.replace("14-08-2018", "2018-08-14T00:00"), BERLIN)
    assert again.series.at_s.tolist() == read.series.at_s.tolist()


@pytest.mark.parametrize(
    ("name", "told"),
    [("fill_share", "0.25"), ("level_share", "0.25"), ("fill_percent", "25"), ("remaining_percent", "75")],
)
def test_units_are_named_by_their_column(name: str, told: str) -> None:
    read = read_levels(f"container_id;at;{name}\na;2026-01-05T10:00:00+01:00;{told}\n", BERLIN)
    assert read.series.level_share.tolist() == [0.25]


def test_kinds_places_lifts_and_local_times() -> None:
    read = read_levels(
        "\ufeffcontainer_id,time,fill_share,kind,place,lifted\n"
        "a,2026-07-01T10:00,0.5,glass,Damm,\n\na,2026-07-01T12:00,0.5,glass,Damm,1\nb,2026-07-01T12:00Z,0,,,\n",
        BERLIN,
    )
    assert read.series.reported.tolist() == [False, True, False]
    assert read.fleet.kinds == ("all", "glass")
    assert read.fleet.places == ("Damm", "all")
    assert read.fleet.kind.tolist() == [1, 0]
    assert read.series.at_s[2] - read.series.at_s[1] == 2 * 3600


def test_wrong_lines_are_left_out_and_named() -> None:
    read = read_levels(
        "container_id,at,fill_percent\n"
        "a,2026-01-05,10\na,yesterday,10\n,2026-01-05,10\na,2026-01-05\na,2026-01-06,101\na,2026-01-06,nan\n"
        "a,2026-01-06,much\n",
        BERLIN,
    )
    assert len(read.series.at_s) == 1
    assert [str(row) for row in read.wrong] == [
        "3: at is 'yesterday': no value of this column",
        "4: container_id is '': a name",
        "5: cells is 2: 3 as in the first line",
        "6: fill_percent is '101': between empty and full",
        "7: fill_percent is 'nan': between empty and full",
        "8: fill_percent is 'much': no value of this column",
    ]


def test_columns_of_no_format_are_named() -> None:
    with pytest.raises(
        WrongFieldError, match=r"columns is 'a,b': wanted are container_id/device_id; at/time"
    ):
        read_levels("a,b\n1,2\n", BERLIN)
    with pytest.raises(WrongFieldError, match="wanted are Bin ID"):
        read_levels("container_id,at,fill_share\n", BERLIN, LevelFormat.WYNDHAM)
    assert read_levels("container_id,at,fill_share\n", BERLIN).container_ids == ()
