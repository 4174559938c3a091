"""Which tours a caller gets to see, how much of them, and about which it decides.

A truck may empty containers of several sub-accounts in one tour. Each sees its own containers on it; only who
has all of them decides about the tour. The driver sees the whole manifest.
"""

from dataclasses import replace

from service_kit.identity.principal import Principal, Role

from waste.domain.access import scope_of
from waste.domain.tour import Stop, StopKind, Tour


def drives(caller: Principal, tour: Tour) -> bool:
    """Whether it is the tour of a truck that the caller drives, and went out to them."""
    is_out = tour.approved_at is not None
    return is_out and Role.DRIVER in caller.roles and tour.duty.truck_id in caller.vehicle_ids


def sees(caller: Principal, tour: Tour) -> bool:
    """Whether the tour exists for the caller."""
    owned = any(_owns(caller, stop) for stop in _containers(tour))
    return drives(caller, tour) or (_is_office(caller) and owned)


def decides(caller: Principal, tour: Tour) -> bool:
    """Whether the caller may approve, change and end it."""
    return _is_office(caller) and all(_owns(caller, stop) for stop in _containers(tour))


def own_part(caller: Principal, tour: Tour) -> Tour:
    """The tour with the containers that exist for the caller, and the plants."""
    if drives(caller, tour) or decides(caller, tour):
        return tour
    kept = {
        stop.id for stop in (*tour.stops, *tour.removed) if stop.kind is StopKind.PLANT or _owns(caller, stop)
    }
    return replace(
        tour,
        stops=tuple(stop for stop in tour.stops if stop.id in kept),
        removed=tuple(stop for stop in tour.removed if stop.id in kept),
        reports=tuple(report for report in tour.reports if not report.stop_id or report.stop_id in kept),
        changes=tuple(change for change in tour.changes if not change.stop_id or change.stop_id in kept),
    )


def _is_office(caller: Principal) -> bool:
    return not caller.roles.isdisjoint({Role.DEPOT, Role.OPERATOR})


def _owns(caller: Principal, stop: Stop) -> bool:
    return stop.sub_account_id in scope_of(caller)


def _containers(tour: Tour) -> list[Stop]:
    return [stop for stop in (*tour.stops, *tour.removed) if stop.kind is StopKind.CONTAINER]
