"""Unit tests open no sockets; tests that talk to servers on this machine say so with the ``network`` mark."""

import os
from collections.abc import Iterator
from pathlib import Path

import fault_table
import pytest
from kafka_broker import Broker
from pytest_socket import disable_socket, enable_socket
from real_kafka import require_broker, shared_broker

pytest_plugins = ["kept_spans"]


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("network"):
        enable_socket()
    else:
        disable_socket(allow_unix_socket=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    fault_table.show(terminalreporter)


@pytest.fixture(scope="session")
def kafka_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """``host:port`` of a real Kafka broker that all tests of a run share."""
    base = tmp_path_factory.getbasetemp()
    # Workers of one run have folders side by side.
    run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    yield from shared_broker(run / "kafka")


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[Broker]:
    """A Kafka broker of the test's own, to be ill-treated."""
    require_broker()
    broker = Broker(tmp_path / "broker")
    broker.start()
    yield broker
    broker.kill()
