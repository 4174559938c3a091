"""What pooling's bookings mean for money: the quote is held, and captured or let go as the ride ends."""

from service_kit.errors import FailedPrecondition

from ticketing.application.desk import Desk
from ticketing.application.payments import PaymentRows, booked, ended
from ticketing.application.quotes import Quotes
from ticketing.application.rides_taken import with_companions
from ticketing.domain.journeys import Leg, Riders
from ticketing.domain.payment import Ending, Payment, PaymentState


class RidePayments:
    """Each method is one event, in the transaction of its consumer.

    Parameters
    ----------
    provider_set
        Whether there is a provider to hold anything; else quotes are kept for the statement only.
    """

    def __init__(self, desk: Desk, quotes: Quotes, *, provider_set: bool) -> None:
        self._desk = desk
        self._quotes = quotes
        self._provider_set = provider_set

    def booked(self, rows: PaymentRows, ride_id: str, payer: str, leg: Leg, party: Riders) -> None:
        """Forecast a booked ride and have the forecast held; nothing where the payer is nobody's."""
        desk = self._desk
        with desk.stores.identity.reading() as reader:
            names = reader.of_payer(payer)
            account = None if names is None else reader.account(names.account_id)
        if account is None:
            return
        period = desk.prices.period(desk.prices.service_day(leg.board_time))
        rider = desk.pseudonyms(account.id, period.month).rider
        ridden = self._quotes.ridden(rider, period.id, without=ride_id)
        riders = with_companions(account, party)
        try:
            quote = self._quotes.forecast(rider, (leg,), riders, account.profile.owned, ridden)
        except FailedPrecondition:
            # No product covers it: nothing is held for what has no price.
            return
        state = PaymentState.ASKED if self._provider_set and quote.cents else PaymentState.BY_STATEMENT
        payment = Payment(ride_id, rider, period.id, quote.cents, quote.currency, state)
        booked(rows, payment, desk.clock.now())

    def ended(self, rows: PaymentRows, ride_id: str, ending: Ending) -> None:
        """Have what is held captured or let go; without a mandate at once."""
        kept = rows.payment(ride_id)
        at_once = kept is not None and not self._has_mandate(kept.payment.rider)
        ended(rows, ride_id, ending, self._desk.clock.now(), at_once=at_once)

    def _has_mandate(self, rider: str) -> bool:
        with self._desk.stores.identity.reading() as reader:
            names = reader.of_rider(rider)
            details = None if names is None else reader.payment_details(names.account_id)
        return details is not None and bool(details.mandate_reference)
