"""Alighting: simulated riders on the demo timetable, and real traces with a log, against a walking-speed
rule.

``./dev bench alight [--riders N] [--traces DIR]``: the traces are those of the TrafficSense campaign and no
part of the project; without them the simulation runs alone.
"""

import argparse
import random
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import report
from alight_traces import PAUSE_S, SHORTEST_M, Logged, Rule, by_speed, compared, detected, read_logged
from simulated_riders import Day, Phone, Rider, car, rider
from ticketing.domain.detect import detect
from timetable.schedule import Schedule
from timetable.schedule_reading import read_schedule

SEED = 20_210_302
FEED = report.ROOT / "data" / "neubrandenburg" / "vbb-neubrandenburg-2021.gtfs.zip"
FIRST_DAY, DAYS = date(2021, 5, 3), 60
RIDERS = 300
TUNED_ON = ("1", "3", "5", "7")
"""Devices whose traces were looked at while the model was made; the others only here."""
EVERY_10_S, EVERY_30_S = Phone(), Phone(period_s=30.0, gap_share=0.0)
WITHOUT_GUESSES = Phone(period_s=30.0, gap_share=0.0, guesses=False)


@dataclass
class Tally:
    """Legs right and wrong of one kind of riders."""

    legs: int = 0
    right: int = 0
    besides: int = 0
    asked: int = 0
    took_s: list[float] = field(default_factory=list)

    def add(self, who: Rider, schedule: Schedule, *, told: bool) -> None:
        delays = who.delays if told else None
        found = report.timed(self.took_s, lambda: detect(who.trace, schedule, delays))
        wanted = [(leg.trip_id, leg.board_stop, leg.alight_stop) for leg in who.legs]
        for leg in found.legs:
            read = leg.reading.trip_id, leg.reading.board.stop_id, leg.reading.alight.stop_id
            self.right += read in wanted
            self.besides += read not in wanted
            self.asked += leg.asks
        self.legs += len(wanted)


def simulated(schedule: Schedule, riders: int) -> list[report.Row]:
    """Riders of several kinds, each on a day of its own choice."""
    days: dict[date, Day] = {}

    def day_for(rng: random.Random) -> Day:
        day = FIRST_DAY + timedelta(rng.randrange(DAYS))
        return days.setdefault(day, Day(schedule, day)) if day not in days else days[day]

    rows: list[report.Row] = []
    for name, phone, late_s, told in (
        ("fix every 10 s, gaps of 30 s", EVERY_10_S, 120.0, False),
        ("fix every 30 s", EVERY_30_S, 120.0, False),
        ("fix every 30 s, no activities", WITHOUT_GUESSES, 120.0, False),
        ("fix every 30 s, 5 min late on average", EVERY_30_S, 300.0, False),
        ("the same, delays known", EVERY_30_S, 300.0, True),
    ):
        rng = random.Random(f"{SEED} {name}")
        tally = Tally()
        for number in range(riders):
            tally.add(
                rider(day_for(rng), rng, phone, transfers=number % 3, late_s=late_s), schedule, told=told
            )
        rows.append(_row(name, riders, tally))
    rng = random.Random(f"{SEED} cars")
    tally = Tally()
    for _ in range(riders):
        tally.add(car(day_for(rng), rng, EVERY_10_S), schedule, told=False)
    rows.append(_row("cars beside the railway", riders, tally))
    return rows


def _row(name: str, riders: int, tally: Tally) -> report.Row:
    return {
        "right %": f"{100 * tally.right / tally.legs:.1f}" if tally.legs else "-",
        "simulated": name,
        "traces": riders,
        "legs": tally.legs,
        "right": tally.right,
        "wrong or besides": tally.besides,
        "asked": tally.asked,
        "ms per trace, mean": 1000 * sum(tally.took_s) / len(tally.took_s),
    }


def logged_rows(logged: Logged) -> list[report.Row]:
    """Ours and the rule on the devices of tuning, and on the others."""
    rules: tuple[tuple[str, Rule], ...] = (
        ("this, without timetable", detected),
        ("walking speed", by_speed(0.0, 0.0)),
        (f"walking speed, {PAUSE_S:.0f} s, {SHORTEST_M:.0f} m", by_speed(PAUSE_S, SHORTEST_M)),
    )
    others = tuple(sorted(set(logged.traces) - set(TUNED_ON)))
    rows: list[report.Row] = []
    for label, devices in (("others", others), ("tuned on", TUNED_ON)):
        for name, rule in rules:
            began = time.perf_counter()
            result = compared(logged, devices, rule)
            rows.append(
                {
                    "told right %": 100 * result.checked_in / result.logged,
                    "devices": f"{label}: {', '.join(devices)}",
                    "rule": name,
                    "alightings": result.logged,
                    "told right": result.checked_in,
                    "a ride ends near": result.matched,
                    "rides besides, per hour": result.besides / result.hours,
                    "seconds": time.perf_counter() - began,
                }
            )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev bench alight", description=__doc__)
    parser.add_argument("--riders", type=int, default=RIDERS, help="simulated traces of each kind")
    parser.add_argument("--traces", type=Path, metavar="DIR", help="with device_data.csv and manual_log*.csv")
    options = parser.parse_args()
    if options.traces:
        report.publish(
            "alight",
            logged_rows(read_logged(options.traces)),
            [
                "Told right: who checks in when a logged ride begins is told its alighting within 2 minutes.",
                "A log that is a part of one has real rides among those besides.",
            ],
            part="traces",
        )
    schedule = read_schedule(FEED)[0]
    report.publish(
        "alight",
        simulated(schedule, options.riders),
        ["20 m of noise east and north each; right is trip, boarding stop and alighting stop together."],
    )


if __name__ == "__main__":
    main()
