"""Periodic collection with intermediate facilities: GeoJSON files with a travel-time matrix.

``info`` has the fleet and the horizon, ``features`` the depot, the bins (``customer``) and the plants
(``intermediateFacility``), ``duration`` minutes of driving from row to column. A bin is emptied as often
as its frequency says, on days of one of the patterns below.

Source of the problem: E. Angelelli, M. G. Speranza: The periodic vehicle routing problem with intermediate
facilities, EJOR 137 (2002).
"""

import json
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from routing_core.formats.errors import FormatError
from routing_core.formats.lines import LARGEST
from routing_core.formats.waste import Bin, CollectionPeriod

PATTERNS: dict[int, dict[int, tuple[tuple[int, ...], ...]]] = {
    4: {
        1: ((0,), (1,), (2,), (3,)),
        2: ((0, 2), (1, 3)),
        4: ((0, 1, 2, 3),),
    },
    6: {
        1: ((0,), (1,), (2,), (3,), (4,), (5,)),
        2: ((0, 3), (1, 4), (2, 5)),
        3: ((0, 2, 4), (1, 3, 5)),
        6: ((0, 1, 2, 3, 4, 5),),
    },
}
"""By days of the horizon and frequency: the sets of days a bin may be emptied on."""


def read_pvrpif(lines: Iterable[str]) -> CollectionPeriod:
    """Read a file of the periodic problem with intermediate facilities.

    Raises
    ------
    FormatError
        For what is no JSON, with its line; for wrong content, with the line its section begins on.
    """
    text = "\n".join(line.rstrip("\r\n") for line in lines)
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise FormatError(error.lineno, f"this is no JSON: {error.msg}") from None
    except (RecursionError, ValueError) as error:
        # Nested too deeply, or a number of thousands of digits.
        raise FormatError(1, f"this is no JSON that can be read: {error}") from None
    if not isinstance(content, dict):
        raise FormatError(1, "a JSON object is expected")
    return _Content(text, content).period()


class _Content:
    """The decoded file, with the lines its sections begin on."""

    def __init__(self, text: str, content: dict[str, Any]) -> None:
        self._text = text
        self._content = content

    def period(self) -> CollectionPeriod:
        info, features, duration = (self._section(name) for name in ("info", "features", "duration"))
        if not isinstance(features, list) or not features:
            raise self._error("features", "features is no list of places")
        day_count = self._whole("info", info, "planningHorizon", at_least=1)
        if day_count not in PATTERNS:
            raise self._error("info", f"info.planningHorizon is {day_count}, known are 4 and 6 days")
        places = [self._place(index, feature) for index, feature in enumerate(features)]
        kinds = [place["type"] for place in places]
        if kinds.count("depot") != 1:
            raise self._error("features", f"one depot is expected, there are {kinds.count('depot')}")
        plants = [index for index, kind in enumerate(kinds) if kind == "intermediateFacility"]
        if not plants:
            raise self._error("features", "there is no intermediateFacility")
        return CollectionPeriod(
            node_ids=tuple(str(index) for index in range(len(places))),
            travel_min=self._matrix(duration, len(places)),
            depot_index=kinds.index("depot"),
            plant_indices=tuple(plants),
            bins=tuple(
                self._bin(index, place, day_count)
                for index, place in enumerate(places)
                if place["type"] == "customer"
            ),
            day_count=day_count,
            truck_count=self._whole("info", info, "numVehicles", at_least=1),
            truck_capacity=self._number("info", info, "info", "maxCapacity"),
            max_duration_min=self._number("info", info, "info", "maxDuration"),
            plant_service_min=np.array([places[index]["service"] for index in plants]),
        )

    def _section(self, name: str) -> Any:
        if name not in self._content:
            raise FormatError(1 + self._text.count("\n"), f"the file ends without {name!r}")
        return self._content[name]

    def _error(self, section: str, message: str) -> FormatError:
        before, _, _ = self._text.partition(f'"{section}"')
        return FormatError(1 + before.count("\n"), message)

    def _place(self, index: int, feature: Any) -> dict[str, Any]:
        """A feature's type and numbers; its id must be its position."""
        path = f"features[{index}].properties"
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(properties, dict):
            raise self._error("features", f"{path} is missing")
        kind = properties.get("type")
        if kind not in ("depot", "customer", "intermediateFacility"):
            raise self._error("features", f"{path}.type is not known: {kind!r}")
        if properties.get("id") != index:
            raise self._error("features", f"{path}.id is {properties.get('id')!r}, expected is {index}")
        numbers = {
            name: self._number("features", properties, path, name)
            for name in ("frequency", "demand", "service")
        }
        return {"type": kind, **numbers}

    def _bin(self, index: int, place: dict[str, Any], day_count: int) -> Bin:
        patterns = PATTERNS[day_count].get(place["frequency"])
        if patterns is None:
            path = f"features[{index}].properties.frequency"
            known = ", ".join(map(str, PATTERNS[day_count]))
            raise self._error("features", f"{path} is {place['frequency']:g}; {day_count} days know {known}")
        return Bin(str(index), index, int(place["frequency"]), place["demand"], place["service"], patterns)

    def _matrix(self, duration: Any, count: int) -> npt.NDArray[np.float64]:
        if not isinstance(duration, list) or len(duration) != count:
            raise self._error("duration", f"duration is no list of {count} rows")
        for row_index, row in enumerate(duration):
            if not isinstance(row, list) or len(row) != count:
                raise self._error("duration", f"duration[{row_index}] is no list of {count} numbers")
            for column, value in enumerate(row):
                self._checked("duration", f"duration[{row_index}][{column}]", value)
        return np.array(duration, dtype=np.float64)

    def _whole(self, section: str, found: Any, name: str, *, at_least: int) -> int:
        value = self._number(section, found, section, name)
        if value != int(value) or value < at_least:
            raise self._error(section, f"{section}.{name} is no whole number from {at_least}: {value:g}")
        return int(value)

    def _number(self, section: str, found: Any, path: str, name: str) -> float:
        if not isinstance(found, dict) or name not in found:
            raise self._error(section, f"{path}.{name} is missing")
        return self._checked(section, f"{path}.{name}", found[name])

    def _checked(self, section: str, path: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._error(section, f"{path} is no number: {value!r}")
        if not 0 <= value <= LARGEST:
            raise self._error(section, f"{path} is not from 0 to {LARGEST:g}: {value!r}")
        return float(value)
