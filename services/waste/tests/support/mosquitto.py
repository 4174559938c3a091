"""A real MQTT broker for tests and benchmarks: Mosquitto, as Debian has it, on a port of this machine."""

import getpass
import shutil
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

from servers import Server, not_to_be_had
from service_kit.free_port import free_port

PLACES = (None, "/usr/sbin:/usr/local/sbin")
"""Debian keeps it where only root looks."""


class Mosquitto(Server):
    """A broker with a memory: what it holds for those who are away survives it.

    Parameters
    ----------
    save_every
        Changes after which it writes all it holds to disk. With 1 it takes some hundred messages a second,
        and ``kill -9`` costs what it was just acknowledging.
    users
        Passwords by name; anybody may come without.
    certificate, key
        PEM for TLS.
    """

    kind = "mosquitto"

    def __init__(
        self,
        *,
        users: Mapping[str, str] | None = None,
        certificate: Path | None = None,
        key: Path | None = None,
        save_every: int = 1,
    ) -> None:
        super().__init__()
        found = next((path for place in PLACES if (path := shutil.which("mosquitto", path=place))), None)
        if found is None:
            self.remove()
            not_to_be_had("Mosquitto")
        self._program = found
        self.port = free_port()
        self.url = f"{'mqtts' if certificate else 'mqtt'}://127.0.0.1:{self.port}"
        lines = [
            f"listener {self.port} 127.0.0.1",
            f"allow_anonymous {str(users is None).lower()}",
            "persistence true",
            f"persistence_location {self.folder}/",
            "autosave_on_changes true",
            f"autosave_interval {save_every}",
            "max_queued_messages 0",
            # What is sent on at once is out of danger here.
            "max_inflight_messages 0",
            # It would look for a user of its own where root starts it.
            f"user {getpass.getuser()}",
        ]
        if users is not None:
            passwords = self.folder / "passwords"
            passwords.touch(mode=0o600)
            for name, password in users.items():
                subprocess.run(["mosquitto_passwd", "-b", str(passwords), name, password], check=True)
            lines.append(f"password_file {passwords}")
        if certificate is not None:
            lines += [f"certfile {certificate}", f"keyfile {key}"]
        (self.folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")

    def _command(self) -> list[str]:
        return [self._program, "-c", str(self.folder / "mosquitto.conf")]

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True
