"""Planning without services: a district's folder, its timetable and feet, read by the command itself."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from journeys import messages
from journeys.adapters.district_folder import JourneyArea, NoTimetable, read_journey_area
from journeys.application.naming import STOP_PREFIX, Naming
from journeys.application.planning import Plan, PlanJourneys, Sources
from journeys.application.ports import RideWish, Unavailable
from journeys.application.question import Payer, Question, Travellers
from journeys.domain.journey import Leg, PooledOffer, Price
from journeys.domain.places import Point
from journeys.entrypoints.plan_requests import Questions
from landlinie.common.v1 import geo_pb2
from landlinie.journeys.v1 import journey_pb2, place_pb2
from pooling.adapters.outline import read_outline
from routing_core.places.errors import BrokenGazetteer
from routing_core.roads.errors import RoadsError
from service_kit.errors import InvalidInput
from service_kit.faults import Faults
from service_kit.json_fields import FieldError
from timetable.tables import FeedError

from onebox.places import POINT
from onebox.steps import steps

A_DAY = timedelta(days=1)
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class NotAlone(Exception):  # noqa: N818 - says what is the matter
    """A district's folder, or a place, that cannot be used; the text says which and why."""


class District:
    """A district's folder, read; raises NotAlone."""

    def __init__(self, folder: Path, data_dir: Path) -> None:
        self._area = _read(folder, data_dir)
        self.zone = ZoneInfo(read_outline(folder).timezone)
        self._naming = Naming(self._area.places)

    def place(self, text: str, option: str) -> place_pb2.Place:
        """The place somebody means; raises NotAlone."""
        if point := POINT.match(text):
            position = geo_pb2.Position(latitude_deg=float(point[1]), longitude_deg=float(point[2]))
            return place_pb2.Place(position=position, label=text.strip())
        if text.startswith(STOP_PREFIX):
            return place_pb2.Place(stop_id=text.removeprefix(STOP_PREFIX), label=text)
        try:
            found = self._naming.search(text, None, (), 1)
        except ValueError as error:
            raise NotAlone(f"{option}: {error}") from None
        if not found:
            raise NotAlone(f"{option}: nothing is called {text!r}; LAT,LON works too")
        return place_pb2.Place(place_id=found[0].place.id, label=found[0].place.label)

    def plan(self, request: journey_pb2.PlanJourneysRequest) -> journey_pb2.PlanJourneysResponse:
        """Answer as the service would, by timetable and on foot; raises NotAlone."""
        name = request.WhichOneof("time") or "depart_at"
        at = getattr(request, name).ToDatetime(UTC)
        # A printed timetable may be asked about any day, one that is over as well.
        now = at - A_DAY
        faults = Faults()
        question = Questions(self._naming, self._area.scheduled).question(request, now, "", faults)
        try:
            faults.settle()
        except InvalidInput as error:
            raise NotAlone(error.message) from None
        plan = self._planned(question)
        return journey_pb2.PlanJourneysResponse(
            journeys=[messages.journey(journey, "", NEVER) for journey in plan.journeys],
            gaps=[messages.gap(gap) for gap in plan.gaps],
        )

    def _planned(self, question: Question) -> Plan:
        area, nobody = self._area, _Nobody()
        return PlanJourneys(
            Sources(
                area.scheduled,
                area.walking,
                area.wheeling,
                area.driving,
                area.cycling,
                nobody,
                nobody,
            )
        )(question)


class _Nobody:
    """What is asked where no services are to be asked."""

    def covered(self, start: Point, ends: Sequence[Point]) -> Sequence[bool]:  # noqa: ARG002
        raise Unavailable("NOT_ASKED", "rides on demand were not asked for (--alone)")

    def offers(self, wishes: Sequence[RideWish]) -> Sequence[PooledOffer | None]:
        return [None] * len(wishes)

    def release(self, offers: Sequence[PooledOffer]) -> None:
        pass

    def quotes(
        self,
        journeys: Sequence[Sequence[Leg]],  # noqa: ARG002
        payer: Payer,  # noqa: ARG002
        travellers: Travellers,  # noqa: ARG002
    ) -> Sequence[Price | None]:
        raise Unavailable("NOT_ASKED", "prices were not asked for (--alone)")


def _read(folder: Path, data_dir: Path) -> JourneyArea:
    try:
        with steps("reading the district") as now:
            read_outline(folder)
            return read_journey_area(folder, data_dir, lambda step: now(f"timetable: {step.step}"))
    except (FieldError, FeedError, NoTimetable, RoadsError, BrokenGazetteer) as error:
        raise NotAlone(str(error)) from None
