"""Where a client's calls go: to one address, or in turn to all replicas of a list."""

import json
import socket

from service_kit.telemetry.settings import host_and_port

Options = list[tuple[str, str | int]]

_SCHEMES = {socket.AF_INET: "ipv4", socket.AF_INET6: "ipv6"}
_IN_TURN = json.dumps({"loadBalancingConfig": [{"round_robin": {}}]})
KEEPALIVE_MS = 10_000
"""How often a client asks a server, while calls are under way, whether it is there."""
_ALWAYS: Options = [
    ("grpc.service_config", _IN_TURN),
    # A service that died is back after seconds; gRPC's own pauses grow to two minutes.
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    # One that hangs, or whose machine is gone, says nothing: only asking finds out, and others get its calls.
    ("grpc.keepalive_time_ms", KEEPALIVE_MS),
    ("grpc.keepalive_timeout_ms", 5_000),
    # gRPC has pings of its own, sees in them how much may be sent at once, and waits a minute for each.
    ("grpc.http2.ping_timeout_ms", 10_000),
    # Whoever watches may hear nothing for hours.
    ("grpc.http2.max_pings_without_data", 0),
]


def addresses_of(address: str) -> list[str]:
    """Return each ``host:port`` of a list divided by commas."""
    return [each.strip() for each in address.split(",")]


def target_of(address: str) -> tuple[str, Options]:
    """Return what a channel is opened with.

    Parameters
    ----------
    address
        ``host:port``, or several divided by commas, which take the calls in turn; one that is down gets none,
        and is looked for every other second.

    Raises
    ------
    ValueError
        For one of a list that is no ``host:port``, or has no address of the same kind as the first one's.
    OSError
        Where a name of a list is not known.
    """
    addresses = addresses_of(address)
    if len(addresses) == 1:
        return address, list(_ALWAYS)
    family: int = socket.AF_UNSPEC
    found = []
    for each in addresses:
        host, port = host_and_port(each)
        try:
            places = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            raise OSError(f"{each!r} in {address!r}: {error.strerror}") from None
        family, _, _, _, place = places[0]
        found.append(f"[{place[0]}]:{port}" if family == socket.AF_INET6 else f"{place[0]}:{port}")
    target = f"{_SCHEMES[socket.AddressFamily(family)]}:{','.join(found)}"
    # Whose certificate is wanted where calls are encrypted: all replicas have the first one's name.
    return target, [*_ALWAYS, ("grpc.default_authority", addresses[0])]
