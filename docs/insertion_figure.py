"""How the time of one insertion grows with the number of vehicles, from what the benchmark printed last.

Usage: insertion_figure.py, after ``./dev bench insertion``.
"""

import json
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot as plt

DOCS = Path(__file__).resolve().parent
MEASURED = DOCS.parent / "build" / "bench" / "insertion.json"
TARGET = DOCS / "pictures" / "insertion.png"
SEARCH = "engine, tours kept ready"
INK = "#22313f"


def main() -> None:
    """Draw the median and the 99th percentile over the number of vehicles."""
    mpl.use("Agg")
    measured = json.loads(MEASURED.read_text("utf-8"))
    rows = [row for row in measured["rows"] if row["search"] == SEARCH]
    vehicles = [row["vehicles"] for row in rows]
    figure, axes = plt.subplots(figsize=(7, 3.4), layout="constrained", dpi=110)
    axes.plot(
        vehicles, [row["p99 ms"] for row in rows], "o--", color="#d08c60", label="99 of 100 take at most"
    )
    axes.plot(vehicles, [row["p50 ms"] for row in rows], "o-", color="#2a6f97", label="half take at most")
    axes.set_xlabel("vehicles with 20 planned stops each", color=INK)
    axes.set_ylabel("ms per request", color=INK)
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.grid(color="#dde2e9", linewidth=0.6)
    axes.legend(frameon=False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.set_title(f"{measured['revision']}, {measured['date']}", fontsize=8, color=INK, loc="right")
    figure.savefig(TARGET, metadata={"Software": None})


if __name__ == "__main__":
    main()
