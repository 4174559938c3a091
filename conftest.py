"""Unit tests open no sockets; tests that talk to servers on this machine say so with the ``network`` mark."""

import pytest
from pytest_socket import disable_socket, enable_socket


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("network"):
        enable_socket()
    else:
        disable_socket(allow_unix_socket=True)
