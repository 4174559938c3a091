"""The image and the compose files: linted, pinned, and hardened."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"
DOCKERFILE = INFRA / "docker/Dockerfile"
COMPOSE = sorted((INFRA / "compose").glob("*.yaml"))
EXACT = re.compile(r"[a-z0-9./-]+:v?\d+\.\d+(\.\d+)?(-[a-z0-9.-]+)?(@sha256:[0-9a-f]{64})?")


def tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def test_hadolint_finds_nothing() -> None:
    subprocess.run([tool("hadolint"), str(DOCKERFILE)], check=True, timeout=60)


def test_the_start_script_is_sound() -> None:
    subprocess.run([tool("shellcheck"), str(INFRA / "docker/start")], check=True, timeout=60)


def stages() -> list[str]:
    return re.split(r"^(?=FROM )", DOCKERFILE.read_text("utf-8"), flags=re.MULTILINE)[1:]


def test_the_image_is_pinned_small_and_nobodys_root() -> None:
    build, final = stages()
    for stage in (build, final):
        assert EXACT.fullmatch(stage.split()[1]), stage.split()[1]
    assert build.count("--require-hashes") == build.count("pip install --no-deps --require-hashes") == 2
    assert not re.search(r"apt-get|gcc|build-essential|pip install", final)
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", final, re.MULTILINE)
    assert "HEALTHCHECK" in final
    # What was compiled is found again only with the same machine described.
    assert {re.findall(r"ARG NUMBA_CPU_NAME=(\S+)", stage)[0] for stage in (build, final)} == {"x86-64-v3"}


def pins(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", path.read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("name", ["requirements.lock", "build.lock"])
def test_the_image_gets_what_is_tested_and_nothing_for_tests(name: str) -> None:
    tested, shipped = pins(ROOT / "requirements.lock"), pins(INFRA / "docker" / name)
    assert shipped.items() <= tested.items()
    assert not {"pytest", "mypy", "ruff", "kubernetes-validate"} & shipped.keys()
    text = (INFRA / "docker" / name).read_text("utf-8")
    assert all("--hash=sha256:" in entry for entry in re.split(r"^(?=\S)", text, flags=re.MULTILINE) if entry)


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.stem)
def test_compose_files_are_right_by_the_specification(path: Path) -> None:
    subprocess.run(
        [tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", str(path)],
        check=True,
        timeout=60,
        capture_output=True,
    )


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.stem)
def test_containers_may_do_as_little_as_possible(path: Path) -> None:
    composed = yaml.safe_load(path.read_text("utf-8"))
    volumes = composed["volumes"].keys()
    services = {name: extended(service, path.parent) for name, service in composed["services"].items()}
    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        # The broker writes its settings beside its programs.
        assert service.get("read_only") is (name != "kafka"), name
        assert "mem_limit" in service, name
        assert EXACT.fullmatch(service["image"]), service["image"]
        assert not any(privilege in service for privilege in ("privileged", "network_mode", "pid")), name
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), f"{name} is reached from outside at {port}"
        for volume in service.get("volumes", []):
            source = mounted_from(volume)
            assert source in volumes or (path.parent / source).resolve().exists(), f"{name}: {source}"


def extended(service: dict[str, Any], folder: Path) -> dict[str, Any]:
    if "extends" not in service:
        return service
    other = yaml.safe_load((folder / service["extends"]["file"]).read_text("utf-8"))
    found: dict[str, Any] = other["services"][service["extends"]["service"]]
    return found


def mounted_from(volume: str) -> str:
    given = re.fullmatch(r"\$\{[A-Z_]+:-([^}]+)\}:.*", volume)
    return given[1] if given else volume.split(":", 1)[0]


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.stem)
def test_no_secret_stands_in_a_compose_file(path: Path) -> None:
    def texts(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [text for key, each in value.items() for text in [f"{key}={each}", *texts(each)]]
        if isinstance(value, list):
            return [text for each in value for text in texts(each)]
        return []

    for text in texts(yaml.safe_load(path.read_text("utf-8"))["services"]):
        if re.match(r"[A-Z_]*PASSWORD=", text):
            assert re.fullmatch(r"[A-Z_]+=\$\{[A-Z_]+:\?[^}]+\}", text), text
