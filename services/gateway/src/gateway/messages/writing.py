"""JSON as it is sent."""

import json
from typing import Any


def dumps(value: Any) -> bytes:
    """Return JSON as compact UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
