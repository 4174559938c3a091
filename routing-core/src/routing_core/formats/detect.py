"""Which format a file has, from what is in it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from routing_core.formats.cordeau import read_cordeau_2006, read_cordeau_laporte_2003
from routing_core.formats.errors import FormatError
from routing_core.formats.kim import read_kim
from routing_core.formats.li_lim import read_li_lim
from routing_core.formats.lines import Line, filled_lines
from routing_core.formats.pvrpif import read_pvrpif
from routing_core.formats.rides import Rides
from routing_core.formats.solomon import read_solomon
from routing_core.formats.visits import Visits
from routing_core.formats.vrplib import read_cvrplib, read_mtvrptwr
from routing_core.formats.waste import CollectionDay, CollectionPeriod

Content = Rides | Visits | CollectionDay | CollectionPeriod


class Format(StrEnum):
    CORDEAU_2006 = "cordeau2006"
    CORDEAU_LAPORTE_2003 = "cordeau_laporte2003"
    LI_LIM = "li_lim"
    SOLOMON = "solomon"
    CVRPLIB = "cvrplib"
    MTVRPTWR = "mtvrptwr"
    KIM_2006 = "kim2006"
    PVRPIF = "pvrpif"


READERS: dict[Format, Callable[[Iterable[str]], Content]] = {
    Format.CORDEAU_2006: read_cordeau_2006,
    Format.CORDEAU_LAPORTE_2003: read_cordeau_laporte_2003,
    Format.LI_LIM: read_li_lim,
    Format.SOLOMON: read_solomon,
    Format.CVRPLIB: read_cvrplib,
    Format.MTVRPTWR: read_mtvrptwr,
    Format.KIM_2006: read_kim,
    Format.PVRPIF: read_pvrpif,
}


@dataclass(frozen=True)
class Instance:
    """What a file holds, and in which format."""

    format: Format
    content: Content


def read_instance(lines: Iterable[str]) -> Instance:
    """Find out the format and read the file.

    Raises
    ------
    FormatError
        For an unknown format, and for anything that is not as the format says.
    """
    kept = list(lines)
    found = detect(kept)
    return Instance(found, READERS[found](kept))


def detect(lines: Sequence[str]) -> Format:
    """The format by what only it has, such as a key word or the width of the first line.

    Raises
    ------
    FormatError
        When it is none of those that can be read, with the first line.
    """
    filled = filled_lines(lines)
    first = filled[0]
    words = [line.words[0].upper() for line in filled[:7]]
    if first.words[0].startswith("{"):
        return Format.PVRPIF
    if "STOP_ID" in words or first.words[1:2] == ("//",):
        return Format.KIM_2006
    if "VEHICLE" in words:
        return Format.SOLOMON
    if (vrplib := _vrplib(filled)) is not None:
        return vrplib
    if _numbers(first):
        if len(first.words) == 3:
            return Format.LI_LIM
        if len(first.words) == 5:
            return _dial_a_ride(first, len(filled) - 1)
    raise first.error(
        f"the format is not known; it begins with {' '.join(first.words)[:40]!r} (known: {', '.join(Format)})"
    )


def _numbers(line: Line) -> bool:
    try:
        [float(word) for word in line.words]
    except ValueError:
        return False
    return True


def _vrplib(filled: Sequence[Line]) -> Format | None:
    """CVRP or another kind by the ``TYPE`` line; None when the file has none."""
    for line in filled:
        key, colon, value = " ".join(line.words).partition(":")
        if colon and key.strip().upper() == "TYPE":
            kind = value.strip().upper()
            if kind == "CVRP":
                return Format.CVRPLIB
            if kind == "MTVRPTWR":
                return Format.MTVRPTWR
            raise line.error(f"TYPE is {value.strip()!r}, known are CVRP and MTVRPTWR")
        if line.words[0].upper().endswith("_SECTION"):
            return None
    return None


def _dial_a_ride(header: Line, row_count: int) -> Format:
    """By whether the second number of the header counts requests or nodes; only the rows can tell."""
    stated = header.integer_at(1, "the second number of the header", at_least=1)
    if row_count == 2 * stated + 2:
        return Format.CORDEAU_2006
    if row_count == stated + 1:
        return Format.CORDEAU_LAPORTE_2003
    raise FormatError(
        header.number,
        f"{stated} in the header means {2 * stated + 2} rows (Cordeau 2006) or {stated + 1} rows"
        f" (Cordeau & Laporte 2003), the file has {row_count}",
    )
