"""What every search for the best insertion minimises, and the one form its answers are compared in."""

from dataclasses import dataclass

from routing_core.fleet.model import Action, Request
from routing_core.insertion.best import Answer, Weights

DRIVE_WEIGHT = 2
PASSENGER_WEIGHT = 1
WEIGHTS = Weights(drive=DRIVE_WEIGHT, passenger=PASSENGER_WEIGHT)


@dataclass(frozen=True, slots=True)
class Best:
    """Where the request fits best in one tour: its stops come before the stops of these indices."""

    tour_index: int
    cost: int
    pickup_at: int
    dropoff_at: int
    added_drive_s: int


def comparable(answer: Answer, asked: Request) -> list[Best]:
    """The engine's answer in the words of its peers."""
    found = []
    for insertion in answer.candidates:
        position = {
            stop.action: index for index, stop in enumerate(insertion.tour.stops) if stop.subject == asked.id
        }
        # Counted without the new pickup, which comes first.
        pickup_at, dropoff_at = position[Action.PICKUP], position[Action.DROPOFF] - 1
        found.append(
            Best(insertion.tour_index, insertion.cost, pickup_at, dropoff_at, insertion.added_drive_s)
        )
    return found
