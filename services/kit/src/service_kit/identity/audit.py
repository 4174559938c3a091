"""What is kept of who did what: pseudonyms and ids, nothing personal."""

from dataclasses import dataclass
from datetime import datetime

from service_kit.identity.principal import Principal, Role

DONE = "OK"
"""The outcome of what was done; anything else is the reason of a refusal."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One write somebody asked for, or how often somebody was turned away at the door."""

    time: datetime
    subject: str
    client_id: str
    roles: frozenset[Role]
    method: str
    request_id: str
    entity_ids: frozenset[str]
    outcome: str
    count: int = 1
    """How often, where one entry stands for many."""


def entry_of(
    principal: Principal,
    *,
    time: datetime,
    method: str,
    request_id: str,
    entity_ids: frozenset[str],
    outcome: str = DONE,
) -> AuditEntry:
    """Return the entry for what a principal asked for."""
    return AuditEntry(
        time,
        principal.subject,
        principal.client_id,
        principal.roles,
        method,
        request_id,
        entity_ids,
        outcome,
    )
