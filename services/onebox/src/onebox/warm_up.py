"""``landlinie warm-up``: what the first start would compile, compiled before it."""

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from routing_core.collection import ready as rounds_ready
from routing_core.improve import ready as rides_ready

from onebox.box import Box
from onebox.district import District, DistrictError, load_district
from onebox.settings import DEFAULT_DISTRICT, DistrictDir


def warm_up(
    district: DistrictDir = DEFAULT_DISTRICT,
    searches: Annotated[
        bool,
        typer.Option("--searches", help="also the searches for tours, else compiled when first asked for"),
    ] = False,
) -> None:
    """Start all services once in a folder that is thrown away, and stop them.

    What is compiled by that is kept; where that is: ``NUMBA_CACHE_DIR``.
    """
    try:
        found = load_district(district)
    except DistrictError as error:
        raise typer.BadParameter(str(error), param_hint="--district") from None
    with tempfile.TemporaryDirectory(prefix="landlinie-warm-up-") as folder:
        asyncio.run(_started_once(found, Path(folder)))
    if searches:
        rides_ready.warm_up()
        rounds_ready.warm_up()


async def _started_once(district: District, data_dir: Path) -> None:
    box = Box(district, data_dir, None)
    try:
        await box.start("127.0.0.1:0")
    finally:
        await box.stop()
