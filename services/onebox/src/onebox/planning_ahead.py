"""Vehicles and shifts of the days that come, registered with running services."""

import asyncio
from datetime import timedelta
from zoneinfo import ZoneInfo

from pooling.domain.service_day import service_day_of
from service_kit.clock import Clock

from onebox.client import connected
from onebox.credentials import Credential
from onebox.district import District
from onebox.seeding import seed

AGAIN_EVERY_S = 3600.0


def plan_ahead(
    district: District, address: str, credential: Credential, clock: Clock, day_count: int
) -> None:
    """Register what is missing for so many days from the present service day on."""
    now = clock.now()
    today = service_day_of(now, ZoneInfo(district.timezone)).date
    days = [today + timedelta(days=ahead) for ahead in range(day_count)]
    with connected(address, credential) as services:
        seed(services, district, days, now=now)


async def keep_planned_ahead(
    district: District, address: str, credential: Credential, clock: Clock, day_count: int
) -> None:
    """Do so again and again, as time goes on."""
    while True:
        await asyncio.sleep(AGAIN_EVERY_S)
        await asyncio.to_thread(plan_ahead, district, address, credential, clock, day_count)
