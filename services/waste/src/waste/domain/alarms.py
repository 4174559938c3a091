"""An alarm's life: raised once, told to one contact after the other until somebody answers, closed when over.

Pure: every step takes an alarm and returns the next one together with what is to be told. A container has at
most one live alarm per cause; what is told has an id made of alarm, occasion and contact, so that telling
twice cannot be meant.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from waste.domain.alarm_rules import AlarmRule, Cause, Presence
from waste.domain.errors import WrongFieldError

MOST_FIGURES = 12


class AlarmState(Enum):
    """Where an alarm is in its life."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Occasion(Enum):
    """Why a contact is told."""

    RAISED = "raised"
    ESCALATED = "escalated"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell a contact, once."""

    alarm_id: str
    occasion: Occasion
    contact_id: str

    @property
    def id(self) -> str:
        """The same for the same thing to tell, whoever works it out."""
        return f"{self.alarm_id}.{self.occasion.value}.{self.contact_id}"


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was seen of one cause at one container.

    Parameters
    ----------
    at
        Instant that the sighting is of; an older one than the last changes nothing.
    figures
        What it rests on, by name: levels as share, temperatures in degrees Celsius.
    """

    sub_account: str
    container_id: str
    cause: Cause
    presence: Presence
    at: datetime
    figures: Mapping[str, str | float] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Alarm:
    """One cause at one container, from when it was seen until it was gone.

    Parameters
    ----------
    seen_at
        Instant of the newest sighting taken.
    told
        Contacts told so far, in order.
    escalate_at
        When the next contact is told; None where nobody is left, or somebody has answered.
    gone_since
        Since when the cause is not seen any more; None while it is.
    """

    id: str
    sub_account: str
    container_id: str
    cause: Cause
    state: AlarmState
    raised_at: datetime
    seen_at: datetime
    figures: Mapping[str, str | float] = field(hash=False)
    told: tuple[str, ...] = ()
    escalate_at: datetime | None = None
    gone_since: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    resolved_at: datetime | None = None

    @property
    def is_live(self) -> bool:
        """Whether it is not over."""
        return self.state is not AlarmState.RESOLVED


@dataclass(frozen=True, slots=True)
class Step:
    """An alarm after a step, and what is to be told; without an alarm there is none."""

    alarm: Alarm | None
    notices: tuple[Notice, ...] = ()


def sighted(live: Alarm | None, sighting: Sighting, rule: AlarmRule, *, now: datetime, new_id: str) -> Step:
    """Take a sighting.

    Parameters
    ----------
    live
        The container's live alarm of this cause, where there is one.
    now
        When this is worked out: what escalates is counted from here, also where the sighting is old.
    new_id
        The id of the alarm that is raised, if one is.

    Raises
    ------
    ValueError
        Where alarm, sighting and rule are not of one cause, container and sub-account.
    """
    _check_same(live, sighting, rule)
    if live is None:
        return _raised(sighting, rule, now, new_id) if sighting.presence is Presence.PRESENT else Step(None)
    if sighting.at < live.seen_at or sighting.presence is Presence.UNKNOWN:
        return Step(live)
    if sighting.presence is Presence.PRESENT:
        return _moved_on(replace(live, seen_at=sighting.at, gone_since=None), rule, now)
    gone = replace(live, seen_at=sighting.at, gone_since=live.gone_since or sighting.at)
    return _moved_on(gone, rule, now)


def elapsed(live: Alarm, rule: AlarmRule | None, now: datetime) -> Step:
    """Let time pass: the next contact is told where nobody has answered, what is long gone is closed.

    Without a rule – it was taken back – the alarm is closed at once.
    """
    if not live.is_live:
        return Step(live)
    return _closed(live, now) if rule is None else _moved_on(live, rule, now)


def acknowledged(live: Alarm, by: str, now: datetime) -> Alarm:
    """Somebody has answered: nobody else is told. Who answered first stays named.

    Raises
    ------
    WrongFieldError
        Where ``by`` is empty.
    """
    if not by:
        raise WrongFieldError("acknowledged_by", by, "names who has answered")
    if live.state is not AlarmState.OPEN:
        return live
    return replace(
        live, state=AlarmState.ACKNOWLEDGED, acknowledged_at=now, acknowledged_by=by, escalate_at=None
    )


def unreachable(live: Alarm, contact_id: str, now: datetime) -> Alarm:
    """A contact cannot be told: where it was the last one, the next one's turn is now."""
    if live.escalate_at is None or not live.told or live.told[-1] != contact_id:
        return live
    return replace(live, escalate_at=min(live.escalate_at, now))


def due_at(alarm: Alarm, rule: AlarmRule | None) -> datetime | None:
    """When :func:`elapsed` has something to do next; None where only a sighting or a person can."""
    if not alarm.is_live:
        return None
    if rule is None:
        return alarm.seen_at
    if alarm.gone_since is not None:
        return alarm.gone_since + rule.calm
    return alarm.escalate_at


def _raised(sighting: Sighting, rule: AlarmRule, now: datetime, new_id: str) -> Step:
    alarm = Alarm(
        new_id,
        sighting.sub_account,
        sighting.container_id,
        sighting.cause,
        AlarmState.OPEN,
        raised_at=now,
        seen_at=sighting.at,
        figures=dict(list(sighting.figures.items())[:MOST_FIGURES]),
    )
    return _told_next(alarm, rule, Occasion.RAISED, now)


def _moved_on(live: Alarm, rule: AlarmRule, now: datetime) -> Step:
    if live.gone_since is not None:
        # While it seems to be over nobody else is bothered.
        return _closed(live, now) if now - live.gone_since >= rule.calm else Step(live)
    if live.state is AlarmState.OPEN and not live.told:
        # The rule had nobody to tell when it was raised, and may have now.
        return _told_next(live, rule, Occasion.RAISED, now)
    if live.escalate_at is not None and now >= live.escalate_at:
        return _told_next(live, rule, Occasion.ESCALATED, now)
    return Step(live)


def _told_next(alarm: Alarm, rule: AlarmRule, occasion: Occasion, now: datetime) -> Step:
    waiting = [contact for contact in rule.ladder if contact not in alarm.told]
    if not waiting:
        return Step(replace(alarm, escalate_at=None))
    later = now + rule.escalate_after if len(waiting) > 1 else None
    told = replace(alarm, told=(*alarm.told, waiting[0]), escalate_at=later)
    return Step(told, (Notice(alarm.id, occasion, waiting[0]),))


def _closed(live: Alarm, now: datetime) -> Step:
    closed = replace(live, state=AlarmState.RESOLVED, resolved_at=now, escalate_at=None)
    return Step(closed, tuple(Notice(live.id, Occasion.RESOLVED, contact) for contact in live.told))


def _check_same(live: Alarm | None, sighting: Sighting, rule: AlarmRule) -> None:
    if (sighting.sub_account, sighting.cause) != (rule.sub_account, rule.cause):
        of = f"{sighting.sub_account}/{sighting.cause.value}"
        raise ValueError(f"rule: {rule.sub_account}/{rule.cause.value} is not of {of}")
    if live is None:
        return
    if not live.is_live:
        raise ValueError(f"alarm: {live.id!r} is over")
    if (live.sub_account, live.container_id, live.cause) != (
        sighting.sub_account,
        sighting.container_id,
        sighting.cause,
    ):
        raise ValueError(f"alarm: {live.id!r} is not of {sighting.container_id!r}, {sighting.cause.value}")
