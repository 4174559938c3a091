"""Settling one rider's period: the best price of what was ridden, less what is charged already, is posted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service_kit.once import Overtaken, write

from ticketing.application.desk import Desk
from ticketing.application.journeys import favourable
from ticketing.application.ports import RideReader, RideWriter, Settlement, Told
from ticketing.domain.bill import Bill
from ticketing.domain.journal import Entry, Posting, charged_cents, difference, entered
from ticketing.domain.journeys import Journey, Reading, journey_of
from ticketing.domain.periods import Period

MAX_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Settled:
    """What settling came to, and the rider's journal with it."""

    settlement: Settlement
    entries: Sequence[Entry]

    def posted_since(self, time: datetime) -> int:
        """Cents that were posted for the period from an instant on, by whichever try."""
        period_id = self.settlement.period_id
        return charged_cents((entry for entry in self.entries if entry.time >= time), period_id)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a bill was worked out from: it holds only while nothing else has been told or posted."""

    rider: str
    period: Period
    version: tuple[int, int]
    told: Sequence[Told]
    entries: Sequence[Entry]
    before: Settlement | None


class SettleRider:
    """Posts differences, so that doing it twice posts nothing twice, whatever died in between."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def __call__(self, rider: str, period_id: str) -> Settled:
        """Settle; the price is worked out outside the transaction that posts it.

        Raises
        ------
        Aborted
            ``OVERTAKEN``, after the rider's journeys changed again and again meanwhile.
        """
        period = self._desk.prices.period_named(period_id)
        for _ in range(MAX_ATTEMPTS - 1):
            try:
                return self._attempt(rider, period)
            except Overtaken:
                continue
        return write(self._desk.stores.rides, lambda writer: self._post(writer, rider, period))

    def _attempt(self, rider: str, period: Period) -> Settled:
        now = self._desk.clock.now()
        with self._desk.stores.rides.reading() as reader:
            seen = _look(reader, rider, period)
        bill, unpriced = self.bill(seen.told, now)
        with self._desk.stores.rides.writing() as writer:
            if writer.version(rider, period.id) != seen.version:
                raise Overtaken
            return self._store(writer, seen, bill, unpriced, now)

    def _post(self, writer: RideWriter, rider: str, period: Period) -> Settled:
        """Settle with everybody else waiting, after nothing else helped."""
        now = self._desk.clock.now()
        seen = _look(writer, rider, period)
        bill, unpriced = self.bill(seen.told, now)
        return self._store(writer, seen, bill, unpriced, now)

    def bill(self, told: Sequence[Told], now: datetime) -> tuple[Bill, tuple[str, ...]]:
        """The best price of these journeys of one account as they look now, and what no product covers."""
        return self._desk.prices.bill(self.billed(told, now))

    def billed(self, told: Sequence[Told], now: datetime) -> list[tuple[Journey, Reading]]:
        """The journeys that cost something, each in the reading that is best for the rider."""
        found = []
        for each in told:
            day_over = now >= self._desk.prices.day_end(each.key.service_date)
            journey = favourable(self._desk, journey_of(each.key, each.happenings, day_over=day_over))
            if journey.readings and journey.readings[0].legs:
                found.append((journey, journey.readings[0]))
        return found

    def _store(
        self,
        writer: RideWriter,
        seen: _Seen,
        bill: Bill,
        unpriced: tuple[str, ...],
        now: datetime,
    ) -> Settled:
        rider, period = seen.rider, seen.period
        posted_in = self._posted_in(period, seen.before, now)
        postings: list[Posting] = difference(seen.entries, bill, period.id, posted_in)
        entries = entered(rider, seen.version[1], now, postings)
        writer.append(entries)
        settlement = Settlement(rider, period.id, now, bill.total_cents, bill.optimal, unpriced)
        writer.put_settlement(settlement)
        if entries:
            writer.publish_settled(entries, settlement, posted_in)
        return Settled(settlement, (*seen.entries, *entries))

    def _posted_in(self, period: Period, before: Settlement | None, now: datetime) -> str:
        """The period's own statement until the cut-off, the running one's afterwards.

        What was never settled was on no statement yet, and comes on its own however late.
        """
        prices = self._desk.prices
        if before is None or now < prices.cut_off(period):
            return period.id
        return prices.period(prices.service_day(now)).id


def _look(reader: RideReader, rider: str, period: Period) -> _Seen:
    return _Seen(
        rider,
        period,
        reader.version(rider, period.id),
        reader.journeys_of(rider, period.id),
        reader.entries(rider),
        reader.settlement(rider, period.id),
    )
