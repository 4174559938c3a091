"""Exports as files: CSV (RFC 4180), GeoJSON (RFC 7946) and Parquet; whole, or not at all."""

import csv
import io
import json
import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from waste.application.ports_exports import ExportContent, ExportFormat, ExportSchedule, Row

_TIME = pa.timestamp("us", tz="UTC")
_STAMP = "%Y%m%dT%H%M%SZ"

SCHEMAS: dict[ExportContent, pa.Schema] = {
    ExportContent.CONTAINERS: pa.schema(
        [
            ("container_id", pa.string()),
            ("sub_account_id", pa.string()),
            ("site_id", pa.string()),
            ("site_name", pa.string()),
            ("latitude_deg", pa.float64()),
            ("longitude_deg", pa.float64()),
            ("depot_id", pa.string()),
            ("kind", pa.string()),
            ("fraction", pa.string()),
            ("volume_l", pa.int64()),
            ("critical_share", pa.float64()),
            ("ampel", pa.string()),
            ("level_share", pa.float64()),
            ("measured_at", _TIME),
            ("overflow_probability", pa.float64()),
            ("expected_full_at", _TIME),
            ("latest_lift_at", _TIME),
        ]
    ),
    ExportContent.LEVELS: pa.schema(
        [
            ("container_id", pa.string()),
            ("at", _TIME),
            ("level_share", pa.float64()),
            ("volume_l", pa.int64()),
        ]
    ),
    ExportContent.LIFTS: pa.schema(
        [
            ("container_id", pa.string()),
            ("at", _TIME),
            ("source", pa.string()),
            ("before_share", pa.float64()),
            ("after_share", pa.float64()),
            ("weight_kg", pa.float64()),
            ("weighed", pa.bool_()),
            ("tour_id", pa.string()),
        ]
    ),
    ExportContent.READINGS: pa.schema(
        [
            ("device_id", pa.string()),
            ("watched_id", pa.string()),
            ("at", _TIME),
            ("received_at", _TIME),
            ("distance_mm", pa.int64()),
            ("fill_share", pa.float64()),
            ("battery_v", pa.float64()),
            ("battery_share", pa.float64()),
            ("temperature_c", pa.float64()),
            ("tilted", pa.bool_()),
            ("occupied", pa.bool_()),
            ("count_in", pa.int64()),
            ("count_out", pa.int64()),
            ("fault", pa.string()),
        ]
    ),
    ExportContent.ALARMS: pa.schema(
        [
            ("alarm_id", pa.string()),
            ("container_id", pa.string()),
            ("cause", pa.string()),
            ("state", pa.string()),
            ("raised_at", _TIME),
            ("acknowledged_at", _TIME),
            ("resolved_at", _TIME),
            ("reason", pa.string()),
        ]
    ),
}
"""Columns of every content, in all formats."""


class FolderExports:
    """The port ``ExportFiles``: a folder for every sub-account, in it one for every schedule."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(
        self, path: Path, file_format: ExportFormat, content: ExportContent, batches: Iterable[Sequence[Row]]
    ) -> int:
        """Write beside the file, make that durable, give it its name: readers see all of it or nothing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        writing = {
            ExportFormat.CSV: _write_csv,
            ExportFormat.GEOJSON: _write_geojson,
            ExportFormat.PARQUET: _write_parquet,
        }[file_format]
        try:
            with part.open("wb") as file:
                count = writing(file, SCHEMAS[content], batches)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        return count

    def scheduled_path(self, schedule: ExportSchedule, at: datetime) -> Path:
        name = f"{schedule.content.value}-{at.astimezone(UTC).strftime(_STAMP)}.{schedule.format.value}"
        return self._folder_of(schedule) / name

    def sweep(self, schedule: ExportSchedule, before: datetime) -> int:
        count = 0
        for path in self._folder_of(schedule).glob("*-*Z.*"):
            stamp = path.stem.rpartition("-")[2]
            try:
                at = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
            except ValueError:
                continue
            if at < before:
                path.unlink(missing_ok=True)
                count += 1
        return count

    def _folder_of(self, schedule: ExportSchedule) -> Path:
        # Ids may be dots: with something before them they name no folder but their own.
        return self._folder / f"account-{schedule.sub_account}" / f"export-{schedule.id}"


def _write_csv(file: IO[bytes], schema: pa.Schema, batches: Iterable[Sequence[Row]]) -> int:
    text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(schema.names)
    count = 0
    for batch in batches:
        for row in batch:
            writer.writerow([_plain(row.get(name)) for name in schema.names])
        count += len(batch)
    text.detach()
    return count


def _write_geojson(file: IO[bytes], schema: pa.Schema, batches: Iterable[Sequence[Row]]) -> int:
    file.write(b'{"type":"FeatureCollection","features":[')
    count = 0
    for batch in batches:
        for row in batch:
            longitude, latitude = row["longitude_deg"], row["latitude_deg"]
            point = None if longitude is None else {"type": "Point", "coordinates": [longitude, latitude]}
            names = [name for name in schema.names if not name.endswith("itude_deg")]
            feature = {
                "type": "Feature",
                "id": row["container_id"],
                "geometry": point,
                "properties": {name: _plain(row.get(name), keep=True) for name in names},
            }
            text = json.dumps(feature, ensure_ascii=False, separators=(",", ":"))
            file.write((",\n" if count else "\n").encode() + text.encode())
            count += 1
    file.write(b"\n]}\n")
    return count


def _write_parquet(file: IO[bytes], schema: pa.Schema, batches: Iterable[Sequence[Row]]) -> int:
    count = 0
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_table(pa.Table.from_pylist([dict(row) for row in batch], schema=schema))
            count += len(batch)
    return count


def _plain(value: object, *, keep: bool = False) -> object:
    """A value as text has it: instants in UTC; nothing stays nothing in JSON, and is empty in CSV."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if keep:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value
