"""A Kafka broker of our own, as ``infra/kafka`` runs it: on this machine only, data kept once."""

import socket
import sys
from pathlib import Path

from service_kit.bus import BusUnavailable
from service_kit.free_port import free_port
from service_kit.kafka_connection import KafkaConnection

from onebox.cluster.part import CannotStart, Part

LAUNCHER = Path("infra/kafka/kafka_broker.py")
_ANSWER_S = 2.0


def kafka_part(folder: Path) -> tuple[Part, str]:
    """Return how a broker is run with its data in ``folder``, and the bus URL under which it is reached.

    Raises
    ------
    CannotStart
        Where its launcher is not there.
    """
    if not LAUNCHER.exists():
        raise CannotStart(
            f"Kafka is started by {LAUNCHER}, which is not in {Path.cwd()}: run from a checkout, "
            "or name a running one in LANDLINIE_BUS_URL"
        )
    port = free_port()
    address = f"127.0.0.1:{port}"

    def is_ready() -> bool:
        try:
            # Before its port is open, Kafka's client would try, and complain, many times.
            socket.create_connection(("127.0.0.1", port), _ANSWER_S).close()
            with KafkaConnection([address], timeout_s=_ANSWER_S).administration("looking for it") as asked:
                asked.topics()
        except (OSError, BusUnavailable):
            return False
        return True

    command = [
        *(sys.executable, str(LAUNCHER.resolve()), "become"),
        *(str(folder.resolve()), str(port)),
    ]
    return Part("kafka", command, is_ready), f"kafka://{address}"
