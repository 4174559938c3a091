"""Which engine stands behind the pricing port."""

from pathlib import Path

from ticketing.adapters.programme import Programme
from ticketing.adapters.sweep import Sweep
from ticketing.adapters.tariff_files import read_tariff
from ticketing.application.pricing import BestPrice
from ticketing.domain.tariff import TariffBook


def best_price() -> BestPrice:
    """The exact sweep, and the integer programme where it gives up."""
    return BestPrice((Sweep(), Programme()))


def tariff_book(path: Path) -> TariffBook:
    """The tariff of a file.

    Raises
    ------
    OSError, UnicodeDecodeError
        If there is no text to read.
    WrongFieldError
        With every mistake in the file, one in each line: line, field, and what is wrong.
    """
    return read_tariff(path.read_text(encoding="utf-8"))
