"""The services that this one asks: channels to them, with the credentials of whom it asks for."""

import threading
from collections.abc import Callable
from typing import TypeVar

import grpc
from landlinie.pooling.v1 import ride_pooling_service_pb2_grpc
from landlinie.ticketing.v1 import ticketing_service_pb2_grpc
from service_kit.closing import Closing
from service_kit.identity.client import Credential, authenticated
from service_kit.identity.tls import open_channel
from service_kit.settings import ClientTlsSettings
from service_kit.telemetry.grpc_client import traced

from journeys.application.ports import Unavailable

StubT = TypeVar("StubT")
NOT_YET = "the service has not begun to ask others"


class Siblings(Closing):
    """Stubs of pooling and ticketing; safe to use from several threads.

    Parameters
    ----------
    credential
        Of this service.
    """

    def __init__(self, credential: Credential, tls: ClientTlsSettings) -> None:
        self._credential = credential
        self._tls = tls
        self._channels: dict[str, grpc.Channel] = {}
        self._lock = threading.Lock()

    def connect(self, *, pooling: str, ticketing: str) -> None:
        """Say where they are, ``host:port``; several, divided by commas, take the calls in turn.

        Raises
        ------
        OSError, ValueError
            As :func:`service_kit.identity.tls.open_channel` does.
        """
        channels = {
            name: traced(open_channel(address, self._tls))
            for name, address in (("pooling", pooling), ("ticketing", ticketing))
        }
        with self._lock:
            self._channels = channels

    def pooling(self) -> ride_pooling_service_pb2_grpc.RidePoolingServiceStub:
        """Called as this service; raises Unavailable before :meth:`connect`."""
        return self._stub(ride_pooling_service_pb2_grpc.RidePoolingServiceStub, "pooling", self._credential)

    def ticketing(self, credential: str | None = None) -> ticketing_service_pb2_grpc.TicketingServiceStub:
        """Called as this service, or with the credential of whom it works for; raises Unavailable."""
        return self._stub(
            ticketing_service_pb2_grpc.TicketingServiceStub, "ticketing", credential or self._credential
        )

    def close(self) -> None:
        """Let go of the connections."""
        with self._lock:
            channels, self._channels = self._channels, {}
        for channel in channels.values():
            channel.close()

    def _stub(self, kind: Callable[[grpc.Channel], StubT], name: str, credential: Credential) -> StubT:
        with self._lock:
            channel = self._channels.get(name)
        if channel is None:
            raise Unavailable(f"{'PRICES' if name == 'ticketing' else 'POOLING'}_UNAVAILABLE", NOT_YET)
        return kind(authenticated(channel, credential))
