"""Which transfer rules hold between two legs of a journey.

A record for the two leg groups goes before empty fields, which stand for all groups that the same field of no
other record lists. A rule within one group may be applied several times in a row; its duration is then
measured from the first of these legs, and its count counts the transfers since that leg. Between different
groups the duration is that of the two legs.
"""

from collections import defaultdict
from collections.abc import Sequence

from timetable.fares.itinerary import EffectiveLeg, within_s
from timetable.fares.model import NO_LIMIT, LimitType, TransferRule


class TransferRules:
    """The transfer rules of a feed, indexed by leg group."""

    def __init__(self, rules: Sequence[TransferRule]) -> None:
        self._by_groups: dict[tuple[str, str], list[TransferRule]] = defaultdict(list)
        for rule in rules:
            self._by_groups[rule.from_group, rule.to_group].append(rule)
        self._from_groups = {rule.from_group for rule in rules} - {""}
        self._to_groups = {rule.to_group for rule in rules} - {""}

    def between(self, from_group: str, to_group: str) -> Sequence[TransferRule]:
        """Return the rules for a pair of leg groups, whatever their limits."""
        return self._by_groups.get(
            (
                from_group if from_group in self._from_groups else "",
                to_group if to_group in self._to_groups else "",
            ),
            (),
        )


def in_time(rule: TransferRule, first: EffectiveLeg, last: EffectiveLeg) -> bool:
    """Whether the rule's duration limit holds from one leg to another; not where a time is not given."""
    if rule.limit_s is None:
        return True
    starts = (
        first.first.departure
        if rule.limit_type in {LimitType.DEPARTURE_TO_ARRIVAL, LimitType.DEPARTURE_TO_DEPARTURE}
        else first.last.arrival
    )
    ends = (
        last.first.departure
        if rule.limit_type in {LimitType.DEPARTURE_TO_DEPARTURE, LimitType.ARRIVAL_TO_DEPARTURE}
        else last.last.arrival
    )
    return within_s(rule.limit_s, starts, ends)


def fewest_allowed(rules: Sequence[TransferRule], transfers: int) -> Sequence[TransferRule]:
    """Return those of the smallest ``transfer_count`` that allows so many transfers; no limit is largest."""

    def most(rule: TransferRule) -> float:
        return float("inf") if rule.most_transfers == NO_LIMIT else rule.most_transfers

    allowed = [rule for rule in rules if most(rule) >= transfers]
    fewest = min(map(most, allowed), default=0)
    return [rule for rule in allowed if most(rule) == fewest]
