"""What the documentation shows is run as it stands, and what it lists is what there is."""

import json
import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

import grpc
import pytest
import typer
from gateway.settings import GatewaySettings, HttpSettings
from gateway.settings import ProcessSettings as GatewayProcessSettings
from journeys.settings import JourneysSettings
from journeys.settings import ProcessSettings as JourneysProcessSettings
from landlinie.common.v1 import clock_pb2, clock_pb2_grpc
from landlinie.pooling.v1 import ride_pb2
from onebox.day.server_process import ServerProcess, start
from onebox.local_time import stamp
from onebox.main import app
from pages import run_blocks
from pooling.settings import Co2Settings, PoolingSettings, ProcessSettings
from pydantic import SecretStr
from ride_calls import CALL_S, all_rides, ask_and_book, stops_of, stub_for, trip
from service_kit.bus_settings import BusSettings
from service_kit.identity.client import authenticated
from service_kit.settings import (
    ClientTlsSettings,
    GrpcSettings,
    IdentitySettings,
    ServiceSettings,
    StoreSettings,
)
from service_kit.telemetry.settings import TelemetrySettings
from ticketing.settings import ProcessSettings as TicketingProcessSettings
from ticketing.settings import TicketingSettings
from typer.testing import CliRunner
from waste.entrypoints.mqtt import MqttSettings
from waste.settings import ProcessSettings as WasteProcessSettings
from waste.settings import WasteSettings

from conftest import DISTRICT, EVENING_BEFORE, REPOSITORY

DOCS = REPOSITORY / "docs"
MORNING = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.mark.slow
@pytest.mark.network
def test_the_api_page_runs(services: ServerProcess) -> None:
    with grpc.insecure_channel(services.address) as channel:
        clock = clock_pb2_grpc.SimulatedClockServiceStub(authenticated(channel, services.credential()))

        def wait_until(instant: datetime) -> None:
            clock.AdvanceClock(clock_pb2.AdvanceClockRequest(time=stamp(instant)), timeout=CALL_S)

        token = services.credential()()
        names = {"address": services.address, "token": token, "when": MORNING, "wait_until": wait_until}
        assert run_blocks(DOCS / "api.md", names) >= 8


@pytest.mark.slow
@pytest.mark.network
def test_a_backup_made_as_the_page_says_brings_every_booking_back(
    services: ServerProcess, tmp_path: Path
) -> None:
    with stub_for(services) as stub:
        stops = stops_of(stub, "nord")
        ride = ask_and_book(stub, trip("backup", stops[0].position, stops[-1].position, MORNING)).ride
        assert ride is not None
        assert run_blocks(DOCS / "operations.md", {"address": services.address}) == 1
        page = (DOCS / "operations.md").read_text("utf-8")
        commands = re.findall(r"^landlinie ((?:backup|restore) .*)$", page, re.MULTILINE)
        assert [command.split()[0] for command in commands] == ["backup", "restore"]
        folders = {"var": services.data_dir, "var-restored": tmp_path / "restored"}
        backup, restore = (
            [
                str(tmp_path / word if word.endswith(".gz") else folders.get(word, word))
                for word in shlex.split(command)
            ]
            for command in commands
        )
        assert CliRunner().invoke(app, backup).exit_code == 0
        booked_later = ask_and_book(stub, trip("later", stops[0].position, stops[-1].position, MORNING)).ride
        assert booked_later is not None
    services.kill()
    assert CliRunner().invoke(app, restore).exit_code == 0
    with (
        start(DISTRICT, tmp_path / "restored", EVENING_BEFORE, seed_days=2) as restored,
        stub_for(restored) as stub,
    ):
        assert all_rides(stub) == [ride]
        again = ask_and_book(stub, trip("later", stops[0].position, stops[-1].position, MORNING)).ride
        assert again is not None
        assert stub.GetRide(ride_pb2.GetRideRequest(ride_id=again.ride_id), timeout=CALL_S).ride == again


@pytest.mark.slow
@pytest.mark.network
def test_the_booking_in_the_readme_can_be_made(services: ServerProcess) -> None:
    command = re.search(
        r"^\./dev landlinie (book .*)$", (REPOSITORY / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert command
    words = shlex.split(command[1])
    words[words.index("--at") + 1] = "2026-11-24T10:30"  # the services' own time, not this machine's
    told = CliRunner().invoke(
        app, [*words, "--address", services.address, "--data-dir", str(services.data_dir)]
    )
    assert told.exit_code == 0, told.output
    assert "Alt Rehse" in told.output
    assert "Booked" in told.output


def test_the_road_commands_of_the_operations_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)
    page = (DOCS / "operations.md").read_text("utf-8")
    section = page.partition("## Roads\n")[2].partition("```sh\n")[2].partition("```")[0]
    commands = [shlex.split(line.replace("var/", f"{tmp_path}/"))[1:] for line in section.splitlines()]
    assert [command[0] for command in commands] == ["roads", "route", "isochrone", "matrix"]
    for command in commands:
        told = CliRunner().invoke(app, command)
        assert told.exit_code == 0, told.output
        assert json.loads(told.stdout)


def test_the_operations_page_lists_every_setting() -> None:
    page = (DOCS / "operations.md").read_text("utf-8")
    listed = dict(re.findall(r"^\| `(LANDLINIE_\w+)` \| `([^`]+)` \|", page, re.MULTILINE))
    # The command passes its own folder on, and one log serves the whole process.
    shared = {"data_dir", *ServiceSettings.model_fields}
    settings = {
        f"{service.model_config['env_prefix']}{name.upper()}": field
        for service in (PoolingSettings, TicketingSettings, WasteSettings, JourneysSettings, GatewaySettings)
        for name, field in service.model_fields.items()
        if name not in shared
    }
    settings |= {
        f"LANDLINIE_POOLING_GRPC__{name.upper()}": field for name, field in GrpcSettings.model_fields.items()
    }
    settings |= {
        f"LANDLINIE_POOLING_IDENTITY__{name.upper()}": field
        for name, field in IdentitySettings.model_fields.items()
    }
    for nested in ("LANDLINIE_WASTE_MQTT", "LANDLINIE_GATEWAY_HTTP", "LANDLINIE_POOLING_CO2"):
        del settings[nested]
    settings |= {
        f"LANDLINIE_POOLING_CO2__{name.upper()}": field for name, field in Co2Settings.model_fields.items()
    }
    settings |= {
        f"LANDLINIE_GATEWAY_HTTP__{name.upper()}": field for name, field in HttpSettings.model_fields.items()
    }
    settings |= {
        f"LANDLINIE_WASTE_MQTT__{name.upper()}": field for name, field in MqttSettings.model_fields.items()
    }
    settings |= {
        f"LANDLINIE_{name.upper()}": PoolingSettings.model_fields[name]
        for name in ("log_level", "log_format")
    }
    settings |= {
        f"{kind.model_config['env_prefix']}{name.upper()}": field
        for kind in (
            ClientTlsSettings,
            TelemetrySettings,
            StoreSettings,
            BusSettings,
            ProcessSettings,
            TicketingProcessSettings,
            WasteProcessSettings,
            GatewayProcessSettings,
            JourneysProcessSettings,
        )
        for name, field in kind.model_fields.items()
    }
    assert set(listed) == set(settings) | options_from_the_environment()
    for name, field in settings.items():
        if listed[name] == "none":
            secret = field.default if isinstance(field.default, SecretStr) else None
            assert not (secret.get_secret_value() if secret else field.default), name
        elif isinstance(field.default, tuple):
            assert tuple(json.loads(listed[name])) == field.default, name
        else:
            assert type(field.default)(listed[name]) == field.default, name


def options_from_the_environment() -> set[str]:
    """Variables of the command's own options."""
    group = typer.main.get_group(app)
    context = typer.Context(group)
    verbs = [group.get_command(context, name) for name in group.list_commands(context)]
    named = [option.envvar for verb in verbs if verb for option in verb.params if option.envvar is not None]
    return {name for each in named for name in ([each] if isinstance(each, str) else each)}


def test_every_link_of_the_pages_leads_somewhere() -> None:
    for page in (*REPOSITORY.glob("*.md"), *DOCS.rglob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if not target.startswith(("http:", "https:")):
                assert (page.parent / target).exists(), f"{page.name}: {target}"
