"""Readings as a table: a line for each, the first one names the columns and with them the units.

Columns: ``device_id`` and ``at`` (an instant with its zone), then at least one of the others. Separated by
commas or semicolons, UTF-8.
"""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

from waste.domain.errors import WrongFieldError
from waste.domain.readings import Measurement
from waste.domain.uplinks import (
    BadEnvelope,
    BadEnvelopeReason,
    Network,
    Uplink,
    counter_of,
    device_id_of,
)
from waste.entrypoints.envelopes.fields import MAX_BODY_BYTES, instant, wrong

DEVICE, AT = "device_id", "at"
MOST_LINES = 50_000


def _number(text: str) -> float:
    return float(text)


def _whole(text: str) -> int:
    return int(text)


def _flag(text: str) -> bool:
    return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}[text.lower()]


COLUMNS: dict[str, tuple[str, Callable[[str], object]]] = {
    "distance_mm": ("distance_mm", lambda text: round(_number(text))),
    "distance_cm": ("distance_mm", lambda text: round(_number(text) * 10)),
    "distance_m": ("distance_mm", lambda text: round(_number(text) * 1000)),
    "fill_share": ("fill_share", _number),
    "fill_percent": ("fill_share", lambda text: _number(text) / 100),
    "remaining_percent": ("fill_share", lambda text: round(1 - _number(text) / 100, 6)),
    "battery_v": ("battery_v", _number),
    "battery_percent": ("battery_share", lambda text: _number(text) / 100),
    "temperature_c": ("temperature_c", _number),
    "tilted": ("tilted", _flag),
    "occupied": ("occupied", _flag),
    "count_in": ("count_in", _whole),
    "count_out": ("count_out", _whole),
}
"""What a column is called, what it is here, and how it is read."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be read; 1 is the first after the names."""

    number: int
    text: str
    error: BadEnvelope


def read_csv(body: bytes) -> tuple[list[Uplink], list[BadLine]]:
    """Read a table's lines: the good ones, and the bad ones with what is wrong with them.

    Raises
    ------
    BadEnvelope
        Where there is no table, or its columns are not known.
    """
    if len(body) > MAX_BODY_BYTES:
        raise BadEnvelope(
            BadEnvelopeReason.TOO_LARGE, f"body has {len(body)} bytes, at most {MAX_BODY_BYTES}"
        )
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadEnvelope(BadEnvelopeReason.NOT_TEXT, f"body: {error.reason} at {error.start}") from error
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",")
    names = _names(next(reader, []))
    uplinks: list[Uplink] = []
    bad: list[BadLine] = []
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if number > MOST_LINES:
                raise wrong("lines", number, f"at most {MOST_LINES}")
            if not any(cells):
                continue
            try:
                uplinks.append(_line(names, cells, f"line {number}"))
            except BadEnvelope as error:
                bad.append(BadLine(number, ",".join(cells), error))
    except csv.Error as error:
        bad.append(BadLine(number + 1, "", wrong(f"line {number + 1}", "", str(error))))
    return uplinks, bad


def _names(cells: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    for name in (DEVICE, AT):
        if name not in names:
            raise BadEnvelope(BadEnvelopeReason.MISSING, f"column {name} is missing")
    for name in names:
        if name not in COLUMNS and name not in {DEVICE, AT}:
            raise wrong("column", name, f"known are {', '.join((DEVICE, AT, *COLUMNS))}")
        if names.count(name) > 1:
            raise wrong("column", name, "named once")
    return names


def _line(names: list[str], cells: list[str], path: str) -> Uplink:
    if len(cells) != len(names):
        raise wrong(path, f"{len(cells)} cells", f"{len(names)} columns are named")
    values: dict[str, object] = {}
    told = {name: cell.strip() for name, cell in zip(names, cells, strict=True) if cell.strip()}
    for name in (DEVICE, AT):
        if name not in told:
            raise BadEnvelope(BadEnvelopeReason.MISSING, f"{path}: {name} is missing")
    for name, text in told.items():
        if name in COLUMNS:
            field, read = COLUMNS[name]
            if field in values:
                raise wrong(f"{path}: {name}", text, f"{field} is told by another column already")
            try:
                values[field] = read(text)
            except (ValueError, KeyError, OverflowError) as error:
                raise wrong(f"{path}: {name}", text, "no value of this column") from error
    at = instant(told[AT], f"{path}: {AT}")
    try:
        measurement = Measurement(**values)  # type: ignore[arg-type] # each as its column is read
    except WrongFieldError as error:
        raise BadEnvelope(BadEnvelopeReason.WRONG, f"{path}: {error}") from error
    return Uplink(
        network=Network.CSV,
        device_id=device_id_of(told[DEVICE]),
        session=Network.CSV.value,
        counter=counter_of(at),
        at=at,
        measurement=measurement,
    )
