"""Tariffs written as the YAML files that ``tariff_files`` reads; reading one again gives an equal tariff."""

from collections.abc import Mapping
from typing import Any

import yaml

from ticketing.adapters.tariff_files import read_tariff
from ticketing.adapters.tariff_products import DAYS
from ticketing.domain.errors import WrongFieldError
from ticketing.domain.products import Band, Product, Source
from ticketing.domain.tariff import Tariff, TariffBook

SAME_IN_ALL = ("late_days", "categories")
"""What a file says once for all versions."""
NAMES_OF_DAYS = {number: name for name, number in DAYS.items()}


def write_tariff(book: TariffBook) -> str:
    """Write all versions of a tariff.

    Raises
    ------
    WrongFieldError
        If a file cannot say it: no time zone, a product without a source, versions that differ in what a file
        says once, or anything that the reader of files refuses.
    """
    first = book.versions[0]
    if first.timezone is None:
        raise WrongFieldError(f"tariff {book.id}: timezone None cannot be written; a file names one")
    for version in book.versions:
        for name in SAME_IN_ALL:
            if getattr(version, name) != getattr(first, name):
                raise WrongFieldError(f"version {version.id}: {name} is not that of {first.id}")
    sources = _sources(book)
    told = {
        "tariff": book.id,
        "name": dict(book.names),
        "currency": first.currency,
        "timezone": first.timezone.key,
        "service_day_starts": clock(first.day_starts_min),
        "settled": first.settled.value,
        "late_days": first.late_days,
        "riders": {category.id: {"name": dict(category.names)} for category in first.categories},
        "sources": {name: {"text": source.text, "year": source.year} for source, name in sources.items()},
        "versions": [_version(version, sources) for version in book.versions],
    }
    text: str = yaml.dump(told, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
    if read_tariff(text) != book:
        raise WrongFieldError(f"tariff {book.id}: a file cannot say it: read again it is another")
    return text


class _Dumper(yaml.SafeDumper):
    """Writes what is repeated again, for readers who have never seen an anchor."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the base class gives it
        return True


def clock(minutes: int) -> str:
    """Minutes after midnight as in 03:00; a night goes on after 24:00."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _sources(book: TariffBook) -> Mapping[Source, str]:
    names: dict[Source, str] = {}
    for version in book.versions:
        for product in (*version.products, *version.ownable):
            if product.source is None:
                raise WrongFieldError(f"product {product.id}: source None; a file names one")
            names.setdefault(product.source, f"source-{len(names) + 1}")
    return names


def _version(version: Tariff, sources: Mapping[Source, str]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": version.id,
        "valid_from": version.valid_from.isoformat(),
        "transfer_minutes": version.transfer_min,
    }
    if version.holidays:
        told["holidays"] = [day.isoformat() for day in sorted(version.holidays)]
    if version.relations:
        told["levels"] = [
            {"level": it.level, "between": sorted(it.ends), "and": sorted(it.other_ends)}
            for it in version.relations
        ]
    sold = [product for product in version.products if not product.cap]
    caps = [product for product in version.products if product.cap]
    if (*sold, *caps) != version.products:
        raise WrongFieldError(f"version {version.id}: a cap stands before what is sold; a file has them last")
    told["products"] = [_product(product, sources) for product in sold]
    if caps:
        told["caps"] = [_product(product, sources) for product in caps]
    if version.ownable:
        told["owned"] = [_product(product, sources, owned=True) for product in version.ownable]
    return told


def _product(product: Product, sources: Mapping[Source, str], *, owned: bool = False) -> dict[str, Any]:
    assert product.source is not None  # noqa: S101 - _sources has refused it
    riders = {"/".join(sorted(place.categories)): place.count for place in product.places}
    if len(riders) < len(product.places):
        raise WrongFieldError(f"product {product.id}: places for the same riders stand there twice")
    told: dict[str, Any] = {"id": product.id, "name": dict(product.names)}
    if not owned:
        told |= {"kind": product.validity.value, "price_cents": product.price_cents}
    for name in ("minutes", "days", "uses"):
        if value := getattr(product, name):
            told[name] = value
    told["riders"] = riders
    for name in ("levels", "zones", "networks"):
        if (values := getattr(product, name)) is not None:
            told[name] = sorted(values)
    if product.max_stops is not None:
        told["max_stops"] = product.max_stops
    if product.bands:
        told["hours"] = [_band(band) for band in product.bands]
    if product.distance is not None:
        if product.distance.per_km_cents:
            told["per_km_cents"] = product.distance.per_km_cents
        else:
            told["steps"] = [{"up_to_m": metres, "cents": cents} for metres, cents in product.distance.steps]
    return told | {"source": sources[product.source]}


def _band(band: Band) -> dict[str, Any]:
    on = [NAMES_OF_DAYS[day] for day in sorted(band.days)]
    return {"on": on, "from": clock(band.from_min), "until": clock(band.until_min)}
