"""Facts as CloudEvents 1.0 in structured JSON, for programs of others; nothing personal in them."""

from collections.abc import Mapping
from datetime import UTC, datetime

from waste.domain.alarm_words import Place, reason
from waste.domain.alarms import Alarm

CONTENT_TYPE = "application/cloudevents+json"
BATCH_CONTENT_TYPE = "application/cloudevents-batch+json"

Document = Mapping[str, object]


def source(tenant: str) -> str:
    """Where events of a district's containers come from."""
    return f"/landlinie/{tenant}/waste"


def alarm_event(alarm: Alarm, happened: str, place: Place, *, tenant: str, at: datetime) -> Document:
    """An alarm that was ``raised``, ``acknowledged``, ``escalated`` or ``resolved``.

    The same happening always has the same id; who is told by several ways can tell that it is one.
    """
    step = f".{len(alarm.told)}" if happened == "escalated" else ""
    data: dict[str, object] = {
        "alarm_id": alarm.id,
        "sub_account_id": alarm.sub_account,
        "container_id": alarm.container_id,
        "depot_id": place.depot_id,
        "site_name": place.site_name,
        "fraction": place.fraction,
        "cause": alarm.cause.value,
        "state": alarm.state.value,
        "raised_at": instant(alarm.raised_at),
        "figures": dict(alarm.figures),
        "reason": reason(alarm),
    }
    for name, value in (("acknowledged_at", alarm.acknowledged_at), ("resolved_at", alarm.resolved_at)):
        if value is not None:
            data[name] = instant(value)
    return {
        **_envelope(alarm.container_id, tenant, at),
        "id": f"{alarm.id}.{happened}{step}",
        "type": f"org.landlinie.waste.alarm.{happened}.v1",
        "data": data,
    }


def ampel_event(
    container_id: str, sub_account: str, ampel: str, previous: str, *, tenant: str, at: datetime, version: int
) -> Document:
    """A container that has another colour; ``version`` is that of its state."""
    return {
        **_envelope(container_id, tenant, at),
        "id": f"{container_id}.ampel.{version}",
        "type": "org.landlinie.waste.ampel.changed.v1",
        "data": {
            "container_id": container_id,
            "sub_account_id": sub_account,
            "ampel": ampel,
            "previous_ampel": previous,
        },
    }


def instant(at: datetime) -> str:
    """An instant as RFC 3339 has it, in UTC."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _envelope(container_id: str, tenant: str, at: datetime) -> dict[str, object]:
    return {
        "specversion": "1.0",
        "source": source(tenant),
        "subject": f"container/{container_id}",
        "time": instant(at),
        "datacontenttype": "application/json",
    }
