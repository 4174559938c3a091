"""Server-sent events: how one is written."""

RETRY_MS = 1_000
"""After which a browser asks again."""

HEADERS = {
    "Cache-Control": "no-store",
    # Proxies that gather answers before they hand them on would hold events back.
    "X-Accel-Buffering": "no",
}


def event(name: str, data: bytes, event_id: str | None = None) -> bytes:
    """Return one event; ``data`` is a single line."""
    head = f"event: {name}\n" if name != "message" else ""
    if event_id is not None:
        head += f"id: {event_id}\n"
    return head.encode() + b"data: " + data + b"\n\n"
