"""Looking up breakdowns: whoever did not report one finds whom to call all the same."""

from dataclasses import dataclass

from service_kit.errors import NotFound

from pooling.application.breakdown_outcome import Changed, changed_rides
from pooling.application.desk import Desk
from pooling.application.queries import Page, position_of
from pooling.domain.breakdown_report import BreakdownReport, Fate


@dataclass(frozen=True, slots=True)
class KnownBreakdown:
    """A report, and its rides as they are now."""

    report: BreakdownReport
    moved: tuple[Changed, ...]
    later: tuple[Changed, ...]
    stranded: tuple[Changed, ...]


class KnownBreakdowns:
    """The use cases."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def listed(
        self, zone_id: str | None, vehicle_id: str | None, token: str, size: int
    ) -> Page[BreakdownReport]:
        """Breakdowns of a zone, a vehicle, or all, the latest report first; raises NotFound."""
        before = position_of(token)
        if zone_id is not None:
            self._desk.zone(zone_id)
        with self._desk.store.reading() as reader:
            found = reader.breakdowns(zone_id, vehicle_id, before, size + 1)
        items = [report for _, report in found[:size]]
        return Page(items, str(found[size - 1][0]) if len(found) > size else "")

    def breakdown(self, breakdown_id: str) -> KnownBreakdown:
        """One breakdown and its rides; raises NotFound."""
        with self._desk.store.reading() as reader:
            report = reader.breakdown(breakdown_id)
            if report is None:
                raise NotFound.in_field(
                    "breakdown_id", f"there is no breakdown {breakdown_id!r}", "BREAKDOWN_NOT_FOUND"
                )
            fates = (changed_rides(self._desk, reader, report, fate) for fate in Fate)
            return KnownBreakdown(report, *fates)
