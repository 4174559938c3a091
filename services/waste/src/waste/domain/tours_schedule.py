"""The fixed schedule a depot runs today, as good as a depot can make it.

Two kinds, both with all that experience tells about the containers. *Rounds*: each truck has one round, or
some by sector where a shift does not suffice, and drives each on fixed weekdays. *Own intervals*: each
container has fixed days of its own. A round or a container gets the rarest days with which, in a year of
another course of the same demand, no more than a given share of container days overflow.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import atan2, ceil, cos, radians

import numpy as np
import numpy.typing as npt

from waste.domain.tours_demand import Demand, brought_by
from waste.domain.tours_depot import Depot

SERVICE_SHARE = 0.01
"""Of container days that may overflow: what a depot is taken to aim at."""
ROUND_S = 6 * 3600
"""Of work at containers that a round may have; the rest of a shift is for driving, plants and the break."""
VISITED_S = 10 * 3600
"""Time of day at which a usual container is emptied."""
SETTLING_DAYS = 28
"""Until levels no longer depend on where they began."""

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cadence:
    """Fixed days: weekdays (ISO), in every ``weeks``-th week."""

    weekdays: frozenset[int]
    weeks: int = 1

    def is_on(self, day: date) -> bool:
        """Whether it is due on a day."""
        return day.isoweekday() in self.weekdays and day.toordinal() // 7 % self.weeks == 0


def cadences(weekday: int) -> tuple[Cadence, ...]:
    """From every sixth week to every working day; rarest first.

    Parameters
    ----------
    weekday
        1 or 2: with Thursday or Friday, the days of those that come twice a week.
    """
    once = frozenset({weekday})
    return (
        *(Cadence(once, weeks) for weeks in (6, 4, 3, 2, 1)),
        Cadence(frozenset({weekday, weekday + 3})),
        Cadence(frozenset({1, 3, 5})),
        Cadence(frozenset(range(1, 6))),
    )


@dataclass(frozen=True)
class FixedSchedule:
    """Which containers are due on which days, full or not."""

    name: str
    cadence_of: Mapping[str, Cadence]

    def due(self, day: date) -> frozenset[str]:
        """Containers to be emptied on a day."""
        return frozenset(name for name, cadence in self.cadence_of.items() if cadence.is_on(day))


def rounds(depot: Depot, demand: Demand, first: date, service_share: float = SERVICE_SHARE) -> FixedSchedule:
    """Every container of a round on the same days, those that the round as a whole needs.

    Parameters
    ----------
    demand
        Of the depot's containers, from ``first`` on: what experience tells.
    """
    chosen = {}
    for number, members in enumerate(_rounds(depot)):
        for cadence in cadences(1 + number % 2):
            if _overflow_shares(demand, first, members, cadence).mean() <= service_share:
                break
        chosen.update({depot.containers[member].container_id: cadence for member in members})
    return FixedSchedule("rounds", chosen)


def own_intervals(
    depot: Depot, demand: Demand, first: date, service_share: float = SERVICE_SHARE
) -> FixedSchedule:
    """Every container on days of its own; those of a round share a weekday, so that tours are dense."""
    chosen = {}
    for number, members in enumerate(_rounds(depot)):
        open_members = np.array(members)
        for cadence in cadences(1 + number % 2):
            enough = _overflow_shares(demand, first, open_members.tolist(), cadence) <= service_share
            enough |= cadence == cadences(1 + number % 2)[-1]
            for member in open_members[enough]:
                chosen[depot.containers[member].container_id] = cadence
            open_members = open_members[~enough]
    return FixedSchedule("own intervals", chosen)


def _overflow_shares(demand: Demand, first: date, members: Sequence[int], cadence: Cadence) -> Floats:
    """Of days, per container: on which it overflows if it is emptied with a cadence."""
    brought = demand.brought_share[list(members)]
    day_count = brought.shape[1]
    level = demand.begin_share[list(members)].copy()
    over = np.zeros(brought.shape, dtype=np.bool_)
    before = brought_by(VISITED_S)
    for day in range(day_count):
        if cadence.is_on(first + timedelta(days=day)):
            over[:, day] = level + before * brought[:, day] > 1.0
            level = (1.0 - before) * brought[:, day]
        else:
            level += brought[:, day]
        over[:, day] |= level > 1.0
    shares: Floats = over[:, SETTLING_DAYS:].mean(axis=1)
    return shares


def _rounds(depot: Depot) -> Iterator[list[int]]:
    """Containers by their place in the depot's list: each truck's, in sectors around the yard."""
    sites = {site.site_id: site for site in depot.sites}
    for truck in depot.trucks:
        if truck.reserve:
            continue
        mine = [index for index, other in enumerate(depot.containers) if other.fraction in truck.chambers]
        if not mine:
            continue

        def bearing(index: int) -> tuple[float, str]:
            site = sites[depot.containers[index].site_id]
            east = (site.longitude_deg - depot.longitude_deg) * cos(radians(depot.latitude_deg))
            return atan2(east, site.latitude_deg - depot.latitude_deg), site.site_id

        mine.sort(key=bearing)
        work_s = np.cumsum([depot.containers[index].lift_s for index in mine])
        count = ceil(work_s[-1] / ROUND_S)
        sector = np.minimum(count - 1, work_s * count // (work_s[-1] + 1))
        for number in range(count):
            yield [index for index, within in zip(mine, sector, strict=True) if within == number]
