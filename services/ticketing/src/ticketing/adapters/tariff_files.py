"""Tariffs as YAML files: read, checked, and every mistake told with its line."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from ticketing.adapters import marked_yaml
from ticketing.adapters.marked_yaml import Marked, Path, Problem
from ticketing.adapters.tariff_products import ProductReader
from ticketing.domain.errors import WrongFieldError
from ticketing.domain.products import Validity
from ticketing.domain.tariff import Category, Relation, Tariff, TariffBook

MOST_BYTES = 2_000_000
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 1, 1)


class TariffFileError(WrongFieldError):
    """A tariff file with mistakes; ``problems`` are all of them, by line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems), key=lambda it: (it.line, it.field, it.message)))
        super().__init__("\n".join(map(str, self.problems)))


def read_tariff(text: str) -> TariffBook:
    """The versions of a tariff file.

    Raises
    ------
    TariffFileError
        With every mistake: first what the schema finds, and if that is nothing, what does not fit together.
    WrongFieldError
        With the line, if the text is no YAML at all.
    """
    if len(text.encode()) > MOST_BYTES:
        raise WrongFieldError(f"1: the file is longer than {MOST_BYTES} bytes")
    marked = marked_yaml.read(text)
    problems = marked.problems + list(_schema_problems(marked))
    if problems:
        raise TariffFileError(problems)
    reader = _Reader(marked, cast("Mapping[str, Any]", marked.value))
    book = reader.book()
    if book is None or reader.problems:
        raise TariffFileError(reader.problems)
    return book


@cache
def _validator() -> Draft202012Validator:
    schema = files("ticketing.adapters").joinpath("tariff.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(schema))


def _schema_problems(marked: Marked) -> Iterator[Problem]:
    for error in _validator().iter_errors(marked.value):
        path = tuple(error.absolute_path)
        if error.validator == "additionalProperties":
            for name in sorted(set(error.instance) - set(error.schema["properties"])):
                yield marked.problem((*path, name), "no such field")
        elif error.validator == "required":
            for name in sorted(set(error.validator_value) - set(error.instance)):
                yield marked.problem((*path, name), "is missing")
        elif error.validator in {"pattern", "not"} and "propertyNames" in error.absolute_schema_path:
            yield marked.problem((*path, error.instance), "is no name for a field here")
        else:
            yield marked.problem(path, _message(error))


def _message(error: ValidationError) -> str:
    value = json.dumps(error.instance, ensure_ascii=False)
    value = value if len(value) < 60 else f"{value[:57]}..."
    wanted = json.dumps(error.validator_value, ensure_ascii=False)
    match error.validator:
        case "type":
            return f"{value} is no {wanted}"
        case "enum":
            return f"{value} is not one of {wanted}"
        case "pattern":
            return f"{value} does not look like {wanted}"
        case "minimum" | "maximum" | "minLength" | "maxLength" | "minItems" | "maxItems":
            return f"{value} is beyond the {error.validator} of {wanted}"
        case _:
            return str(error.message)


class _Reader:
    """Builds the values, and collects what does not fit together."""

    def __init__(self, marked: Marked, told: Mapping[str, Any]) -> None:
        self.marked = marked
        self.told = told
        self.problems: list[Problem] = []

    def book(self) -> TariffBook | None:
        told = self.told
        timezone = self._timezone(told["timezone"])
        for name, category in told["riders"].items():
            for number, other in enumerate(category.get("also", ())):
                if other not in told["riders"]:
                    self._add(("riders", name, "also", number), f"{other!r} is none of the riders")
        versions = [
            self._version(("versions", number), each, timezone)
            for number, each in enumerate(told["versions"])
        ]
        self._unused_sources()
        if None in versions:
            return None
        names = tuple(sorted(told["name"].items()))
        try:
            return TariffBook(tuple(it for it in versions if it is not None), told["tariff"], names)
        except WrongFieldError as error:
            self._add(("versions",), str(error))
            return None

    def _add(self, path: Path, message: str) -> None:
        self.problems.append(self.marked.problem(path, message))

    def _timezone(self, name: str) -> ZoneInfo | None:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self._add(("timezone",), f"{name!r} is no time zone")
            return None

    def _version(self, path: Path, told: Mapping[str, Any], timezone: ZoneInfo | None) -> Tariff | None:
        before = len(self.problems)
        for name in ("id", "valid_from"):
            same = [each[name] for each in self.told["versions"]]
            if path[1] != same.index(told[name]):
                self._add((*path, name), f"{told[name]!r} is another version's")
        products = ProductReader(self.marked, self.told, told, self.problems)
        sold = products.read((*path, "products"), told["products"], "products")
        caps = products.read((*path, "caps"), told.get("caps", ()), "caps")
        ownable = products.read((*path, "owned"), told.get("owned", ()), "owned")
        holidays = [
            self._date((*path, "holidays", number), text)
            for number, text in enumerate(told.get("holidays", ()))
        ]
        valid_from = self._date((*path, "valid_from"), told["valid_from"])
        if len(self.problems) > before or valid_from is None:
            return None
        hours, minutes = self.told["service_day_starts"].split(":")
        return Tariff(
            products=(*sold, *caps),
            day_starts_min=int(hours) * 60 + int(minutes),
            id=told["id"],
            valid_from=valid_from,
            ownable=ownable,
            settled=Validity(self.told["settled"]),
            late_days=self.told["late_days"],
            transfer_min=told["transfer_minutes"],
            holidays=frozenset(day for day in holidays if day is not None),
            relations=tuple(map(_relation, told.get("levels", ()))),
            timezone=timezone,
            currency=self.told["currency"],
            categories=tuple(
                Category(name, tuple(sorted(each["name"].items())))
                for name, each in self.told["riders"].items()
            ),
        )

    def _date(self, path: Path, text: str) -> date | None:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            self._add(path, f"{text!r} is no date")
            return None
        if not FIRST_DAY <= day <= LAST_DAY:
            self._add(path, f"{text!r} is not within {FIRST_DAY} to {LAST_DAY}")
            return None
        return day

    def _unused_sources(self) -> None:
        used = {
            product["source"]
            for version in self.told["versions"]
            for part in ("products", "caps", "owned")
            for product in version.get(part, ())
        }
        for name in self.told["sources"]:
            if name not in used:
                self._add(("sources", name), "nothing is from this source")


def _relation(told: Mapping[str, Any]) -> Relation:
    return Relation(frozenset(map(str, told["between"])), frozenset(map(str, told["and"])), told["level"])
