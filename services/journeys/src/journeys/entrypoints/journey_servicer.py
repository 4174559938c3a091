"""``landlinie.journeys.v1.JourneyService``."""

from zoneinfo import ZoneInfo

from landlinie.journeys.v1 import journey_service_pb2_grpc
from service_kit.clock import Clock
from service_kit.pages import Pages
from service_kit.worker_pool import WorkerPool

from journeys.application.desk import AuditTrail
from journeys.application.naming import Naming
from journeys.application.planned import KeepPlans
from journeys.entrypoints.audit_calls import AuditCalls
from journeys.entrypoints.booking_calls import BookingCalls, BookingRoom
from journeys.entrypoints.place_calls import PlaceCalls
from journeys.entrypoints.plan_calls import PlanCalls
from journeys.entrypoints.plan_requests import Questions


class JourneyServicer(
    PlaceCalls, PlanCalls, BookingCalls, AuditCalls, journey_service_pb2_grpc.JourneyServiceServicer
):
    """The service's methods."""

    def __init__(
        self,
        naming: Naming,
        questions: Questions,
        plans: KeepPlans,
        audit_trail: AuditTrail,
        booking: BookingRoom,
        *,
        clock: Clock,
        time_zone: ZoneInfo,
        pool: WorkerPool,
        planning: WorkerPool,
        pages: Pages,
    ) -> None:
        super().__init__(pool=pool, pages=pages)
        self._naming = naming
        self._questions = questions
        self._plans = plans
        self._audit_trail = audit_trail
        self._booking = booking
        self._clock = clock
        self._time_zone = time_zone
        self._planning = planning
