"""Networks that can be cut: TCP lines with us in between, and a process whose only network they are."""

import ctypes
import fcntl
import os
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from typing import BinaryIO

import pytest

_NEW_NETWORK = 0x40000000
_SET_FLAGS, _UP_AND_RUNNING = 0x8914, 0x1 | 0x40
_CHUNK = 65_536

Connect = Callable[[], socket.socket]


class Line:
    """Carries every connection made to ``listener`` on to where ``connect`` leads.

    While it is cut nothing passes, and nobody is told: connections hang, and go on when it is mended.
    A target that cannot be reached closes the connection, as if nobody listened.
    """

    def __init__(self, listener: socket.socket, connect: Connect) -> None:
        self._listener = listener
        self._connect = connect
        self._whole = threading.Event()
        self._whole.set()
        self._ends: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, name="line", daemon=True)]
        self._threads[0].start()

    @property
    def address(self) -> str:
        """``host:port`` that leads to the target."""
        host, port = self._listener.getsockname()
        return f"{host}:{port}"

    def lead_to(self, connect: Connect) -> None:
        """Carry connections made from now on elsewhere."""
        self._connect = connect

    def cut(self) -> None:
        self._whole.clear()

    def mend(self) -> None:
        self._whole.set()

    def close(self) -> None:
        """Close all connections."""
        self.mend()
        # Wakes whoever waits in it, which closing alone does not.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for end in list(self._ends):
            _hang_up(end)
        for thread in list(self._threads):
            thread.join()
        for end in self._ends:
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                self._ends.append(near)
                self._start(self._join, near)

    def _join(self, near: socket.socket) -> None:
        self._whole.wait()
        try:
            far = self._connect()
        except OSError:
            _hang_up(near)
            return
        self._ends.append(far)
        self._start(self._carry, near, far)
        self._carry(far, near)

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(_CHUNK):
                self._whole.wait()
                sink.sendall(data)
        self._whole.wait()
        _hang_up(source)
        _hang_up(sink)

    def _start(self, work: Callable[..., None], *ends: socket.socket) -> None:
        thread = threading.Thread(target=work, args=ends, name="line", daemon=True)
        thread.start()
        self._threads.append(thread)


def to(address: str) -> Connect:
    """Return what connects to ``host:port``."""
    host, _, port = address.rpartition(":")
    return lambda: socket.create_connection((host, int(port)), timeout=None)


def listening(port: int = 0) -> socket.socket:
    """Return a socket that listens at a port of this machine only."""
    return socket.create_server(("127.0.0.1", port), backlog=64)


class Island:
    """A network whose only ways out are lines of ours; skips the test where none may be made."""

    def __init__(self) -> None:
        # A network belongs to a thread, and to the sockets and processes which that makes.
        self._inside = ThreadPoolExecutor(1, "island")
        self._lines: list[Line] = []
        refused = self._inside.submit(_leave_network).result()
        if refused:
            self._inside.shutdown()
            pytest.skip(f"no network of its own for a process: {os.strerror(refused)}")

    def reach_out(self, address: str) -> None:
        """Let processes inside reach ``host:port`` of this machine under that very address."""
        listener = self._inside.submit(listening, int(address.rpartition(":")[2])).result()
        self._lines.append(Line(listener, to(address)))

    def let_in(self, address: str) -> None:
        """Let everybody outside reach, under the same address, what listens inside at ``host:port``."""
        connect = to(address)
        self._lines.append(
            Line(listening(int(address.rpartition(":")[2])), lambda: self._inside.submit(connect).result())
        )

    def run(
        self, command: Sequence[str], environment: Mapping[str, str], log: BinaryIO
    ) -> "subprocess.Popen[bytes]":
        """Start a process inside."""
        return self._inside.submit(
            subprocess.Popen, command, env=environment, stdout=log, stderr=subprocess.STDOUT
        ).result()

    @contextmanager
    def cut_off(self) -> Iterator[None]:
        """Let nothing in or out for as long as the block runs."""
        with ExitStack() as mended:
            for line in self._lines:
                mended.callback(line.mend)
                line.cut()
            yield

    def close(self) -> None:
        for line in self._lines:
            line.close()
        self._inside.shutdown()


def _leave_network() -> int:
    """Give the calling thread an empty network with a loopback; the error number where that is refused."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_NEW_NETWORK):
        return ctypes.get_errno()
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP_AND_RUNNING))
    return 0


def _hang_up(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
