"""What an account pays, and for what."""

from dataclasses import dataclass
from typing import NamedTuple


class Line(NamedTuple):
    """Some pieces of one product.

    ``at`` is the ride for a single ride, the departure that starts a window, the first service day of one or
    several days, the week's Monday, the month, or empty for a carnet and for what was owned before: that
    costs nothing. ``rides`` are those that use it. ``tariff`` is the version that sold it.
    """

    # A named tuple, as a batch of accounts has very many: a frozen dataclass takes three times as long.
    product: str
    at: str
    count: int  # type: ignore[assignment]  # nobody counts a line's fields, which tuple.count does
    cents: int
    rides: tuple[str, ...]
    tariff: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """The cheapest lines that cover every ride; ``optimal`` says whether that is proven."""

    total_cents: int
    optimal: bool
    lines: tuple[Line, ...]
