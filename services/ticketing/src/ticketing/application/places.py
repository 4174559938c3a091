"""What places are called on statements, and in which tariff zones they are."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ticketing.domain.journeys import Place


class PlaceNames:
    """Names of stops; of what is no stop its zones, or where it is.

    Parameters
    ----------
    of_stop
        By stop id.
    """

    def __init__(self, of_stop: Mapping[str, str]) -> None:
        self._of_stop = of_stop

    def __call__(self, place: Place) -> str:
        if place.stop_id:
            return self._of_stop.get(place.stop_id, place.stop_id)
        if place.latitude_deg is not None and place.longitude_deg is not None:
            return f"{place.latitude_deg:.4f}, {place.longitude_deg:.4f}"
        return "/".join(place.zones or ())


class ZonesOfPlaces:
    """Tariff zones of places, looked up by stop, else by position.

    Parameters
    ----------
    of_stop
        By stop id; none for a stop that is known to lie outside all zones.
    at
        Zones at a latitude and a longitude, degrees; None where nobody knows where zones are.
    """

    def __init__(
        self,
        of_stop: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
        at: Callable[[float, float], tuple[str, ...]] | None = None,
    ) -> None:
        self._of_stop = of_stop
        self._at = at

    def __call__(self, place: Place) -> tuple[str, ...] | None:
        """Zones in order, none outside all of them; None where the place cannot be looked up."""
        if place.stop_id in self._of_stop:
            return self._of_stop[place.stop_id]
        if self._at is None or place.latitude_deg is None or place.longitude_deg is None:
            return None
        return self._at(place.latitude_deg, place.longitude_deg)


NO_LOOK_UP = ZonesOfPlaces()
"""Where nothing is known but what is told."""
