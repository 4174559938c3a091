"""Places as people type them: a point, or the name or id of a virtual stop."""

import re

import typer
from landlinie.common.v1 import geo_pb2
from landlinie.pooling.v1 import fleet_pb2, offer_pb2

from onebox.client import DEADLINE_S, Services

POINT = re.compile(r"^\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*$")
PAGE_SIZE = 500


def all_stops(services: Services) -> list[fleet_pb2.VirtualStop]:
    """Every virtual stop of every zone."""
    stops: list[fleet_pb2.VirtualStop] = []
    token = ""
    while True:
        page = services.pooling.ListVirtualStops(
            fleet_pb2.ListVirtualStopsRequest(page_size=PAGE_SIZE, page_token=token), timeout=DEADLINE_S
        )
        stops += page.virtual_stops
        token = page.next_page_token
        if not token:
            return stops


def find_place(services: Services, text: str, option: str) -> offer_pb2.Place:
    """The place meant by ``LAT,LON``, a stop's id, or a stop's name or a part of it that is unique."""
    if point := POINT.match(text):
        position = geo_pb2.Position(latitude_deg=float(point[1]), longitude_deg=float(point[2]))
        return offer_pb2.Place(position=position, label=text.strip())
    stops = all_stops(services)
    wanted = text.strip().casefold()
    exact = [stop for stop in stops if wanted in (stop.virtual_stop_id.casefold(), stop.name.casefold())]
    found = exact or [stop for stop in stops if wanted in stop.name.casefold()]
    if not found:
        raise typer.BadParameter(f"no virtual stop is called {text!r}; LAT,LON works too", param_hint=option)
    if len(found) > 1 and not exact:
        names = ", ".join(sorted(stop.name for stop in found)[:6])
        raise typer.BadParameter(f"{text!r} fits {len(found)} stops: {names} …", param_hint=option)
    return offer_pb2.Place(virtual_stop_id=found[0].virtual_stop_id, label=found[0].name)
