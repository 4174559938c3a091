"""Which journeys are worth showing, and why each of them is."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from journeys.domain.journey import Doubt, Journey, Mode, ReasonCode, Transit

NOBODY_KNOWS_CENTS = 1 << 40
DOUBT_S = {Doubt.NONE: 0, Doubt.ANSWER: 600, Doubt.LUCK: 3600}


def worth_showing(journeys: Iterable[Journey], *, arrive_by: bool) -> list[Journey]:
    """Leave out what nobody would take: another leaves no earlier, arrives no later and is no worse.

    No worse in transfers, walking, price and doubt: what nobody promises takes the place of nothing that
    somebody does. In time order, by departure where it is asked when to arrive.
    """
    kept: list[Journey] = []
    for journey in sorted(journeys, key=_quality):
        if not any(_covers(other, journey) for other in kept):
            kept = [other for other in kept if not _covers(journey, other)]
            kept.append(journey)
    return sorted(kept, key=_in_time_order(arrive_by=arrive_by))


def chosen(journeys: Sequence[Journey], most: int, *, arrive_by: bool) -> list[Journey]:
    """Pick at most ``most`` of those worth showing, each with why it is there, in time order.

    First the best of each kind, then the best on the whole that is most unlike those already chosen. What
    nobody promises is best at nothing, and says so.
    """
    if not journeys:
        return []
    if len(journeys) == 1:
        return [replace(journeys[0], reasons=(ReasonCode.ONLY_ONE, *_warning(journeys[0])))]
    reasons: dict[int, list[ReasonCode]] = {}
    promised = [at for at, journey in enumerate(journeys) if journey.doubt < Doubt.LUCK]
    for code, measure in _respects(arrive_by=arrive_by):
        values = {at: measure(journeys[at]) for at in promised}
        if len(set(values.values())) < 2:
            continue
        best = min(promised, key=lambda at: (values[at], _cost(journeys[at], arrive_by=arrive_by)))
        reasons.setdefault(best, []).append(code)
    picked = list(reasons)[:most]
    rest = [at for at in range(len(journeys)) if at not in reasons]
    while rest and len(picked) < most:
        nearest = {
            at: min((_unlike(journeys[at], journeys[other]) for other in picked), default=0.0) for at in rest
        }
        best = min(rest, key=lambda at: _cost(journeys[at], arrive_by=arrive_by) - 900 * nearest[at])
        rest.remove(best)
        picked.append(best)
        reasons[best] = _warning(journeys[best]) or [ReasonCode.BALANCED]
    shown = [replace(journeys[at], reasons=tuple(reasons[at])) for at in picked]
    return sorted(shown, key=_in_time_order(arrive_by=arrive_by))


def _warning(journey: Journey) -> list[ReasonCode]:
    return [ReasonCode.WITHOUT_PROMISE] if journey.doubt is Doubt.LUCK else []


Measure = Callable[[Journey], float]


def _respects(*, arrive_by: bool) -> list[tuple[ReasonCode, Measure]]:
    first: tuple[ReasonCode, Measure] = (
        (ReasonCode.LATEST_DEPARTURE, lambda journey: -journey.depart_s)
        if arrive_by
        else (ReasonCode.EARLIEST, lambda journey: journey.arrive_s)
    )
    return [
        first,
        (ReasonCode.FEWEST_TRANSFERS, lambda journey: journey.transfers),
        (ReasonCode.CHEAPEST, _cents),
        (ReasonCode.LEAST_WALKING, lambda journey: journey.walk_m),
        (ReasonCode.LEAST_CO2, lambda journey: journey.co2_g),
    ]


def _cents(journey: Journey) -> int:
    known = journey.price is not None and journey.price.complete
    return journey.price.cents if known and journey.price else NOBODY_KNOWS_CENTS


def _covers(one: Journey, other: Journey) -> bool:
    """Whether nobody would take the other one."""
    return (
        one.depart_s >= other.depart_s
        and one.arrive_s <= other.arrive_s
        and one.transfers <= other.transfers
        and one.walk_m <= other.walk_m
        and _cents(one) <= _cents(other)
        and one.doubt <= other.doubt
    )


def _quality(journey: Journey) -> tuple[int, int, int, int, int]:
    return (
        journey.arrive_s - journey.depart_s,
        journey.transfers,
        journey.walk_m,
        _cents(journey),
        journey.depart_s,
    )


def _cost(journey: Journey, *, arrive_by: bool) -> float:
    """In seconds: time until one is there, five minutes for a transfer, a metre on foot half a second.

    And ten minutes for what has to be asked for, an hour for what nobody promises.
    """
    away_s = -journey.depart_s if arrive_by else journey.arrive_s
    return away_s + 300 * journey.transfers + 0.5 * journey.walk_m + DOUBT_S[journey.doubt]


def _unlike(one: Journey, other: Journey) -> float:
    """From 0 to 1: how much of them is by other vehicles or in another way."""
    mine, theirs = _parts(one), _parts(other)
    return 1 - len(mine & theirs) / max(len(mine | theirs), 1)


def _parts(journey: Journey) -> frozenset[str]:
    return frozenset(
        f"{leg.detail.trip_id} {leg.detail.day}" if isinstance(leg.detail, Transit) else leg.mode.value
        for leg in journey.legs
        if leg.mode is not Mode.WALK or len(journey.legs) == 1
    )


def _in_time_order(*, arrive_by: bool) -> Callable[[Journey], tuple[int, int, int]]:
    if arrive_by:
        return lambda journey: (-journey.depart_s, journey.arrive_s, journey.transfers)
    return lambda journey: (journey.arrive_s, -journey.depart_s, journey.transfers)
