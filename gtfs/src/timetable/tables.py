"""GTFS tables from a folder or a zip: columns of text, read in batches, a finding for all that is wrong."""

import csv
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import IO, Protocol

from timetable.findings import Findings
from timetable.layout import LAYOUTS

ROWS_PER_BATCH = 8192
"""Few enough that a batch stays in the processor's cache."""
MOST_BYTES = 16 * 1024**3
"""The longest file that is read, unpacked. The largest public feeds stay far below; a zip bomb does not."""


_SPACE_AT_AN_END = re.compile(r"\x00[ \t\r\n]|[ \t\r\n]\x00")
_LINE_END = re.compile(r"\r\n|\r|\n")


def _kept(lines: Iterator[str], kept: list[str]) -> Iterator[str]:
    """Hand on the lines of a file, and keep them: quotes are gone once they are parsed."""
    for line in lines:
        kept.append(line)
        yield line


class _Reader(Protocol):
    """What the standard library's CSV reader is; it has no public type before Python 3.13."""

    @property
    def line_num(self) -> int: ...

    def __iter__(self) -> Iterator[list[str]]: ...

    def __next__(self) -> list[str]: ...


class FeedError(ValueError):
    """A feed that cannot be read at all: no folder, no zip, or a file in it that breaks off."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one file as columns of text.

    Every value is stripped of spaces around it. A row that was too short has empty values at its end.

    Parameters
    ----------
    file
        File name, as in ``"stops.txt"``.
    columns
        Values by column, each of length ``row_count``: the columns of the standard that the file has.
    unknown
        The same for columns that are no part of the standard.
    lines
        Line in the file of each row, the header being line 1; length ``row_count``.
    """

    file: str
    columns: Mapping[str, Sequence[str]]
    unknown: Mapping[str, Sequence[str]]
    lines: Sequence[int]

    @property
    def row_count(self) -> int:
        return len(self.lines)

    def has(self, column: str) -> bool:
        """Whether the file has the column, known or not."""
        return column in self.columns or column in self.unknown

    def column(self, name: str) -> Sequence[str]:
        """Return the values of a column; empty texts where the file lacks it."""
        if (values := self.columns.get(name)) is not None:
            return values
        return self.unknown.get(name) or ("",) * self.row_count

    def rows(self, *names: str) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield for every row its line in the file and its values of the named columns."""
        return zip(self.lines, zip(*map(self.column, names), strict=True), strict=True)


class Feed:
    """A GTFS feed, opened but not yet read.

    Parameters
    ----------
    path
        Folder with the files, or a zip of them. A zip whose files lie in one folder is read with a finding.
    strict
        Whether to note as well what changes no meaning: spaces inside quotes, a row of an empty quote.

    Raises
    ------
    FeedError
        If the path is neither.
    """

    def __init__(self, path: Path, *, strict: bool = False) -> None:
        self.path = path
        self._strict = strict
        self.findings = Findings()
        self._prefix = ""
        if path.is_dir():
            self._zip = None
            names = {entry.name for entry in path.iterdir() if entry.is_file()}
        else:
            try:
                self._zip = zipfile.ZipFile(path)
            except (OSError, zipfile.BadZipFile) as error:
                raise FeedError(f"feed {str(path)!r}: {_reason(error)}") from error
            names = self._names_in_zip(self._zip)
        self.files = frozenset(names)
        """Names of all files in the feed."""

    def _names_in_zip(self, packed: zipfile.ZipFile) -> set[str]:
        members = {member.filename for member in packed.infolist() if not member.is_dir()}
        if any("/" not in name and name in LAYOUTS for name in members):
            return {name for name in members if "/" not in name}
        folders = {name.rpartition("/")[0] for name in members if name.rpartition("/")[2] in LAYOUTS}
        if len(folders) == 1:
            self._prefix = f"{folders.pop()}/"
            self.findings.warning(
                self.path.name,
                None,
                None,
                f"the files lie in the folder {self._prefix!r} instead of the root",
                "invalid_input_files_in_subfolder",
            )
        return {
            rest
            for name in members
            if name.startswith(self._prefix) and "/" not in (rest := name[len(self._prefix) :])
        }

    def __enter__(self) -> "Feed":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the zip, if it is one."""
        if self._zip is not None:
            self._zip.close()

    def take_findings(self) -> Findings:
        """Return what was found since the last call, and keep it no longer."""
        taken, self.findings = self.findings, Findings()
        return taken

    def has(self, file: str) -> bool:
        """Whether the feed has the file."""
        return file in self.files

    def table(self, file: str, columns: Sequence[str] | None = None) -> Table:
        """Read a whole file.

        Parameters
        ----------
        file
            File name; a file that the feed lacks is a table without columns and rows.
        columns
            Columns wanted, where not all are; the others cost neither memory nor much time.

        Raises
        ------
        FeedError
            If the file cannot be read to its end.
        """
        batches = list(self.batches(file, columns))
        if len(batches) == 1:
            return batches[0]
        if not batches:
            return Table(file, {}, {}, ())

        def joined(parts: list[Mapping[str, Sequence[str]]]) -> dict[str, Sequence[str]]:
            return {name: [value for part in parts for value in part[name]] for name in parts[0]}

        return Table(
            file,
            joined([batch.columns for batch in batches]),
            joined([batch.unknown for batch in batches]),
            [line for batch in batches for line in batch.lines],
        )

    def batches(
        self, file: str, columns: Sequence[str] | None = None, rows: int = ROWS_PER_BATCH
    ) -> Iterator[Table]:
        """Read a file in batches of ``rows`` rows, for what does not fit into memory as text.

        The first batch comes also if the file has a header and no rows. Parameters and errors are those of
        :meth:`table`.
        """
        if file not in self.files:
            return
        with self._opened(file) as binary:
            text = io.TextIOWrapper(binary, encoding="utf-8-sig", errors="replace", newline="")
            raw: list[str] = []
            reader = csv.reader(_kept(text, raw) if self._strict else text, skipinitialspace=True)
            try:
                yield from self._read(file, reader, columns, rows, raw)
            except (OSError, EOFError, zipfile.BadZipFile, zlib.error, csv.Error) as error:
                raise FeedError(f"{file}:{reader.line_num}: {_reason(error)}") from error

    def text(self, file: str, most_bytes: int) -> str:
        """Read a file that is no table.

        Raises
        ------
        FeedError
            If it is longer than ``most_bytes``, is not UTF-8 or cannot be read.
        """
        with self._opened(file) as binary:
            try:
                content = binary.read(most_bytes + 1)
                if len(content) > most_bytes:
                    raise FeedError(f"{file}: longer than {most_bytes} bytes")
                return content.decode("utf-8-sig")
            except (OSError, EOFError, UnicodeDecodeError, zipfile.BadZipFile, zlib.error) as error:
                raise FeedError(f"{file}: {_reason(error)}") from error

    def _opened(self, file: str) -> IO[bytes]:
        try:
            if self._zip is None:
                path = self.path / file
                length = path.stat().st_size
                opened: IO[bytes] = path.open("rb")
            else:
                length = self._zip.getinfo(self._prefix + file).file_size
                opened = self._zip.open(self._prefix + file)
        except (OSError, RuntimeError, NotImplementedError, zipfile.BadZipFile) as error:
            raise FeedError(f"{file}: {_reason(error)}") from error
        if length > MOST_BYTES:
            opened.close()
            raise FeedError(f"{file}: {length} bytes long, at most {MOST_BYTES} are read")
        return opened

    def _read(
        self, file: str, reader: _Reader, wanted: Sequence[str] | None, batch_rows: int, raw: list[str]
    ) -> Iterator[Table]:
        header = [name.strip() for name in next(reader, [])]
        if not any(header):
            self.findings.error(file, 1, None, "no header: the first line is empty", "empty_file")
            return
        self._check_header(file, header)
        known = LAYOUTS[file].columns if file in LAYOUTS else ()
        places = {name: place for place, name in reversed(list(enumerate(header))) if name}
        if wanted is not None:
            places = {name: places[name] for name in wanted if name in places}
        line = reader.line_num + 1
        first = True
        raw.clear()
        while (records := list(islice(reader, batch_rows))) or first:
            first = False
            first_line, line = line, reader.line_num + 1
            lines: Sequence[int] = range(first_line, line)
            if len(lines) != len(records) or not set(map(len, records)) <= {len(header)}:
                lines, records = self._evened_out(file, records, first_line, len(header), raw)
            whole = {name: [*map(itemgetter(place), records)] for name, place in places.items()}
            if self._strict:
                self._check_spaces(file, whole, lines, "".join(raw))
                raw.clear()
            self._check_text(file, whole, lines)
            picked = {name: [*map(str.strip, values)] for name, values in whole.items()}
            yield Table(
                file,
                {name: column for name, column in picked.items() if name in known},
                {name: column for name, column in picked.items() if name not in known},
                lines,
            )

    def _check_header(self, file: str, header: list[str]) -> None:
        for name, count in Counter(header).items():
            if not name:
                self.findings.warning(
                    file, 1, None, "a column without a name is not read", "empty_column_name"
                )
            elif count > 1:
                self.findings.error(
                    file, 1, name, f"{count} columns have this name; the first is read", "duplicated_column"
                )
        if file in LAYOUTS:
            for name in LAYOUTS[file].required:
                if name not in header:
                    self.findings.error(
                        file, 1, name, "the column is required and is not there", "missing_required_column"
                    )

    def _evened_out(
        self, file: str, records: list[list[str]], first_line: int, width: int, raw: Sequence[str]
    ) -> tuple[list[int], list[list[str]]]:
        """Return the records that have anything in them, each of the header's width, and their lines."""
        lines, even = [], []
        line = first_line
        for record in records:
            length = len(record)
            if any(map(str.strip, record)):
                message = f"{length} values in a table of {width} columns"
                if length < width:
                    self.findings.warning(file, line, None, message, "invalid_row_length")
                elif length > width:
                    self.findings.error(file, line, None, message, "invalid_row_length")
                lines.append(line)
                even.append(record[:width] + [""] * (width - length))
            elif self._strict and raw[line - first_line].strip():
                self.findings.warning(file, line, None, "an empty row", "empty_row")
            line += 1 + sum(len(_LINE_END.findall(value)) for value in record)
        return lines, even

    def _check_spaces(
        self, file: str, columns: Mapping[str, Sequence[str]], lines: Sequence[int], raw: str
    ) -> None:
        for name, column in columns.items():
            # Most columns have none: one look at all values together is a hundred times as fast.
            joined = f"\x00{chr(0).join(column)}\x00"
            if not _SPACE_AT_AN_END.search(joined):
                continue
            for value, line in zip(column, lines, strict=True):
                quoted = '"' + value.replace('"', '""')
                # The last value of a file may lack the quote at its end.
                if value != value.strip() and (f'{quoted}"' in raw or raw.endswith(quoted)):
                    self.findings.warning(
                        file, line, name, f"spaces around {value[:80]!r}", "leading_or_trailing_whitespaces"
                    )

    def _check_text(self, file: str, columns: Mapping[str, Sequence[str]], lines: Sequence[int]) -> None:
        for name, column in columns.items():
            joined = "\x00".join(column)
            if not ("\ufffd" in joined or "\n" in joined or "\r" in joined):
                continue
            for value, line in zip(column, lines, strict=True):
                if "\ufffd" in value:
                    self.findings.error(file, line, name, f"not UTF-8: {value[:80]!r}", "invalid_character")
                if "\n" in value or "\r" in value:
                    self.findings.error(
                        file, line, name, f"a value over several lines: {value[:80]!r}", "new_line_in_value"
                    )


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
