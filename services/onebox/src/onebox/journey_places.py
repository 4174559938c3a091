"""Places as people name them, looked up in the journeys service."""

from zoneinfo import ZoneInfo

import grpc
from landlinie.common.v1 import geo_pb2
from landlinie.journeys.v1 import place_pb2
from service_kit.grpc_errors import from_rpc_error

from onebox.client import Services
from onebox.places import POINT

STOP = "stop:"
MOST_SUGGESTED = 5
SHORTEST_SUGGESTING = 3
LOOKING_UP_S = 30.0


class NoSuchPlace(Exception):  # noqa: N818 - says what is the matter
    """Nothing is called so, or there is no such point."""


def found_place(services: Services, text: str) -> tuple[place_pb2.Place, ZoneInfo]:
    """Return the place somebody means – LAT,LON, a name, or stop:ID – and the district's clocks.

    Raises NoSuchPlace.
    """
    try:
        if point := POINT.match(text):
            position = geo_pb2.Position(latitude_deg=float(point[1]), longitude_deg=float(point[2]))
            described = services.journeys.DescribePosition(
                place_pb2.DescribePositionRequest(position=position), timeout=LOOKING_UP_S
            )
            label = described.place.label or text.strip()
            return place_pb2.Place(position=position, label=label), ZoneInfo(described.time_zone)
        wanted = text.removeprefix(STOP) if text.startswith(STOP) else text
        answer = services.journeys.SearchPlaces(
            place_pb2.SearchPlacesRequest(text=wanted, max_result_count=1), timeout=LOOKING_UP_S
        )
        if text.startswith(STOP):
            return place_pb2.Place(stop_id=wanted, label=wanted), ZoneInfo(answer.time_zone)
        if not answer.places:
            raise NoSuchPlace(f"nothing is called {text!r}{_suggestions(services, text)}")
    except grpc.RpcError as error:
        refused = from_rpc_error(error)
        if refused.violations:
            raise NoSuchPlace(refused.violations[0].description) from error
        raise
    place = answer.places[0]
    return place_pb2.Place(place_id=place.place_id, label=place.label), ZoneInfo(answer.time_zone)


def _suggestions(services: Services, text: str) -> str:
    """What parts of it are called; LAT,LON works always."""
    labels: dict[str, None] = {}
    for word in sorted(text.replace(",", " ").split(), key=len, reverse=True):
        if len(word) >= SHORTEST_SUGGESTING and len(labels) < MOST_SUGGESTED:
            request = place_pb2.SearchPlacesRequest(text=word, max_result_count=MOST_SUGGESTED)
            found = services.journeys.SearchPlaces(request, timeout=LOOKING_UP_S).places
            labels |= dict.fromkeys(place.label for place in found)
    if not labels:
        return "; LAT,LON works too"
    return f"; perhaps {', '.join(list(labels)[:MOST_SUGGESTED])}; LAT,LON works too"
