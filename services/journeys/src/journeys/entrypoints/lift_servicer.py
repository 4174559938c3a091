"""``landlinie.journeys.v1.LiftService``."""

# ruff: noqa: N802, ARG002 - methods are named as on the wire, and every one gets the context

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

from landlinie.journeys.v1 import lift_pb2, lift_service_pb2_grpc
from service_kit.changes import Changes
from service_kit.faults import Faults
from service_kit.grpc_calls import Context
from service_kit.identity.principal import Principal, caller
from service_kit.pages import Pages
from service_kit.worker_pool import WorkerPool

from journeys.application.benches import Benches
from journeys.application.lift_offering import LiftOffering
from journeys.application.lift_riding import WATCHED_AT_ONCE, LiftRiding
from journeys.application.lift_room import LiftRoom
from journeys.application.lift_safety import LiftSafety
from journeys.domain.lifts import LONGEST_NOTE, Lift, ReportReason
from journeys.domain.lifts_seats import Seat
from journeys.entrypoints.base import Calls, call_of
from journeys.entrypoints.lift_answers import (
    bench_message,
    found_message,
    lift_message,
    report_message,
    seat_message,
)
from journeys.entrypoints.lift_requests import (
    LONGEST_DESTINATION,
    REASONS,
    LiftReader,
    wait_of,
)


@dataclass(frozen=True, slots=True)
class LiftUseCases:
    """What the servicer calls."""

    room: LiftRoom
    offering: LiftOffering
    riding: LiftRiding
    safety: LiftSafety
    benches: Benches


class LiftServicer(Calls, lift_service_pb2_grpc.LiftServiceServicer):
    """The service's methods."""

    def __init__(
        self,
        use_cases: LiftUseCases,
        reader: LiftReader,
        changes: Changes,
        *,
        pool: WorkerPool,
        pages: Pages,
    ) -> None:
        super().__init__(pool=pool, pages=pages)
        self._use = use_cases
        self._reader = reader
        self._changes = changes

    async def PostLift(
        self, request: lift_pb2.PostLiftRequest, context: Context
    ) -> lift_pb2.PostLiftResponse:
        faults = Faults()
        call = call_of(request, partial(self._posted, caller()), faults)
        posting = self._reader.posting(request, caller(), self._use.room.clock.now(), faults)
        answer = await self._written(self._use.room.desk, call, faults, self._use.offering.post, posting)
        return lift_pb2.PostLiftResponse.FromString(answer)

    async def ListLifts(
        self, request: lift_pb2.ListLiftsRequest, context: Context
    ) -> lift_pb2.ListLiftsResponse:
        faults = Faults()
        reference = faults.identifier(request.driver_reference, "driver_reference", needed=False)
        after, size = self._pages.position(request, faults), faults.page_size(request.page_size)
        faults.settle()
        found = await self._pool.look_up(
            self._use.offering.listed, caller(), reference, int(after or 0), size + 1
        )
        return lift_pb2.ListLiftsResponse(
            lifts=[lift_message(lift, caller(), self._use.room.zone) for lift in found[:size]],
            next_page_token=self._next(request, [lift.number for lift in found], size),
        )

    async def WithdrawLift(
        self, request: lift_pb2.WithdrawLiftRequest, context: Context
    ) -> lift_pb2.WithdrawLiftResponse:
        faults = Faults()
        call = call_of(request, partial(self._withdrawn, caller()), faults)
        lift_id = faults.identifier(request.lift_id, "lift_id")
        day = faults.service_date(request.service_date, "service_date")
        answer = await self._written(
            self._use.room.desk, call, faults, self._use.offering.withdraw, lift_id, day
        )
        return lift_pb2.WithdrawLiftResponse.FromString(answer)

    async def AnswerSeatRequest(
        self, request: lift_pb2.AnswerSeatRequestRequest, context: Context
    ) -> lift_pb2.AnswerSeatRequestResponse:
        faults = Faults()
        call = call_of(request, partial(self._answered, caller()), faults)
        seat_id = faults.identifier(request.seat_id, "seat_id")
        answering = partial(self._use.offering.answer, accept=request.accept)
        answer = await self._written(self._use.room.desk, call, faults, answering, seat_id)
        return lift_pb2.AnswerSeatRequestResponse.FromString(answer)

    async def FindLifts(
        self, request: lift_pb2.FindLiftsRequest, context: Context
    ) -> lift_pb2.FindLiftsResponse:
        faults = Faults()
        ride = self._reader.ride(request, faults)
        faults.settle()
        found = await self._pool.run(self._use.riding.find, ride)
        return lift_pb2.FindLiftsResponse(
            lifts=[found_message(match, caller(), self._use.room.zone) for match in found]
        )

    async def RequestSeat(
        self, request: lift_pb2.RequestSeatRequest, context: Context
    ) -> lift_pb2.RequestSeatResponse:
        faults = Faults()
        call = call_of(request, partial(self._asked, caller()), faults)
        asking = self._reader.asking(request, caller(), faults)
        answer = await self._written(self._use.room.desk, call, faults, self._use.riding.ask, asking)
        return lift_pb2.RequestSeatResponse.FromString(answer)

    async def CancelSeat(
        self, request: lift_pb2.CancelSeatRequest, context: Context
    ) -> lift_pb2.CancelSeatResponse:
        faults = Faults()
        call = call_of(request, partial(self._cancelled, caller()), faults)
        seat_id = faults.identifier(request.seat_id, "seat_id")
        answer = await self._written(self._use.room.desk, call, faults, self._use.riding.cancel, seat_id)
        return lift_pb2.CancelSeatResponse.FromString(answer)

    async def ListSeats(
        self, request: lift_pb2.ListSeatsRequest, context: Context
    ) -> lift_pb2.ListSeatsResponse:
        faults = Faults()
        lift_id, reference = _chosen(request.lift_id, request.reference, faults)
        after, size = self._pages.position(request, faults), faults.page_size(request.page_size)
        faults.settle()
        found = await self._pool.look_up(
            self._use.riding.listed, caller(), lift_id, reference, int(after or 0), size + 1
        )
        told = [self._told(seat, reference) for seat in found[:size]]
        return lift_pb2.ListSeatsResponse(
            seats=[seat for seat in told if seat is not None],
            next_page_token=self._next(request, [seat.number for seat in found], size),
        )

    async def WatchSeats(
        self, request: lift_pb2.WatchSeatsRequest, context: Context
    ) -> AsyncIterator[lift_pb2.WatchSeatsResponse]:
        faults = Faults()
        lift_id, reference = _chosen(request.lift_id, request.reference, faults)
        faults.settle()
        since, all_told = -1, False
        told: dict[str, bytes] = {}
        while True:
            change = self._changes.next()
            newest, seats = await self._pool.look_up(
                self._use.riding.changed, caller(), lift_id, reference, since
            )
            for seat in seats:
                message = self._told(seat, reference)
                if message is None:
                    continue
                wire = message.SerializeToString(deterministic=True)
                if told.get(seat.id) != wire:
                    told[seat.id] = wire
                    yield lift_pb2.WatchSeatsResponse(seat=message)
            since = newest
            if len(seats) == WATCHED_AT_ONCE:
                continue
            if not all_told:
                all_told = True
                yield lift_pb2.WatchSeatsResponse(all_told=True)
            await self._changes.wait(change)

    async def ReportLift(
        self, request: lift_pb2.ReportLiftRequest, context: Context
    ) -> lift_pb2.ReportLiftResponse:
        faults = Faults()
        call = call_of(request, _reported, faults)
        lift_id = faults.identifier(request.lift_id, "lift_id")
        reason = faults.choice(request.reason, REASONS, "reason", ReportReason.OTHER)
        note = faults.text(request.note, "note", LONGEST_NOTE)
        await self._written(self._use.room.desk, call, faults, self._use.safety.report, lift_id, reason, note)
        return lift_pb2.ReportLiftResponse()

    async def ListLiftReports(
        self, request: lift_pb2.ListLiftReportsRequest, context: Context
    ) -> lift_pb2.ListLiftReportsResponse:
        faults = Faults()
        after, size = self._pages.position(request, faults), faults.page_size(request.page_size)
        faults.settle()
        found = await self._pool.look_up(self._use.safety.reports, int(after or 0), size + 1)
        return lift_pb2.ListLiftReportsResponse(
            reports=[report_message(each, caller(), self._use.room.zone) for each in found[:size]],
            next_page_token=self._next(request, [each.report.number for each in found], size),
        )

    async def HideLift(
        self, request: lift_pb2.HideLiftRequest, context: Context
    ) -> lift_pb2.HideLiftResponse:
        faults = Faults()
        call = call_of(request, partial(self._hidden, caller()), faults)
        lift_id = faults.identifier(request.lift_id, "lift_id")
        hiding = partial(self._use.safety.hide, hidden=request.hidden)
        answer = await self._written(self._use.room.desk, call, faults, hiding, lift_id)
        return lift_pb2.HideLiftResponse.FromString(answer)

    async def ListBenches(
        self, request: lift_pb2.ListBenchesRequest, context: Context
    ) -> lift_pb2.ListBenchesResponse:
        observed = await self._pool.look_up(self._use.benches.observed)
        return lift_pb2.ListBenchesResponse(
            benches=[bench_message(bench, observed) for bench in self._use.benches.benches]
        )

    async def ReportBenchWait(
        self, request: lift_pb2.ReportBenchWaitRequest, context: Context
    ) -> lift_pb2.ReportBenchWaitResponse:
        faults = Faults()
        call = call_of(request, _waited, faults)
        bench_id = faults.identifier(request.bench_id, "bench_id")
        destination = faults.text(request.destination, "destination", LONGEST_DESTINATION)
        wait = wait_of(request, faults)
        benches = self._use.benches
        await self._written(benches.desk, call, faults, benches.report, bench_id, destination, wait)
        return lift_pb2.ReportBenchWaitResponse()

    def _told(self, seat: Seat, reference: str = "") -> lift_pb2.Seat | None:
        return seat_message(seat, caller(), self._use.room.now_s(), reference)

    def _next(self, request: object, numbers: list[int], size: int) -> str:
        """The token of the page after the first ``size``."""
        return self._pages.token(request, str(numbers[size - 1]) if len(numbers) > size else "")

    def _posted(self, who: Principal, lift: Lift) -> lift_pb2.PostLiftResponse:
        return lift_pb2.PostLiftResponse(lift=lift_message(lift, who, self._use.room.zone))

    def _withdrawn(self, who: Principal, lift: Lift) -> lift_pb2.WithdrawLiftResponse:
        return lift_pb2.WithdrawLiftResponse(lift=lift_message(lift, who, self._use.room.zone))

    def _hidden(self, who: Principal, lift: Lift) -> lift_pb2.HideLiftResponse:
        return lift_pb2.HideLiftResponse(lift=lift_message(lift, who, self._use.room.zone))

    def _asked(self, who: Principal, seat: Seat) -> lift_pb2.RequestSeatResponse:
        now_s, reference = self._use.room.now_s(), seat.passenger.reference
        return lift_pb2.RequestSeatResponse(seat=seat_message(seat, who, now_s, reference))

    def _answered(self, who: Principal, seat: Seat) -> lift_pb2.AnswerSeatRequestResponse:
        now_s, reference = self._use.room.now_s(), seat.driver.reference
        return lift_pb2.AnswerSeatRequestResponse(seat=seat_message(seat, who, now_s, reference))

    def _cancelled(self, who: Principal, seat: Seat) -> lift_pb2.CancelSeatResponse:
        return lift_pb2.CancelSeatResponse(seat=seat_message(seat, who, self._use.room.now_s()))


def _reported(_: None) -> lift_pb2.ReportLiftResponse:
    return lift_pb2.ReportLiftResponse()


def _waited(_: None) -> lift_pb2.ReportBenchWaitResponse:
    return lift_pb2.ReportBenchWaitResponse()


def _chosen(lift_id: str, reference: str, faults: Faults) -> tuple[str, str]:
    """Which seats are asked for."""
    return (
        faults.identifier(lift_id, "lift_id", needed=False),
        faults.identifier(reference, "reference", needed=False),
    )
