"""Turn by turn: what a driver is told along a way."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from math import atan2, cos, degrees, radians
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from routing_core.roads.costs import whole_metres, whole_seconds
from routing_core.roads.errors import UnknownLanguage
from routing_core.roads.graph import HIGHWAYS, RoadGraph
from routing_core.roads.leg import Leg, leg_cost
from routing_core.roads.shape import leg_shape, passed_shares

LANGUAGES = ("de", "en")
STRAIGHT_DEG, SLIGHT_DEG, SHARP_DEG, ROUND_DEG = 25.0, 60.0, 120.0, 170.0
"""From which change of heading on a turn is no longer straight, slight, plain; and then is turning round."""
_FERRY = HIGHWAYS.index("ferry")


@dataclass(frozen=True, slots=True)
class Instruction:
    """What to do at a place, and how far it is from there to the next one.

    Parameters
    ----------
    kind
        ``depart``, ``continue``, ``left`` …: the keys of a language file.
    text
        In the language asked for.
    name
        Of the road that is driven on from there; may be empty.
    exit_number
        Which exit of a roundabout to take, 0 at other places.
    """

    kind: str
    text: str
    name: str
    latitude_deg: float
    longitude_deg: float
    seconds: int
    metres: int
    exit_number: int = 0


class _Action(NamedTuple):
    leg: int
    kind: str
    exit_number: int = 0


def instructions(
    graph: RoadGraph, arc_cost: npt.NDArray[np.int64], legs: Sequence[Leg], language: str
) -> tuple[Instruction, ...]:
    """Instructions along a way, from driving off to having arrived.

    Parameters
    ----------
    arc_cost
        (arc_count,) what arcs cost, see :mod:`~routing_core.roads.costs`.
    legs
        The way, in driving order; at least one.
    language
        One of ``LANGUAGES``.

    Raises
    ------
    UnknownLanguage
        Where there is no file of texts for it.
    """
    phrases = _phrases(language)
    stretches = [stretch for leg in legs for stretch in _stretches(graph, leg)]
    legs = [stretch.leg for stretch in stretches]
    shapes = [leg_shape(graph, leg.arc, leg.start_fraction, leg.end_fraction) for leg in legs]
    headings = [(_heading(shape[:2]), _heading(shape[-2:])) for shape in shapes]
    actions = _actions(graph, stretches, headings)
    ends = [action.leg for action in actions[1:]] + [len(legs)]
    told = []
    for action, end in zip(actions, ends, strict=True):
        cost = np.array(sum(leg_cost(arc_cost, leg) for leg in legs[action.leg : end]), np.int64)
        name = _name_behind(graph, stretches[action.leg :])
        values = {"name": name, "exit": action.exit_number, "compass": ""}
        if action.kind == "depart":
            values["compass"] = phrases["compass"][round(headings[0][0] / 45) % 8]
        latitude_deg, longitude_deg = shapes[action.leg][0]
        told.append(
            Instruction(
                action.kind,
                phrases[f"{action.kind}_on" if name else action.kind].format(**values),
                name,
                float(latitude_deg),
                float(longitude_deg),
                int(whole_seconds(cost)),
                int(whole_metres(cost)),
                action.exit_number,
            )
        )
    latitude_deg, longitude_deg = shapes[-1][-1]
    told.append(Instruction("arrive", phrases["arrive"], "", float(latitude_deg), float(longitude_deg), 0, 0))
    return tuple(told)


class _Stretch(NamedTuple):
    leg: Leg
    name: str


def _stretches(graph: RoadGraph, leg: Leg) -> Iterator[_Stretch]:
    """Parts of a leg by name: one street may become another one where no third begins."""
    names = graph.names_of(leg.arc)
    shares = passed_shares(graph, leg.arc) if len(names) > 1 else [0.0]
    begins = [(float(shares[point]), name) for point, name in names]
    first = next(name for begin, name in reversed(begins) if begin <= leg.start_fraction)
    inside = [(begin, name) for begin, name in begins if leg.start_fraction < begin < leg.end_fraction]
    for (begin, name), (end, _) in pairwise(((leg.start_fraction, first), *inside, (leg.end_fraction, ""))):
        yield _Stretch(Leg(leg.arc, begin, end), name)


def _name_behind(graph: RoadGraph, stretches: Sequence[_Stretch]) -> str:
    """Name of the first road; a roundabout is called by the one behind it."""
    return next((name for leg, name in stretches if not graph.arc_roundabout[leg.arc]), "")


def _actions(
    graph: RoadGraph, stretches: Sequence[_Stretch], headings: Sequence[tuple[float, float]]
) -> list[_Action]:
    actions = [_Action(0, "depart")]
    exit_count = 0
    entered = 0
    for index, ((leg, name), (following, next_name)) in enumerate(pairwise(stretches), start=1):
        if leg.arc == following.arc and leg.end_fraction < 1:
            if next_name and not graph.arc_roundabout[leg.arc]:
                actions.append(_Action(index, "continue"))
            continue
        inside, stays = graph.arc_roundabout[leg.arc], graph.arc_roundabout[following.arc]
        onward = _onward(graph, leg.arc)
        if stays and not inside:
            entered, exit_count = index, 0
            continue
        if inside:
            exit_count += sum(not graph.arc_roundabout[arc] for arc in onward)
            if not stays:
                actions.append(_Action(entered, "roundabout", max(1, exit_count)))
            continue
        kind = _turn(headings[index - 1][1], headings[index][0])
        if graph.arc_reverse[leg.arc] == following.arc:
            kind = "turn_round"
        if graph.arc_highway[following.arc] == _FERRY and graph.arc_highway[leg.arc] != _FERRY:
            actions.append(_Action(index, "ferry"))
        elif kind == "turn_round" or (len(onward) > 1 and kind != "continue"):
            actions.append(_Action(index, kind))
        elif next_name and next_name != name:
            actions.append(_Action(index, "continue"))
    return actions


def _onward(graph: RoadGraph, arc: int) -> list[int]:
    """Arcs one may follow an arc by, without turning round."""
    node = graph.arc_head[arc]
    exits = graph.link_arc[graph.first_link[node] : graph.first_link[node + 1]]
    return [int(following) for following in exits if following != graph.arc_reverse[arc]]


def _heading(ends: npt.NDArray[np.float64]) -> float:
    """Degrees clockwise from north."""
    (latitude_deg, longitude_deg), (other_latitude_deg, other_longitude_deg) = ends
    east = (other_longitude_deg - longitude_deg) * cos(radians(latitude_deg))
    return degrees(atan2(east, other_latitude_deg - latitude_deg)) % 360


def _turn(before_deg: float, after_deg: float) -> str:
    change_deg = (after_deg - before_deg + 180) % 360 - 180
    size_deg = abs(change_deg)
    if size_deg < STRAIGHT_DEG:
        return "continue"
    side = "right" if change_deg > 0 else "left"
    if size_deg >= ROUND_DEG:
        return "turn_round"
    if size_deg >= SHARP_DEG:
        return f"sharp_{side}"
    return side if size_deg >= SLIGHT_DEG else f"slight_{side}"


@cache
def _phrases(language: str) -> Mapping[str, Any]:
    if language not in LANGUAGES:
        raise UnknownLanguage(language, LANGUAGES)
    own = resources.files("routing_core.roads") / "languages" / f"{language}.toml"
    return tomllib.loads(own.read_text(encoding="utf-8"))
