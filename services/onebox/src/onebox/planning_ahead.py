"""Vehicles and shifts of the days that come, registered with running services."""

import asyncio
import time
from datetime import timedelta
from zoneinfo import ZoneInfo

import grpc
from pooling.domain.service_day import service_day_of
from service_kit.clock import Clock

from onebox.client import connected
from onebox.credentials import Credential
from onebox.district import District
from onebox.seeding import seed

AGAIN_EVERY_S = 3600.0
BUSY_AT_MOST_S = 120.0
"""Services that have just begun may be at work for so long before they answer in time."""
_BUSY = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
}
_AGAIN_AFTER_S = 1.0


def plan_ahead(
    district: District, address: str, credential: Credential, clock: Clock, day_count: int
) -> None:
    """Register what is missing for so many days from the present service day on.

    While services are too busy to answer, or away, it is tried again; nothing is registered twice.

    What they refuse, or do not answer for ``BUSY_AT_MOST_S``, is written to standard error, and ends it.
    """
    now = clock.now()
    today = service_day_of(now, ZoneInfo(district.timezone)).date
    days = [today + timedelta(days=ahead) for ahead in range(day_count)]
    give_up_at_s = time.monotonic() + BUSY_AT_MOST_S
    with connected(address, credential) as services:
        while True:
            try:
                seed(services, district, days, now=now)
            except grpc.RpcError as error:
                if error.code() not in _BUSY or time.monotonic() > give_up_at_s:
                    raise
                time.sleep(_AGAIN_AFTER_S)
            else:
                return


async def keep_planned_ahead(
    district: District, address: str, credential: Credential, clock: Clock, day_count: int
) -> None:
    """Do so again and again, as time goes on."""
    while True:
        await asyncio.sleep(AGAIN_EVERY_S)
        await asyncio.to_thread(plan_ahead, district, address, credential, clock, day_count)
