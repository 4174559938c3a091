"""Files of positions and of delays, as CSV or as JSON lines; what is wrong names its line and field."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import isfinite, nan
from zoneinfo import ZoneInfo

from ticketing.domain.delays import TripDelay
from ticketing.domain.errors import WrongFieldError
from ticketing.domain.trace import USUAL_ACCURACY_M, Activity, Fix, Guess, Trace, trace_of

ACTIVITIES: Mapping[str, Activity | None] = {
    "IN_VEHICLE": Activity.IN_VEHICLE,
    "ON_BICYCLE": Activity.ON_BICYCLE,
    "ON_FOOT": Activity.ON_FOOT,
    "WALKING": Activity.ON_FOOT,
    "RUNNING": Activity.ON_FOOT,
    "STILL": Activity.STILL,
    "TILTING": None,
    "UNKNOWN": None,
}
"""Names of activities, as Android's activity recognition has them; in any case."""
NAMES: Mapping[str, Sequence[str]] = {
    "device": ("device", "device_id"),
    "time": ("time", "timestamp"),
    "lon": ("lon", "lng", "longitude"),
    "lat": ("lat", "latitude"),
    "accuracy_m": ("accuracy_m", "accuracy"),
    "beacon": ("beacon", "beacon_id"),
}
"""What a column may be called."""
GUESSES = (
    ("activity", "activity_confidence", 1.0),
    *((f"activity_{number}", f"activity_{number}_conf", 100.0) for number in (1, 2, 3)),
)
"""Columns of an activity and of its confidence, and what a full confidence is there."""

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WrongRow:
    """A row that could not be used; ``str`` of it is what to tell."""

    line: int
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.line}: {self.field}: {self.message}" if self.field else f"{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class TraceFile:
    """Traces by device, in the order in which devices first appear; and the rows left out.

    ``zoned`` says whether times had an offset, or a zone was given; else they stand in UTC as they were
    written.
    """

    traces: Mapping[str, Trace]
    wrong: tuple[WrongRow, ...]
    zoned: bool


class _WrongValueError(Exception):
    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def read_traces(text: str, zone: ZoneInfo | None) -> TraceFile:
    """Read positions.

    Parameters
    ----------
    text
        CSV with a header, or JSON lines with the same names: ``time`` (ISO 8601, or seconds of the epoch),
        ``lon``, ``lat``; optional ``device``, ``accuracy_m``, ``activity`` with ``activity_confidence``
        (0..1), ``beacon``. The columns of TrafficSense are read as well: ``device_id``, ``lng``,
        ``accuracy``, ``activity_1`` with ``activity_1_conf`` (percent) up to three. Other columns are left
        alone.
    zone
        Of times without an offset.
    """
    fixes: dict[str, list[Fix]] = {}
    wrong: list[WrongRow] = []
    zoned = True
    for line, row in _rows(text, wrong, ("time", "lon", "lat")):
        try:
            device = _value(row, "device")
            before = fixes.get(device)
            time = _time(_value(row, "time"), zone, before[-1].time if before else None)
            zoned = zoned and (zone is not None or time.tzinfo is not None)
            fix = _fix(row, time if time.tzinfo else time.replace(tzinfo=UTC))
        except _WrongValueError as error:
            wrong.append(WrongRow(line, error.field, str(error)))
        except WrongFieldError as error:
            field, _, rest = str(error).partition(" ")
            wrong.append(WrongRow(line, field, rest))
        else:
            fixes.setdefault(device, []).append(fix)
    return TraceFile({device: trace_of(seen) for device, seen in fixes.items()}, tuple(wrong), zoned)


def read_delays(text: str) -> tuple[tuple[TripDelay, ...], tuple[WrongRow, ...]]:
    """Read delays: CSV or JSON lines with ``trip_id`` and ``delay_s``.

    Optional are ``service_day`` (any day if empty), ``stop_sequence`` from which on it holds (from the first
    if empty), and ``vehicle``, the beacon aboard. One JSON object of seconds by trip id is read as well.
    """
    delays: list[TripDelay] = []
    wrong: list[WrongRow] = []
    by_trip = _object(text)
    if by_trip is not None and "trip_id" not in by_trip:
        rows: Iterator[tuple[int, Row]] = iter(
            (1, {"trip_id": trip, "delay_s": _text(delay_s)}) for trip, delay_s in by_trip.items()
        )
    else:
        rows = _rows(text, wrong, ("trip_id", "delay_s"))
    for line, row in rows:
        try:
            delays.append(_delay(row))
        except _WrongValueError as error:
            wrong.append(WrongRow(line, error.field, str(error)))
    return tuple(delays), tuple(wrong)


def _delay(row: Row) -> TripDelay:
    if not row.get("trip_id"):
        raise _WrongValueError("trip_id", "empty")
    return TripDelay(
        row["trip_id"],
        round(_number("delay_s", row.get("delay_s", ""))),
        _day(row.get("service_day", "")),
        round(_number("stop_sequence", row.get("stop_sequence") or "0")),
        row.get("vehicle", ""),
    )


def _object(text: str) -> dict[str, object] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _rows(text: str, wrong: list[WrongRow], needed: Sequence[str]) -> Iterator[tuple[int, Row]]:
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        yield from _json_rows(text, wrong)
        return
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""), skipinitialspace=True)
    header = [name.strip() for name in reader.fieldnames or ()]
    reader.fieldnames = header
    missing = [name for name in needed if not set(NAMES.get(name, (name,))) & set(header)]
    wrong += [WrongRow(1, name, "no such column") for name in missing]
    if missing:
        return
    try:
        for row in reader:
            yield reader.line_num, {name: (value or "").strip() for name, value in row.items() if name}
    except csv.Error as error:
        wrong.append(WrongRow(reader.line_num, "", f"no CSV from here on: {error}"))


def _json_rows(text: str, wrong: list[WrongRow]) -> Iterator[tuple[int, Row]]:
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        if not line.strip():
            continue
        row = _object(line)
        if row is None:
            wrong.append(WrongRow(number, "", "no JSON object"))
        else:
            yield number, {name: _text(value) for name, value in row.items()}


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _value(row: Row, name: str) -> str:
    return next((row[column] for column in NAMES[name] if row.get(column)), "")


def _number(field: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = nan
    if not isfinite(number):
        raise _WrongValueError(field, f"no number: {text!r}")
    return number


def _time(text: str, zone: ZoneInfo | None, before: datetime | None) -> datetime:
    """The instant of a text; without a zone where neither text nor file has one.

    In the night in which clocks are set back an hour comes twice: the second one is meant by who has already
    been in the first.
    """
    try:
        if text.replace(".", "", 1).isdecimal():
            return datetime.fromtimestamp(float(text), UTC)
        time = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        raise _WrongValueError("time", f"neither ISO 8601 nor seconds of the epoch: {text!r}") from None
    if time.tzinfo is not None or zone is None:
        return time
    time = time.replace(tzinfo=zone)
    if before is not None and time.timestamp() < before.timestamp() <= time.replace(fold=1).timestamp():
        time = time.replace(fold=1)
    return time.astimezone(UTC)


def _fix(row: Row, time: datetime) -> Fix:
    accuracy = _value(row, "accuracy_m")
    guesses = (_guess(row, *columns) for columns in GUESSES)
    return Fix(
        time,
        _number("lon", _value(row, "lon")),
        _number("lat", _value(row, "lat")),
        (_number("accuracy_m", accuracy) if accuracy else 0.0) or USUAL_ACCURACY_M,
        tuple(guess for guess in guesses if guess is not None),
        _value(row, "beacon"),
    )


def _guess(row: Row, name: str, confidence_name: str, full: float) -> Guess | None:
    text = row.get(name, "").upper()
    if not text:
        return None
    if text not in ACTIVITIES:
        raise _WrongValueError(name, f"{text!r} is none of {', '.join(ACTIVITIES)}")
    confidence = _number(confidence_name, row.get(confidence_name) or str(full)) / full
    if not 0 <= confidence <= 1:
        raise _WrongValueError(confidence_name, f"{row[confidence_name]} is not within 0..{full:g}")
    activity = ACTIVITIES[text]
    return None if activity is None else Guess(activity, confidence)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _WrongValueError("service_day", f"no date: {text!r}") from None
