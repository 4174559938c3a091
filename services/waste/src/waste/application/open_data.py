"""Use case: what programs of others may read of containers, within the sub-accounts of whoever asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service_kit.clock import Clock

from waste.application.ports_containers import Chosen, ContainerReader, ContainerStore, Span
from waste.domain.access import Scope
from waste.domain.container_state import ContainerState
from waste.domain.containers import Container, Device, Site
from waste.domain.measured import Level, Lift
from waste.domain.readings import Reading

MOST_DEVICES = 50
PAGE = 500


class LiveCauses(Protocol):
    """What containers have alarms of."""

    def causes(self, scope: Scope) -> Mapping[str, frozenset[str]]:
        """Causes of live alarms, by container."""
        ...


@dataclass(frozen=True, slots=True)
class ContainerView:
    """A container with what belongs to it."""

    container: Container
    site: Site | None
    state: ContainerState | None
    devices: tuple[Device, ...]
    causes: frozenset[str] = frozenset()


class OpenData:
    """Reads what is kept; nothing outside a scope exists."""

    def __init__(self, store: ContainerStore, causes: LiveCauses, clock: Clock) -> None:
        self._store = store
        self._causes = causes
        self._clock = clock

    def container_ids(self, scope: Scope) -> list[str]:
        """Every container, by id."""
        with self._store.reading() as reader:
            return sorted(reader.state_versions(Chosen(scope)))

    def containers(self, container_ids: Sequence[str], scope: Scope) -> list[ContainerView]:
        """Those of the containers that exist in the scope, in that order."""
        causes = self._causes.causes(scope)
        now = self._clock.now()
        with self._store.reading() as reader:
            found = [_view(reader, each, scope, causes, now) for each in container_ids]
        return [view for view in found if view is not None]

    def site_ids(self, scope: Scope) -> list[str]:
        """Every site, by id."""
        ids: list[str] = []
        with self._store.reading() as reader:
            while page := reader.listed(Site, Chosen(scope), ids[-1] if ids else "", PAGE):
                ids += [site.id for site in page]
        return ids

    def sites(self, site_ids: Sequence[str], scope: Scope) -> list[tuple[Site, list[Container]]]:
        """Those of the sites that exist in the scope, each with its containers."""
        found = []
        with self._store.reading() as reader:
            for site_id in site_ids:
                site = reader.find(Site, site_id, scope)
                if site is not None:
                    chosen = Chosen(scope, site_id=site_id)
                    found.append((site, reader.listed(Container, chosen, "", PAGE)))
        return found

    def every_container(self, scope: Scope) -> list[Container]:
        """Every container as it is registered, by id."""
        found: list[Container] = []
        with self._store.reading() as reader:
            while page := reader.listed(Container, Chosen(scope), found[-1].id if found else "", PAGE):
                found += page
        return found

    def devices(self, scope: Scope) -> list[Device]:
        """Every device, by id."""
        found: list[Device] = []
        with self._store.reading() as reader:
            while page := reader.listed(Device, Chosen(scope), found[-1].id if found else "", PAGE):
                found += page
        return found

    def container_of(self, device_id: str, scope: Scope) -> str:
        """The container that a device watches; empty where it watches none, or does not exist."""
        with self._store.reading() as reader:
            device = reader.find(Device, device_id, scope)
        return device.container_id if device else ""

    def levels(
        self, container_id: str, scope: Scope, span: Span, count: int, *, newest: bool = False
    ) -> list[Level]:
        """A container's levels, oldest first; none where it does not exist in the scope."""
        with self._store.reading() as reader:
            if reader.find(Container, container_id, scope) is None:
                return []
            return reader.levels(container_id, span, count, newest=newest)

    def readings(self, device_id: str, scope: Scope, span: Span, count: int) -> list[Reading]:
        """What a device measured for the scope, oldest first."""
        with self._store.reading() as reader:
            return reader.readings(device_id, scope, span, count)

    def lifts(self, scope: Scope, span: Span, after: int, count: int) -> list[tuple[int, Lift]]:
        """Lifts in order of time, by position."""
        with self._store.reading() as reader:
            return reader.lifts(Chosen(scope), span, after, count)


def _view(
    reader: ContainerReader,
    container_id: str,
    scope: Scope,
    causes: Mapping[str, frozenset[str]],
    now: datetime,
) -> ContainerView | None:
    container = reader.find(Container, container_id, scope)
    if container is None:
        return None
    chosen = Chosen(scope, container_id=container_id)
    state = reader.state(container_id, scope)
    return ContainerView(
        container,
        reader.find(Site, container.site_id, scope),
        state.as_of(now) if state else None,
        tuple(reader.listed(Device, chosen, "", MOST_DEVICES)),
        causes.get(container_id, frozenset()),
    )
