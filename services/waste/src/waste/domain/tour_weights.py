"""How heavy a litre of a fraction is, learned from what the plants' scales show.

The usual density counts like a few weighings of its own, so that one odd weighing does not turn every
estimate: with ``K`` litres of trust in the prior, the estimate is ``(K * prior + kilograms) / (K + litres)``,
the mean of a Gamma distribution that Poisson weighings update (Gelman et al., Bayesian Data Analysis, 2.6).
"""

from collections.abc import Iterable
from dataclasses import dataclass

TRUST_L = 20_000.0
"""Litres that the usual density counts for: about as much as a truck brings in one go."""
BELIEVABLE = (0.2, 5.0)
"""A weighing further from the usual density, as a factor, tells of the scale, not of the fraction."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """What was unloaded at once of one fraction: litres as estimated at containers, kilograms as weighed."""

    fraction: str
    volume_l: float
    weight_kg: float


def density_kg_per_l(usual_kg_per_l: float, fraction: str, weighings: Iterable[Weighing]) -> float:
    """Kilograms per litre of a fraction.

    Parameters
    ----------
    usual_kg_per_l
        What holds before anything was weighed; positive.

    Raises
    ------
    ValueError
        For a usual density that is not positive.
    """
    if usual_kg_per_l <= 0:
        raise ValueError(f"usual_kg_per_l is {usual_kg_per_l}: it must be positive")
    volume_l, weight_kg = TRUST_L, TRUST_L * usual_kg_per_l
    for weighing in weighings:
        if weighing.fraction != fraction or weighing.volume_l <= 0:
            continue
        factor = weighing.weight_kg / weighing.volume_l / usual_kg_per_l
        if BELIEVABLE[0] <= factor <= BELIEVABLE[1]:
            volume_l += weighing.volume_l
            weight_kg += weighing.weight_kg
    return weight_kg / volume_l
