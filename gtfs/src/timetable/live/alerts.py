"""Alerts: what is told to passengers, and whom it concerns."""

from collections.abc import Mapping
from dataclasses import dataclass

from google.transit import gtfs_realtime_pb2 as wire

from timetable.live.matching import Matcher, NoMatchError, Run
from timetable.live.message import Told, parse_message
from timetable.schedule import NONE, Schedule

NOBODY = "concerns nothing that is known"
MOST_CHARACTERS = 4000
"""Of one text; passengers read no more, and no page has to."""


@dataclass(frozen=True, slots=True)
class Concern:
    """What an alert is about: all that is given has to fit; ``NONE``, ``None`` or empty stands for any."""

    agency_id: str
    route: int
    route_type: int
    direction: int
    stop: int
    run: Run | None


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert.

    Parameters
    ----------
    alert_id
        The source's own id.
    periods
        From and until when it holds, Unix seconds; ``None`` where it is open. Empty: as long as it is told.
    concerns
        What it is about, any of these.
    cause, effect, severity
        The standard's names, as in ``"CONSTRUCTION"``, ``"DETOUR"``, ``"WARNING"``.
    header, description, url
        Text by language code; the empty code is the feed's own language.
    """

    alert_id: str
    periods: tuple[tuple[int | None, int | None], ...]
    concerns: tuple[Concern, ...]
    cause: str
    effect: str
    severity: str
    header: Mapping[str, str]
    description: Mapping[str, str]
    url: Mapping[str, str]

    def holds_at(self, at_s: float) -> bool:
        """Whether the alert holds at an instant, Unix seconds."""
        return not self.periods or any(
            (start is None or start <= at_s) and (end is None or at_s < end) for start, end in self.periods
        )


def read_alerts(data: bytes, schedule: Schedule, now_s: float) -> tuple[tuple[Alert, ...], Told]:
    """Read the alerts of a message; parameters and errors are those of ``read_trip_updates``.

    An alert of which nothing that it concerns is known is left out and counted.
    """
    message, told = parse_message(data, now_s)
    matcher = Matcher(schedule, now_s)
    alerts = []
    for entity in message.entity:
        if entity.is_deleted or not entity.HasField("alert"):
            continue
        concerns = [
            found for selector in entity.alert.informed_entity if (found := _concern(selector, matcher))
        ]
        if not concerns:
            told.leave(NOBODY, entity.id)
            continue
        told.used += 1
        alerts.append(_alert(entity.id, entity.alert, tuple(concerns)))
    return tuple(alerts), told


def _concern(selector: wire.EntitySelector, matcher: Matcher) -> Concern | None:
    """What one selector means; ``None`` where it names what the timetable does not have, or nothing."""
    route = matcher.route_index.get(selector.route_id, NONE)
    stop = matcher.schedule.stop_index.get(selector.stop_id, NONE)
    if (selector.route_id and route == NONE) or (selector.stop_id and stop == NONE):
        return None
    run = None
    if selector.HasField("trip"):
        try:
            run = matcher.run(selector.trip)
        except NoMatchError:
            return None
    kind = selector.route_type if selector.HasField("route_type") else NONE
    direction = selector.direction_id if selector.HasField("direction_id") else NONE
    if not (selector.agency_id or selector.route_id or selector.stop_id or run or kind != NONE):
        return None
    return Concern(selector.agency_id, route, kind, direction, stop, run)


def _alert(name: str, alert: wire.Alert, concerns: tuple[Concern, ...]) -> Alert:
    periods = tuple((period.start or None, period.end or None) for period in alert.active_period)
    return Alert(
        name,
        periods,
        concerns,
        wire.Alert.Cause.Name(alert.cause),
        wire.Alert.Effect.Name(alert.effect),
        wire.Alert.SeverityLevel.Name(alert.severity_level),
        _texts(alert.header_text),
        _texts(alert.description_text),
        _texts(alert.url),
    )


def _texts(translated: wire.TranslatedString) -> dict[str, str]:
    return {part.language: part.text[:MOST_CHARACTERS] for part in translated.translation}
