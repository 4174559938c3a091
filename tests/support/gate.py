"""A gate in front of a server: calls pass unchanged, and what is armed happens before or after one."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc

CALL_S = 20.0
Moment = tuple[str, str]
"""A method's bare name, and ``before`` it reaches the server or ``after`` its answer has come."""


class Gate(grpc.GenericRpcHandler):
    """Passes unary calls on as bytes."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._channel = channel
        self._armed: dict[Moment, Callable[[], None]] = {}
        self.passed: list[str] = []

    def arm(self, moment: Moment, deed: Callable[[], None]) -> None:
        """Do something once, at the next such moment."""
        self._armed[moment] = deed

    def service(self, details: grpc.HandlerCallDetails) -> Any:
        method: str = details.method

        def passed_on(request: bytes, context: grpc.ServicerContext) -> bytes:
            return self._pass_on(method, request, context)

        return grpc.unary_unary_rpc_method_handler(passed_on)

    def _pass_on(self, method: str, request: bytes, context: grpc.ServicerContext) -> bytes:
        name = method.rpartition("/")[2]
        self.passed.append(name)
        self._happens((name, "before"))
        told = tuple(
            (key, value)
            for key, value in context.invocation_metadata()
            if not key.startswith(("grpc-", "user-agent", ":"))
        )
        call: Any = self._channel.unary_unary(method)
        try:
            answer: bytes = call(request, metadata=told, timeout=CALL_S)
        except grpc.RpcError as error:
            refused: Any = error
            context.set_trailing_metadata(tuple(refused.trailing_metadata() or ()))
            context.abort(refused.code(), refused.details() or "")
        self._happens((name, "after"))
        return answer

    def _happens(self, moment: Moment) -> None:
        deed = self._armed.pop(moment, None)
        if deed is not None:
            deed()


@contextmanager
def gate_to(address: str) -> Iterator[tuple[Gate, str]]:
    """A gate to a server, and the ``host:port`` it stands at."""
    with grpc.insecure_channel(address) as channel:
        gate = Gate(channel)
        server = grpc.server(ThreadPoolExecutor(8))
        server.add_generic_rpc_handlers((gate,))
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            yield gate, f"127.0.0.1:{port}"
        finally:
            server.stop(grace=1.0).wait()
