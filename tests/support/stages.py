"""Before and after a fault: how long the suite makes it last, and when everything works again."""

import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime

import pytest
import sqlalchemy as sa
from crowd import Crowd
from judge import Kept
from pooling.adapters.board_tables import rides
from service_kit.database import reading

LONG = os.environ.get("LANDLINIE_CHAOS") == "long"
"""Whether this is ``./dev chaos``."""
long_only = pytest.mark.skipif(not LONG, reason="takes minutes: ./dev chaos")
PATIENCE_S = 90.0


def await_working(kept: Kept, addresses: Sequence[str], name: str, morning: datetime) -> list[Crowd]:
    """Wait until each replica by itself has booked a ride, and the board shows all of these; who booked."""
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
    while missing := wanted - _on_board(kept):
        if time.monotonic() > give_up_at_s:
            raise TimeoutError(f"not on the board: {missing}")
        time.sleep(0.1)
    return probes


def _on_board(kept: Kept) -> set[str]:
    engine = kept.engine("board")
    try:
        with reading(engine) as connection:
            return set(connection.scalars(sa.select(rides.c.ride_id)))
    finally:
        engine.dispose()
