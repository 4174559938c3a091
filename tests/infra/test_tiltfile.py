"""The Tiltfile, run as the Starlark it is: Tilt's own functions are stood in for, and note what they get."""

from pathlib import Path
from typing import Any

import pytest
import starlark
import yaml

ROOT = Path(__file__).parents[2]


class Tilt:
    """Notes every call of one of Tilt's functions, by its name."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        module = starlark.Module()
        for name in (
            "allow_k8s_contexts",
            "docker_build",
            "encode_yaml",
            "fall_back_on",
            "k8s_resource",
            "k8s_yaml",
            "kustomize",
            "port_forward",
            "run",
            "sync",
        ):
            module.add_callable(name, self._noting(name))
        dialect = starlark.Dialect.extended()
        dialect.enable_top_level_stmt = True
        dialect.enable_keyword_only_arguments = True
        ast = starlark.parse("Tiltfile", (ROOT / "Tiltfile").read_text("utf-8"), dialect)
        starlark.eval(module, ast, starlark.Globals.standard())

    def _noting(self, name: str) -> Any:
        def called(*given: Any, **named: Any) -> str:
            self.calls.append((name, given, named))
            return f"{name}#{len(self.calls) - 1}"

        return called

    def of(self, name: str) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
        return [(given, named) for called, given, named in self.calls if called == name]


@pytest.fixture(scope="module")
def tilt() -> Tilt:
    return Tilt()


def test_one_image_is_built_and_kept_up_to_date(tilt: Tilt) -> None:
    (((image, context), named),) = tilt.of("docker_build")
    assert (image, context) == ("landlinie", ".")
    assert (ROOT / named["dockerfile"]).is_file()
    steps = [step.split("#")[0] for step in named["live_update"]]
    assert steps == ["fall_back_on", *["sync"] * (len(steps) - 2), "run"]


def test_every_room_that_a_service_is_made_of_is_synced(tilt: Tilt) -> None:
    synced = {source: target for (source, target), _ in tilt.of("sync")}
    rooms = {
        str(path.parent.relative_to(ROOT))
        for path in ROOT.glob("services/*/src/*/__init__.py")
        if path.parent.name != "onebox"
    }
    assert (
        rooms | {"protos/gen/landlinie", "routing-core/src/routing_core", "gtfs/src/timetable"}
        == synced.keys()
    )
    for source, target in synced.items():
        assert (ROOT / source).is_dir()
        assert target == f"/var/lib/landlinie/sources/{Path(source).name}"


def test_no_cluster_that_people_ride_by_is_touched(tilt: Tilt) -> None:
    ((allowed, _),) = tilt.of("allow_k8s_contexts")
    assert all("prod" not in name for name in allowed[0])


def test_what_the_overlay_refers_to_is_there(tilt: Tilt) -> None:
    (((folder,), _),) = tilt.of("kustomize")
    assert (ROOT / folder / "kustomization.yaml").is_file()
    secrets = {
        given[0]["metadata"]["name"]: given[0]["stringData"].keys() for given, _ in tilt.of("encode_yaml")
    }
    deployment = yaml.safe_load((ROOT / "infra/kubernetes/service/deployment.yaml").read_text("utf-8"))
    for variable in deployment["spec"]["template"]["spec"]["containers"][0]["env"]:
        wanted = variable["valueFrom"]["secretKeyRef"]
        assert wanted["key"] in secrets[wanted["name"]]


def test_every_service_waits_for_what_it_needs(tilt: Tilt) -> None:
    resources = {given[0]: named for given, named in tilt.of("k8s_resource")}
    services = {path.name for path in (ROOT / "infra/kubernetes/services").iterdir()}
    assert {f"landlinie-{service}" for service in services} | {
        "kafka",
        "postgres",
        "redis",
        "topics",
    } == resources.keys()
    for service in services:
        assert set(resources[f"landlinie-{service}"]["resource_deps"]) == {
            "kafka",
            "postgres",
            "redis",
            "topics",
        }
    local = [given[0] for given, _ in tilt.of("port_forward")]
    assert len(local) == len(set(local))
