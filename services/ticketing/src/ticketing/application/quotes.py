"""What a ride would cost before it is ridden: the period's best price with it, less that without it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service_kit.errors import FailedPrecondition
from service_kit.identity.principal import Principal

from ticketing.application.desk import Desk
from ticketing.application.settling import SettleRider
from ticketing.domain.bill import Bill
from ticketing.domain.errors import NoPriceError
from ticketing.domain.journeys import Journey, JourneyKey, JourneyState, Leg, Reading, Riders, Source
from ticketing.domain.products import ADULT
from ticketing.domain.tariff import Owned

PLANNED = "planned"
"""Reference of a journey that nobody has begun."""

Billed = tuple[Journey, Reading]


@dataclass(frozen=True, slots=True)
class Quote:
    """A forecast, not a promise: further rides before it may change what it adds.

    Parameters
    ----------
    cents
        What the period's price rises by.
    alone_cents
        The journey on its own.
    products
        What the period with it is made of.
    proven
        Whether both prices are proven to be the lowest.
    """

    cents: int
    alone_cents: int
    currency: str
    period_id: str
    tariff: str
    proven: bool
    products: tuple[str, ...]


class Quotes:
    """Forecasts by the engine that bills."""

    def __init__(self, desk: Desk, settle: SettleRider) -> None:
        self._desk = desk
        self._settle = settle

    def __call__(self, account_id: str, legs: Sequence[Leg], riders: Riders, caller: Principal) -> Quote:
        """Forecast a journey, on an account's period or, without an account, as the only one.

        Raises
        ------
        NotFound, FailedPrecondition
            ``ACCOUNT_NOT_FOUND``; ``NO_TARIFF``, ``NO_PRICE`` where no product covers it: unknown is never
            free.
        """
        day = self._desk.prices.service_day(legs[0].board_time)
        if not account_id:
            return self.forecast("", legs, riders or ((ADULT, 1),), (), ())
        account = self._desk.own_account(account_id, caller)
        period = self._desk.prices.period(day)
        with self._desk.stores.identity.reading() as reader:
            names = reader.pseudonyms(account_id, period.month)
        rider = names.rider if names else ""
        travelling = riders or ((account.profile.category, 1),)
        return self.forecast(
            rider, legs, travelling, account.profile.owned, self.ridden(rider, period.id) if rider else ()
        )

    def ridden(self, rider: str, period_id: str, without: str = "") -> list[Billed]:
        """What a rider's period is billed for now, except one journey."""
        now = self._desk.clock.now()
        with self._desk.stores.rides.reading() as reader:
            told = reader.journeys_of(rider, period_id)
        return self._settle.billed([it for it in told if it.key.journey_id != without], now)

    def forecast(
        self,
        rider: str,
        legs: Sequence[Leg],
        riders: Riders,
        owned: tuple[Owned, ...],
        ridden: Iterable[Billed],
    ) -> Quote:
        """Price a planned journey on top of others; raises FailedPrecondition as a call does."""
        prices = self._desk.prices
        day = prices.service_day(legs[0].board_time)
        try:
            version = prices.version(day)
        except NoPriceError as error:
            raise FailedPrecondition("NO_TARIFF", f"legs[0].board_time: {error}") from None
        period = prices.period(day)
        key = JourneyKey(PLANNED, rider, PLANNED, Source.CHECK_IN, day, period.id, riders, owned)
        reading = Reading(tuple(legs))
        begins, ends = legs[0].board_time, legs[-1].alight_time
        planned = Journey(key, JourneyState.COMPLETED, riders, begins, ends, (reading,)), reading
        before = list(ridden)
        without, _ = prices.bill(before)
        together, unpriced = prices.bill([*before, planned])
        alone_cents = prices.cents_alone(*planned)
        if PLANNED in unpriced or alone_cents is None:
            raise FailedPrecondition("NO_PRICE", "legs: no product of the tariff covers the ride")
        return Quote(
            cents=together.total_cents - without.total_cents,
            alone_cents=alone_cents,
            currency=version.currency,
            period_id=period.id,
            tariff=version.id,
            proven=together.optimal and without.optimal,
            products=_products(together),
        )


def _products(bill: Bill) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.product for line in bill.lines))
