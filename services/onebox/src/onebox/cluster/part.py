"""One process of the cluster shape, and what makes it fail to start."""

import pwd
import shutil
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


class CannotStart(Exception):  # noqa: N818 - reads as what it is
    """A part cannot be had, or did not come up; the text says what to do, or what it said last."""


@dataclass(frozen=True, slots=True)
class Part:
    """How a process is started, asked whether it is ready, and ended.

    Parameters
    ----------
    name
        Of its log and its process id file.
    environment
        On top of this process's own.
    is_ready
        Whether it does its work; asked from a thread, raises nothing.
    user
        Who it runs as; whoever runs this process when None.
    stop_signal
        Asks it to end in good order.
    stop_timeout_s
        How long that may take.
    """

    name: str
    command: Sequence[str]
    is_ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_timeout_s: float = 30.0

    def identity(self) -> dict[str, object]:
        """Return who it runs as, as ``subprocess`` wants to know it."""
        return as_user(self.user)


def as_user(name: str | None) -> dict[str, object]:
    """Return the options of ``subprocess`` that run a program as a user and with that one's group alone."""
    if name is None:
        return {}
    entry = pwd.getpwnam(name)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def ended_with_us(command: Sequence[str], stop_signal: signal.Signals) -> list[str]:
    """Return a command that is asked to end when the thread that starts it does, however that ends.

    Linux can do so; elsewhere the command is returned as it is.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return list(command)
    return [setpriv, "--pdeathsig", stop_signal.name.removeprefix("SIG"), *command]


def last_lines(log: Path, count: int = 5) -> str:
    """Return the end of what was written to a log."""
    lines = log.read_text("utf-8", "replace").strip().splitlines() or ["it said nothing"]
    return "\n".join(line[:500] for line in lines[-count:])
