"""The part of benches: a wait on one, told as what it is – nobody promises that a car will stop."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Protocol

from service_kit import errors

from journeys.application.finding import Found, Gap
from journeys.application.question import Question
from journeys.application.ways import Ways
from journeys.domain.benches import USUAL_WAIT_S, Bench, Outlook, Sign
from journeys.domain.journey import BenchWait, Journey, Leg, Mode, connected

MOST_WALKED_M = 1500


class KnownBenches(Protocol):
    """Benches, and what was told of waits there."""

    @property
    def benches(self) -> Sequence[Bench]: ...

    def outlook(self, bench: Bench, sign: Sign, at: datetime) -> Outlook:
        """What a wait from an instant on is likely to bring; raises service_kit.errors.Unavailable."""
        ...


class Benched:
    """A finder."""

    def __init__(self, benches: KnownBenches, walking: Ways, driving: Ways) -> None:
        self._benches = benches
        self._walking = walking
        self._driving = driving

    @property
    def modes(self) -> frozenset[Mode]:
        """See :class:`.Finder`."""
        return frozenset({Mode.BENCH})

    def find(self, question: Question) -> Found:
        """See :class:`.Finder`."""
        travellers = question.travellers
        if travellers.wheelchairs or travellers.bicycles or travellers.seated > 1:
            return Found()
        try:
            return Found(tuple(self._journeys(question)))
        except errors.Unavailable:
            message = "what is known of benches could not be asked for (the database does not take part)"
            return Found((), (Gap(Mode.BENCH, "BENCHES_UNAVAILABLE", message),))

    def _journeys(self, question: Question) -> Iterator[Journey]:
        begin_s, end_s = question.looked_at
        asked_s = question.at_s if question.arrive_by else max(question.at_s, question.now_s)
        if not begin_s <= asked_s < end_s:
            # One may sit down at any time: it is shown once.
            return
        most_m = min(question.max_walk_m, MOST_WALKED_M)
        for bench in self._benches.benches:
            if question.start.distance_m(bench.place) > most_m:
                continue
            for sign in bench.signs:
                if sign.place.distance_m(question.goal) <= most_m:
                    yield from self._by(question, bench, sign, most_m)

    def _by(self, question: Question, bench: Bench, sign: Sign, most_m: int) -> Iterator[Journey]:
        first = self._walking.leg(question.start, bench.place, 0)
        drive = self._driving.leg(bench.place, sign.place, 0)
        last = self._walking.leg(sign.place, question.goal, 0)
        if first is None or drive is None or last is None or max(first.length_m, last.length_m) > most_m:
            return
        takes_s = USUAL_WAIT_S + drive.arrive_s
        if question.latest_s is not None:
            sits_s = question.latest_s - last.arrive_s - takes_s
        else:
            sits_s = question.begin_s + first.arrive_s
        if sits_s - first.arrive_s < question.begin_s:
            return
        likely = self._benches.outlook(bench, sign, datetime.fromtimestamp(sits_s, UTC))
        wait = BenchWait(
            bench.id,
            sign.destination,
            likely.chance,
            likely.observed_count,
            USUAL_WAIT_S,
            round(likely.expected_wait_s),
            likely.sentence,
        )
        ride = Leg(
            Mode.BENCH,
            bench.place,
            sign.place,
            sits_s,
            sits_s + takes_s,
            drive.length_m,
            drive.line,
            wait,
        )
        legs = [first.moved(sits_s - first.arrive_s), ride, last.moved(ride.arrive_s)]
        yield Journey(connected(legs))
