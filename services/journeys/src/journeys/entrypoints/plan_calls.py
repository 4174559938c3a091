"""Calls around planned journeys."""

# ruff: noqa: N802 - methods are named as on the wire

from landlinie.journeys.v1 import journey_pb2
from service_kit.clock import Clock
from service_kit.faults import Faults
from service_kit.grpc_calls import Context
from service_kit.identity.authentication import bearer_of
from service_kit.identity.principal import caller
from service_kit.worker_pool import WorkerPool

from journeys import messages
from journeys.application.planned import KeepPlans
from journeys.entrypoints.base import Calls
from journeys.entrypoints.plan_requests import Questions, page_of, position_in


class PlanCalls(Calls):
    """Journeys from here to there, and those that were shown a moment ago."""

    _plans: KeepPlans
    _questions: Questions
    _planning: WorkerPool
    _clock: Clock

    async def PlanJourneys(
        self, request: journey_pb2.PlanJourneysRequest, context: Context
    ) -> journey_pb2.PlanJourneysResponse:
        faults = Faults()
        credential = bearer_of(context.invocation_metadata() or ())
        question = self._questions.question(request, self._clock.now(), credential, faults)
        position = self._pages.position(request, faults)
        faults.settle()
        kept = await self._planning.run(self._plans.plan, question, page_of(position), caller())
        return journey_pb2.PlanJourneysResponse(
            journeys=[journey_pb2.Journey.FromString(each.wire) for each in kept.journeys],
            earlier_page_token=self._pages.token(request, position_in(kept.plan.earlier)),
            later_page_token=self._pages.token(request, position_in(kept.plan.later)),
            gaps=[messages.gap(gap) for gap in kept.plan.gaps],
        )

    async def GetJourney(
        self, request: journey_pb2.GetJourneyRequest, context: Context
    ) -> journey_pb2.GetJourneyResponse:
        faults = Faults()
        journey_id = faults.identifier(request.journey_id, "journey_id")
        faults.settle()
        found = await self._pool.look_up(self._plans.journey, journey_id, caller())
        return journey_pb2.GetJourneyResponse(journey=journey_pb2.Journey.FromString(found.wire))
