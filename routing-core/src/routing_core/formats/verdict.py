"""What a judge says."""

from collections.abc import Sequence
from dataclasses import dataclass

Routes = Sequence[Sequence[str]]
"""Node ids of the file in driving order, one sequence per vehicle."""

TOLERANCE = 1e-6
"""In the file's units: by so much floating-point sums may be off."""


@dataclass(frozen=True)
class Verdict:
    """What routes cost in the convention of their format, and every rule they break."""

    vehicle_count: int
    cost: float
    faults: tuple[str, ...]

    @property
    def feasible(self) -> bool:
        return not self.faults
