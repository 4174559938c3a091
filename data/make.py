"""Make the demo district anew: ``./dev data``; with ``--check`` only tell whether it is up to date."""

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "data" / "demo"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit code 1 where a file differs"
    )
    check = parser.parse_args().check
    # Run as a plain script, the tree is not yet where modules are looked for.
    sys.path.insert(0, str(ROOT))
    from data.freshness import differences  # noqa: PLC0415
    from data.recipe import make_district  # noqa: PLC0415

    if not check:
        make_district(DEMO)
        print(f"made {DEMO.relative_to(ROOT)}")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        make_district(Path(folder))
        stale = differences(Path(folder), DEMO)
    for line in stale:
        print(line)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
