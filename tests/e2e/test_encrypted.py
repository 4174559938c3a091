"""``landlinie up`` with certificates on both sides: commands get through, and nobody else does."""

import ssl
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import httpx
import pytest
from cluster import DISTRICT, cluster_folder, require_cluster, the_only_cluster
from onebox.day.server_process import ServerProcess, start
from onebox.main import app
from service_kit.grpc_targets import addresses_of
from service_kit.identity.certificates import write_certificates
from service_kit.identity.tls import open_channel
from service_kit.settings import ClientTlsSettings
from typer.testing import CliRunner, Result

pytestmark = [pytest.mark.slow, pytest.mark.network]

DAYBREAK = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
SERVICES = ("POOLING", "TICKETING", "WASTE", "JOURNEYS")
CONNECT_S = 20.0
REFUSED_S = 3.0


def command(*words: object, **environment: str | None) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "200", **environment})


@pytest.mark.parametrize("replica_count", [0, 1], ids=["one machine", "cluster"])
def test_both_sides_show_certificates(replica_count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    if replica_count:
        require_cluster()
    with the_only_cluster() if replica_count else nullcontext(), cluster_folder() as folder:
        data_dir = folder / "var"
        made = command("identity", "certificates", "--data-dir", data_dir)
        assert made.exit_code == 0, made.output
        tls = data_dir / "identity" / "tls"
        for service in SERVICES:
            files = {"TLS_CERTIFICATE": "server.pem", "TLS_KEY": "server-key.pem", "TLS_CLIENT_CA": "ca.pem"}
            for name, file in files.items():
                monkeypatch.setenv(f"LANDLINIE_{service}_GRPC__{name}", str(tls / file))
        for name, file in {"TLS_CERTIFICATE": "server.pem", "TLS_KEY": "server-key.pem"}.items():
            monkeypatch.setenv(f"LANDLINIE_GATEWAY_HTTP__{name}", str(tls / file))
        files = {
            "LANDLINIE_TLS_CA": "ca.pem",
            "LANDLINIE_TLS_CERTIFICATE": "client.pem",
            "LANDLINIE_TLS_KEY": "client-key.pem",
        }
        for name, file in files.items():
            monkeypatch.setenv(name, str(tls / file))
        # Vehicles and shifts are made over the encrypted connection, too: else it would not start.
        with start(
            DISTRICT, data_dir, DAYBREAK, seed_days=1, replica_count=replica_count, with_http=True
        ) as server:
            call_it(server, folder)
            by_http(server, tls)


def call_it(server: ServerProcess, folder: Path) -> None:
    where = ("--address", server.address, "--data-dir", server.data_dir)
    shown = command("tours", *where)
    assert shown.exit_code == 0, shown.output
    without = command("tours", *where, LANDLINIE_TLS_CERTIFICATE=None, LANDLINIE_TLS_KEY=None)
    assert without.exit_code != 0, without.output
    in_the_clear = command(
        "tours", *where, LANDLINIE_TLS_CA=None, LANDLINIE_TLS_CERTIFICATE=None, LANDLINIE_TLS_KEY=None
    )
    assert in_the_clear.exit_code != 0, in_the_clear.output

    tls = server.data_dir / "identity" / "tls"
    strangers = folder / "strangers"
    write_certificates(strangers, ["127.0.0.1"], timedelta(days=1))
    for address in addresses_of(server.address):
        ours = (tls / "ca.pem", tls / "client.pem", tls / "client-key.pem")
        assert gets_through(address, *ours, patience_s=CONNECT_S)
        signed_by_others = (tls / "ca.pem", strangers / "client.pem", strangers / "client-key.pem")
        assert not gets_through(address, *signed_by_others, patience_s=REFUSED_S)
        trusting_others = (strangers / "ca.pem", tls / "client.pem", tls / "client-key.pem")
        assert not gets_through(address, *trusting_others, patience_s=REFUSED_S)


def by_http(server: ServerProcess, tls: Path) -> None:
    """The gateway shows services its certificate, and browsers one of its own."""
    trusting = ssl.create_default_context(cafile=tls / "ca.pem")
    with httpx.Client(base_url=f"https://{server.http_address}", verify=trusting, timeout=CONNECT_S) as http:
        services = http.get("/v1/status").json()["services"]
        assert {service["answers"] for service in services} == {True}
        headers = {"X-Landlinie-Client": "test"}
        entered = http.post("/v1/session", json={"token": server.credential()()}, headers=headers)
        assert entered.headers["set-cookie"].startswith("__Host-landlinie_session=")
        assert "secure" in entered.headers["set-cookie"].lower()
        assert http.get("/v1/zones").json()["zones"]


def gets_through(address: str, ca: Path, certificate: Path, key: Path, *, patience_s: float) -> bool:
    settings = ClientTlsSettings(ca=ca, certificate=certificate, key=key)
    with open_channel(address, settings) as channel:
        try:
            grpc.channel_ready_future(channel).result(patience_s)
        except grpc.FutureTimeoutError:
            return False
    return True
