"""Statements: one period of an account's journal, with its rides, reasons and alternatives."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from service_kit.errors import NotFound
from service_kit.identity.principal import Principal

from ticketing.application import stating
from ticketing.application.desk import Desk, no_account
from ticketing.application.explaining import Explanation, explain
from ticketing.application.ports import Settlement, Told
from ticketing.application.settling import SettleRider
from ticketing.domain.bank_days import bank_days_after
from ticketing.domain.bill import Bill
from ticketing.domain.direct_debit import Creditor
from ticketing.domain.journal import CHARGING, Entry, balance_cents, lines_of
from ticketing.domain.journeys import Journey, Leg, Place, Reading
from ticketing.domain.periods import Period
from ticketing.domain.statement import (
    Collection,
    StatedRide,
    Statement,
    UnpricedRide,
)
from ticketing.domain.statement_words import Language

PlaceName = Callable[[Place], str]
Billed = tuple[Journey, Reading]
RIDERS_AT_ONCE = 100


class Printer(Protocol):
    """Puts a statement on paper."""

    def __call__(self, statement: Statement, language: Language, operator: str) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Debited:
    """What was ordered from a bank, under which id, and when it is due."""

    order_id: str
    due: date


class Moneys(Protocol):
    """What is known of money before it moves."""

    def quoted_cents(self, rider: str, period_id: str) -> dict[str, int]:
        """By journey id; only what was forecast."""
        ...

    def debited(self, rider: str, period_id: str) -> Debited | None:
        """The period's debit, where one is ordered and the bank did not take it back."""
        ...


@dataclass(frozen=True, slots=True)
class Terms:
    """How an operator collects.

    Parameters
    ----------
    operator
        As it names itself on paper.
    debit_after_bank_days
        So many bank days after a period is over it is debited.
    creditor
        None while there is nobody to debit for.
    """

    operator: str
    debit_after_bank_days: int
    creditor: Creditor | None = None

    def due(self, period: Period) -> date:
        """When a period is debited."""
        return bank_days_after(period.after, self.debit_after_bank_days)


@dataclass(frozen=True, slots=True)
class Listed:
    """A statement in a list.

    Parameters
    ----------
    total_cents, balance_cents
        What it charges; what is left of that after payments, refunds and fees.
    optimal
        Whether the price is proven to be the lowest.
    """

    period: Period
    currency: str
    total_cents: int
    balance_cents: int
    optimal: bool
    cut_off: datetime


@dataclass(frozen=True, slots=True)
class Shown(Listed):
    """A whole statement, and the journal's entries on it."""

    statement: Statement
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """What a statement is made of, as the stores have it."""

    account_id: str
    period: Period
    told: Sequence[Told]
    posted: Sequence[Entry]
    settlement: Settlement | None
    billed: Sequence[Billed]

    @property
    def own(self) -> list[Entry]:
        """What was charged on this statement for the period itself."""
        return [
            it for it in self.posted if it.posting.period_id == self.period.id and it.posting.kind in CHARGING
        ]


class Statements:
    """Views of the journal."""

    def __init__(
        self,
        desk: Desk,
        settle: SettleRider,
        terms: Terms,
        *,
        moneys: Moneys,
        place_name: PlaceName,
        printer: Printer,
    ) -> None:
        self._desk = desk
        self._settle = settle
        self._moneys = moneys
        self._place_name = place_name
        self._printer = printer
        self.terms = terms

    def shown(self, account_id: str, period_id: str, caller: Principal) -> Shown:
        """An account's statement for its caller; of the running period where none is named.

        Raises
        ------
        NotFound
            ``ACCOUNT_NOT_FOUND``; ``STATEMENT_NOT_FOUND`` where nothing was ridden or posted.
        """
        self._desk.own_account(account_id, caller)
        return self._of(account_id, period_id)

    def printed(self, shown: Shown, language: Language) -> bytes:
        """The statement as a PDF."""
        return self._printer(shown.statement, language, self.terms.operator)

    def listed(self, account_id: str, before: str, count: int, caller: Principal) -> list[Listed]:
        """At most ``count`` statements of periods before one, newest first; raises NotFound."""
        self._desk.own_account(account_id, caller)
        riders = self._desk.riders(account_id)
        with self._desk.stores.rides.reading() as reader:
            entries = [entry for rider in riders for entry in reader.entries(rider)]
            optimal = {it.period_id: it.optimal for it in reader.settlements(riders)}
        posted_in = sorted({it.posting.posted_in for it in entries}, reverse=True)
        chosen = [it for it in posted_in if not before or it < before][:count]
        return [
            self._listed(
                self._desk.prices.period_named(name),
                [it for it in entries if it.posting.posted_in == name],
                optimal=optimal.get(name, True),
            )
            for name in chosen
        ]

    def all_of(self, period_id: str, after: str) -> Iterator[Shown]:
        """Every account's statement of a period, one after the other, after one account's."""
        period = self._desk.prices.period_named(period_id)
        rider = ""
        if after:
            with self._desk.stores.identity.reading() as identity:
                names = identity.pseudonyms(after, period.month)
            if names is None:
                raise no_account(after)
            rider = names.rider
        while True:
            with self._desk.stores.rides.reading() as reader:
                riders = reader.riders_in(period.id, rider, RIDERS_AT_ONCE)
            for each in riders:
                with self._desk.stores.identity.reading() as identity:
                    names = identity.of_rider(each)
                if names is not None:
                    yield self._of(names.account_id, period.id)
            if len(riders) < RIDERS_AT_ONCE:
                return
            rider = riders[-1]

    def _listed(self, period: Period, entries: Sequence[Entry], *, optimal: bool) -> Listed:
        prices = self._desk.prices
        return Listed(
            period=period,
            currency=prices.book.versions[0].currency,
            total_cents=sum(it.posting.cents for it in entries if it.posting.kind in CHARGING),
            balance_cents=balance_cents(entries),
            optimal=optimal,
            cut_off=prices.cut_off(period),
        )

    def _of(self, account_id: str, period_id: str) -> Shown:
        desk, now = self._desk, self._desk.clock.now()
        prices = desk.prices
        period = prices.period_named(period_id) if period_id else prices.period(prices.service_day(now))
        with desk.stores.identity.reading() as identity:
            names = identity.pseudonyms(account_id, period.month)
            riders = [it.rider for it in identity.all_pseudonyms(account_id)]
            details = identity.payment_details(account_id)
        rider = names.rider if names else ""
        with desk.stores.rides.reading() as reader:
            told = reader.journeys_of(rider, period.id) if rider else []
            posted = reader.entries_posted_in(riders, period.id)
            settlement = reader.settlement(rider, period.id) if rider else None
        if not told and not posted:
            raise NotFound.in_field(
                "period_id", f"nothing was ridden or posted in {period.id}", "STATEMENT_NOT_FOUND"
            )
        # Until it is due a debit is announced, not paid.
        debited = self._moneys.debited(rider, period.id)
        if debited and debited.due <= prices.service_day(now):
            debited = None
        moved = [it for it in posted if debited is None or it.posting.reference != debited.order_id]
        found = _Found(account_id, period, told, moved, settlement, self._settle.billed(told, now))
        statement = self._stated(found)
        mandate = details.mandate_reference if details else ""
        if mandate and statement.open_cents > 0:
            due = debited.due if debited else self.terms.due(period)
            statement = replace(statement, collection=Collection(stating.short(mandate), due))
        return Shown(
            period=period,
            currency=statement.currency,
            total_cents=statement.total_cents,
            balance_cents=balance_cents(posted),
            optimal=statement.proven,
            cut_off=prices.cut_off(period),
            statement=statement,
            entries=tuple(posted),
        )

    def _bill(self, found: _Found) -> tuple[Bill, tuple[str, ...]]:
        """What the journal charges, or would if it were settled now, and which journeys no product covers."""
        if found.settlement is None:
            return self._desk.prices.bill(found.billed)
        charged = lines_of(found.own, found.period.id)
        lines = tuple(sorted(charged.elements(), key=stating.in_order))
        bill = Bill(sum(line.cents for line in lines), found.settlement.optimal, lines)
        return bill, found.settlement.unpriced

    def _stated(self, found: _Found) -> Statement:
        bill, unpriced = self._bill(found)
        period, settlement = found.period, found.settlement
        prices = self._desk.prices
        zone = prices.book.versions[0].timezone
        covered = {ride for line in bill.lines for ride in line.rides}
        rides = {
            ride.id: ((journey, reading), ride)
            for journey, reading in found.billed
            for ride in prices.rides_of(journey, reading)
            if ride.id in covered
        }
        # Where a ride was put right after the cut-off, its bill stands and the difference is on a later one:
        # nothing then tells how the old price came about.
        explained = None
        if covered <= rides.keys():
            explained = explain(
                prices.best_price,
                prices.book,
                [ride for _, ride in rides.values()],
                prices.owned_of(journey for journey, _ in found.billed),
                bill,
            )
        rider = found.told[0].key.rider if found.told else ""
        corrections = stating.corrections(found.posted, period)
        issued_at = settlement.time if settlement else self._desk.clock.now()
        return Statement(
            account=found.account_id,
            period=period.id,
            first=period.first,
            last=period.last,
            issued_at=issued_at.astimezone(zone),
            currency=prices.book.versions[0].currency,
            products=stating.products(prices.book, bill, explained),
            lines=tuple(stating.stated_line(line, explained) for line in bill.lines),
            rides=self._rides(
                explained,
                {name: it for name, (it, _) in rides.items()},
                self._moneys.quoted_cents(rider, period.id),
                zone,
            ),
            corrections=corrections,
            singles_cents=explained.singles_cents if explained else None,
            next_best=explained.next_best if explained else None,
            progress=explained.progress if explained else (),
            tariffs=stating.tariffs(prices.book, bill),
            proven=bill.optimal,
            posted_cents=bill.total_cents + sum(it.cents for it in corrections),
            settled=settlement is not None,
            revisions=stating.revisions(found.own, zone),
            moved=stating.moved(found.posted, zone),
            unpriced=self._unpriced(found.billed, unpriced, zone),
        )

    def _unpriced(
        self, billed: Sequence[Billed], references: Sequence[str], zone: ZoneInfo | None
    ) -> tuple[UnpricedRide, ...]:
        told = [
            UnpricedRide(
                journey.key.reference,
                reading.legs[0].board_time.astimezone(zone),
                self._place_name(reading.legs[0].board),
                self._place_name(reading.legs[-1].alight),
            )
            for journey, reading in billed
            if journey.key.reference in references
        ]
        return tuple(sorted(told, key=lambda it: (it.departure, it.id)))

    def _rides(
        self,
        explained: Explanation | None,
        rides: Mapping[str, Billed],
        quoted: Mapping[str, int],
        zone: ZoneInfo | None,
    ) -> tuple[StatedRide, ...]:
        if explained is None:
            return ()
        stated = []
        for ride in explained.rides:
            journey, reading = rides[ride.id]
            legs = reading.legs
            first = ride.id == journey.key.reference
            stated.append(
                StatedRide(
                    id=ride.id,
                    departure=ride.departure.astimezone(zone),
                    arrival=ride.arrival.astimezone(zone),
                    origin=self._at(legs, ride.departure, lambda leg: (leg.board_time, leg.board)),
                    destination=self._at(legs, ride.arrival, lambda leg: (leg.alight_time, leg.alight)),
                    riders=ride.riders,
                    alone_cents=explained.alone_cents[ride.id],
                    quoted_cents=quoted.get(journey.key.journey_id) if first else None,
                    counted_cents=explained.counted_cents[ride.id],
                )
            )
        return tuple(stated)

    def _at(self, legs: Sequence[Leg], moment: datetime, end: Callable[[Leg], tuple[datetime, Place]]) -> str:
        """The name of the place at which the ride begins or ends."""
        return next((self._place_name(place) for time, place in map(end, legs) if time == moment), "")
