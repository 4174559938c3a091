"""Finding lifts among thousands: by the index, and by bounding every lift that goes on the day.

Both answer the same questions with the same lifts in one run, and have to find the same.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import report
from journeys.adapters.lift_store import SqlLiftStore
from journeys.application import lift_matching
from journeys.application.lift_matching import Match, Wish, matches
from journeys.application.lift_riding import LiftRiding
from journeys.application.lift_roads import LiftRoads
from journeys.application.lift_room import LiftRoom
from journeys.application.ports import Span
from journeys.domain.lifts import Audience, Claims, Lift, LiftTimes, Party
from journeys.domain.lifts_tour import Going
from journeys.domain.places import Point
from routing_core.insertion.best import warm_up
from routing_core.places import gazetteer
from routing_core.roads.network import RoadNetwork
from routing_core.roads.router import Router
from service_kit.clock import SimulatedClock
from service_kit.database import open_engine
from service_kit.migrations import migrate

SEED = 20_260_615
DEMO = Path(__file__).parents[2] / "data" / "demo"
ZONE = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 6, 15)
NOW = datetime(2026, 6, 14, 12, 0, tzinfo=UTC)
WEEKDAYS = frozenset({1, 2, 3, 4, 5})
DETOURS_S = (300, 600, 900)
SETTLEMENTS = frozenset({"town", "village", "hamlet", "suburb"})
SPAN_S = 2 * 3600


def roads_and_places() -> tuple[LiftRoads, list[Point]]:
    """The demo district's roads, and where its people live."""
    named = gazetteer.load_places(DEMO / gazetteer.FILE)
    points: dict[str, list[Point]] = {"stops": [], "homes": []}
    for place in named:
        point = Point(place.latitude_deg, place.longitude_deg, place.label)
        if place.kind in {"stop", "station"}:
            points["stops"].append(point)
        elif place.kind in SETTLEMENTS:
            points["homes"].append(point)
    routers = [Router(RoadNetwork.load(DEMO / name)) for name in ("roads", "roads_walk")]
    return LiftRoads(routers[0], routers[1], points["stops"]), points["homes"]


def commutes(rng: random.Random, roads: LiftRoads, homes: Sequence[Point], count: int) -> list[Lift]:
    """Lifts on all days of the week from place to place, most of them in the morning and the evening."""
    found: list[Lift] = []
    while len(found) < count:
        start, end = (roads.public(place) for place in rng.sample(homes, 2))
        if start is None or end is None:
            continue
        origin, goal = roads.snap(start), roads.snap(end)
        direct_s = None if origin is None or goal is None else roads.direct_s(origin, goal)
        if not direct_s:
            continue
        hour = rng.choice((6, 7, 7, 8, 12, 16, 17, 17, 18))
        times = LiftTimes(
            MONDAY, hour * 3600 + 60 * rng.randrange(60), WEEKDAYS, MONDAY + timedelta(days=180)
        )
        found.append(
            Lift(
                f"lift-{len(found)}",
                Party("bench", f"driver-{len(found)}"),
                start,
                end,
                times,
                rng.randint(1, 4),
                direct_s,
                rng.choice(DETOURS_S),
                Audience.EVERYBODY,
            )
        )
    return found


def everything(roads: LiftRoads, lifts: Sequence[Lift], wish: Wish) -> list[Match]:
    """All lifts that go on the day, none left out by place and time before the bounds are worked out."""
    goings = [Going(lift, MONDAY, lift.times.departs_s(MONDAY, ZONE)) for lift in lifts]
    return matches(roads, goings, wish)


def timed(work: Callable[[], list[Match]]) -> tuple[float, list[Match]]:
    """Milliseconds of processor time, and what was found."""
    begins_s = time.process_time()
    found = work()
    return 1000 * (time.process_time() - begins_s), found


def nearest(found: Sequence[Match]) -> list[int]:
    """The ten least efforts: detours with the walks to them, in seconds."""
    return sorted(match.effort_s for match in found)[:10]


def measure(roads: LiftRoads, homes: Sequence[Point], count: int, asked: int, folder: Path) -> report.Row:
    """Ask for lifts among so many; raises AssertionError where the two do not find the same."""
    rng = random.Random(SEED)
    engine = open_engine(f"sqlite:///{folder}/lifts-{count}.sqlite")
    migrate(engine, "journeys.adapters.lift_migrations")
    store = SqlLiftStore(engine, "bench")
    lifts = commutes(rng, roads, homes, count)
    with store.writing() as writer:
        for lift in lifts:
            writer.put_lift(lift)
    riding = LiftRiding(LiftRoom(store, roads, ZONE, SimulatedClock(NOW), lambda: None))
    wishes: list[Wish] = []
    while len(wishes) < asked:
        start, end = rng.sample(homes, 2)
        leave_s = round(datetime(2026, 6, 15, rng.choice((6, 7, 16, 17)), tzinfo=ZONE).timestamp())
        sides = roads.meetings(start, 500), roads.meetings(end, 500)
        if all(sides):
            wishes.append(Wish(*sides, 1, Span(leave_s, leave_s + SPAN_S)))
    first_ms, _ = timed(lambda: riding.found(wishes[0], Claims()))
    quick, slow, found_count = [], [], 0
    for number, wish in enumerate(wishes):
        took_ms, found = timed(lambda wish=wish: riding.found(wish, Claims()))  # type: ignore[misc]  # bound now
        quick.append(took_ms)
        found_count += len(found)
        if number < asked // 10:
            lift_matching.MOST_EMPTY, most = count, lift_matching.MOST_EMPTY
            took_ms, plain = timed(lambda wish=wish: everything(roads, lifts, wish))  # type: ignore[misc]  # the same
            lift_matching.MOST_EMPTY = most
            slow.append(took_ms)
            if nearest(found) != nearest(plain):
                raise AssertionError(f"question {number} among {count}: {nearest(found)}, {nearest(plain)}")
    engine.dispose()
    return {
        "lifts": count,
        "found on average": found_count / asked,
        "p50 ms": float(np.percentile(quick, 50)),
        "p99 ms": float(np.percentile(quick, 99)),
        "without the index, p50 ms": float(np.percentile(slow, 50)),
        "of that": float(np.percentile(quick, 50) / np.percentile(slow, 50)),
        "first question ms": first_ms,
    }


def main() -> None:
    """Measure with more and more lifts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lifts", type=int, nargs="+", default=[500, 2000, 8000])
    parser.add_argument("--questions", type=int, default=200)
    options = parser.parse_args()
    roads, homes = roads_and_places()
    warm_up()
    somewhere = [meeting for home in homes[:2] for meeting in roads.meetings(home, 500)]
    roads.matrix([meeting.road for meeting in somewhere])
    roads.seconds([somewhere[0].road], [somewhere[-1].road])
    with tempfile.TemporaryDirectory() as folder:
        rows = [measure(roads, homes, count, options.questions, Path(folder)) for count in options.lifts]
    report.publish(
        "lifts",
        rows,
        (
            "Lifts between the settlements of the demo district on workdays, in a SQLite file.",
            "Questions for two hours of a morning or an evening; the first one reads all lifts into memory.",
            "The ten with the least detour and walk are the same in both.",
            "Milliseconds are processor time.",
        ),
    )


if __name__ == "__main__":
    main()
