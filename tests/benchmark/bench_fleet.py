"""Whole plans: the fleet engine, VROOM, PyVRP and plain OR-Tools routing, same files, same seconds each.

Without files, instances are made up.
"""

import argparse
import csv
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import report
from fleet_instances import made_up
from fleet_peers import PEERS
from routing_core.formats.answer import answer, warm_up
from routing_core.formats.detect import Content, Instance, read_instance
from routing_core.formats.errors import FormatError
from routing_core.formats.judge import judge
from routing_core.formats.rides import Rides
from routing_core.formats.verdict import Verdict
from routing_core.formats.visits import Visits
from routing_core.formats.waste import CollectionPeriod

OURS = "this"
NOT_MADE_FOR = "–"
INFEASIBLE = "infeasible"


@dataclass(frozen=True)
class Known:
    """What somebody found before: vehicles None where they do not come first."""

    cost: float
    vehicles: int | None


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev bench fleet", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--seconds", type=float, default=10.0, help="for each engine and file")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--best", type=Path, help="CSV with columns instance, best_known and maybe vehicles")
    options = parser.parse_args()
    known = read_known(options.best) if options.best else {}
    try:
        instances = {path.stem: read_instance(lines_of(path)) for path in options.files} or made_up()
    except FormatError as error:
        raise SystemExit(str(error)) from None
    _warm_up()
    rows: list[report.Row] = []
    for name, instance in instances.items():
        verdicts = solved(instance, options.seconds, options.seed)
        rows.append(row_of(name, instance, verdicts, known.get(name)))
        print(f"{name}: done", file=sys.stderr)
    report.publish("fleet", rows, notes(rows, options.seconds, with_known=bool(known)))


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8-sig").splitlines()


def read_known(path: Path) -> dict[str, Known]:
    """Best known costs by instance; rows without one are left out."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if not {"instance", "best_known"} <= set(reader.fieldnames or ()):
            raise SystemExit(f"{path}:1: columns instance and best_known are expected")
        return {
            row["instance"]: Known(float(row["best_known"]), int(row.get("vehicles") or 0) or None)
            for row in reader
            if row["best_known"]
        }


def solved(instance: Instance, seconds: float, seed: int) -> dict[str, Verdict | None]:
    """What every engine's routes are worth; None where it is not made for such files."""
    content = instance.content
    days = answer(instance, seconds=seconds, seed=seed).days
    verdicts: dict[str, Verdict | None] = {OURS: judge(content, days)}
    for name, peer in PEERS.items():
        began = time.monotonic()
        routes = peer(content, seconds) if isinstance(content, Rides | Visits) else None
        verdicts[name] = None if routes is None else judge(content, [routes])
        print(f"  {name}: {time.monotonic() - began:.1f} s", file=sys.stderr)
    return verdicts


def row_of(
    name: str, instance: Instance, verdicts: dict[str, Verdict | None], known: Known | None
) -> dict[str, str | int | float]:
    """Gaps to the best of the run first, ours to the best known after them, then what was found."""
    first = counts_vehicles(instance.content)
    feasible = [verdict for verdict in verdicts.values() if verdict and verdict.feasible]
    best = min(feasible, key=lambda verdict: (verdict.vehicle_count * first, verdict.cost), default=None)
    row: dict[str, str | int | float] = {
        f"{engine} gap": gap(
            verdict, best.cost if best else 0.0, best.vehicle_count if best and first else None
        )
        for engine, verdict in verdicts.items()
    }
    ours = verdicts[OURS]
    to_known = gap(ours, known.cost, known.vehicles if first else None) if known else NOT_MADE_FOR
    row |= {f"{OURS} to best known": to_known, "instance": name, "format": str(instance.format)}
    return row | {engine: found_text(verdict, vehicles=first) for engine, verdict in verdicts.items()}


def counts_vehicles(content: Content) -> bool:
    """Whether fewer vehicles come first."""
    if isinstance(content, Rides | Visits):
        return content.vehicles_first
    return not isinstance(content, CollectionPeriod)


def gap(verdict: Verdict | None, cost: float, vehicles: int | None) -> str:
    """How much dearer: in percent, or in vehicles where they differ and come first."""
    if verdict is None:
        return NOT_MADE_FOR
    if not verdict.feasible:
        return INFEASIBLE
    if vehicles is not None and verdict.vehicle_count != vehicles:
        return f"{verdict.vehicle_count - vehicles:+d} veh."
    percent = round((verdict.cost / cost - 1) * 100, 2) if cost else 0.0
    return f"{percent + 0.0:.2f} %"


def found_text(verdict: Verdict | None, *, vehicles: bool) -> str:
    if verdict is None:
        return NOT_MADE_FOR
    if not verdict.feasible:
        return INFEASIBLE
    return f"{verdict.vehicle_count} / {verdict.cost:.2f}" if vehicles else f"{verdict.cost:.2f}"


def notes(rows: Sequence[report.Row], seconds: float, *, with_known: bool) -> list[str]:
    """How to read the table, and how often each engine had the best of the run."""
    texts = [
        f"{seconds:g} s for each engine and file, in turn; VROOM (level 5) stops when it is done.",
        f"Gaps are to the best of the run; {NOT_MADE_FOR}: not made for such files.",
        "Where vehicles come first, they are written before the distance.",
        "All routes were judged by the rules of the file.",
    ]
    for engine in (OURS, *PEERS):
        took_part = [str(row[f"{engine} gap"]) for row in rows if row[f"{engine} gap"] != NOT_MADE_FOR]
        best = sum(found == "0.00 %" for found in took_part)
        infeasible = took_part.count(INFEASIBLE)
        texts.append(
            f"{engine}: best or equal on {best} of {len(took_part)} files, infeasible on {infeasible}."
        )
    if with_known:
        column = [str(row[f"{OURS} to best known"]) for row in rows]
        percents = [float(text.removesuffix(" %")) for text in column if text.endswith("%")]
        more = sum(text.startswith("+") for text in column)
        mean = sum(percents) / len(percents) if percents else 0.0
        texts.append(
            f"To the best known: more vehicles on {more} files; mean gap {mean:.2f} % over the"
            f" {len(percents)} with as many."
        )
    return texts


def _warm_up() -> None:
    """Compile before anything is measured."""
    for instance in made_up(stop_count=4).values():
        warm_up(instance)


if __name__ == "__main__":
    main()
