"""Whether the service in this container should get calls: ``python -m service_kit.telemetry.probe``.

Ends with exit code 0 when it should, 1 otherwise; for container runtimes that can only run a command.
"""

import sys
from http.client import HTTPConnection

from service_kit.telemetry.settings import TelemetrySettings, host_and_port

_TIMEOUT_S = 4.0
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where it listens is not where it is asked


def is_ready(metrics_address: str) -> bool:
    """Ask /readyz of a process of this machine that listens at ``host:port``."""
    host, port = host_and_port(metrics_address)
    connection = HTTPConnection(_ANYWHERE.get(host, host), port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    address = TelemetrySettings().metrics_address
    sys.exit(address is None or not is_ready(address))
