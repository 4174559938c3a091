"""Parts of statements, from bills and from the journal's entries."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from ticketing.application.explaining import Explanation, line_alone
from ticketing.domain.bill import Bill, Line
from ticketing.domain.journal import CHARGING, Entry
from ticketing.domain.periods import Period
from ticketing.domain.statement import (
    Correction,
    MoneyMoved,
    Movement,
    Revision,
    StatedLine,
    StatedProduct,
    StatedTariff,
)
from ticketing.domain.tariff import TariffBook

SHORT = 8


def in_order(line: Line) -> tuple[bool, str, str]:
    """Passes before single rides, as bills have them, each in the order of time."""
    return line.rides == (line.at,), line.at, line.product


def stated_line(line: Line, explained: Explanation | None) -> StatedLine:
    """A bill's line with its alternatives."""
    return StatedLine(
        product=line.product,
        at=line.at,
        count=line.count,
        cents=line.cents,
        rides=line.rides,
        alone_cents=line_alone(explained, line) if explained else None,
        without_cents=explained.without_cents.get(line.product) if explained else None,
    )


def products(book: TariffBook, bill: Bill, explained: Explanation | None) -> tuple[StatedProduct, ...]:
    """What the statement speaks of, each as the version that sold it, or the newest, has it."""
    names = {line.product: line.tariff for line in bill.lines}
    if explained:
        for progress in explained.progress:
            names.setdefault(progress.product, "")
        if explained.next_best:
            for name, _ in explained.next_best.products:
                names.setdefault(name, "")
    found: list[StatedProduct] = []
    for name, tariff in names.items():
        sold = [
            (version.id == tariff, number, product)
            for number, version in enumerate(book.versions)
            for product in (*version.products, *version.ownable)
            if product.id == name
        ]
        product = max(sold, key=lambda it: it[:2])[2]
        source = f"{product.source.text}, {product.source.year}" if product.source else ""
        found.append(StatedProduct(product.id, product.names, product.validity, product.cap, source))
    return tuple(found)


def tariffs(book: TariffBook, bill: Bill) -> tuple[StatedTariff, ...]:
    """The versions that sold something."""
    used = {line.tariff for line in bill.lines}
    return tuple(
        StatedTariff(version.id, version.valid_from) for version in book.versions if version.id in used
    )


def corrections(posted: Sequence[Entry], period: Period) -> tuple[Correction, ...]:
    """What was posted for other periods, by period."""
    cents: dict[str, int] = {}
    for entry in posted:
        if entry.posting.kind in CHARGING and entry.posting.period_id != period.id:
            of = entry.posting.period_id
            cents[of] = cents.get(of, 0) + entry.posting.cents
    return tuple(Correction(of, amount) for of, amount in sorted(cents.items()))


def revisions(own: Sequence[Entry], zone: ZoneInfo | None) -> tuple[Revision, ...]:
    """What was posted after the first settlement, by the time of posting."""
    cents: dict[datetime, int] = {}
    for entry in own:
        cents[entry.time] = cents.get(entry.time, 0) + entry.posting.cents
    later = sorted(cents)[1:]
    return tuple(Revision(time.astimezone(zone).date(), cents[time]) for time in later)


def moved(posted: Sequence[Entry], zone: ZoneInfo | None) -> tuple[MoneyMoved, ...]:
    """Payments, refunds, chargebacks and fees."""
    return tuple(
        MoneyMoved(
            entry.time.astimezone(zone).date(),
            Movement(entry.posting.kind.value),
            entry.posting.cents,
            entry.posting.reference,
        )
        for entry in posted
        if entry.posting.kind not in CHARGING
    )


def short(mandate: str) -> str:
    """Enough of a mandate's reference for its owner to know it again."""
    return mandate if len(mandate) <= SHORT else f"…{mandate[-SHORT:]}"
