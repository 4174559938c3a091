"""Calls about journeys: check-in, check-out, traces, questions."""

# ruff: noqa: N802 - methods are named as on the wire

from collections.abc import AsyncIterator

from google.protobuf.message import Message
from landlinie.ticketing.v1 import journey_pb2
from service_kit.faults import Faults
from service_kit.grpc_calls import Context
from service_kit.identity.principal import caller

from ticketing.domain.errors import WrongFieldError
from ticketing.domain.journeys import Journey
from ticketing.entrypoints import answers
from ticketing.entrypoints.base import Calls
from ticketing.entrypoints.requests import call_of, made_call
from ticketing.entrypoints.traces import TraceReader


class JourneyCalls(Calls):
    """Journeys as they happen, and afterwards."""

    async def CheckIn(
        self, request: journey_pb2.CheckInRequest, context: Context
    ) -> journey_pb2.CheckInResponse:
        faults = Faults()
        call = call_of(request, _checked_in, faults)
        account_id = faults.identifier(request.account_id, "account_id")
        journey_id = faults.identifier(request.journey_id, "journey_id")
        if not request.HasField("check_in"):
            faults.add("check_in", "is missing", "FIELD_MISSING")
        begun = self._reader(faults).check_in(request.check_in, "check_in")
        answer = await self._written(
            self._use.desk.stores.rides,
            call,
            faults,
            self._use.journeys.check_in,
            account_id,
            journey_id,
            begun,
        )
        return journey_pb2.CheckInResponse.FromString(answer)

    async def CheckOut(
        self, request: journey_pb2.CheckOutRequest, context: Context
    ) -> journey_pb2.CheckOutResponse:
        faults = Faults()
        call = call_of(request, _checked_out, faults)
        account_id = faults.identifier(request.account_id, "account_id")
        journey_id = faults.identifier(request.journey_id, "journey_id")
        reader = self._reader(faults)
        ended = reader.check_out(request)
        begun = reader.check_in(request.check_in, "check_in") if request.HasField("check_in") else None
        answer = await self._written(
            self._use.desk.stores.rides,
            call,
            faults,
            self._use.journeys.check_out,
            account_id,
            journey_id,
            ended,
            begun,
        )
        return journey_pb2.CheckOutResponse.FromString(answer)

    async def UploadTrace(
        self, requests: AsyncIterator[journey_pb2.UploadTraceRequest], context: Context
    ) -> journey_pb2.UploadTraceResponse:
        trace = TraceReader(self._use.desk.clock.now())
        async for request in requests:
            trace.take(request)
        faults, first = trace.faults, trace.first
        call = made_call(first, trace.digest, answers.uploaded, faults)
        account_id = faults.identifier(first.account_id, "account_id")
        journey_id = faults.identifier(first.journey_id, "journey_id")
        if not trace.fixes:
            faults.add("points", "is missing", "FIELD_MISSING")
        answer = await self._written(
            self._use.desk.stores.rides,
            call,
            faults,
            self._use.journeys.upload,
            account_id,
            journey_id,
            trace.fixes,
        )
        return journey_pb2.UploadTraceResponse.FromString(answer)

    async def ListJourneys(
        self, request: journey_pb2.ListJourneysRequest, context: Context
    ) -> journey_pb2.ListJourneysResponse:
        faults = Faults()
        account_id = faults.identifier(request.account_id, "account_id")
        period_id = self._period_id(request.period_id, faults)
        size = faults.page_size(request.page_size)
        after = self._after(request, faults)
        faults.settle()
        found = await self._pool.look_up(
            self._use.journeys.listed, account_id, period_id, after, size + 1, caller()
        )
        shown = [journey for _, journey in found[:size]]
        if request.questions_only:
            shown = [journey for journey in shown if journey.question_id]
        return journey_pb2.ListJourneysResponse(
            journeys=[answers.journey(journey) for journey in shown],
            next_page_token=self._next(request, found, size),
        )

    async def AnswerJourneyQuestion(
        self, request: journey_pb2.AnswerJourneyQuestionRequest, context: Context
    ) -> journey_pb2.AnswerJourneyQuestionResponse:
        faults = Faults()
        call = call_of(request, _answered, faults)
        asked = [
            faults.identifier(getattr(request, name), name)
            for name in ("account_id", "journey_id", "question_id", "reading_id")
        ]
        answer = await self._written(
            self._use.desk.stores.rides, call, faults, self._use.journeys.answer, *asked
        )
        return journey_pb2.AnswerJourneyQuestionResponse.FromString(answer)

    def _period_id(self, value: str, faults: Faults) -> str | None:
        if not value:
            return None
        try:
            return self._use.desk.prices.period_named(value).id
        except WrongFieldError as error:
            faults.add("period_id", str(error), "PERIOD_INVALID")
            return None


def _checked_in(found: Journey) -> Message:
    return journey_pb2.CheckInResponse(journey=answers.journey(found))


def _checked_out(found: Journey) -> Message:
    return journey_pb2.CheckOutResponse(journey=answers.journey(found))


def _answered(found: Journey) -> Message:
    return journey_pb2.AnswerJourneyQuestionResponse(journey=answers.journey(found))
