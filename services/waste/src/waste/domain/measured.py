"""What became of readings: levels of containers, and lifts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from waste.domain.containers import Container
from waste.domain.readings import Measurement


@dataclass(frozen=True, slots=True)
class Level:
    """How full a container was: a share from 0 to 1."""

    at: datetime
    level_share: float


class LiftSource(StrEnum):
    """How an emptying is known."""

    DETECTED = "detected"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class Lift:
    """An emptying.

    Parameters
    ----------
    before_share
        How full it was; None where that was not known.
    weight_kg
        As weighed, else from the volume.
    tour_id
        Of the tour that did it; empty where none is known.
    """

    container_id: str
    at: datetime
    source: LiftSource
    before_share: float | None
    after_share: float
    weight_kg: float
    weighed: bool = False
    tour_id: str = ""


def level_of(container: Container, measurement: Measurement) -> float | None:
    """How full a measurement says that the container is; None where it does not say.

    A distance counts before what the device made of it itself: it was not told of the container's shape.
    """
    if measurement.fault is not None:
        return None
    if measurement.distance_mm is not None and container.geometry is not None:
        share = float(container.geometry.level_share(measurement.distance_mm))
        # Beyond the floor there is no level: the echo missed.
        return None if share != share else share  # noqa: PLR0124 - NaN
    return measurement.fill_share
