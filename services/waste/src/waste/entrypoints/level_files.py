"""Files of levels, to judge forecasts by: CSV with names in the first line; what is wrong names its line."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from waste.domain.errors import WrongFieldError
from waste.domain.fill_days import Fleet, fleet
from waste.domain.readings_series import LevelSeries, level_series

ValueT = TypeVar("ValueT")

UNNAMED = "all"
"""The kind and the place of containers of which none is told."""


class LevelFormat(StrEnum):
    """How a file's columns are named and read."""

    CSV = "csv"
    WYNDHAM = "wyndham"
    """Smart bins of the City of Wyndham as published: fullness from 0 to 10 by day."""


@dataclass(frozen=True, slots=True)
class WrongRow:
    """A line that could not be used; ``str`` of it is what to tell."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.line}: {self.message}"


@dataclass(frozen=True)
class LevelFile:
    """Levels of containers.

    Parameters
    ----------
    container_ids
        In the order of their indices in ``series`` and ``fleet``.
    wrong
        Lines left out.
    """

    container_ids: tuple[str, ...]
    series: LevelSeries
    fleet: Fleet
    wrong: tuple[WrongRow, ...]


@dataclass(frozen=True)
class _Columns:
    """What the columns of a format are called.

    Parameters
    ----------
    level
        How a level is read, by the name of its column.
    """

    container: Sequence[str]
    at: Sequence[str]
    instant: Callable[[str, ZoneInfo], datetime]
    level: Mapping[str, Callable[[str], float]]


def _instant(text: str, zone: ZoneInfo) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _day_first(text: str, zone: ZoneInfo) -> datetime:
    """Days as they are published, 31-12-2018; ISO 8601 as well."""
    if text[:4].isdigit():
        return _instant(text, zone)
    day, month, year = map(int, text.split("-"))
    return datetime.combine(date(year, month, day), time(), zone)


FORMATS: Mapping[LevelFormat, _Columns] = {
    LevelFormat.CSV: _Columns(
        ("container_id", "device_id"),
        ("at", "time", "timestamp"),
        _instant,
        {
            "fill_share": float,
            "level_share": float,
            "fill_percent": lambda text: float(text) / 100,
            "remaining_percent": lambda text: 1 - float(text) / 100,
        },
    ),
    LevelFormat.WYNDHAM: _Columns(
        ("Bin ID",), ("timestamp",), _day_first, {"Fullness": lambda text: float(text) / 10}
    ),
}
"""In CSV there may also be ``kind``, ``place`` and ``lifted`` (1 where the container was emptied since its
reading before); an instant without an offset is local time."""


def read_levels(text: str, zone: ZoneInfo, given: LevelFormat | None = None) -> LevelFile:
    """Read levels.

    Parameters
    ----------
    zone
        Of times without an offset, and of days.
    given
        The format; found by the columns' names if not given.

    Raises
    ------
    WrongFieldError
        The columns are those of no format, or not of the one given.
    """
    head = text.partition("\n")[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=delimiter)
    names = [name.strip() for name in next(rows, [])]
    columns, place = _found(names, given)
    container, at_s, level = [], [], []
    wrong: list[WrongRow] = []
    lifts: list[tuple[int, int]] = []
    index: dict[str, int] = {}
    alike: dict[str, tuple[str, str]] = {}
    for line, cells in enumerate(rows, 2):
        if not any(cell.strip() for cell in cells):
            continue
        try:
            told = _cells(names, cells)
            when = round(_read(place.at, told, lambda value: columns.instant(value, zone)).timestamp())
            share = _share(place.level, told, columns.level[place.level])
            which = index.setdefault(_name(place.container, told), len(index))
        except WrongFieldError as error:
            wrong.append(WrongRow(line, str(error)))
            continue
        alike.setdefault(told[place.container], (told.get("kind") or UNNAMED, told.get("place") or UNNAMED))
        container.append(which)
        at_s.append(when)
        level.append(share)
        if told.get("lifted", "").lower() in {"1", "true", "yes"}:
            lifts.append((which, when))
    series = level_series(container, at_s, level, len(index), lifts)
    kinds, places = zip(*alike.values(), strict=True) if alike else ((), ())
    return LevelFile(tuple(index), series, fleet(kinds, places), tuple(wrong))


@dataclass(frozen=True)
class _Names:
    """Of the columns that are there."""

    container: str
    at: str
    level: str


def _found(names: Sequence[str], given: LevelFormat | None) -> tuple[_Columns, _Names]:
    for each in (given,) if given else FORMATS:
        columns = FORMATS[each]
        chosen = [
            next((name for name in wanted if name in names), None)
            for wanted in (columns.container, columns.at, columns.level)
        ]
        if None not in chosen:
            return columns, _Names(*(name or "" for name in chosen))
    wanted = " or ".join(
        "; ".join("/".join(part) for part in (columns.container, columns.at, columns.level))
        for columns in ([FORMATS[given]] if given else FORMATS.values())
    )
    raise WrongFieldError("columns", ",".join(names)[:200], f"wanted are {wanted}")


def _cells(names: Sequence[str], cells: Sequence[str]) -> Mapping[str, str]:
    if len(cells) != len(names):
        raise WrongFieldError("cells", len(cells), f"{len(names)} as in the first line")
    return dict(zip(names, map(str.strip, cells), strict=True))


def _name(name: str, told: Mapping[str, str]) -> str:
    if not told[name]:
        raise WrongFieldError(name, "", "a name")
    return told[name]


def _share(name: str, told: Mapping[str, str], read: Callable[[str], float]) -> float:
    share = _read(name, told, read)
    if not 0 <= share <= 1:
        raise WrongFieldError(name, told[name], "between empty and full")
    return share


def _read(name: str, told: Mapping[str, str], read: Callable[[str], ValueT]) -> ValueT:
    try:
        return read(told[name])
    except (ValueError, OverflowError) as error:
        raise WrongFieldError(name, told[name], "no value of this column") from error
