"""How long others may take to answer: never longer than whoever asked this service still waits."""

from service_kit.deadline import remaining_s

from journeys.application.ports import Unavailable

ASK_S = 3.0
"""So long one of the others may take at most; without its answer the search goes on."""
OWN_S = 0.3
"""So much of a call's time is kept for what is done with the answers."""
LEAST_S = 0.05


def time_to_ask_s(reason: str) -> float:
    """Seconds that the others have.

    Raises
    ------
    Unavailable
        With this reason, where there is no time left to ask anybody.
    """
    left_s = remaining_s()
    if left_s is None:
        return ASK_S
    if left_s - OWN_S < LEAST_S:
        raise Unavailable(reason, "the call's time was over before they could be asked")
    return min(ASK_S, left_s - OWN_S)
