"""A port for a process of this machine to listen at."""

import itertools
import random
import socket

# In an order of this process's own, so that two that look at the same time find different ones.
_PORTS = itertools.cycle(random.SystemRandom().sample(range(15_000, 32_768), 17_768))


def free_port() -> int:
    """Return a port that nobody listens at now, below those that connections going out are given.

    It stays free for its owner that way while nobody listens there, as when a process starts again.
    """
    while True:
        port = next(_PORTS)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
