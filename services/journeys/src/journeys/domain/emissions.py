"""What a journey emits, for one passenger.

Averages of passenger transport in Germany in grams of greenhouse gases (as CO2) per passenger-kilometre,
reference year 2018: Umweltbundesamt, comparison of average emissions by means of transport (TREMOD 6.02). A
small bus on demand is counted like a car with its average load: what it emits depends on how well rides are
pooled, and so long as nobody has measured that here, it is not to look better than it is. Shared cars are
counted like cars for the same reason, though those of the villages drive on electricity.
"""

from collections.abc import Iterable

from journeys.domain.journey import Leg, Mode, Transit

CAR_G_PER_KM = 147
REGIONAL_TRAIN_G_PER_KM = 57
LONG_DISTANCE_TRAIN_G_PER_KM = 32
TRAM_G_PER_KM = 58
BUS_G_PER_KM = 80

_BY_MODE = {
    Mode.WALK: 0,
    Mode.BICYCLE: 0,
    Mode.CAR: CAR_G_PER_KM,
    Mode.POOLED_RIDE: CAR_G_PER_KM,
    Mode.SHARED_CAR: CAR_G_PER_KM,
    Mode.SHARED_BICYCLE: 0,
    Mode.FOREIGN_ON_DEMAND: CAR_G_PER_KM,
    Mode.LIFT: CAR_G_PER_KM,
    Mode.BENCH: CAR_G_PER_KM,
}
_LONG_DISTANCE_RAIL = frozenset({101, 102, 103, 105})
_TRAMS = frozenset({0, 1, 5, 12, *range(400, 405), *range(900, 907)})
_RAIL = frozenset({2, *range(100, 118)})


def emitted_g(legs: Iterable[Leg]) -> int:
    """Grams of CO2 equivalents of one passenger."""
    return round(sum(leg.length_m / 1000 * _factor(leg) for leg in legs))


def _factor(leg: Leg) -> int:
    if not isinstance(leg.detail, Transit):
        return _BY_MODE[leg.mode]
    kind = leg.detail.route_type
    if kind in _LONG_DISTANCE_RAIL:
        return LONG_DISTANCE_TRAIN_G_PER_KM
    if kind in _RAIL:
        return REGIONAL_TRAIN_G_PER_KM
    return TRAM_G_PER_KM if kind in _TRAMS else BUS_G_PER_KM
