"""What a gRPC server does with a call, taken apart and put together again by interceptors."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias, cast

import grpc

Context = grpc.aio.ServicerContext[Any, Any]
Behaviour = Callable[[Any, Context], Any]
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"

# By whether requests, and whether answers, are streams: the name of the behaviour, and how a handler is made.
_KINDS: dict[tuple[bool, bool], tuple[str, Callable[..., Any]]] = {
    (False, False): ("unary_unary", grpc.unary_unary_rpc_method_handler),
    (False, True): ("unary_stream", grpc.unary_stream_rpc_method_handler),
    (True, False): ("stream_unary", grpc.stream_unary_rpc_method_handler),
    (True, True): ("stream_stream", grpc.stream_stream_rpc_method_handler),
}


class HandlerInterceptor(grpc.aio.ServerInterceptor):
    """Puts something around the handler of every call; calls that have none are left alone."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable["Handler | None"]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> "Handler | None":
        handler = await continuation(handler_call_details)
        return None if handler is None else self.around(handler, handler_call_details)

    @abstractmethod
    def around(self, handler: Handler, details: grpc.HandlerCallDetails) -> Handler:
        """Return what handles the call instead."""


def behaviour_of(handler: Handler) -> Behaviour:
    """Return what the handler does with a request, or with requests as they come."""
    name, _ = _KINDS[handler.request_streaming, handler.response_streaming]
    return cast("Behaviour", getattr(handler, name))


def with_behaviour(
    handler: Handler, behaviour: Behaviour, request_deserializer: Callable[[bytes], object] | None
) -> Handler:
    """Return a handler of the same kind that does something else, and reads its requests another way."""
    _, make = _KINDS[handler.request_streaming, handler.response_streaming]
    made: Handler = make(
        behaviour,
        request_deserializer=request_deserializer,
        response_serializer=handler.response_serializer,
    )
    return made
