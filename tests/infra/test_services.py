"""Every service is everywhere it has to be, with settings there are."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from gateway import settings as gateway
from journeys import settings as journeys
from onebox import options, settings
from pooling import settings as pooling
from pydantic_settings import BaseSettings
from service_kit.bus_settings import BusSettings
from service_kit.settings import StoreSettings
from service_kit.telemetry.settings import TelemetrySettings
from ticketing import settings as ticketing
from waste import settings as waste
from waste.entrypoints.mqtt import MqttSettings

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"
SERVICES = {
    path.parent.name
    for path in (ROOT / "services").glob("*/src/*/bootstrap.py")
    if (path.parent / "__main__.py").exists()  # a process of its own, not only a part of the command
}


def loaded(path: str) -> Any:
    return yaml.safe_load((INFRA / path).read_text("utf-8"))


def test_there_are_services() -> None:
    assert "pooling" in SERVICES


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_a_service_runs_in_every_shape(service: str) -> None:
    assert f"../services/{service}" in loaded("kubernetes/base/kustomization.yaml")["resources"]
    assert loaded("compose/cluster.yaml")["services"][service]["command"] == [service]
    tilt = (ROOT / "Tiltfile").read_text("utf-8")
    listed = re.search(r"^SERVICES = \[([^]]*)\]", tilt, re.MULTILINE)
    assert listed is not None
    assert f'"{service}"' in listed[1]


def names_of(kind: type[BaseSettings]) -> set[str]:
    return {f"{kind.model_config['env_prefix']}{name}".upper() for name in kind.model_fields}


def test_only_settings_there_are_are_set() -> None:
    known = {
        name
        for kind in (
            TelemetrySettings,
            StoreSettings,
            BusSettings,
            pooling.PoolingSettings,
            pooling.ProcessSettings,
            ticketing.TicketingSettings,
            ticketing.ProcessSettings,
            waste.WasteSettings,
            waste.ProcessSettings,
            journeys.JourneysSettings,
            journeys.ProcessSettings,
            gateway.GatewaySettings,
            gateway.ProcessSettings,
        )
        for name in names_of(kind)
    }
    known |= set(re.findall(r'envvar="(LANDLINIE_[A-Z_]+)"', source_of(options) + source_of(settings)))
    # The services of one process take these from the base of all settings.
    known |= {"LANDLINIE_LOG_FORMAT", "LANDLINIE_LOG_LEVEL"}
    # Where the image's build puts the console.
    known.add("LANDLINIE_CONSOLE_BUILD")
    known |= {f"LANDLINIE_WASTE_MQTT__{name}".upper() for name in MqttSettings.model_fields}
    used = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in [*INFRA.rglob("*"), ROOT / "Tiltfile"]
        if path.is_file()
        for name in re.findall(r"\bLANDLINIE_[A-Z_]+\b", path.read_text("utf-8"))
    }
    assert len(used) > 10
    assert [(path, name) for path, name in sorted(used) if name not in known] == []


def source_of(module: Any) -> str:
    return Path(module.__file__).read_text("utf-8")
