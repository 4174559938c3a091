"""The stalls of a serving process's event loop, read from outside through its HTTP port."""

from dataclasses import dataclass
from http.client import HTTPConnection

from prometheus_client.parser import text_string_to_metric_families

LONG_S = 0.05
_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Stalls:
    """How many turns of the loop took longer than ``LONG_S``, and the longest, since it began to serve."""

    long_count: int
    longest_s: float


def read_stalls(metrics_address: str) -> Stalls:
    """Ask a process for its stalls.

    Parameters
    ----------
    metrics_address
        ``host:port`` of its HTTP port.

    Raises
    ------
    OSError
        When it does not answer.
    """
    connection = HTTPConnection(metrics_address, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
    finally:
        connection.close()
    samples = {
        (sample.name, sample.labels.get("le", "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    turns = "landlinie_event_loop_stall_seconds"
    short_count = samples[f"{turns}_bucket", str(LONG_S)]
    longest_s = samples["landlinie_event_loop_longest_stall_seconds", ""]
    return Stalls(round(samples[f"{turns}_count", ""] - short_count), longest_s)
