"""Page tokens: sealed, so that one is good only for the caller and the question it was given out for."""

import hashlib
from typing import Any

from service_kit.faults import Faults
from service_kit.identity.principal import caller
from service_kit.identity.sealing import Seal


class Pages:
    """Reads and gives out page tokens."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def position(self, request: Any, faults: Faults) -> str:
        """Where the page asked for begins; empty for the first one."""
        try:
            return self._seal.open(request.page_token, _purpose(request))
        except ValueError:
            faults.add("page_token", "was not given out for this question", "PAGE_TOKEN_INVALID")
            return ""

    def token(self, request: Any, position: str) -> str:
        """The token for the next page; empty where there is none."""
        return self._seal.close(position, _purpose(request))


def _purpose(request: Any) -> str:
    question = type(request)()
    question.CopyFrom(request)
    for field in ("page_token", "page_size"):
        if field in request.DESCRIPTOR.fields_by_name:
            question.ClearField(field)
    digest = hashlib.sha256(question.SerializeToString(deterministic=True)).hexdigest()
    return f"{request.DESCRIPTOR.full_name}\n{caller().tenant}\n{caller().scope}\n{digest}"
