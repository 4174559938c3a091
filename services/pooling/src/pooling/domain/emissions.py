"""Carbon dioxide of what is driven, by the kilometre."""

from dataclasses import dataclass

from pooling.domain.fleet import VehicleKind

_M_PER_KM = 1000


@dataclass(frozen=True, slots=True)
class Emissions:
    """Grams of carbon dioxide by the kilometre: of each kind of vehicle, and of the car a ride replaces."""

    g_per_km: dict[VehicleKind, int]
    car_g_per_km: int

    def driven_g(self, kind: VehicleKind, length_m: int) -> int:
        """What a vehicle of a kind came to on a way."""
        return round(self.g_per_km[kind] * length_m / _M_PER_KM)

    def replaced_g(self, length_m: int) -> int:
        """What a private car would have come to on a way."""
        return round(self.car_g_per_km * length_m / _M_PER_KM)
