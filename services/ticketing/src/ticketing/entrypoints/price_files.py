"""Accounts as JSON lines, tariffs as a JSON file, bills as JSON lines."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from ticketing.application.pricing import BestPrice
from ticketing.application.ride_table import Ridden
from ticketing.domain.bill import Bill
from ticketing.domain.errors import TicketingError, WrongFieldError
from ticketing.domain.products import ADULT, ANY_DAY, MAX_PERSONS, Band, Place, Product, Ride, Validity
from ticketing.domain.tariff import Tariff, TariffBook

Tariffs = Mapping[str, TariffBook]
WEEKDAYS = frozenset(range(5))

PRODUCT_FIELDS = frozenset(
    ("id", "kind", "price", "persons", "minutes", "uses", "max_stops", "levels", "zones", "not_before")
)
ONLY = ""
"""Name of the one tariff in a file whose products are a list."""


def read_tariffs(text: str) -> Tariffs:
    """Tariffs of a products file: a list of products, or several lists by name.

    Raises
    ------
    WrongFieldError
        Naming the tariff, the product, the field and its value, or the line where it is no JSON.
    """
    try:
        told = json.loads(text)
    except json.JSONDecodeError as error:
        raise WrongFieldError(f"line {error.lineno}: no JSON: {error.msg}") from error
    if not isinstance(told, dict):
        raise WrongFieldError(f"products file: {type(told).__name__} instead of an object")
    starts = _minutes(told.get("service_day_starts", "00:00"), "service_day_starts")
    lists = told.get("products")
    if isinstance(lists, list):
        lists = {ONLY: lists}
    if not isinstance(lists, dict) or not lists:
        raise WrongFieldError("products: neither a list of products nor lists by name")
    tariffs = {}
    for name, products in lists.items():
        if not isinstance(products, list):
            raise WrongFieldError(f"products {name}: {type(products).__name__} instead of a list")
        try:
            tariffs[name] = TariffBook((Tariff(tuple(_product(it, starts) for it in products), starts),))
        except WrongFieldError as error:
            raise WrongFieldError(f"products {name}: {error}") from error
    return tariffs


def priced_lines(service: BestPrice, tariffs: Tariffs, lines: Sequence[str]) -> list[str | TicketingError]:
    """The bill of the account on each line of a file, as one line of JSON, or what is wrong with it.

    An error names the account, the field and its value.
    """
    told: list[str | TicketingError] = [""] * len(lines)
    read: dict[int, tuple[str, TariffBook, Ridden]] = {}
    for number, line in enumerate(lines):
        try:
            read[number] = _account(tariffs, line)
        except TicketingError as error:
            told[number] = error
    for book in {id(book): book for _, book, _ in read.values()}.values():
        numbers = [number for number, (_, mine, _) in read.items() if mine is book]
        bills = service.bills(book, [read[number][2] for number in numbers])
        for number, bill in zip(numbers, bills, strict=True):
            name = read[number][0]
            if isinstance(bill, Bill):
                told[number] = json.dumps(_told(name, bill), ensure_ascii=False)
            else:
                told[number] = type(bill)(f"account {name}: {bill}")
    return told


def _account(tariffs: Tariffs, line: str) -> tuple[str, TariffBook, Ridden]:
    try:
        account = json.loads(line)
    except json.JSONDecodeError as error:
        raise WrongFieldError(f"no JSON: {error.msg} at character {error.pos}") from error
    if not isinstance(account, dict):
        raise WrongFieldError(f"account: {type(account).__name__} instead of an object")
    name = _field(account, "id", str)
    try:
        book = _tariff(tariffs, account)
        return name, book, Ridden(list(map(_ride, _field(account, "rides", list))))
    except TicketingError as error:
        raise type(error)(f"account {name}: {error}") from error


def _tariff(tariffs: Tariffs, account: Mapping[str, object]) -> TariffBook:
    wanted = account.get("products", ONLY)
    if ONLY in tariffs:
        return tariffs[ONLY]
    if not isinstance(wanted, str) or wanted not in tariffs:
        raise WrongFieldError(f"products {wanted!r} is not one of {', '.join(tariffs)}")
    return tariffs[wanted]


def _product(told: object, day_starts_min: int) -> Product:
    if not isinstance(told, dict):
        raise WrongFieldError(f"product {told!r} is no object")
    name = _field(told, "id", str)
    try:
        return _read_product(name, told, day_starts_min)
    except WrongFieldError as error:
        raise _named(f"product {name}", error) from error


def _read_product(name: str, told: Mapping[str, Any], day_starts_min: int) -> Product:
    unknown = sorted(set(told) - PRODUCT_FIELDS)
    if unknown:
        raise WrongFieldError(f"{unknown[0]} is no field of a product")
    kind = _field(told, "kind", str)
    if kind not in set(Validity):
        raise WrongFieldError(f"kind {kind!r} is not one of {', '.join(Validity)}")
    limit = told.get("not_before")
    return Product(
        id=name,
        validity=Validity(kind),
        price_cents=_field(told, "price", int),
        places=(Place(_field(told, "persons", int, 1)),),
        minutes=_field(told, "minutes", int, 0),
        uses=_field(told, "uses", int, 0),
        max_stops=_field(told, "max_stops", int) if told.get("max_stops") is not None else None,
        levels=_set(told, "levels", int),
        zones=_set(told, "zones", str),
        bands=() if limit is None else _from(_minutes(limit, "not_before"), day_starts_min),
    )


def _from(not_before_min: int, day_starts_min: int) -> tuple[Band, ...]:
    """Mondays to Fridays from then on, the night after them included; other days all day."""
    return Band(WEEKDAYS, max(not_before_min, day_starts_min)), Band(ANY_DAY - WEEKDAYS)


def _ride(told: object) -> Ride:
    if not isinstance(told, dict):
        raise WrongFieldError(f"ride {told!r} is no object")
    name = _field(told, "id", str)
    try:
        return Ride(
            id=name,
            departure=_instant(told, "dep"),
            arrival=_instant(told, "arr"),
            stops=_field(told, "stops", int, 0),
            level=_field(told, "level", int, 0),
            zones=_set(told, "zones", str),
            riders=((ADULT, _persons(told)),),
        )
    except WrongFieldError as error:
        raise _named(f"ride {name}", error) from error


def _persons(told: Mapping[str, Any]) -> int:
    persons = cast("int", _field(told, "persons", int, 1))
    if not 1 <= persons <= MAX_PERSONS:
        raise WrongFieldError(f"persons {persons} is not within 1..{MAX_PERSONS}")
    return persons


def _named(what: str, error: WrongFieldError) -> WrongFieldError:
    """The error with what it is about, told once."""
    return error if str(error).startswith(what) else WrongFieldError(f"{what}: {error}")


def _field(told: Mapping[str, Any], name: str, kind: type, default: object = None) -> Any:
    value = told.get(name, default)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise WrongFieldError(f"{name} {value!r} is no {kind.__name__}")
    return value


def _set(told: Mapping[str, Any], name: str, kind: type) -> frozenset[Any] | None:
    values = told.get(name)
    if values is None:
        return None
    if not isinstance(values, list) or not all(isinstance(value, kind) for value in values):
        raise WrongFieldError(f"{name} {values!r} is no list of {kind.__name__}")
    return frozenset(values)


def _instant(told: Mapping[str, Any], name: str) -> datetime:
    value = cast("str", _field(told, name, str))
    try:
        instant = datetime.fromisoformat(value)
    except ValueError as error:
        raise WrongFieldError(f"{name} {value!r} is no date and time") from error
    if instant.tzinfo is not None:
        raise WrongFieldError(f"{name} {value!r} has an offset; local times are asked for")
    return instant


def _minutes(value: object, name: str) -> int:
    if isinstance(value, str) and len(value) == 5 and value[2] == ":" and (value[:2] + value[3:]).isdigit():
        hours, minutes = int(value[:2]), int(value[3:])
        if hours < 24 and minutes < 60:
            return hours * 60 + minutes
    raise WrongFieldError(f"{name} {value!r} is no time of day like 09:00")


def _told(name: str, bill: Bill) -> dict[str, object]:
    return {
        "id": name,
        "total_cents": bill.total_cents,
        "optimal": bill.optimal,
        "lines": [
            {
                "product": line.product,
                "at": line.at,
                "count": line.count,
                "cents": line.cents,
                "rides": line.rides,
            }
            for line in bill.lines
        ],
    }
