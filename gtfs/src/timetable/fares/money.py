"""Money of fare files: whole numbers of the currency's minor unit, as ISO 4217 divides it; never a float."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

Amounts = tuple[int, ...]
"""Minor units by currency, in an order that is agreed on; they are compared in this order."""

_DIGITS = {
    code: digits
    for digits, codes in (
        (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
        (3, "BHD IQD JOD KWD LYD OMR TND"),
        (4, "CLF UYW"),
    )
    for code in codes.split()
}
"""Decimal places of the currencies that have not two."""
_CURRENCY = re.compile(r"[A-Z]{3}")
_AMOUNT = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{0,9}))?")


def minor_digits(currency: str) -> int:
    """Return how many decimal places the currency has: 2 for EUR, 0 for JPY, 3 for KWD."""
    return _DIGITS.get(currency, 2)


def is_currency(code: str) -> bool:
    """Whether the text has the form of a currency code: three capital letters."""
    return _CURRENCY.fullmatch(code) is not None


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency.

    Parameters
    ----------
    minor
        In the currency's minor unit: cents of EUR, yen of JPY.
    currency
        Code of ISO 4217.
    """

    minor: int
    currency: str

    @classmethod
    def parse(cls, amount: str, currency: str) -> "Money":
        """Read an amount with a decimal point, as in ``"4.65"``.

        Raises
        ------
        ValueError
            If it is no such amount, or has more decimal places than the currency.
        """
        digits = minor_digits(currency)
        match = _AMOUNT.fullmatch(amount)
        if match is None:
            raise ValueError(f"{amount!r} is no amount as in 4.65")
        sign, whole, fraction = match[1], match[2], (match[3] or "")
        if fraction[digits:].strip("0"):
            raise ValueError(f"{amount!r} has more than the {digits} decimal places of {currency}")
        minor = int(whole) * 10**digits + int(fraction[:digits].ljust(digits, "0") or "0")
        return cls(-minor if sign else minor, currency)

    @property
    def amount(self) -> str:
        """With a decimal point and all decimal places of the currency, as in ``"4.60"``."""
        digits = minor_digits(self.currency)
        return f"{Decimal(self.minor).scaleb(-digits):.{digits}f}"


def amounts_of(price: Money, currencies: Sequence[str]) -> Amounts:
    """Return a price as amounts by currency."""
    return tuple(price.minor if price.currency == currency else 0 for currency in currencies)


def added(one: Amounts, other: Amounts) -> Amounts:
    """Return the sum by currency."""
    return tuple(a + b for a, b in zip(one, other, strict=True))


def total(prices: Iterable[Money]) -> tuple[Money, ...]:
    """Return the sum of prices, one amount per currency, in the order of their codes."""
    sums: dict[str, int] = {}
    for price in prices:
        sums[price.currency] = sums.get(price.currency, 0) + price.minor
    return tuple(Money(minor, currency) for currency, minor in sorted(sums.items()))
