"""The services behind the gateway: a channel to each, and the calls of every route."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Any

import grpc
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from service_kit.grpc_errors import domain_of
from service_kit.identity.tls import open_aio_channel
from service_kit.settings import ClientTlsSettings
from service_kit.telemetry.grpc_client import tracing_interceptors

from gateway.http.problems import DOMAIN, from_call, not_offered
from gateway.routes.route import call_of

Metadata = tuple[tuple[str, str], ...]

_LARGEST_ANSWER_BYTES = 32 * 1024 * 1024
_ROOMS = {"network": "pooling"}
"""Whose server answers for rooms that have none of their own."""


class CallFailed(Exception):  # noqa: N818 - reads as what it is
    """A call was answered with an error, which is this one's cause.

    Attributes
    ----------
    domain
        Who says so: ``landlinie.pooling``.
    """

    def __init__(self, domain: str) -> None:
        super().__init__(domain)
        self.domain = domain


def room_of(method: MethodDescriptor) -> str:
    """Return whose server has the method: ``pooling``."""
    room: str = method.full_name.split(".")[1]
    return _ROOMS.get(room, room)


class Backends:
    """Channels to the services; make them inside the event loop that uses them.

    Parameters
    ----------
    addresses
        ``host:port``, or several divided by commas, by room.

    Raises
    ------
    OSError
        Where a certificate cannot be read, or a name in a list is not known.
    ValueError
        For an address in a list that is no ``host:port``.
    """

    def __init__(self, addresses: Mapping[str, str], tls: ClientTlsSettings) -> None:
        self.addresses = dict(addresses)
        by_address = {
            address: open_aio_channel(
                address,
                tls,
                interceptors=tracing_interceptors(),
                further_options=(("grpc.max_receive_message_length", _LARGEST_ANSWER_BYTES),),
            )
            for address in dict.fromkeys(addresses.values())
        }
        self._channels = list(by_address.values())
        self._by_room = {room: by_address[address] for room, address in addresses.items()}

    def channel(self, room: str) -> grpc.aio.Channel:
        """Return the channel to a room's services; raises HttpProblem where the district has none."""
        if room not in self._by_room:
            raise not_offered()
        return self._by_room[room]

    async def call(
        self, method: MethodDescriptor, message: Message, metadata: Metadata, timeout_s: float
    ) -> Message:
        """Ask once; raises what :func:`~gateway.http.problems.from_call` makes of errors."""
        ask: Any = self.channel(room_of(method)).unary_unary(
            call_of(method), _serialized, message_factory.GetMessageClass(method.output_type).FromString
        )
        try:
            answer: Message = await ask(message, timeout=timeout_s, metadata=metadata)
        except grpc.RpcError as error:
            raise CallFailed(domain_of(call_of(method), DOMAIN)) from from_call(error)
        return answer

    async def stream(
        self, method: MethodDescriptor, message: Message, metadata: Metadata, timeout_s: float | None
    ) -> AsyncGenerator[Message, None]:
        """Yield the answers of a method that streams."""
        ask: Any = self.channel(room_of(method)).unary_stream(
            call_of(method), _serialized, message_factory.GetMessageClass(method.output_type).FromString
        )
        try:
            async for answer in ask(message, timeout=timeout_s, metadata=metadata):
                yield answer
        except grpc.RpcError as error:
            raise CallFailed(domain_of(call_of(method), DOMAIN)) from from_call(error)

    async def send(
        self, method: MethodDescriptor, messages: AsyncIterator[Message], metadata: Metadata, timeout_s: float
    ) -> Message:
        """Ask with several messages; one answer."""
        ask: Any = self.channel(room_of(method)).stream_unary(
            call_of(method), _serialized, message_factory.GetMessageClass(method.output_type).FromString
        )
        try:
            answer: Message = await ask(messages, timeout=timeout_s, metadata=metadata)
        except grpc.RpcError as error:
            raise CallFailed(domain_of(call_of(method), DOMAIN)) from from_call(error)
        return answer

    async def close(self) -> None:
        """Close the channels."""
        for channel in self._channels:
            await channel.close()


def _serialized(message: Message) -> bytes:
    return message.SerializeToString()
