"""Unit tests open no sockets; tests that talk to servers on this machine say so with the ``network`` mark."""

import pytest


def pytest_runtest_setup(item: pytest.Item) -> None:
    from pytest_socket import disable_socket, enable_socket

    if item.get_closest_marker("network"):
        enable_socket()
    else:
        disable_socket(allow_unix_socket=True)
