"""What a driver has to be told when a tour changes: stops that come, go, or are done in another order."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from waste.domain.tour import ChangeKind, Reason, Stop, Tour

Difference = tuple[ChangeKind, str, Reason | None]


def differences(before: Tour, after: Tour, why: Reason | None = None) -> tuple[Difference, ...]:
    """The changes from one version of a tour to the next.

    Of stops that are in both, as few as possible are told as moved. A stop that comes has its own reason, if
    it has one.
    """
    old, new = _ids(before.ahead), _ids(after.ahead)
    gone = [stop_id for stop_id in old if stop_id not in new]
    come = [stop for stop in after.ahead if stop.id not in old]
    stayed_old = [stop_id for stop_id in old if stop_id in new]
    stayed_new = [stop_id for stop_id in new if stop_id in old]
    told: list[Difference] = [(ChangeKind.STOP_REMOVED, stop_id, why) for stop_id in gone]
    told += [(ChangeKind.STOP_ADDED, stop.id, stop.reason or why) for stop in come]
    told += [(ChangeKind.STOP_MOVED, stop_id, why) for stop_id in _moved(stayed_old, stayed_new)]
    return tuple(told)


def _moved(old: list[str], new: list[str]) -> list[str]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    kept = {
        old[place]
        for match in matcher.get_matching_blocks()
        for place in range(match.a, match.a + match.size)
    }
    return [stop_id for stop_id in new if stop_id not in kept]


def _ids(stops: Sequence[Stop]) -> list[str]:
    return [stop.id for stop in stops]


def fresh_id(tour: Tour, taken: int = 0) -> str:
    """An id for one more stop; ``taken`` are those given out since."""
    numbers = [int(stop.id[1:]) for stop in (*tour.stops, *tour.removed) if stop.id[1:].isdigit()]
    return f"s{max(numbers, default=0) + 1 + taken}"
