"""Use case: what is known of a container is worked out anew when something was measured, or time went by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service_kit.once import write

from waste.application.desk import Desk, found
from waste.application.levels import SAME_LIFT_S
from waste.application.ports_containers import Chosen, ContainerReader, ContainerWriter, Span
from waste.application.ports_outlook import Drop, Forecaster, ForecastStep, LiftWatch, Outlook
from waste.domain.access import EVERYTHING, Scope
from waste.domain.ampel import HORIZON, Ampel, Known, judge
from waste.domain.container_state import AmpelChanged, ContainerState, Fact, LevelMeasured, LiftRecorded
from waste.domain.containers import Container, Device
from waste.domain.measured import Level, Lift, LiftSource
from waste.domain.sensor_health import silence_limit

HISTORY = timedelta(days=120)
"""How far back lifts are looked at; a state is worked out again after so long in any case."""
MOST_LEVELS = 3_000
"""The newest ones: a reading every ten minutes over 20 days."""
LIFTS_SEEN = timedelta(days=14)
"""How far back lifts are looked for again: what comes later than that changes none."""
LEAD = timedelta(days=2)
"""Levels before a fall without which it cannot be told from noise."""
LOOK_AGAIN = timedelta(minutes=30)
"""Forecasts move while nothing is measured, and better ones may have been learned."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was found out of a container without a transaction."""

    asked_count: int
    levels: list[Level]
    drops: list[Drop]
    outlook: Outlook | None


class Judging:
    """Keeps the states of containers up to date.

    Parameters
    ----------
    forecaster, lift_watch
        None where there is none: then the level alone decides, and lifts are only known when reported.
    """

    def __init__(
        self, desk: Desk, forecaster: Forecaster | None = None, lift_watch: LiftWatch | None = None
    ) -> None:
        self._desk = desk
        self._forecaster = forecaster
        self._lift_watch = lift_watch

    def due(self, count: int) -> list[str]:
        """Containers whose state is to be worked out anew, those that wait longest first."""
        with self._desk.store.reading() as reader:
            return reader.due(self._desk.clock.now(), count)

    def figures(self) -> tuple[Mapping[Ampel, int], int]:
        """How many containers have which colour, and how many states are still to be worked out."""
        with self._desk.store.reading() as reader:
            return reader.ampel_counts(), reader.due_count(self._desk.clock.now())

    def postpone(self, container_id: str) -> None:
        """Try a state that could not be worked out again later, so that it keeps no other one waiting."""
        instant = self._desk.clock.now() + LOOK_AGAIN
        write(self._desk.store, lambda writer: writer.postpone(container_id, instant))

    def judge(self, container_id: str) -> None:
        """Work out one state anew, and tell what became different; nothing where the container is gone."""
        with self._desk.store.reading() as reader:
            container = reader.find(Container, container_id, EVERYTHING)
            asked_count = reader.asked_count(container_id)
            levels, lifts = self._history(reader, container_id)
        if container is None:
            return
        # The slow part is done without a transaction; what others write meanwhile makes the state due again.
        drops = self._drops(levels)
        outlook = self._outlook(container, levels, _with_drops(container, lifts, drops))
        seen = _Seen(asked_count, levels, drops, outlook)
        if write(self._desk.store, lambda writer: self._judged(writer, container_id, seen)):
            self._desk.committed([container_id])

    def hours(self, container_id: str, scope: Scope, count: int) -> list[ForecastStep]:
        """How full a container will be in the next hours; raises NotFound."""
        with self._desk.store.reading() as reader:
            container = found(reader, Container, container_id, scope)
            levels, lifts = self._history(reader, container_id)
        if self._forecaster is None:
            return []
        return self._forecaster.hours(container, levels, lifts, self._desk.clock.now(), count)

    def _history(self, reader: ContainerReader, container_id: str) -> tuple[list[Level], list[Lift]]:
        levels = reader.levels(container_id, Span(), MOST_LEVELS, newest=True)
        return levels, reader.lifts_of(container_id, Span(self._desk.clock.now() - HISTORY))

    def _drops(self, levels: Sequence[Level]) -> list[Drop]:
        if self._lift_watch is None or not levels:
            return []
        since = levels[-1].at - LIFTS_SEEN - LEAD
        return self._lift_watch.drops([level for level in levels if level.at >= since])

    def _outlook(
        self, container: Container, levels: Sequence[Level], lifts: Sequence[Lift]
    ) -> Outlook | None:
        if self._forecaster is None or not levels:
            return None
        return self._forecaster.outlook(container, levels, lifts, self._desk.clock.now(), HORIZON)

    def _judged(self, writer: ContainerWriter, container_id: str, seen: _Seen) -> bool:
        """Store the state where anybody could see the difference; whether that was so."""
        container = writer.find(Container, container_id, EVERYTHING)
        before = writer.state(container_id, EVERYTHING)
        if container is None or before is None:
            return False
        facts: list[Fact] = self._new_lifts(writer, container, seen.levels, seen.drops)
        state, judge_at = self._state(writer, container, before, seen)
        if state.latest is not None and state.latest != before.latest:
            facts.append(LevelMeasured(container, state.latest))
        if state.ampel is not before.ampel:
            facts.append(AmpelChanged(state, before.ampel))
        writer.put_state(state, judge_at, seen.asked_count)
        writer.tell(facts)
        return True

    def _new_lifts(
        self, writer: ContainerWriter, container: Container, levels: Sequence[Level], drops: Sequence[Drop]
    ) -> list[Fact]:
        """Store the lifts seen, instead of those that were seen before what came late."""
        if self._lift_watch is None or not levels:
            return []
        since = levels[-1].at - LIFTS_SEEN
        if len(levels) == MOST_LEVELS:
            since = max(since, levels[0].at + LEAD)
        known = writer.lifts_of(container.id, Span(since))
        reported = [lift for lift in known if lift.source is LiftSource.REPORTED]
        detected = {lift.at: lift for lift in known if lift.source is LiftSource.DETECTED}
        seen = {lift.at: lift for lift in _seen_beside(container, reported, drops)}
        for at in detected.keys() - seen.keys():
            writer.remove_lift(detected[at])
        new = [lift for at, lift in seen.items() if at >= since and at not in detected]
        for lift in new:
            writer.put_lift(container, lift)
        return [LiftRecorded(container, lift) for lift in new]

    def _state(
        self, writer: ContainerWriter, container: Container, before: ContainerState, seen: _Seen
    ) -> tuple[ContainerState, datetime]:
        """The state, and when it is due again."""
        now, levels, outlook = self._desk.clock.now(), seen.levels, seen.outlook
        chosen = Chosen(EVERYTHING, container_id=container.id)
        latest = levels[-1] if levels else None
        lifts = writer.lifts_of(container.id, Span(now - HISTORY))
        latest_lift = lifts[-1] if lifts else None
        # Emptied since it was measured: until the sensor tells more, the report counts.
        if latest_lift is not None and (latest is None or latest_lift.at > latest.at):
            latest = Level(latest_lift.at, latest_lift.after_share)
            outlook = None
        fresh_for = silence_limit([level.at for level in levels])
        ampel, reason = judge(
            Known(
                bool(writer.listed(Device, chosen, "", 1)),
                latest.level_share if latest else None,
                latest.at if latest else None,
                fresh_for,
                outlook.overflow_probability if outlook else None,
                container.critical_share,
            ),
            before.ampel,
            now,
        )
        state = ContainerState(
            container.id,
            container.sub_account_id,
            container.site_id,
            container.depot_id,
            container.fraction,
            ampel,
            before.ampel_since if ampel is before.ampel else now,
            reason,
            latest,
            round(latest.level_share * container.volume_l) if latest else 0,
            outlook.overflow_probability if outlook else None,
            outlook.expected_full_at if outlook else None,
            latest_lift.at if latest_lift else None,
            now,
            before.version + 1,
            latest.at + fresh_for if latest else None,
        )
        again = now + (LOOK_AGAIN if self._forecaster and latest else HISTORY)
        if latest is not None and ampel is not Ampel.UNKNOWN:
            again = min(again, latest.at + fresh_for + timedelta(seconds=1))
        return state, again


def _lift(container: Container, drop: Drop) -> Lift:
    fallen = max(0.0, drop.before_share - drop.after_share)
    return Lift(
        container.id,
        drop.at,
        LiftSource.DETECTED,
        drop.before_share,
        drop.after_share,
        container.weight_kg(fallen),
    )


def _seen_beside(container: Container, reported: Sequence[Lift], drops: Sequence[Drop]) -> list[Lift]:
    """Lifts seen in levels that nobody reported."""
    reach = timedelta(seconds=SAME_LIFT_S)
    return [
        _lift(container, drop)
        for drop in drops
        if not any(abs(lift.at - drop.at) <= reach for lift in reported)
    ]


def _with_drops(container: Container, lifts: Sequence[Lift], drops: Sequence[Drop]) -> list[Lift]:
    """The lifts that are known, and those just seen."""
    return sorted([*lifts, *_seen_beside(container, lifts, drops)], key=lambda lift: lift.at)
