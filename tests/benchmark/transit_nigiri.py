"""The peer of ``./dev bench transit``: nigiri, the engine of MOTIS, in a process of its own as it may crash.

It reads a task as JSON from a line of standard input, and then a question from every line; it prints answers
as JSON after a mark, because the engine prints as well.
"""

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pynigiri as nigiri  # type: ignore[import-untyped] # it has no annotations

MARK = "ANSWERS "


def main() -> None:
    task = json.loads(sys.stdin.readline())
    began = time.perf_counter()
    day = datetime.fromisoformat(task["day"]).replace(tzinfo=UTC)
    config = nigiri.LoaderConfig()
    # Stops that lie close together are joined by what transfers.txt tells, not by guesses of its own.
    config.link_stop_distance = 0
    source = nigiri.TimetableSource("f", task["feed"], config)
    timetable = nigiri.load_timetable(
        [source], f"{day - timedelta(2):%Y-%m-%d}", f"{day + timedelta(4):%Y-%m-%d}", nigiri.FinalizeOptions()
    )
    say({"loaded_s": time.perf_counter() - began})
    for line in sys.stdin:
        at_s, start, end = json.loads(line)
        query = nigiri.Query()
        query.start = [nigiri.Offset(timetable.find_location(start), 0, 0)]
        query.destination = [nigiri.Offset(timetable.find_location(end), 0, 0)]
        query.max_transfers = task["most_boardings"] - 1
        query.max_travel_time = 24 * 60
        query.start_time = at_s // 60
        began = time.perf_counter()
        journeys = nigiri.route(timetable, query)
        took_s = time.perf_counter() - began
        found = [(int(journey.arrival_time()) * 60, journey.transfers + 1) for journey in journeys]
        say({"took_s": took_s, "found": found, "memory_mib": memory_mib()})


def memory_mib() -> float:
    """The most that this process ever had."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def say(answer: dict[str, Any]) -> None:
    """Print an answer."""
    print(MARK + json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
