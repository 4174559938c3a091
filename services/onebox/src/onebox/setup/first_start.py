"""An installation without a district waits until its page has made one, and then is one like any other."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from gateway.bootstrap import open_store
from gateway.http.server import HttpServer
from gateway.settings import GatewaySettings
from gateway.store.sessions import Sessions
from service_kit.grpc_server import until_signalled
from service_kit.identity.local_issuer import bind_tenant

from onebox.district import load_district
from onebox.setup.app import SetUp
from onebox.sign_in import LINK_TTL, LOCAL, link


async def set_up(folder: Path, data_dir: Path, address: str, tell: Callable[[str], None]) -> str | None:
    """Serve the page until it has made the district.

    Parameters
    ----------
    address
        ``host:port`` for HTTP.
    tell
        Gets the link to the page, once it is there.

    Returns
    -------
    The address that was listened to, for the services to be reached where the page waits for them; None where
    somebody ended the process instead.

    Raises
    ------
    PortNotOpened
        Where the address cannot be listened to.
    """
    settings = GatewaySettings(data_dir=data_dir)
    data_dir.mkdir(parents=True, exist_ok=True)
    page = SetUp(folder, data_dir, settings, lambda: _sign_in_code(folder, settings))
    http = settings.http
    server = HttpServer(
        page.app,
        address,
        certificate=http.tls_certificate,
        key=http.tls_key,
        behind=http.proxies,
        grace_s=http.drain_grace_s,
    )
    reached = await server.start()
    tell(link(f"{http.scheme}://{reached}", page.code))
    ended = asyncio.create_task(until_signalled())
    done = asyncio.create_task(page.done.wait())
    try:
        await asyncio.wait({ended, done}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (ended, done):
            task.cancel()
        await server.stop()
        await page.stop()
    return reached if page.done.is_set() else None


def _sign_in_code(folder: Path, settings: GatewaySettings) -> str:
    """Make the installation the district's, and a code for who set it up."""
    tenant = load_district(folder).id
    bind_tenant(settings.data_dir, tenant)
    engine = open_store(settings, tenant)
    try:
        return Sessions(engine).make_code(LOCAL, LINK_TTL)
    finally:
        engine.dispose()
