"""Everything that watches a process while it serves, behind one door."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from service_kit.telemetry.http_port import HttpPort
from service_kit.telemetry.loop_watch import LoopWatch
from service_kit.telemetry.settings import TelemetrySettings
from service_kit.telemetry.tracing import tracing

LOOP_SILENT_S = 15.0
"""A loop that has taken no turn for so long serves nobody, and is not expected to come back."""


@asynccontextmanager
async def observed(
    service: str, settings: TelemetrySettings, *, not_ready: Callable[[], str | None]
) -> AsyncIterator[str | None]:
    """Trace, watch the running event loop, and open the HTTP port, as the settings ask for.

    Parameters
    ----------
    service
        The name under which traces are found.
    not_ready
        Says why the service should get no calls now, or None; asked by /readyz in a thread of its own.

    Yields
    ------
    ``host:port`` of the HTTP port; None where there is none.

    Raises
    ------
    PortNotOpened
        When the port's address is taken or no address of this machine.
    """
    with tracing(service, settings):
        async with LoopWatch() as watch:
            if settings.metrics_address is None:
                yield None
                return

            def stuck() -> str | None:
                silent_s = watch.silent_s()
                return (
                    f"the event loop has been stuck for {silent_s:.0f} s"
                    if silent_s > LOOP_SILENT_S
                    else None
                )

            port = HttpPort(settings.metrics_address, alive=stuck, ready=not_ready)
            try:
                yield port.address
            finally:
                port.close()
