"""Which engine stands behind the pricing port."""

from ticketing.adapters.programme import Programme
from ticketing.adapters.sweep import Sweep
from ticketing.application.pricing import BestPrice


def best_price() -> BestPrice:
    """The exact sweep, and the integer programme where it gives up."""
    return BestPrice((Sweep(), Programme()))
