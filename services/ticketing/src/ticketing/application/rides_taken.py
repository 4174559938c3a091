"""On-demand rides as journeys: what pooling tells of them is check-in and check-out."""

from datetime import date, datetime

from ticketing.application.desk import Desk, new_name
from ticketing.application.journeys import settle_when_over
from ticketing.application.ports import RideWriter
from ticketing.domain.account import Account
from ticketing.domain.errors import NoPriceError
from ticketing.domain.journeys import Booked, Happening, JourneyKey, Riders, Source
from ticketing.domain.products import ADULT


class RidesTaken:
    """What pooling's events mean here; each method is one event, in the transaction of its consumer.

    Events may come in any order: what is told of a ride whose booking has not been heard of waits for it.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def booked(self, writer: RideWriter, ride_id: str, service_date: date, payer: str, ride: Booked) -> bool:
        """Take a booking on an account; False where the payer is nobody's, or no tariff holds then."""
        desk = self._desk
        account = self._account_of(payer)
        if account is None:
            return False
        try:
            desk.prices.version(service_date)
        except NoPriceError:
            return False
        period = desk.prices.period(service_date)
        rider = desk.pseudonyms(account.id, period.month).rider
        key = JourneyKey(
            reference=new_name("j"),
            rider=rider,
            journey_id=ride_id,
            source=Source.POOLING,
            service_date=service_date,
            period_id=period.id,
            riders=with_companions(account, ride.riders),
            owned=account.profile.owned,
        )
        writer.put_journey(key)
        self.happened(writer, ride_id, Booked(ride.board, ride.alight, key.riders, ride.network))
        return True

    def happened(self, writer: RideWriter, ride_id: str, happening: Happening) -> None:
        """Take what happened on a ride, of anybody's."""
        now: datetime = self._desk.clock.now()
        new = writer.tell_of_ride(ride_id, happening, now)
        key = writer.ride(ride_id)
        if new and key is not None:
            settle_when_over(self._desk, writer, key, now)

    def _account_of(self, payer: str) -> Account | None:
        with self._desk.stores.identity.reading() as reader:
            names = reader.of_payer(payer)
            return None if names is None else reader.account(names.account_id)


def with_companions(account: Account, party: Riders) -> Riders:
    """Who travels: the account's rider, and as many adults more as there are passengers more."""
    others = sum(count for _, count in party) - 1
    own = account.profile.category
    if own == ADULT or others <= 0:
        return ((own, max(1, others + 1)),)
    return tuple(sorted(((own, 1), (ADULT, others))))
