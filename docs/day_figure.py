"""The picture of a day: its tours on the map, and who was aboard when."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from math import cos, hypot, radians
from pathlib import Path
from zoneinfo import ZoneInfo

import matplotlib as mpl
import matplotlib.dates as mdates
import numpy as np
import numpy.typing as npt
from driven_day import DrivenDay, DrivenTour
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from onebox.district import District, Vehicle
from routing_core.roads.graph import RoadGraph
from routing_core.roads.shape import leg_shape

INK, SOFT, PAPER, LAND = "#22303c", "#7b8794", "#ffffff", "#f6f5f1"
ROAD, FAST_ROAD = "#c9c6bd", "#aba69a"
ON_SHIFT = "#eceef1"
FAST_M_PER_S = 18.0
BAR_HEIGHT = 0.6
"""Of a row of height one; the vehicle's name stands above."""
# One family of colours per zone, from light to dark.
FAMILIES = (("Blues", 0.55, 0.95), ("Oranges", 0.5, 0.9), ("Greens", 0.5, 0.95), ("Purples", 0.5, 0.9))
CENTRE_SUFFIX = ", Ortsmitte"
LABEL_GAP = (0.040, 0.0125)
"""Labels of two places stand at least this far apart, in degrees: east, north."""


def draw_day(day: DrivenDay, district: District, graph: RoadGraph, path: Path) -> None:
    """Draw map and timeline side by side, and write them as a PNG."""
    mpl.rcParams.update({"font.family": "DejaVu Sans", "font.size": 9, "hatch.linewidth": 0.7})
    colours = colours_of(district.vehicles)
    figure = Figure(figsize=(11.6, 6.7), dpi=150, facecolor=PAPER)
    left, right = figure.subplots(1, 2, width_ratios=(1.0, 1.05))
    figure.subplots_adjust(left=0.012, right=0.985, top=0.895, bottom=0.05, wspace=0.04)
    _map(left, day, district, graph, colours)
    _timeline(right, day, district, colours)
    on = district.service_date
    figure.text(0.012, 0.95, f"A day in {district.name}", size=16, weight="bold", color=INK)
    figure.text(
        0.012,
        0.915,
        f"{on.day} {on:%B %Y}: {day.served_count} of {day.answered_count} requests served by "
        f"{len({tour.vehicle.id for tour in day.tours})} vehicles in {len(district.zones)} zones",
        size=9.5,
        color=SOFT,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    # Without the program's name and version in it, the same day gives the same file.
    figure.savefig(path, metadata={"Software": None})


def colours_of(vehicles: Sequence[Vehicle]) -> dict[str, str]:
    """A colour per vehicle, related within a zone."""
    zones = list(dict.fromkeys(vehicle.zone_id for vehicle in vehicles))
    found = {}
    for number, zone_id in enumerate(zones):
        name, light, dark = FAMILIES[number % len(FAMILIES)]
        members = [vehicle.id for vehicle in vehicles if vehicle.zone_id == zone_id]
        for shade, vehicle_id in zip(np.linspace(dark, light, len(members)), members, strict=True):
            found[vehicle_id] = to_hex(mpl.colormaps[name](shade))
    return found


def _map(
    axes: Axes, day: DrivenDay, district: District, graph: RoadGraph, colours: Mapping[str, str]
) -> None:
    axes.set_facecolor(LAND)
    _roads(axes, graph)
    _zones(axes, district, colours)
    axes.scatter(
        [stop.position.longitude_deg for stop in district.virtual_stops],
        [stop.position.latitude_deg for stop in district.virtual_stops],
        s=5,
        color=PAPER,
        edgecolors=SOFT,
        linewidths=0.5,
        zorder=3,
    )
    for order, tour in enumerate(day.tours):
        colour = colours[tour.vehicle.id]
        for aboard, width, alpha in ((False, 0.8, 0.35), (True, 1.5, 0.55)):
            lines = [leg.geometry[:, ::-1] for leg in tour.legs if bool(leg.aboard_count) is aboard]
            axes.add_collection(
                LineCollection(lines, colors=colour, linewidths=width, alpha=alpha, zorder=4 + order / 100)
            )
    _names(axes, day, district)
    corners = np.array(
        [(corner.longitude_deg, corner.latitude_deg) for zone in district.zones for corner in zone.boundary]
    )
    middle = corners[:, 1].mean()
    axes.set_xlim(corners[:, 0].min() - 0.01, corners[:, 0].max() + 0.01)
    axes.set_ylim(corners[:, 1].min() - 0.009, corners[:, 1].max() + 0.006)
    axes.set_aspect(1 / cos(radians(middle)), anchor="W")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_color(ROAD)
    axes.text(
        0.99, 0.01, "Map data © OpenStreetMap contributors", transform=axes.transAxes,
        ha="right", va="bottom", size=7, color=SOFT, path_effects=_halo(), zorder=20,
    )  # fmt: skip


def _roads(axes: Axes, graph: RoadGraph) -> None:
    ordinary: list[npt.NDArray[np.float64]] = []
    fast: list[npt.NDArray[np.float64]] = []
    for arc in range(graph.arc_count):
        if graph.arc_reverse[arc] > arc:  # each road once
            continue
        is_fast = graph.arc_cm[arc] * 10 > FAST_M_PER_S * graph.arc_ms[arc]
        (fast if is_fast else ordinary).append(leg_shape(graph, arc, 0, 1)[:, ::-1])
    axes.add_collection(LineCollection(ordinary, colors=ROAD, linewidths=0.4, zorder=1))
    axes.add_collection(LineCollection(fast, colors=FAST_ROAD, linewidths=0.7, zorder=1))


def _zones(axes: Axes, district: District, colours: Mapping[str, str]) -> None:
    """Their outlines, each with its name in the corner farthest from the others."""
    corners = [corner for zone in district.zones for corner in zone.boundary]
    middle = np.mean([(corner.longitude_deg, corner.latitude_deg) for corner in corners], axis=0)
    for zone in district.zones:
        colour = next(colours[vehicle.id] for vehicle in district.vehicles if vehicle.zone_id == zone.id)
        ring = [(corner.longitude_deg, corner.latitude_deg) for corner in zone.boundary]
        axes.fill(*zip(*ring, strict=True), color=colour, alpha=0.04, linewidth=0, zorder=0.5)
        axes.plot(*zip(*ring, strict=True), color=colour, linewidth=1.1, linestyle=(0, (5, 3)), zorder=2)
        x, y = max(ring, key=lambda corner: hypot(*np.subtract(corner, middle)))
        west, south = x < middle[0], y < middle[1]
        axes.annotate(
            zone.name.partition(":")[0],
            (x, y),
            xytext=(5 if west else -5, 5 if south else -5),
            textcoords="offset points",
            ha="left" if west else "right",
            va="bottom" if south else "top",
            color=colour,
            weight="bold",
            zorder=15,
        )


def _names(axes: Axes, day: DrivenDay, district: District) -> None:
    """Name settlements while there is room: those that zones or vehicles are named for, then busy ones."""
    known = " ".join([*(zone.name for zone in district.zones), *(bus.name for bus in district.vehicles)])
    ends = np.array([(end.longitude_deg, end.latitude_deg) for end in day.boarding_points])
    centres = []
    for stop in district.virtual_stops:
        if stop.name.endswith(CENTRE_SUFFIX):
            here = (stop.position.longitude_deg, stop.position.latitude_deg)
            name = stop.name.removesuffix(CENTRE_SUFFIX)
            busy = int((np.abs(ends - here) < (0.015, 0.009)).all(axis=1).sum())
            centres.append((name in district.name, name in known, busy, name, here))
    placed: list[tuple[float, float]] = []
    for chief, _, _, name, here in sorted(centres, reverse=True):
        if any(abs(here[0] - x) < LABEL_GAP[0] and abs(here[1] - y) < LABEL_GAP[1] for x, y in placed):
            continue
        placed.append(here)
        axes.annotate(
            name, here, xytext=(0, 5), textcoords="offset points", ha="center", va="bottom", zorder=15,
            size=10.5 if chief else 7.5, weight="bold" if chief else "normal", color=INK,
            path_effects=_halo(),
        )  # fmt: skip


def _timeline(axes: Axes, day: DrivenDay, district: District, colours: Mapping[str, str]) -> None:
    zone = ZoneInfo(district.timezone)
    driving = [
        vehicle for vehicle in district.vehicles if any(tour.vehicle.id == vehicle.id for tour in day.tours)
    ]
    rows = {vehicle.id: len(driving) - 1 - index for index, vehicle in enumerate(driving)}
    most = max(count for tour in day.tours for _, count in tour.aboard)
    for tour in day.tours:
        _row(axes, tour, rows[tour.vehicle.id], colours[tour.vehicle.id], most)
    starts, ends = [tour.start for tour in day.tours], [tour.end for tour in day.tours]
    axes.set_xlim(min(starts), max(ends))  # type: ignore[arg-type] # dates are taken, the stubs know floats
    axes.set_ylim(-0.1, len(driving) + 0.05)
    axes.set_yticks([])
    for vehicle in driving:
        axes.annotate(
            vehicle.name, (0, rows[vehicle.id] + BAR_HEIGHT), xycoords=("axes fraction", "data"),
            xytext=(2, 1.5), textcoords="offset points", va="bottom", size=8, weight="bold",
            color=colours[vehicle.id],
        )  # fmt: skip
    axes.xaxis.set_major_locator(mdates.HourLocator(byhour=range(0, 24, 3), tz=zone))  # type: ignore[no-untyped-call] # has no types
    axes.xaxis.set_minor_locator(mdates.HourLocator(tz=zone))  # type: ignore[no-untyped-call] # has no types
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%H:%M", tz=zone))  # type: ignore[no-untyped-call] # has no types
    axes.grid(axis="x", which="major", color="#e4e7ea", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(axis="x", colors=SOFT)
    axes.spines[["top", "left", "right"]].set_visible(False)
    axes.spines["bottom"].set_color(ROAD)
    axes.legend(
        handles=[
            Patch(facecolor=SOFT, label=f"passengers aboard (full height: {most})"),
            Patch(facecolor=ON_SHIFT, label="on shift"),
            Patch(facecolor=PAPER, edgecolor=SOFT, hatch="/////", label="break"),
        ],
        loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, frameon=False, fontsize=8, labelcolor=SOFT,
        borderaxespad=0.2, handlelength=1.6, columnspacing=1.2,
    )  # fmt: skip


def _row(axes: Axes, tour: DrivenTour, row: int, colour: str, most: int) -> None:
    axes.add_patch(_box(tour.start, tour.end, row, BAR_HEIGHT, facecolor=ON_SHIFT, linewidth=0))
    for begin, end in tour.breaks:
        axes.add_patch(
            _box(begin, end, row, BAR_HEIGHT, facecolor=PAPER, edgecolor=SOFT, hatch="/////", linewidth=0)
        )
    for (begin, count), (end, _) in pairwise((*tour.aboard, (tour.end, 0))):
        if count:
            axes.add_patch(_box(begin, end, row, BAR_HEIGHT * count / most, facecolor=colour, linewidth=0))


def _box(begin: datetime, end: datetime, row: int, height: float, **style: object) -> Rectangle:
    left, right = mdates.date2num([begin, end])  # type: ignore[no-untyped-call] # has no types
    return Rectangle((left, row), right - left, height, **style)  # type: ignore[arg-type] # style as given


def _halo() -> list[patheffects.AbstractPathEffect]:
    return [patheffects.withStroke(linewidth=2.5, foreground=PAPER, alpha=0.85)]
