"""What every road change has to be, whoever tells of it."""

from itertools import chain
from math import isfinite

from pooling.domain.road_changes import RoadChange

FEWEST_POINTS = 2
MOST_POINTS = 500
LONGEST_NOTE = 200
LONGEST_ID = 64


def faults_of(change: RoadChange) -> list[str]:
    """What is wrong with a change, each naming the field and its value; empty where nothing is."""
    found = []
    if not 0 < len(change.id) <= LONGEST_ID:
        found.append(f"road_change_id is {len(change.id)} characters long, must be 1 to {LONGEST_ID}")
    if not FEWEST_POINTS <= len(change.path) <= MOST_POINTS:
        found.append(f"path has {len(change.path)} positions, must be {FEWEST_POINTS} to {MOST_POINTS}")
    degrees = chain.from_iterable(
        (("latitude_deg", place.latitude_deg, 90), ("longitude_deg", place.longitude_deg, 180))
        for place in change.path
    )
    found += [
        f"{name} is {value!r}, which is no place on earth"
        for name, value, bound in degrees
        if not isfinite(value) or abs(value) > bound
    ]
    if not 0 <= change.speed_share < 1:
        found.append(f"speed_share is {change.speed_share!r}, must be from 0 to below 1")
    if change.end is not None and change.end <= change.start:
        found.append(f"end_time is {change.end.isoformat()}, not after the start {change.start.isoformat()}")
    if len(change.note) > LONGEST_NOTE:
        found.append(f"note is {len(change.note)} characters long, at most {LONGEST_NOTE}")
    return found
