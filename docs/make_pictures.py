"""The pictures of the documentation: plays the demo day, or reads a kept one, and draws it.

Usage: make_pictures.py [KEPT_FOLDER]
"""

import io
import os
import re
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pypdfium2
from day_figure import draw_day
from driven_day import read_day
from onebox.district import load_district
from onebox.week import play_week
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text
from routing_core.roads.network import RoadNetwork
from routing_core.roads.router import Router
from tours_figure import draw_tours

DOCS = Path(__file__).resolve().parent
DISTRICT = DOCS.parent / "data" / "demo"
PICTURES = DOCS / "pictures"
COLUMNS = 64
STATEMENT_SCALE = 1.4


def main() -> None:
    """Draw all pictures."""
    with tempfile.TemporaryDirectory(prefix="landlinie-pictures-") as folder:
        kept = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder) / "day"
        if not kept.exists():
            draw_terminal(play_day(kept), PICTURES / "terminal.svg")
        district = load_district(DISTRICT)
        router = Router(RoadNetwork.load(district.graph_path))
        day = read_day(district, router, kept)
        draw_day(day, district, router.network.graph, PICTURES / "demo-day.png")
        draw_statement(Path(folder), ZoneInfo(district.timezone), PICTURES / "statement.png")
    draw_tours(DISTRICT, PICTURES / "tours.png")


def play_day(kept: Path) -> str:
    """Play the demo day into a folder; what the command shows, with its colours."""
    command = ["landlinie", "day", "--keep", str(kept)]
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(COLUMNS)}
    return subprocess.run(
        command, cwd=DOCS.parent, env=environment, stdout=subprocess.PIPE, check=True, text=True
    ).stdout


def draw_terminal(shown: str, path: Path) -> None:
    """Write what the command has shown as a picture of a terminal."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print("$ ./dev landlinie day", style="bold", highlight=False)
    console.print(Text.from_ansi(shown.rstrip()))
    path.parent.mkdir(parents=True, exist_ok=True)
    # Whoever looks at it need not fetch fonts from anywhere.
    svg = console.export_svg(title="landlinie day", theme=MONOKAI, unique_id="landlinie-day")
    path.write_text(re.sub(r"\s*@font-face {.*?}", "", svg, flags=re.DOTALL), "utf-8")


def draw_statement(folder: Path, zone: ZoneInfo, path: Path) -> None:
    """Play a passenger's week, and draw the first page of its statement."""
    played = play_week(DISTRICT, zone, folder / "week", folder / "settled")
    with closing(pypdfium2.PdfDocument(played.statement)) as document:
        page = document[0].render(scale=STATEMENT_SCALE).to_pil()
    page.quantize(64).save(path, optimize=True)


if __name__ == "__main__":
    main()
