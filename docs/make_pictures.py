"""Draw the pictures of the documentation from a day that is really played.

Plays the demo day through the services, reads what was driven from its event log, and writes
``docs/pictures/demo-day.png``: the tours on the map, and who was aboard of which vehicle when.
"""

import itertools
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from onebox.day.play import play
from onebox.district import District, load_district
from onebox.settings import bus_path
from pooling.adapters.event_log import facts_in
from pooling.domain.executed import executed_tours, request_of
from pooling.domain.history import History
from pooling.domain.places import Point
from routing_core.fleet.model import Action, Request, Tour
from routing_core.roads.network import RoadNetwork
from routing_core.roads.router import Router
from service_kit.embedded_bus import EmbeddedBus

ROOT = Path(__file__).resolve().parents[1]
DISTRICT = ROOT / "data" / "demo"
TARGET = ROOT / "docs" / "pictures" / "demo-day.png"
SNAP_LIMIT_M = 50.0
LABELLED = (
    "Neubrandenburg",
    "Trollenhagen",
    "Neuenkirchen",
    "Woggersin",
    "Burg Stargard",
    "Sponholz",
    "Wulkenzin",
    "Alt Rehse",
    "Groß Nemerow",
)
INK, FAINT = "#22313f", "#c9ced6"


@dataclass(frozen=True)
class DrivenDay:
    """What the event log tells of a day."""

    history: History
    tours: list[Tour]
    requests: dict[str, Request]
    points: list[Point]


def driven_day(district: District, router: Router) -> DrivenDay:
    """Play the day, and rebuild its tours from the log."""
    with tempfile.TemporaryDirectory(prefix="landlinie-pictures-") as folder:
        play(district, DISTRICT, district.service_date, Path(folder) / "var")
        bus = EmbeddedBus(bus_path(Path(folder) / "var"))
        history = History(facts_in(bus))
        bus.close()
    points = history.points()
    places = {point: index for index, point in enumerate(points)}
    snapped = [router.snap(point.latitude_deg, point.longitude_deg, SNAP_LIMIT_M) for point in points]
    requests = {
        ride_id: request_of(ride.booked[0], places) for ride_id, ride in history.rides.items() if ride.booked
    }
    tours = executed_tours(history, requests, places, router.travel_matrix(snapped))
    return DrivenDay(history, tours, requests, points)


def place_of(tour: Tour, index: int, requests: dict[str, Request]) -> int | None:
    """Place of a stop; None for a break."""
    stop = tour.stops[index]
    if stop.action is Action.BREAK:
        return None
    request = requests[stop.subject]
    return request.dropoff_place if stop.action is Action.DROPOFF else request.pickup_place


def draw_map(axes: Axes, district: District, router: Router, day: DrivenDay, colours: dict[str, str]) -> None:
    """Roads, dispatch areas, villages, and every way that was driven."""
    graph = router.network.graph
    latitudes, longitudes = graph.point_latitude_e7 / 1e7, graph.point_longitude_e7 / 1e7
    shapes = [
        list(zip(longitudes[first:last], latitudes[first:last], strict=True))
        for first, last in zip(graph.first_point[:-1], graph.first_point[1:], strict=True)
    ]
    axes.add_collection(LineCollection(shapes, colors=FAINT, linewidths=0.35, zorder=1))
    for zone in district.zones:
        axes.plot(
            [corner.longitude_deg for corner in zone.boundary],
            [corner.latitude_deg for corner in zone.boundary],
            color="#8d99ae",
            linewidth=1.1,
            linestyle=(0, (5, 3)),
            zorder=2,
        )
    for tour in day.tours:
        colour = colours[day.history.shifts[tour.shift.id].vehicle_id]
        stops = [place_of(tour, index, day.requests) for index in range(len(tour.stops))]
        order = [
            tour.shift.start_place,
            *(place for place in stops if place is not None),
            tour.shift.end_place,
        ]
        axes.add_collection(
            LineCollection(
                _ways(order, day.points, router), colors=colour, linewidths=1.1, alpha=0.30, zorder=3
            )
        )
    used = [point for request in day.requests.values() for point in _ends(request, day.points)]
    axes.scatter(
        [point.longitude_deg for point in used],
        [point.latitude_deg for point in used],
        s=5,
        color=INK,
        zorder=4,
        linewidths=0,
    )
    for name in LABELLED:
        here = [stop.position for stop in district.virtual_stops if stop.name.startswith(name)]
        longitude = sum(position.longitude_deg for position in here) / len(here)
        latitude = sum(position.latitude_deg for position in here) / len(here)
        axes.annotate(
            name,
            (longitude, latitude),
            fontsize=8.5,
            fontweight="bold" if name == "Neubrandenburg" else "normal",
            ha="center",
            color=INK,
            zorder=6,
            bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.75},
        )
    corners = [corner for zone in district.zones for corner in zone.boundary]
    axes.set_xlim(min(c.longitude_deg for c in corners) - 0.01, max(c.longitude_deg for c in corners) + 0.01)
    axes.set_ylim(min(c.latitude_deg for c in corners) - 0.006, max(c.latitude_deg for c in corners) + 0.006)
    axes.set_aspect(1 / 0.593)  # a degree of longitude is shorter: cos 53.6°
    axes.set_axis_off()
    axes.set_title("Every way driven on the demo day", fontsize=11, color=INK, loc="left")
    axes.annotate(
        "© OpenStreetMap contributors (ODbL)", (0.0, 0.0), xycoords="axes fraction", fontsize=7, color=INK
    )


def _ends(request: Request, points: Sequence[Point]) -> tuple[Point, Point]:
    return points[request.pickup_place], points[request.dropoff_place]


def _ways(order: Sequence[int], points: Sequence[Point], router: Router) -> list[list[tuple[float, float]]]:
    """The shape of each leg, longitude first."""
    ways = []
    for here, there in itertools.pairwise(order):
        if here == there:
            continue
        ends = [
            router.snap(points[place].latitude_deg, points[place].longitude_deg, SNAP_LIMIT_M)
            for place in (here, there)
        ]
        geometry = router.route(*ends).geometry
        ways.append([(float(longitude), float(latitude)) for latitude, longitude in geometry])
    return ways


def draw_timeline(axes: Axes, district: District, day: DrivenDay, colours: dict[str, str]) -> None:
    """A row per vehicle: shifts, breaks, and passengers aboard as the height of a bar."""
    zone = ZoneInfo(district.timezone)
    rows = {vehicle.id: row for row, vehicle in enumerate(reversed(district.vehicles))}
    most = max(layout.seat_count for vehicle in district.vehicles for layout in vehicle.layouts)
    midnight = datetime.combine(district.service_date, datetime.min.time(), zone).timestamp()

    def hour(second: int) -> float:
        return (second - midnight) / 3600

    for tour in day.tours:
        vehicle_id = day.history.shifts[tour.shift.id].vehicle_id
        base = rows[vehicle_id] - 0.38
        left, right = hour(tour.shift.start_s), hour(tour.shift.end_s)
        axes.barh(base + 0.38, right - left, left=left, height=0.76, color="#eef1f5", zorder=1)
        aboard = 0
        for index, stop in enumerate(tour.stops):
            if stop.action is Action.BREAK:
                axes.barh(
                    base + 0.38,
                    hour(stop.departure_s) - hour(stop.start_s),
                    left=hour(stop.start_s),
                    height=0.76,
                    color="white",
                    edgecolor="#aab2bd",
                    hatch="////",
                    linewidth=0,
                    zorder=2,
                )
                continue
            party = sum(day.requests[stop.subject].load)
            aboard += (
                party if stop.action is Action.PICKUP else -party if stop.action is Action.DROPOFF else 0
            )
            following = tour.stops[index + 1].start_s if index + 1 < len(tour.stops) else stop.departure_s
            if aboard:
                axes.bar(
                    hour(stop.departure_s),
                    0.76 * aboard / most,
                    width=hour(following) - hour(stop.departure_s),
                    bottom=base,
                    align="edge",
                    color=colours[vehicle_id],
                    zorder=3,
                )
    axes.set_yticks(
        list(rows.values()), [vehicle.name for vehicle in reversed(district.vehicles)], fontsize=8.5
    )
    axes.set_xticks(range(4, 25, 2), [f"{hour_:02d}" for hour_ in range(4, 25, 2)], fontsize=8.5)
    axes.set_xlim(3.5, 24.5)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.tick_params(length=0, colors=INK)
    axes.grid(axis="x", color="#dde2e9", linewidth=0.6, zorder=0)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_title(
        f"Passengers aboard through the day (a full bar is {most}; hatched: the driver's break)",
        fontsize=11,
        color=INK,
        loc="left",
    )


def main() -> None:
    mpl.use("Agg")
    mpl.rcParams["hatch.linewidth"] = 0.5
    district = load_district(DISTRICT)
    router = Router(RoadNetwork.load(district.graph_path))
    day = driven_day(district, router)
    palette = plt.get_cmap("tab20")
    order = [number * 2 % 20 + (number >= 10) for number in range(20)]
    colours = {
        vehicle.id: mpl.colors.to_hex(palette(order[number]))
        for number, vehicle in enumerate(district.vehicles)
    }
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(15, 6.6), width_ratios=(0.8, 1), layout="constrained", dpi=110
    )
    draw_map(left, district, router, day, colours)
    draw_timeline(right, district, day, colours)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    # No creation date: the same day gives the same file.
    figure.savefig(TARGET, metadata={"Software": None})
    print(f"{TARGET.relative_to(ROOT)} drawn at {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")  # noqa: T201 - its output


if __name__ == "__main__":
    main()
