"""What collection by plan saves: kilometres and lifts against overflows, next to fixed schedules."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from onebox.waste_replay import Outcome, set_stage

DAYS = 90
EUROS = (10.0, 40.0, 150.0, 400.0)
SERVICES = (0.003, 0.01, 0.03, 0.1)
TICKS = (10, 30, 100, 300, 1000)
WIDTH_IN, HEIGHT_IN = 9.0, 4.2


def draw_tours(district: Path, path: Path) -> None:
    """Play months of collection at several prices of an overflow, and schedules of several services."""
    stage = set_stage(district, DAYS)
    fixed = [stage.fixed(service) for service in SERVICES]
    planned = [stage.planned(euro) for euro in EUROS]
    mpl.use("agg")
    figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH_IN, HEIGHT_IN), sharex=True)
    for axes, label in ((left, "kilometres"), (right, "lifts")):
        _line(axes, [pair[0] for pair in fixed], label, "fixed rounds", colour="tab:gray", marker="s")
        _line(
            axes,
            [pair[1] for pair in fixed],
            label,
            "fixed own intervals",
            colour="tab:olive",
            marker="^",
        )
        _line(axes, planned, label, "by plan", colour="tab:green", marker="o")
        for number, (euro, outcome) in enumerate(zip(EUROS, planned, strict=True)):
            at = (outcome.ledger.overflow_days, _value(outcome, label))
            beside = (0, -12 if number % 2 == 0 else 6)
            axes.annotate(f"{euro:g} €", at, beside, textcoords="offset points", ha="center", fontsize=7)
        axes.set_xscale("symlog", linthresh=10)
        axes.set_xticks(TICKS, [f"{tick:,}" for tick in TICKS])
        axes.set_ylim(bottom=0)
        axes.set_xlabel(f"container days with overflow in {DAYS} days")
        axes.set_ylabel(label)
        axes.grid(alpha=0.3)
    right.legend(fontsize=8, frameon=False)
    figure.tight_layout()
    figure.savefig(path, dpi=110, metadata={"Software": ""})
    plt.close(figure)


def _line(
    axes: Axes, outcomes: Sequence[Outcome], what: str, label: str, *, colour: str, marker: str
) -> None:
    ordered = sorted(outcomes, key=lambda outcome: outcome.ledger.overflow_days)
    axes.plot(
        [outcome.ledger.overflow_days for outcome in ordered],
        [_value(outcome, what) for outcome in ordered],
        color=colour,
        marker=marker,
        label=label,
    )


def _value(outcome: Outcome, what: str) -> float:
    return outcome.ledger.lifts if what == "lifts" else outcome.ledger.metres / 1000
