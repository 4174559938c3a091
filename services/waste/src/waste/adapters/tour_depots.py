"""Depots for the tour desk: yard, trucks and plants of the district's file, containers of the store."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from service_kit.errors import FailedPrecondition

from waste.application.ports_containers import Chosen, ContainerReader, ContainerStore
from waste.application.ports_tours import TourStore
from waste.domain.access import EVERYTHING, Scope
from waste.domain.containers import USUAL_KG_PER_L, Container, CurbSide, OpeningSpan, Site
from waste.domain.tour import Point, Span, Stop, StopKind, Tour
from waste.domain.tour_weights import density_kg_per_l
from waste.domain.tours import PlannedStop
from waste.domain.tours_depot import (
    Depot,
    DepotContainer,
    DepotPlant,
    DepotSite,
    instant,
    seconds_at,
)

AT_ONCE = 500
WEIGHINGS = 200
"""So many of the latest weighings of a fraction tell how heavy it is."""
EXPECTED_SHARE = 0.7
"""What is expected in a container that somebody puts on a tour by hand, where nothing was measured."""


class TourDepots:
    """See also ``application.ports_tours.Subjects``.

    Parameters
    ----------
    files
        The district's depots as its file has them, by id; their own sites and containers do not count.
    """

    def __init__(self, files: Mapping[str, Depot], store: ContainerStore, tours: TourStore) -> None:
        self._files = files
        self._store = store
        self._tours = tours

    def of(self, depot_id: str, sub_account_ids: frozenset[str] | None) -> tuple[Depot, list[Container]]:
        """The depot with the containers of some sub-accounts (None: of all), and these containers."""
        file = self._files[depot_id]
        with self._store.reading() as reader:
            containers = _containers(reader, Chosen(Scope(sub_account_ids), depot_id=depot_id))
            sites = [
                site
                for site_id in sorted({container.site_id for container in containers})
                if (site := reader.find(Site, site_id, EVERYTHING)) is not None
            ]
        known = {site.id for site in sites}
        containers = [container for container in containers if container.site_id in known]
        densities = self._densities({container.fraction.value for container in containers})
        depot = replace(
            file,
            sites=tuple(_depot_site(site) for site in sites),
            containers=tuple(
                DepotContainer(
                    container.id,
                    container.site_id,
                    container.fraction.value,
                    container.volume_l,
                    container.kg_per_l or densities[container.fraction.value],
                    container.lift_s,
                    0.0,
                )
                for container in containers
            ),
        )
        return depot, containers

    def stop(self, depot: Depot, planned: PlannedStop, day: date) -> Stop:
        """What a plan says as a stop of a tour, with a blank id; times and loads are the plan's to tell."""
        if planned.plant_id is not None:
            plant = next(one for one in depot.plants if one.plant_id == planned.plant_id)
            return _plant_stop(plant, depot, day)
        with self._store.reading() as reader:
            container = reader.find(Container, planned.container_id or "", EVERYTHING)
            site = reader.find(Site, container.site_id, EVERYTHING) if container else None
        if container is None or site is None:
            raise LookupError(f"container {planned.container_id!r} went while tours were planned")
        return _container_stop(container, site, depot, day)

    def container(self, container_id: str, tour: Tour) -> Stop | None:
        depot = self._files.get(tour.duty.depot_id)
        with self._store.reading() as reader:
            found = reader.find(Container, container_id, EVERYTHING)
            site = reader.find(Site, found.site_id, EVERYTHING) if found else None
            state = reader.state(container_id, EVERYTHING) if found else None
        if depot is None or found is None or site is None or found.depot_id != depot.depot_id:
            return None
        _check_open(site.name, site.opening_hours, tour.service_date, "add.container_id")
        if site.truck_kinds and tour.duty.truck_kind not in site.truck_kinds:
            raise FailedPrecondition(
                "TRUCK_NOT_SUITED",
                f"add.container_id: {site.name} is for {', '.join(sorted(site.truck_kinds))},"
                f" {tour.duty.truck_name} is a {tour.duty.truck_kind}",
            )
        share = state.latest.level_share if state and state.latest else EXPECTED_SHARE
        density = found.kg_per_l or self._densities({found.fraction.value})[found.fraction.value]
        volume_l = round(share * found.volume_l)
        stop = _container_stop(found, site, depot, tour.service_date)
        return replace(stop, volume_l=volume_l, weight_kg=round(volume_l * density))

    def plant(self, plant_id: str, tour: Tour) -> Stop | None:
        depot = self._files.get(tour.duty.depot_id)
        if depot is None:
            return None
        plant = next((one for one in depot.plants if one.plant_id == plant_id), None)
        if plant is None:
            return None
        _check_open(plant.name, plant.hours, tour.service_date, "add.plant_id")
        return _plant_stop(plant, depot, tour.service_date)

    def depot_of(self, container_id: str) -> str | None:
        found = self._found(container_id)
        return found.depot_id if found else None

    def sub_account_of(self, container_id: str) -> str | None:
        found = self._found(container_id)
        return found.sub_account_id if found else None

    def has_depot(self, depot_id: str) -> bool:
        return depot_id in self._files

    def _found(self, container_id: str) -> Container | None:
        with self._store.reading() as reader:
            return reader.find(Container, container_id, EVERYTHING)

    def _densities(self, fractions: set[str]) -> dict[str, float]:
        """Kilograms per litre by fraction, as the plants' scales have taught."""
        usual = {fraction.value: density for fraction, density in USUAL_KG_PER_L.items()}
        with self._tours.reading() as reader:
            return {
                fraction: density_kg_per_l(usual[fraction], fraction, reader.weighings(fraction, WEIGHINGS))
                for fraction in fractions
            }


def _containers(reader: ContainerReader, chosen: Chosen) -> list[Container]:
    found: list[Container] = []
    after = ""
    while True:
        page = reader.listed(Container, chosen, after, AT_ONCE)
        found += page
        if len(page) < AT_ONCE:
            return found
        after = page[-1].id


def _depot_site(site: Site) -> DepotSite:
    return DepotSite(
        site.id,
        site.name,
        site.latitude_deg,
        site.longitude_deg,
        site.curb_side is CurbSide.RIGHT,
        site.opening_hours,
        site.truck_kinds or None,
    )


def _container_stop(container: Container, site: Site, depot: Depot, day: date) -> Stop:
    return Stop(
        id="",
        kind=StopKind.CONTAINER,
        subject_id=container.id,
        site_id=site.id,
        sub_account_id=container.sub_account_id,
        name=site.name,
        point=Point(site.latitude_deg, site.longitude_deg),
        fractions=(container.fraction.value,),
        volume_l=0,
        weight_kg=0,
        service_s=container.lift_s,
        begin=_midnight(day, depot),
        windows=_spans(site.opening_hours, day, depot),
        access_note=_hours_told(site.opening_hours, day),
        curb=site.curb_side is CurbSide.RIGHT,
    )


def _plant_stop(plant: DepotPlant, depot: Depot, day: date) -> Stop:
    return Stop(
        id="",
        kind=StopKind.PLANT,
        subject_id=plant.plant_id,
        site_id="",
        sub_account_id="",
        name=plant.name,
        point=Point(plant.latitude_deg, plant.longitude_deg),
        fractions=tuple(sorted(plant.fractions)),
        volume_l=0,
        weight_kg=0,
        service_s=plant.unloading_s,
        begin=_midnight(day, depot),
        windows=_spans(plant.hours, day, depot),
        access_note=_hours_told(plant.hours, day),
    )


def _midnight(day: date, depot: Depot) -> datetime:
    return instant(day, 0, depot.timezone)


def _on(hours: Sequence[OpeningSpan], day: date) -> list[OpeningSpan]:
    return sorted(
        (span for span in hours if day.isoweekday() in span.weekdays), key=lambda span: span.opens_min
    )


def _spans(hours: Sequence[OpeningSpan], day: date, depot: Depot) -> tuple[Span, ...]:
    """When a place is open on a day; empty: at any time."""

    def at(minute: int) -> datetime:
        return instant(day, seconds_at(day, day, minute, depot.timezone), depot.timezone)

    return tuple(Span(at(span.opens_min), at(span.closes_min)) for span in _on(hours, day))


def _check_open(name: str, hours: Sequence[OpeningSpan], day: date, field: str) -> None:
    """Raises FailedPrecondition ``CLOSED_THAT_DAY``: a stop without windows is one that is always open."""
    if hours and not _on(hours, day):
        raise FailedPrecondition("CLOSED_THAT_DAY", f"{field}: {name} is not open on {day.isoformat()}")


def _hours_told(hours: Sequence[OpeningSpan], day: date) -> str:
    """``07:00–12:00, 13:00–18:00``, as it is read in every language."""
    return ", ".join(f"{_clock(span.opens_min)}–{_clock(span.closes_min)}" for span in _on(hours, day))


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
