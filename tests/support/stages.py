"""Before and after a fault: how long the suite makes it last, and when everything works again."""

import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime

import pytest
from crowd import Crowd
from judge import Kept, not_heard_of

LONG = os.environ.get("LANDLINIE_CHAOS") == "long"
"""Whether this is ``./dev chaos``."""
long_only = pytest.mark.skipif(not LONG, reason="takes minutes: ./dev chaos")
PATIENCE_S = 180.0


def await_working(kept: Kept, addresses: Sequence[str], name: str, morning: datetime) -> list[Crowd]:
    """Wait until each replica by itself has booked a ride and all who listen have heard of it; who booked."""
    with ExitStack() as booking:
        probes = [
            booking.enter_context(
                Crowd(
                    f"{name}-{number}",
                    replace(kept.server, address=address),
                    morning,
                    client_count=1,
                    rides_each=1,
                )
            )
            for number, address in enumerate(addresses)
        ]
        for probe in probes:
            probe.await_rides(1)
    wanted = {ride_id for probe in probes for ride_id in probe.booked.values()}
    give_up_at_s = time.monotonic() + PATIENCE_S
    while missing := not_heard_of(kept, wanted):
        if time.monotonic() > give_up_at_s:
            raise TimeoutError(f"some group has not heard of {missing}")
        time.sleep(0.1)
    return probes
