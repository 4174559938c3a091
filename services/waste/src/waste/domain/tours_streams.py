"""Fractions that the same trucks collect are planned together; what shares no truck is planned apart."""

from collections.abc import Iterable
from dataclasses import dataclass

from waste.domain.tours import Pickup, PlantStop, Situation, TruckShift


@dataclass(frozen=True)
class Stream:
    """A part of a situation that shares no truck with the rest.

    ``pickups`` are those that some of its shifts could collect; ``plants`` take all its fractions.
    """

    fractions: tuple[str, ...]
    pickups: tuple[Pickup, ...]
    plants: tuple[PlantStop, ...]
    shifts: tuple[TruckShift, ...]

    @property
    def first_days(self) -> dict[str, int]:
        """By truck: the first day on which it drives, which is the one its driver was told about."""
        return {shift.truck_id: shift.day for shift in sorted(self.shifts, key=lambda shift: -shift.day)}


def streams_of(situation: Situation) -> tuple[Stream, ...]:
    """The streams of a situation, in alphabetic order of their fractions."""
    streams = [
        Stream(
            tuple(sorted(fractions)),
            tuple(pickup for pickup in situation.pickups if pickup.fraction in fractions),
            tuple(plant for plant in situation.plants if fractions <= plant.fractions),
            tuple(shift for shift in situation.shifts if fractions & shift.chambers.keys()),
        )
        for fractions in _joined(frozenset(shift.chambers) for shift in situation.shifts)
    ]
    return tuple(sorted(streams, key=lambda stream: stream.fractions))


def _joined(sets: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    joined: list[frozenset[str]] = []
    for fractions in sets:
        touching = [other for other in joined if other & fractions]
        joined = [other for other in joined if not other & fractions]
        joined.append(fractions.union(*touching))
    return [fractions for fractions in joined if fractions]
