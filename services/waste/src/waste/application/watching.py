"""What is known of a container for alarms: its state, and how its sensors do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from service_kit.clock import Clock

from waste.application.ports_alarms import DeviceHealth
from waste.application.ports_containers import Chosen, ContainerReader, ContainerStore, Span
from waste.domain.access import EVERYTHING, Scope
from waste.domain.alarm_rules import Condition
from waste.domain.alarm_words import Place
from waste.domain.ampel import HORIZON
from waste.domain.containers import Container, Device, Site, SubAccount
from waste.domain.measured import LiftSource, level_of
from waste.domain.readings import Reading
from waste.domain.sensor_health import LevelSeen, battery_low, is_silent, is_stuck, silence_limit

HISTORY = timedelta(days=30)
LATELY = timedelta(hours=6)
"""How long a tilt or a temperature is believed that nothing newer contradicts."""
MOST_READINGS = 10_000
LOOK_AGAIN = timedelta(hours=3)
SILENT_AGAIN = timedelta(minutes=10)
MOST_DEVICES = 8


@dataclass(frozen=True, slots=True)
class Seen:
    """A container as alarms are judged by it.

    Parameters
    ----------
    look_again_at
        When its sensors should be looked at thoroughly again, if not before.
    """

    condition: Condition
    place: Place
    state_version: int
    healths: tuple[DeviceHealth, ...] = ()
    look_again_at: datetime | None = None


class Watch:
    """Looks at containers."""

    def __init__(self, store: ContainerStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def look(self, container_id: str, *, thorough: bool) -> Seen | None:
        """What is known of a container now; None where it is gone."""
        now = self._clock.now()
        with self._store.reading() as reader:
            container = reader.find(Container, container_id, EVERYTHING)
            state = reader.state(container_id, EVERYTHING)
            if container is None or state is None:
                return None
            state = state.as_of(now)
            site = reader.find(Site, container.site_id, EVERYTHING)
            chosen = Chosen(EVERYTHING, container_id=container_id)
            devices = reader.listed(Device, chosen, "", MOST_DEVICES)
            span = Span(now - (HISTORY if thorough else LATELY))
            told = {device.id: _readings(reader, device, span) for device in devices}
            lifts = reader.lifts(chosen, Span(now - HISTORY), 0, MOST_READINGS) if thorough else []
        lifted_at = [lift.at for _, lift in lifts if lift.source is LiftSource.REPORTED]
        healths = tuple(
            self._health(container, device, told[device.id], lifted_at, now) for device in devices if thorough
        )
        lately = sorted(
            (
                reading
                for device in devices
                for reading in told[device.id]
                if reading.at >= now - LATELY and device.measured_there(reading.at)
            ),
            key=lambda reading: reading.at,
        )
        known = state.latest is not None and state.ampel.value != "unknown"
        overflow = {}
        if known and state.overflow_probability is not None:
            overflow[now + HORIZON] = state.overflow_probability
        condition = Condition(
            container.sub_account_id,
            container.id,
            now,
            ampel=state.ampel.value,
            ampel_since=state.ampel_since,
            level_share=state.latest.level_share if known and state.latest else None,
            critical_share=container.critical_share,
            overflow=overflow,
            tilted=_latest(lately, "tilted"),
            temperature_c=_latest(lately, "temperature_c"),
            battery_share=min(
                (one.battery_share for one in healths if one.battery_share is not None), default=None
            ),
            battery_low=_any(health.battery_low for health in healths),
            silent=_any(health.silent for health in healths),
            stuck=_any(health.stuck for health in healths),
        )
        place = Place(container.id, site.name if site else "", container.fraction.value, container.depot_id)
        return Seen(condition, place, state.version, healths, _again(healths, told, now))

    def place(self, container_id: str) -> Place | None:
        """Where a container is; None where it is gone."""
        with self._store.reading() as reader:
            container = reader.find(Container, container_id, EVERYTHING)
            if container is None:
                return None
            site = reader.find(Site, container.site_id, EVERYTHING)
        return Place(container.id, site.name if site else "", container.fraction.value, container.depot_id)

    def has_sub_account(self, sub_account: str) -> bool:
        """Whether there is such a sub-account."""
        with self._store.reading() as reader:
            return reader.find(SubAccount, sub_account, EVERYTHING) is not None

    def now(self) -> datetime:
        """The present instant."""
        return self._clock.now()

    def container_ids(self, after: str, count: int) -> list[str]:
        """At most ``count`` containers with ids after one."""
        with self._store.reading() as reader:
            return [each.id for each in reader.listed(Container, Chosen(EVERYTHING), after, count)]

    def containers_of(self, sub_account: str) -> list[str]:
        """Every container of a sub-account."""
        with self._store.reading() as reader:
            return list(reader.state_versions(Chosen(Scope(frozenset({sub_account})))))

    def _health(
        self,
        container: Container,
        device: Device,
        readings: Sequence[Reading],
        lifted_at: Sequence[datetime],
        now: datetime,
    ) -> DeviceHealth:
        levels = [
            LevelSeen(reading.at, raw, share)
            for reading in readings
            if device.measured_there(reading.at)
            and (share := level_of(container, reading.measurement)) is not None
            and (raw := _raw(reading)) is not None
        ]
        share, volts = _latest(readings, "battery_share"), _latest(readings, "battery_v")
        fault = readings[-1].measurement.fault if readings else None
        return DeviceHealth(
            device.id,
            device.sub_account_id,
            container.id,
            now,
            readings[-1].at if readings else None,
            is_silent([reading.at for reading in readings], now) if readings else _unheard(device, now),
            is_stuck(levels, lifted_at=lifted_at),
            battery_low(share, volts),
            share,
            fault.value if fault else "",
        )


def _again(
    healths: Sequence[DeviceHealth], told: Mapping[str, Sequence[Reading]], now: datetime
) -> datetime | None:
    """When one falls silent that is not yet; soon where one is silent, and may be back."""
    if not healths:
        return None
    again = now + LOOK_AGAIN
    for health in healths:
        if health.silent:
            again = min(again, now + SILENT_AGAIN)
        elif health.heard_at is not None:
            limit = silence_limit([reading.at for reading in told[health.device_id]])
            again = min(again, max(health.heard_at + limit, now) + timedelta(seconds=1))
    return again


def _unheard(device: Device, now: datetime) -> bool | None:
    """One that has not been heard of for a month is silent; one that is new has time."""
    return True if now - device.registered_at > HISTORY else None


def _readings(reader: ContainerReader, device: Device, span: Span) -> list[Reading]:
    """What a device measured for whom it belongs to now; what it did for others is theirs."""
    own = Scope(frozenset({device.sub_account_id}))
    return reader.readings(device.id, own, span, MOST_READINGS)


def _raw(reading: Reading) -> float | None:
    told = reading.measurement
    return told.fill_share if told.distance_mm is None else float(told.distance_mm)


def _latest(readings: Sequence[Reading], name: str) -> Any:
    """The newest value of that name that any of the readings tells."""
    told = (getattr(reading.measurement, name) for reading in reversed(readings))
    return next((value for value in told if value is not None), None)


def _any(told: Iterable[bool | None]) -> bool | None:
    known = [each for each in told if each is not None]
    return any(known) if known else None
