"""Every route there is, and why some calls have none."""

from collections.abc import Mapping

from gateway.routes import journeys, pooling, ticketing, waste
from gateway.routes.route import Route

ROUTES: tuple[Route, ...] = (
    *journeys.ROUTES,
    *pooling.ROUTES,
    *ticketing.ROUTES,
    *waste.ROUTES,
)

NOT_BY_HTTP: Mapping[str, str] = {
    "landlinie.common.v1.SimulatedClockService.AdvanceClock": (
        "Only there where days are played; whoever plays them speaks gRPC."
    ),
    "landlinie.journeys.v1.OpenDataService.ListOpenData": "Served as files below /open, to anybody.",
    "landlinie.journeys.v1.OpenDataService.GetOpenData": "Served as files below /open, to anybody.",
}
"""Calls without a route, by full name, and the reason."""
