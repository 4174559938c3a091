"""What places are called on statements."""

from collections.abc import Mapping

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
