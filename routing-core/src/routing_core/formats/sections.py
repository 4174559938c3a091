"""The common form of VRPLIB files: ``KEY : value`` lines, then named sections of rows, then ``EOF``."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from routing_core.formats.errors import FormatError
from routing_core.formats.lines import Line, expect_rows, filled_lines


@dataclass(frozen=True)
class Section:
    """A heading and the rows below it."""

    heading: Line
    rows: tuple[Line, ...]


@dataclass(frozen=True)
class Sections:
    """A VRPLIB file taken apart. Fields are lines whose words are the value alone."""

    fields: Mapping[str, Line]
    sections: Mapping[str, Section]
    last_line: int

    def field(self, key: str) -> Line:
        """The value of a key.

        Raises
        ------
        FormatError
            When the file does not have it.
        """
        if key not in self.fields:
            raise FormatError(self.last_line, f"the file ends without {key}")
        return self.fields[key]

    def section(self, name: str) -> Section:
        """A section by its name.

        Raises
        ------
        FormatError
            When the file does not have it.
        """
        if name not in self.sections:
            raise FormatError(self.last_line, f"the file ends without {name}")
        return self.sections[name]

    def node_rows(self, name: str, count: int, width: int) -> Iterator[Line]:
        """Rows of a section that has one per node, numbered from 1, without the check of their values.

        Raises
        ------
        FormatError
            When there are too few or too many, one has not ``width`` words or is out of order.
        """
        section = self.section(name)
        expect_rows(section.rows or (section.heading,), max(count, 1), f"DIMENSION {count}")
        for position, row in enumerate(section.rows, 1):
            row.expect_words(width, f"a row of {name}")
            if row.integer_at(0, "the node") != position:
                raise row.error(
                    f"nodes are numbered from 1: here {position} is expected, not {row.words[0]!r}"
                )
            yield row


def read_sections(lines: Iterable[str], known: frozenset[str]) -> Sections:
    """Take a VRPLIB file apart.

    Parameters
    ----------
    known
        Keys and sections the caller understands. All others are refused: they could hold a rule.

    Raises
    ------
    FormatError
        For an unknown or repeated key, or anything before the first key or after ``EOF``.
    """
    fields: dict[str, Line] = {}
    headings: dict[str, Line] = {}
    rows: dict[str, list[Line]] = {}
    current: str | None = None
    ended = False
    filled = filled_lines(lines)
    for line in filled:
        key, colon, value = " ".join(line.words).partition(":")
        key = key.strip().upper()
        if ended:
            raise line.error(f"nothing is expected after EOF: {line.words[0]!r}")
        if key == "EOF":
            ended = True
        elif colon or key.endswith("_SECTION"):
            if key not in known:
                raise line.error(f"{key} is not known here")
            if key in fields or key in headings:
                raise line.error(f"{key} is here a second time")
            if key.endswith("_SECTION"):
                headings[key], rows[key], current = line, [], key
            else:
                fields[key], current = Line(line.number, tuple(value.split())), None
        elif current is None:
            raise line.error(f"a key or a section is expected, not {line.words[0]!r}")
        else:
            rows[current].append(line)
    sections = {name: Section(heading, tuple(rows[name])) for name, heading in headings.items()}
    return Sections(fields, sections, filled[-1].number)
