"""The dynamic programme against a reading of the same rules that simply tries everything."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from timetable.fares.chain import Purse, cheapest_payment
from timetable.fares.itinerary import EffectiveLeg, Leg, PlacedLeg
from timetable.fares.model import LegRule, LimitType, Offer, TransferRule, TransferType
from timetable.fares.money import Money
from timetable.fares.transfers import TransferRules

START = datetime(2026, 6, 10, 8, tzinfo=UTC)
GROUPS = ("g", "h", "")
PRODUCTS = ("p", "q", "r", "unsold")
PRICES = st.fixed_dictionaries({name: st.integers(-50, 500) for name in PRODUCTS[:3]})


@st.composite
def leg_times(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Departure and arrival of up to five legs in minutes."""
    times, now = [], 0
    for _ in range(draw(st.integers(1, 5))):
        departs = now + draw(st.integers(0, 30))
        now = departs + draw(st.integers(1, 30))
        times.append((departs, now))
    return times


LEG_OPTIONS = st.lists(
    st.tuples(st.sampled_from(GROUPS), st.sampled_from(PRODUCTS)), min_size=1, max_size=3, unique=True
)
TRANSFER_ROWS = st.lists(
    st.tuples(
        st.sampled_from(GROUPS),
        st.sampled_from(GROUPS),
        st.sampled_from((-1, 1, 2, 3)),
        st.sampled_from((None, 20, 60, 90)),
        st.sampled_from(LimitType),
        st.sampled_from(TransferType),
        st.sampled_from(("", "p", "r", "unsold")),
    ),
    max_size=5,
)


def effective(number: int, departs: int, arrives: int) -> EffectiveLeg:
    leg = Leg("a", "b", "bus", "", START + timedelta(minutes=departs), START + timedelta(minutes=arrives))
    return EffectiveLeg((number,), (PlacedLeg(leg, "bus", "", ("a", "b"), ""),), ())


@settings(max_examples=150, deadline=None)
@given(leg_times(), st.data(), TRANSFER_ROWS, PRICES)
def test_the_cheapest_payment_is_that_of_trying_everything(
    times: list[tuple[int, int]],
    data: st.DataObject,
    rows: list[tuple[str, str, int, int | None, LimitType, TransferType, str]],
    prices: dict[str, int],
) -> None:
    options = [data.draw(LEG_OPTIONS) for _ in times]
    rules = [
        [LegRule(line, group, "", "", "", "", "", product) for line, (group, product) in enumerate(leg, 2)]
        for leg in options
    ]
    transfers = [
        TransferRule(
            line,
            start,
            end,
            count if start == end else 1,
            None if minutes is None else minutes * 60,
            None if minutes is None else kind,
            how,
            product,
        )
        for line, (start, end, count, minutes, kind, how, product) in enumerate(rows, 2)
    ]
    offers = {name: (Offer(name, "", "", "", Money(cents, "EUR")),) for name, cents in prices.items()}
    payment = cheapest_payment(
        [effective(number, *pair) for number, pair in enumerate(times)],
        rules,
        TransferRules(transfers),
        Purse(offers, frozenset(), "", ("EUR",)),
    )
    expected = min(every_total(times, options, transfers, prices), default=None)
    if payment is None:
        assert expected is None
    else:
        assert sum(money.minor for money in payment.total) == expected


Options = list[list[tuple[str, str]]]


def every_total(
    times: list[tuple[int, int]], options: Options, transfers: list[TransferRule], prices: dict[str, int]
) -> Iterator[int]:
    """Yield the total of every way to choose leg rules and transfer rules that can be bought."""

    def walk(number: int, chosen: list[tuple[str, str]], kinds: list[TransferRule | None]) -> Iterator[int]:
        if number == len(times):
            total = cost(chosen, kinds, prices)
            if total is not None:
                yield total
            return
        for option in options[number]:
            held = (
                holding(chosen[-1][0], option[0], number, kinds, times, transfers, prices) if chosen else []
            )
            if not held:
                yield from walk(number + 1, [*chosen, option], [*kinds, None])
            for rule in held:
                yield from walk(number + 1, [*chosen, option], [*kinds, rule])

    yield from walk(0, [], [])


def cost(
    chosen: list[tuple[str, str]], kinds: list[TransferRule | None], prices: dict[str, int]
) -> int | None:
    """Add up the table of the reference, sub-journey by sub-journey."""
    bought: list[str] = []
    for number, (_, product) in enumerate(chosen):
        rule = kinds[number]
        after = kinds[number + 1] if number + 1 < len(kinds) else None
        if rule is None:
            if after is None or after.kind is not TransferType.TRANSFER_ONLY:
                bought.append(product)
            continue
        if rule.product:
            bought.append(rule.product)
        if rule.kind is TransferType.FROM_TRANSFER_AND_TO:
            bought.append(product)
    return sum(prices[product] for product in bought) if set(bought) <= set(prices) else None


def holding(
    start: str,
    end: str,
    number: int,
    kinds: list[TransferRule | None],
    times: list[tuple[int, int]],
    transfers: list[TransferRule],
    prices: dict[str, int],
) -> list[TransferRule]:
    """Return the rules of which one has to be used for the transfer to leg ``number``."""
    exact = [rule for rule in transfers if (rule.from_group, rule.to_group) == (start, end) and start and end]
    named_from = {rule.from_group for rule in transfers}
    named_to = {rule.to_group for rule in transfers}
    rules = exact or [
        rule
        for rule in transfers
        if (rule.from_group == start if rule.from_group else start not in named_from - {""})
        and (rule.to_group == end if rule.to_group else end not in named_to - {""})
    ]
    held: dict[TransferRule, int] = {}
    for rule in rules:
        first = number - 1
        if rule.from_group == rule.to_group:
            while (before := kinds[first]) is not None and (before.from_group, before.to_group) == (
                rule.from_group,
                rule.to_group,
            ):
                first -= 1
        begins = times[first][
            rule.limit_type in {LimitType.ARRIVAL_TO_DEPARTURE, LimitType.ARRIVAL_TO_ARRIVAL}
        ]
        ends = times[number][
            rule.limit_type in {LimitType.DEPARTURE_TO_ARRIVAL, LimitType.ARRIVAL_TO_ARRIVAL}
        ]
        count = number - first
        if (
            (rule.limit_s is None or (ends - begins) * 60 <= rule.limit_s)
            and (not rule.product or rule.product in prices)
            and (rule.from_group != rule.to_group or rule.most_transfers in {-1, *range(count, 9)})
        ):
            held[rule] = 99 if rule.most_transfers == -1 else rule.most_transfers
    return [rule for rule, most in held.items() if most == min(held.values())]
