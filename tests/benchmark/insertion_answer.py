"""What every search for the best insertion minimises, and the one form its answers are compared in."""

from dataclasses import dataclass

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


def comparable(answer: Answer) -> list[Best]:
    """The engine's answer in the words of its peers."""
    return [
        Best(found.tour_index, found.cost, found.pickup_at, found.dropoff_at, found.added_drive_s)
        for found in answer.candidates
    ]


def with_times(answer: Answer) -> Answer:
    """The answer, the cheapest insertion of it with final times for all stops: what an offer needs."""
    if answer.candidates:
        _ = answer.candidates[0].tour
    return answer
