"""Check-ins, check-outs, traces and answers: what is told of journeys, and how they look by it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from service_kit.errors import AlreadyExists, FailedPrecondition, InvalidInput, NotFound
from service_kit.identity.principal import Principal
from service_kit.once import Call, repeated, write_once

from ticketing.application.accounts import check_open
from ticketing.application.desk import Desk, new_name
from ticketing.application.ports import Detector, RideWriter, StoredTrace, Told
from ticketing.domain.account import Account
from ticketing.domain.errors import NoPriceError
from ticketing.domain.journeys import (
    CLOCKS_DIFFER,
    Answered,
    CheckedIn,
    CheckedOut,
    Detected,
    Happening,
    Journey,
    JourneyKey,
    Reading,
    Source,
    journey_of,
)
from ticketing.domain.trace import Fix

ResultT = TypeVar("ResultT")

EARLY = timedelta(minutes=5)
"""So long before a period is over what happens in it has it settled: who settles all of it at its end sees
what was stored before, whatever the clocks of two machines say."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A journey after its trace was looked at, and when the trace is deleted."""

    journey: Journey
    point_count: int
    delete_time: datetime


class Journeys:
    """The use cases around journeys."""

    def __init__(self, desk: Desk, detect: Detector | None, keep_traces: timedelta) -> None:
        self._desk = desk
        self._detect = detect
        self._keep_traces = keep_traces

    def check_in(self, call: Call[Journey], account_id: str, journey_id: str, begun: CheckedIn) -> bytes:
        """Begin a journey.

        Raises
        ------
        NotFound, FailedPrecondition, AlreadyExists
            ``ACCOUNT_NOT_FOUND``; ``ACCOUNT_CLOSED``, ``NO_TARIFF``, ``JOURNEY_OF_POOLING``;
            ``JOURNEY_EXISTS`` where the journey began otherwise.
        """
        return self._told(call, account_id, journey_id, [begun], begun)

    def check_out(
        self,
        call: Call[Journey],
        account_id: str,
        journey_id: str,
        ended: CheckedOut,
        begun: CheckedIn | None,
    ) -> bytes:
        """End a journey, and begin it where its check-in has not arrived.

        Raises
        ------
        NotFound, AlreadyExists
            ``ACCOUNT_NOT_FOUND``, ``JOURNEY_NOT_FOUND``; ``JOURNEY_EXISTS`` where it ended otherwise; as for
            check-ins where one comes along.
        InvalidInput
            ``CHECK_OUT_BEFORE_CHECK_IN``; ``CHECK_OUT_TOO_LATE`` after the end of the service day that
            follows the check-in's; ``LEG_OUTSIDE_JOURNEY`` for legs before its check-in or after its
            check-out.
        """
        told: list[Happening] = [ended] if begun is None else [begun, ended]
        return self._told(call, account_id, journey_id, told, begun)

    def answer(
        self, call: Call[Journey], account_id: str, journey_id: str, question_id: str, reading_id: str
    ) -> bytes:
        """Take an answer to a question about a journey.

        Raises
        ------
        NotFound, FailedPrecondition, InvalidInput
            ``QUESTION_NOT_OPEN`` where something else is known by now; ``READING_UNKNOWN``.
        """
        desk, now = self._desk, self._desk.clock.now()
        riders = self._riders(account_id, call.caller)

        def work(writer: RideWriter) -> Journey:
            found = _found(writer.journey(riders, journey_id), journey_id)
            journey = self.shown(found, now)
            if journey.question_id != question_id:
                raise FailedPrecondition("QUESTION_NOT_OPEN", f"question_id: {question_id} is not open")
            if reading_id not in {reading.id for reading in journey.readings}:
                raise InvalidInput.in_field(
                    "reading_id", f"{reading_id!r} is none of the question's", "READING_UNKNOWN"
                )
            return self._add(writer, found, [Answered(now, question_id, reading_id)], now)

        return self._stored(call, write_once(desk.stores.rides, call, now, work))

    def upload(self, call: Call[Uploaded], account_id: str, journey_id: str, points: Sequence[Fix]) -> bytes:
        """Keep a journey's trace for a while, and see what was ridden; raises NotFound.

        The trace is stored first, in its own store: sent again after a crash, it replaces itself.
        """
        desk, now = self._desk, self._desk.clock.now()
        if (answer := repeated(desk.stores.rides, call)) is not None:
            return answer
        riders = self._riders(account_id, call.caller)
        with desk.stores.rides.reading() as reader:
            key = _found(reader.journey(riders, journey_id), journey_id).key
        delete_time = now + self._keep_traces
        desk.stores.traces.put(StoredTrace(key.rider, key.reference, now, delete_time, tuple(points)))
        seen = self._seen(key, points)

        def work(writer: RideWriter) -> Uploaded:
            found = _found(writer.journey(riders, journey_id), journey_id)
            return Uploaded(self._add(writer, found, seen, now), len(points), delete_time)

        return self._stored(call, write_once(desk.stores.rides, call, now, work))

    def listed(
        self,
        account_id: str,
        period_id: str | None,
        after: int,
        count: int,
        caller: Principal,
    ) -> list[tuple[int, Journey]]:
        """At most ``count`` journeys after a position, with their positions; raises NotFound."""
        now = self._desk.clock.now()
        riders = self._riders(account_id, caller)
        with self._desk.stores.rides.reading() as reader:
            found = reader.journeys(riders, period_id, after, count)
        return [(position, self.shown(told, now)) for position, told in found]

    def shown(self, told: Told, now: datetime) -> Journey:
        """The journey as it is billed now: the reading that costs the rider least comes first."""
        day_over = now >= self._desk.prices.day_end(told.key.service_date)
        return favourable(self._desk, journey_of(told.key, told.happenings, day_over=day_over))

    def _told(
        self,
        call: Call[Journey],
        account_id: str,
        journey_id: str,
        told: Sequence[Happening],
        begun: CheckedIn | None,
    ) -> bytes:
        desk, now = self._desk, self._desk.clock.now()
        account = desk.own_account(account_id, call.caller)
        made = None if begun is None else self._key(account, journey_id, begun)
        riders = desk.riders(account_id)

        def work(writer: RideWriter) -> Journey:
            known = writer.journey(riders, journey_id)
            if known is None and made is not None:
                check_open(account)
                writer.put_journey(made)
                known = Told(made, ())
            found = _found(known, journey_id)
            _check_not_otherwise(found, told)
            self._check_end(found, told)
            _check_legs_within(found, told)
            return self._add(writer, found, told, now)

        return self._stored(call, write_once(desk.stores.rides, call, now, work))

    def _key(self, account: Account, journey_id: str, begun: CheckedIn) -> JourneyKey:
        prices = self._desk.prices
        day = prices.service_day(begun.time)
        try:
            prices.version(day)
        except NoPriceError as error:
            raise FailedPrecondition("NO_TARIFF", f"event_time: {error}") from None
        period = prices.period(day)
        names = self._desk.pseudonyms(account.id, period.month)
        return JourneyKey(
            reference=new_name("j"),
            rider=names.rider,
            journey_id=journey_id,
            source=Source.CHECK_IN,
            service_date=day,
            period_id=period.id,
            riders=((account.profile.category, 1),),
            owned=account.profile.owned,
        )

    def _check_end(self, found: Told, told: Sequence[Happening]) -> None:
        """Refuse a check-out that cannot be that of this check-in."""
        begun = min((it.time for it in (*found.happenings, *told) if isinstance(it, CheckedIn)), default=None)
        if begun is None:
            return
        prices = self._desk.prices
        latest = prices.day_end(prices.service_day(begun) + timedelta(days=1))
        for ended in (it.time for it in told if isinstance(it, CheckedOut)):
            if ended < begun - CLOCKS_DIFFER:
                raise InvalidInput.in_field(
                    "event_time",
                    f"{ended.isoformat()} is before the check-in at {begun.isoformat()}",
                    "CHECK_OUT_BEFORE_CHECK_IN",
                )
            if ended > latest:
                raise InvalidInput.in_field(
                    "event_time",
                    f"{ended.isoformat()} is later than {latest.isoformat()}, the end of the service day"
                    " after the check-in's",
                    "CHECK_OUT_TOO_LATE",
                )

    def _seen(self, key: JourneyKey, points: Sequence[Fix]) -> list[Happening]:
        if self._detect is None or not points:
            return []
        readings, sure = self._detect(points, key.service_date)
        return [Detected(points[-1].time, readings, sure)] if readings else []

    def _add(self, writer: RideWriter, found: Told, told: Iterable[Happening], now: datetime) -> Journey:
        new = [happening for happening in told if writer.tell(found.key, happening, now)]
        if new:
            settle_when_over(self._desk, writer, found.key, now)
        return self.shown(replace(found, happenings=(*found.happenings, *new)), now)

    def _stored(self, call: Call[ResultT], answer: bytes) -> bytes:
        self._desk.poke()
        self._desk.record(call)
        return answer

    def _riders(self, account_id: str, caller: Principal) -> list[str]:
        self._desk.own_account(account_id, caller)
        return self._desk.riders(account_id)


def favourable(desk: Desk, journey: Journey) -> Journey:
    """The journey with the reading first that costs the rider least on its own.

    What nothing is sold for comes last; of equally cheap readings the more probable one is first.
    """
    if len(journey.readings) < 2:
        return journey

    def order(reading: Reading) -> tuple[bool, int, float, str]:
        cents = desk.prices.cents_alone(journey, reading)
        return cents is None, cents or 0, -reading.confidence, reading.id

    return replace(journey, readings=tuple(sorted(journey.readings, key=order)))


def settle_when_over(desk: Desk, writer: RideWriter, key: JourneyKey, now: datetime) -> None:
    """Have a period settled when something happened on a journey of it that late; in the same transaction."""
    period = desk.prices.period(key.service_date)
    if now >= desk.prices.day_end(period.last) - EARLY:
        writer.request_settlement(key.rider, key.period_id, now)


def _found(told: Told | None, journey_id: str) -> Told:
    if told is None:
        raise NotFound.in_field("journey_id", f"there is no journey {journey_id!r}", "JOURNEY_NOT_FOUND")
    return told


def _check_not_otherwise(found: Told, told: Sequence[Happening]) -> None:
    """Refuse a second, different beginning or end, and any of a ride that its driver reports."""
    journey_id = found.key.journey_id
    if found.key.source is Source.POOLING:
        raise FailedPrecondition(
            "JOURNEY_OF_POOLING", f"journey_id: {journey_id} begins and ends as its driver reports"
        )
    for new in told:
        known = [it for it in found.happenings if type(it) is type(new)]
        if known and new not in known:
            what = "began" if isinstance(new, CheckedIn) else "ended"
            raise AlreadyExists.in_field(
                "journey_id", f"journey {journey_id!r} {what} otherwise, as was told before", "JOURNEY_EXISTS"
            )


def _check_legs_within(found: Told, told: Sequence[Happening]) -> None:
    """Refuse legs of another time: they would be priced by its service day and its tariff."""
    begun = [it.time for it in (*found.happenings, *told) if isinstance(it, CheckedIn)]
    ended = [it for it in told if isinstance(it, CheckedOut)]
    for number, leg in enumerate(leg for it in ended for leg in it.legs):
        if begun and leg.board_time < min(begun) - CLOCKS_DIFFER:
            raise InvalidInput.in_field(
                f"legs[{number}].board_time",
                f"{leg.board_time.isoformat()} is before the check-in",
                "LEG_OUTSIDE_JOURNEY",
            )
        if leg.alight_time > ended[0].time + CLOCKS_DIFFER:
            raise InvalidInput.in_field(
                f"legs[{number}].alight_time",
                f"{leg.alight_time.isoformat()} is after the check-out",
                "LEG_OUTSIDE_JOURNEY",
            )
