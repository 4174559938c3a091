"""Tours to test with: two truckloads of containers in a made-up town, on one morning."""

from datetime import UTC, date, datetime, timedelta

from waste.domain.tour import (
    Chamber,
    Duty,
    Point,
    Rest,
    RestRule,
    Span,
    Stop,
    StopKind,
    Tour,
)
from waste.domain.tour_report import Report, ReportKind

DAY = date(2026, 6, 2)
SIX = datetime(2026, 6, 2, 4, tzinfo=UTC)
"""Six in the morning in Berlin."""
NOW = SIX - timedelta(hours=1)
DEPOT = Point(53.57, 13.28)


def at(minutes: float) -> datetime:
    """So long after six."""
    return SIX + timedelta(minutes=minutes)


def container(number: int, *, begin: datetime | None = None, **changed: object) -> Stop:
    """A container of 1,000 litres of paper, north of the depot by its number in kilometres."""
    values: dict[str, object] = {
        "id": f"s{number}",
        "kind": StopKind.CONTAINER,
        "subject_id": f"c{number}",
        "site_id": f"site{number}",
        "sub_account_id": "town",
        "name": f"Platz {number}",
        "point": Point(53.57 + number * 0.009, 13.28),
        "fractions": ("paper",),
        "volume_l": 1000,
        "weight_kg": 60,
        "service_s": 180,
        "begin": begin or at(10 * number),
        "drive_s": 120,
        "drive_m": 1000,
    }
    return Stop(**{**values, **changed})  # type: ignore[arg-type]  # built from a table


def plant(number: int, *, begin: datetime | None = None, **changed: object) -> Stop:
    """A plant for paper."""
    stop = container(number, begin=begin)
    values = {name: getattr(stop, name) for name in Stop.__dataclass_fields__}
    values |= {
        "kind": StopKind.PLANT,
        "subject_id": "plant",
        "site_id": "",
        "sub_account_id": "",
        "name": "Altstoffhändler",
        "volume_l": 0,
        "weight_kg": 0,
        "service_s": 900,
    }
    return Stop(**{**values, **changed})


def duty(truck_id: str = "truck", **changed: object) -> Duty:
    """From six to two, 4,000 litres, a rest of half an hour from nine on."""
    values: dict[str, object] = {
        "depot_id": "yard",
        "truck_id": truck_id,
        "truck_name": "Kran 2 (Papier)",
        "truck_kind": "crane_truck",
        "start": DEPOT,
        "end": DEPOT,
        "shift": Span(SIX, at(8 * 60)),
        "chambers": (Chamber(("paper",), 4000),),
        "payload_kg": 1000,
        "rest": RestRule(Span(at(180), at(300)), 1800),
    }
    return Duty(**{**values, **changed})  # type: ignore[arg-type]  # built from a table


def tour(*stops: Stop, **changed: object) -> Tour:
    """A proposed tour with these stops, or with three containers and the plant."""
    told = stops or (container(1), container(2), container(3), plant(4))
    values: dict[str, object] = {
        "id": "t1",
        "proposal_id": "p1",
        "service_date": DAY,
        "duty": duty(),
        "version": 1,
        "leave": SIX,
        "back": at(60),
        "stops": told,
        "back_drive_s": 300,
        "back_drive_m": 4000,
        "rest": Rest(told[-1].id, at(200)),
    }
    return Tour(**{**values, **changed})  # type: ignore[arg-type]  # built from a table


def emptied(stop_id: str, minutes: float, after_share: float = 0.0) -> Report:
    """A container was emptied so long after six."""
    return Report(ReportKind.EMPTIED, at(minutes), stop_id, level_after_share=after_share)


def arrived(stop_id: str, minutes: float) -> Report:
    """The truck got there."""
    return Report(ReportKind.ARRIVED, at(minutes), stop_id)
