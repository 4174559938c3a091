"""What the gateway knows of the district it serves."""

from dataclasses import dataclass
from pathlib import Path

from service_kit.json_fields import read_file

FILE = "district.json"


@dataclass(frozen=True, slots=True)
class District:
    """What a page wants to know about where it is.

    ``tenant`` is the district's id, ``time_zone`` an IANA name, ``folder`` where its files are, and ``demo``
    whether what happens there is made up.
    """

    tenant: str
    name: str
    time_zone: str
    folder: Path
    demo: bool = False


def read_district(folder: Path) -> District:
    """Read the district's file; raises FieldError."""
    told = read_file(folder / FILE)
    return District(told["id"].text(), told["name"].text(), told["timezone"].text(), folder)
