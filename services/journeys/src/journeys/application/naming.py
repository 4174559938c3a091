"""Names of places: what somebody may mean by a text, and what to call a position."""

from collections.abc import Sequence

from routing_core.places.place import Place
from routing_core.places.search import Match, PlaceSearch

STOP_PREFIX = "stop:"
"""Ids of places that are stops of the timetable begin so."""


class Naming:
    """The use cases around names; safe to use from several threads."""

    def __init__(self, places: PlaceSearch) -> None:
        self._places = places
        self._by_id = {place.id: place for place in places.places}

    def search(
        self, text: str, near: tuple[float, float] | None, kinds: Sequence[str], most: int
    ) -> list[Match]:
        """What somebody may mean, best first; parameters as :meth:`PlaceSearch.find` has them."""
        return self._places.find(text, near, most, kinds)

    def describe(self, latitude_deg: float, longitude_deg: float) -> Place | None:
        """The next thing that has a name; None where there is none within 500 m."""
        return self._places.nearest(latitude_deg, longitude_deg)

    def place(self, place_id: str) -> Place | None:
        """A place by its id."""
        return self._by_id.get(place_id)
