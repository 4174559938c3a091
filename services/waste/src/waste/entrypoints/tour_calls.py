"""``landlinie.waste.v1.TourService``: each method reads, runs a use case in the pool, answers."""

# ruff: noqa: N802 - methods are named as on the wire

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import TypeVar
from zoneinfo import ZoneInfo

from google.protobuf.message import Message
from landlinie.waste.v1 import (
    tour_driving_pb2,
    tour_pb2,
    tour_planning_pb2,
    tour_service_pb2_grpc,
)
from service_kit.changes import Changes
from service_kit.errors import ServiceError
from service_kit.faults import IDENTIFIER, Faults
from service_kit.grpc_calls import Context
from service_kit.identity.principal import caller
from service_kit.once import Answers, Call, Readable, repeated
from service_kit.pages import Pages
from service_kit.worker_pool import WorkerPool

from waste.application.tour_desk import TourDesk, TourRoom
from waste.application.tour_driving import TourDriving
from waste.application.tour_proposals import TourProposals
from waste.application.tour_sheets import TourSheets
from waste.application.tour_urgent import TourUrgency
from waste.domain.sheet_words import Language
from waste.domain.tour import Tour
from waste.domain.tour_access import own_part
from waste.domain.tour_report import Report
from waste.entrypoints import tour_answers, tour_requests
from waste.entrypoints.base import call_of
from waste.entrypoints.tour_requests import LONGEST_REASON, ReportReader

PART_BYTES = 64 * 1024
LANGUAGES = {
    tour_driving_pb2.TOUR_SHEET_LANGUAGE_UNSPECIFIED: Language.GERMAN,
    tour_driving_pb2.TOUR_SHEET_LANGUAGE_GERMAN: Language.GERMAN,
    tour_driving_pb2.TOUR_SHEET_LANGUAGE_ENGLISH: Language.ENGLISH,
}

ResultT = TypeVar("ResultT")
MessageT = TypeVar("MessageT", bound=Message)


@dataclass(frozen=True, slots=True)
class TourUseCases:
    """What the servicer calls."""

    room: TourRoom
    desk: TourDesk
    driving: TourDriving
    proposals: TourProposals
    urgency: TourUrgency
    sheets: TourSheets


class TourServicer(tour_service_pb2_grpc.TourServiceServicer):
    """The service's methods.

    Parameters
    ----------
    zone
        In which days begin.
    refused
        Notes that somebody was refused something.
    """

    def __init__(
        self,
        use_cases: TourUseCases,
        *,
        zone: ZoneInfo,
        refused: Callable[[Call[object], ServiceError], None],
        changes: Changes,
        pool: WorkerPool,
        pages: Pages,
    ) -> None:
        self._use = use_cases
        self._zone = zone
        self._refused = refused
        self._changes = changes
        self._pool = pool
        self._pages = pages

    async def ProposeTours(
        self, request: tour_planning_pb2.ProposeToursRequest, context: Context
    ) -> tour_planning_pb2.ProposeToursResponse:
        faults = Faults()
        call = _call(request, tour_answers.proposed, faults)
        depot_id = faults.identifier(request.depot_id, "depot_id")
        today = self._use.room.clock.now().astimezone(self._zone).date()
        day = faults.service_date(request.service_date, "service_date") or today
        limit_s = tour_requests.time_limit_s(request, faults)
        answer = await self._written(call, faults, self._use.proposals.ask, depot_id, day, today, limit_s)
        return tour_planning_pb2.ProposeToursResponse.FromString(answer)

    async def GetTourProposal(
        self, request: tour_planning_pb2.GetTourProposalRequest, context: Context
    ) -> tour_planning_pb2.GetTourProposalResponse:
        faults = Faults()
        proposal_id = faults.identifier(request.proposal_id, "proposal_id")
        faults.settle()
        found = await self._pool.look_up(self._use.proposals.get, proposal_id, caller())
        return tour_planning_pb2.GetTourProposalResponse(proposal=tour_answers.proposal(found))

    async def CancelTourProposal(
        self, request: tour_planning_pb2.CancelTourProposalRequest, context: Context
    ) -> tour_planning_pb2.CancelTourProposalResponse:
        faults = Faults()
        call = _call(request, tour_answers.proposal_cancelled, faults)
        proposal_id = faults.identifier(request.proposal_id, "proposal_id")
        answer = await self._written(call, faults, self._use.proposals.cancel, proposal_id)
        return tour_planning_pb2.CancelTourProposalResponse.FromString(answer)

    async def ListTours(
        self, request: tour_planning_pb2.ListToursRequest, context: Context
    ) -> tour_planning_pb2.ListToursResponse:
        faults = Faults()
        chosen = tour_requests.filter_of(request, faults)
        size, after = faults.page_size(request.page_size), self._pages.position(request, faults)
        faults.settle()
        found = await self._pool.look_up(self._use.desk.tours, chosen, after, size + 1, caller())
        page = tour_answers.page(found[:size])
        is_more = len(found) > len(page)
        return tour_planning_pb2.ListToursResponse(
            tours=page, next_page_token=self._pages.token(request, page[-1].tour_id if is_more else "")
        )

    async def GetTour(
        self, request: tour_planning_pb2.GetTourRequest, context: Context
    ) -> tour_planning_pb2.GetTourResponse:
        found = await self._tour(request.tour_id)
        return tour_planning_pb2.GetTourResponse(
            tour=tour_answers.tour(found), changes=tour_answers.changes(found.changes)
        )

    async def ApproveTours(
        self, request: tour_planning_pb2.ApproveToursRequest, context: Context
    ) -> tour_planning_pb2.ApproveToursResponse:
        faults = Faults()
        call = _call(request, tour_answers.approved, faults)
        seen = tour_requests.all_seen(request, faults)
        named = (one.tour_id for one in seen)
        call = replace(call, entity_ids=frozenset(name for name in named if IDENTIFIER.fullmatch(name)))
        answer = await self._written(call, faults, self._use.desk.approve, seen)
        return tour_planning_pb2.ApproveToursResponse.FromString(answer)

    async def RejectTour(
        self, request: tour_planning_pb2.RejectTourRequest, context: Context
    ) -> tour_planning_pb2.RejectTourResponse:
        answer = tour_planning_pb2.RejectTourResponse
        return await self._ended(request, answer, self._use.desk.reject)

    async def CancelTour(
        self, request: tour_planning_pb2.CancelTourRequest, context: Context
    ) -> tour_planning_pb2.CancelTourResponse:
        answer = tour_planning_pb2.CancelTourResponse
        return await self._ended(request, answer, self._use.desk.cancel)

    async def EditTour(
        self, request: tour_planning_pb2.EditTourRequest, context: Context
    ) -> tour_planning_pb2.EditTourResponse:
        faults = Faults()
        kind = tour_planning_pb2.EditTourResponse
        call = _call(request, _tour_in(kind), faults)
        seen = tour_requests.seen_of(request.tour, "tour", faults)
        edit = tour_requests.edit_of(request, faults)
        why = faults.text(request.reason, "reason", LONGEST_REASON)
        return kind.FromString(await self._written(call, faults, self._use.desk.edit, seen, edit, why))

    async def InsertUrgent(
        self, request: tour_driving_pb2.InsertUrgentRequest, context: Context
    ) -> tour_driving_pb2.InsertUrgentResponse:
        faults = Faults()
        call = _call(request, tour_answers.inserted, faults)
        container_id = faults.identifier(request.container_id, "container_id")
        answer = await self._written(call, faults, self._use.urgency.insert, container_id)
        return tour_driving_pb2.InsertUrgentResponse.FromString(answer)

    async def StartTour(
        self, request: tour_driving_pb2.StartTourRequest, context: Context
    ) -> tour_driving_pb2.StartTourResponse:
        return await self._reported(request, tour_driving_pb2.StartTourResponse, ReportReader.started)

    async def ReportStopArrival(
        self, request: tour_driving_pb2.ReportStopArrivalRequest, context: Context
    ) -> tour_driving_pb2.ReportStopArrivalResponse:
        answer = tour_driving_pb2.ReportStopArrivalResponse
        return await self._reported(request, answer, ReportReader.arrived)

    async def ReportContainerEmptied(
        self, request: tour_driving_pb2.ReportContainerEmptiedRequest, context: Context
    ) -> tour_driving_pb2.ReportContainerEmptiedResponse:
        answer = tour_driving_pb2.ReportContainerEmptiedResponse
        return await self._reported(request, answer, ReportReader.emptied)

    async def ReportStopBlocked(
        self, request: tour_driving_pb2.ReportStopBlockedRequest, context: Context
    ) -> tour_driving_pb2.ReportStopBlockedResponse:
        answer = tour_driving_pb2.ReportStopBlockedResponse
        return await self._reported(request, answer, ReportReader.blocked)

    async def ReportUnloading(
        self, request: tour_driving_pb2.ReportUnloadingRequest, context: Context
    ) -> tour_driving_pb2.ReportUnloadingResponse:
        answer = tour_driving_pb2.ReportUnloadingResponse
        return await self._reported(request, answer, ReportReader.unloaded)

    async def CloseTour(
        self, request: tour_driving_pb2.CloseTourRequest, context: Context
    ) -> tour_driving_pb2.CloseTourResponse:
        return await self._reported(request, tour_driving_pb2.CloseTourResponse, ReportReader.closed)

    async def ReportBreakdown(
        self, request: tour_driving_pb2.ReportBreakdownRequest, context: Context
    ) -> tour_driving_pb2.ReportBreakdownResponse:
        faults = Faults()
        call = _call(request, tour_answers.broken_down, faults)
        tour_id = faults.identifier(request.tour_id, "tour_id")
        report = ReportReader(faults, self._use.room.clock.now()).broken_down(request)
        answer = await self._written(call, faults, self._use.urgency.break_down, tour_id, report)
        return tour_driving_pb2.ReportBreakdownResponse.FromString(answer)

    async def WatchManifest(
        self, request: tour_driving_pb2.WatchManifestRequest, context: Context
    ) -> AsyncIterator[tour_driving_pb2.WatchManifestResponse]:
        known = request.known_version
        while True:
            change = self._changes.next()
            found = await self._tour(request.tour_id)
            if found.version > known:
                fresh = [one for one in found.changes if one.version > known]
                yield tour_driving_pb2.WatchManifestResponse(
                    tour=tour_answers.tour(found), changes=tour_answers.changes(fresh)
                )
                known = found.version
            if found.over_at is not None:
                return
            await self._changes.wait(change)

    async def DownloadTourSheet(
        self, request: tour_driving_pb2.DownloadTourSheetRequest, context: Context
    ) -> AsyncIterator[tour_driving_pb2.DownloadTourSheetResponse]:
        faults = Faults()
        language = faults.choice(request.language, LANGUAGES, "language", Language.GERMAN)
        faults.identifier(request.tour_id, "tour_id")
        faults.settle()
        found = await self._tour(request.tour_id)
        content = await self._pool.run(self._use.sheets.printed, found, language)
        name = f"tour-{found.service_date.isoformat()}-{found.duty.truck_id}.pdf"
        for start in range(0, len(content), PART_BYTES):
            yield tour_driving_pb2.DownloadTourSheetResponse(
                file_name="" if start else name, content=content[start : start + PART_BYTES]
            )

    async def _tour(self, tour_id: str) -> Tour:
        faults = Faults()
        faults.identifier(tour_id, "tour_id")
        faults.settle()
        return await self._pool.look_up(self._use.desk.tour, tour_id, caller())

    async def _ended(
        self,
        request: tour_planning_pb2.RejectTourRequest | tour_planning_pb2.CancelTourRequest,
        answer: type[MessageT],
        use_case: Callable[..., bytes],
    ) -> MessageT:
        faults = Faults()
        call = _call(request, _tour_in(answer), faults)
        seen = tour_requests.seen_of(request.tour, "tour", faults)
        why = faults.text(request.reason, "reason", LONGEST_REASON)
        return answer.FromString(await self._written(call, faults, use_case, seen, why))

    async def _reported(
        self,
        request: Message,
        answer: type[MessageT],
        read: Callable[..., Report],
    ) -> MessageT:
        faults = Faults()
        call = _call(request, _tour_in(answer), faults)
        tour_id = faults.identifier(request.tour_id, "tour_id")  # type: ignore[attr-defined]  # all reports have it
        report = read(ReportReader(faults, self._use.room.clock.now()), request)
        return answer.FromString(await self._written(call, faults, self._use.driving.report, tour_id, report))

    async def _written(
        self, call: Call[ResultT], faults: Faults, use_case: Callable[..., bytes], *asked: object
    ) -> bytes:
        """The answer to a write; one sent again is answered as before, even if it would be wrong now."""
        if faults.found:
            store: Readable[Answers] = self._use.room.store
            answer = await self._pool.look_up(repeated, store, call)
            if answer is not None:
                return answer
            faults.settle()
        try:
            return await self._pool.run(use_case, call, *asked)
        except ServiceError as error:
            await self._pool.run(self._refused, call, error)  # type: ignore[arg-type]  # of whatever result
            raise


def _call(request: Message, encode: Callable[[ResultT], Message], faults: Faults) -> Call[ResultT]:
    """The write a request asks for, and the tour, proposal or container that it is about."""
    call = call_of(request, encode, faults)
    named = [getattr(request, name, "") for name in ("tour_id", "proposal_id", "container_id")]
    told = getattr(request, "tour", None)
    if isinstance(told, tour_planning_pb2.TourVersion):
        named.append(told.tour_id)
    return replace(call, entity_ids=frozenset(name for name in named if IDENTIFIER.fullmatch(name)))


def _tour_in(answer: type[MessageT]) -> Callable[[Tour], Message]:
    """The tour, as far as it exists for the caller, in an answer that has nothing else."""
    who = caller()

    def encoded(found: Tour) -> Message:
        message = answer()
        told: tour_pb2.Tour = message.tour  # type: ignore[attr-defined]  # all of these answers have one
        told.CopyFrom(tour_answers.tour(own_part(who, found)))
        return message

    return encoded
