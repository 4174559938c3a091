"""What the service has to know of the district it serves."""

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from service_kit.json_fields import read_file

FILE = "waste.json"


@dataclass(frozen=True, slots=True)
class WasteArea:
    """Whose data it is, where its days begin, and its depots.

    Parameters
    ----------
    folder
        Of the district.
    """

    tenant: str
    time_zone: ZoneInfo
    depot_ids: frozenset[str]
    folder: Path


def read_area(folder: Path) -> WasteArea | None:
    """Read it; None in a district that collects nothing.

    Raises
    ------
    FieldError
        Naming the file and the field that is missing or wrong.
    """
    if not (folder / FILE).exists():
        return None
    district = read_file(folder / "district.json")
    depot = read_file(folder / FILE)["depot"]
    return WasteArea(
        district["id"].text(),
        ZoneInfo(district["timezone"].text()),
        frozenset({depot["id"].text()}),
        folder,
    )
