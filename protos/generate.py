"""Generate ``protos/gen`` from ``protos/src``; with ``--check``, only say whether it is fresh."""

import argparse
import filecmp
import re
import shutil
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

from grpc_tools import protoc

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "src"
GENERATED = HERE / "gen"


def generate(into: Path) -> None:
    """Write messages, stubs and their types for every ``.proto`` below ``SOURCE`` to ``into``."""
    into.mkdir(parents=True, exist_ok=True)
    protos = sorted(path.relative_to(SOURCE) for path in SOURCE.rglob("*.proto"))
    status = protoc.main(
        [
            "protoc",
            f"--proto_path={SOURCE}",
            f"--proto_path={files('grpc_tools') / '_proto'}",
            f"--python_out={into}",
            f"--grpc_python_out={into}",
            f"--mypy_out=quiet:{into}",
            f"--mypy_grpc_out=quiet:{into}",
            *map(str, protos),
        ]
    )
    if status != 0:
        raise SystemExit(status)
    for proto in protos:
        if not re.search(r"^service ", (SOURCE / proto).read_text("utf-8"), re.MULTILINE):
            for suffix in ("_pb2_grpc.py", "_pb2_grpc.pyi"):
                (into / proto.parent / (proto.stem + suffix)).unlink(missing_ok=True)
    (into / "landlinie" / "py.typed").touch()


def differences(fresh: Path, committed: Path) -> list[str]:
    """Paths that differ between the two trees, relative to them."""
    names = {
        path.relative_to(root)
        for root in (fresh, committed)
        for path in root.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    return sorted(
        str(name)
        for name in names
        if not (fresh / name).is_file()
        or not (committed / name).is_file()
        or not filecmp.cmp(fresh / name, committed / name, shallow=False)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        generate(fresh)
        if not arguments.check:
            shutil.rmtree(GENERATED, ignore_errors=True)
            shutil.copytree(fresh, GENERATED)
        elif stale := differences(fresh, GENERATED):
            sys.exit("protos/gen is stale, run ./dev proto: " + ", ".join(stale))


if __name__ == "__main__":
    main()
