import socket
import stat
from pathlib import Path

import pytest
from onebox.cluster.part import CannotStart
from onebox.cluster.replicas import require_free, service_replicas
from onebox.cluster.secret_files import password_in
from onebox.cluster.servers import servers_of
from onebox.ready import Ready
from service_kit.telemetry.http_port import PortNotOpened


def test_all_that_cannot_be_had_is_told_at_once_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("onebox.cluster.local_postgres.INSTALLED", tmp_path)
    with pytest.raises(CannotStart) as raised:
        servers_of(tmp_path / "cluster")
    told = str(raised.value).splitlines()
    assert [line.split()[0] for line in told] == ["Kafka", "PostgreSQL", "Redis"]
    for line, variable in zip(
        told, ["LANDLINIE_BUS_URL", "LANDLINIE_DATABASE_URL", "LANDLINIE_REDIS_URL"], strict=True
    ):
        assert line.endswith(variable)


def test_servers_that_are_named_are_not_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDLINIE_BUS_URL", "kafka://kafka.example.org:9092")
    monkeypatch.setenv("LANDLINIE_DATABASE_URL", "postgresql://user@db.example.org/landlinie")
    monkeypatch.setenv("LANDLINIE_REDIS_URL", "redis://redis.example.org:6379/0")
    servers = servers_of(tmp_path)
    assert (servers.started_here, servers.environment) == ([], {})
    assert servers.bus_settings().servers == ["kafka.example.org:9092"]


def test_replicas_take_the_ports_after_the_first(tmp_path: Path) -> None:
    replicas = service_replicas(
        "pooling",
        3,
        district=tmp_path,
        data_dir=tmp_path,
        address="[::1]:50051",
        metrics_address="0.0.0.0:9464",
        simulated_from=None,
        servers={"LANDLINIE_REDIS_URL": "redis://localhost"},
    )
    assert [replica.address for replica in replicas] == ["[::1]:50051", "[::1]:50052", "[::1]:50053"]
    assert [replica.metrics_address for replica in replicas] == [
        f"0.0.0.0:{port}" for port in (9464, 9465, 9466)
    ]
    environment = replicas[2].part.environment
    assert environment["LANDLINIE_POOLING_ADDRESS"] == "[::1]:50053"
    assert environment["LANDLINIE_REDIS_URL"] == "redis://localhost"
    assert "LANDLINIE_SIMULATED_CLOCK" not in environment


@pytest.mark.network
def test_an_address_that_somebody_has_is_named_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        replicas = service_replicas(
            "gateway",
            1,
            district=tmp_path,
            data_dir=tmp_path,
            address=taken,
            metrics_address=None,
            simulated_from=None,
            servers={},
            by_http=True,
        )
        with pytest.raises(PortNotOpened, match=f"gateway-1 at '{taken}'"):
            require_free(replicas)
    require_free(replicas)


def test_a_password_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    password = password_in(tmp_path)
    assert password_in(tmp_path) == password
    assert len(password) >= 32
    assert stat.S_IMODE((tmp_path / "password").stat().st_mode) == 0o600


def test_addresses_are_read_as_they_were_written(tmp_path: Path) -> None:
    ready = Ready("127.0.0.1:1,127.0.0.1:2", ("127.0.0.1:3", "127.0.0.1:4"), "kafka://127.0.0.1:5")
    ready.write(tmp_path / "ready.json")
    assert Ready.read(tmp_path / "ready.json") == ready
    assert [path.name for path in tmp_path.iterdir()] == ["ready.json"]
