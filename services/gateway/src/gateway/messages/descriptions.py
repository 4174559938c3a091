"""What the protos say about themselves, in the comments above services, messages, fields and values."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def descriptions() -> Mapping[str, str]:
    """Return the comments by full name: ``landlinie.pooling.v1.Offer.expire_time``."""
    text = files("landlinie").joinpath("descriptions.json").read_text("utf-8")
    found: dict[str, str] = json.loads(text)
    return found
