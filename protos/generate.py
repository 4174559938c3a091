"""Generate ``protos/gen`` from ``protos/src``; with ``--check``, only say whether it is fresh."""

import argparse
import filecmp
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path

from google.protobuf.descriptor_pb2 import DescriptorProto, EnumDescriptorProto, FileDescriptorSet
from grpc_tools import protoc

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "src"
GENERATED = HERE / "gen"


def generate(into: Path) -> None:
    """Write messages, stubs and their types for every ``.proto`` below ``SOURCE`` to ``into``."""
    into.mkdir(parents=True, exist_ok=True)
    protos = sorted(path.relative_to(SOURCE) for path in SOURCE.rglob("*.proto"))
    described = into / "descriptors"
    status = protoc.main(
        [
            "protoc",
            f"--proto_path={SOURCE}",
            f"--proto_path={files('grpc_tools') / '_proto'}",
            "--include_source_info",
            f"--descriptor_set_out={described}",
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
    descriptions = dict(sorted(_descriptions(FileDescriptorSet.FromString(described.read_bytes()))))
    described.unlink()
    text = json.dumps(descriptions, indent=1, ensure_ascii=False)
    (into / "landlinie" / "descriptions.json").write_text(f"{text}\n", "utf-8")


def _descriptions(files_of_set: FileDescriptorSet) -> Iterator[tuple[str, str]]:
    """The comment above each service, message, field, enum and value, by full name.

    Python's descriptors carry none, and whoever describes the calls to others wants them. What stands above a
    method heads a group of them.
    """
    for file in files_of_set.file:
        names: dict[tuple[int, ...], str] = {}
        for number, service in enumerate(file.service):
            names[6, number] = f"{file.package}.{service.name}"
        for number, message in enumerate(file.message_type):
            names |= _names_in(message, (4, number), file.package)
        for number, enum in enumerate(file.enum_type):
            names |= _names_of(enum, (5, number), file.package)
        for location in file.source_code_info.location:
            if (name := names.get(tuple(location.path))) and location.leading_comments:
                yield name, " ".join(location.leading_comments.split())


def _names_in(message: DescriptorProto, path: Sequence[int], scope: str) -> dict[tuple[int, ...], str]:
    name = f"{scope}.{message.name}"
    names = {tuple(path): name}
    names |= {(*path, 2, number): f"{name}.{field.name}" for number, field in enumerate(message.field)}
    for number, inner in enumerate(message.nested_type):
        names |= _names_in(inner, (*path, 3, number), name)
    for number, enum in enumerate(message.enum_type):
        names |= _names_of(enum, (*path, 4, number), name)
    return names


def _names_of(enum: EnumDescriptorProto, path: Sequence[int], scope: str) -> dict[tuple[int, ...], str]:
    name = f"{scope}.{enum.name}"
    names = {tuple(path): name}
    # A value's own scope is its enum's.
    return names | {(*path, 2, number): f"{scope}.{value.name}" for number, value in enumerate(enum.value)}


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
