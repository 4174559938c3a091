"""Calls around offers and rides."""

# ruff: noqa: N802 - methods are named as on the wire

from landlinie.pooling.v1 import offer_pb2, ride_pb2
from service_kit.grpc_calls import Context
from service_kit.identity.principal import caller

from pooling.application.ports import RideFilter
from pooling.domain.rides import RideState
from pooling.entrypoints import answers, requests
from pooling.entrypoints.base import Calls
from pooling.entrypoints.faults import Faults

LONGEST_REASON = 200
MOST_STATES = 10


class RideCalls(Calls):
    """Requests, offers and rides."""

    async def RequestOffers(
        self, request: offer_pb2.RequestOffersRequest, context: Context
    ) -> offer_pb2.RequestOffersResponse:
        faults = Faults()
        call = requests.call_of(request, answers.offers, faults)
        question = requests.question_of(request, self._clock.now(), faults)
        answer = await self._written(call, faults, self._use.request_offers, question)
        return offer_pb2.RequestOffersResponse.FromString(answer)

    async def ReleaseOffers(
        self, request: offer_pb2.ReleaseOffersRequest, context: Context
    ) -> offer_pb2.ReleaseOffersResponse:
        faults = Faults()
        call = requests.call_of(request, answers.released, faults)
        offer_ids = requests.offer_ids_of(request, faults)
        answer = await self._written(call, faults, self._use.release_offers, offer_ids)
        return offer_pb2.ReleaseOffersResponse.FromString(answer)

    async def BookRide(
        self, request: ride_pb2.BookRideRequest, context: Context
    ) -> ride_pb2.BookRideResponse:
        faults = Faults()
        call = requests.call_of(request, answers.booked, faults)
        booking = requests.booking_of(request, faults)
        answer = await self._written(call, faults, self._use.book_ride, booking)
        return ride_pb2.BookRideResponse.FromString(answer)

    async def CancelRide(
        self, request: ride_pb2.CancelRideRequest, context: Context
    ) -> ride_pb2.CancelRideResponse:
        faults = Faults()
        call = requests.call_of(request, answers.cancelled, faults)
        ride_id = faults.identifier(request.ride_id, "ride_id")
        reason = faults.text(request.reason, "reason", LONGEST_REASON)
        answer = await self._written(call, faults, self._use.cancel_ride, ride_id, reason)
        return ride_pb2.CancelRideResponse.FromString(answer)

    async def PostponePickup(
        self, request: ride_pb2.PostponePickupRequest, context: Context
    ) -> ride_pb2.PostponePickupResponse:
        faults = Faults()
        call = requests.call_of(request, answers.postponed, faults)
        ride_id = faults.identifier(request.ride_id, "ride_id")
        earliest = faults.whole_second(request, "earliest_pickup_time")
        answer = await self._written(call, faults, self._use.postpone_pickup, ride_id, earliest)
        return ride_pb2.PostponePickupResponse.FromString(answer)

    async def ListMoves(
        self, request: ride_pb2.ListMovesRequest, context: Context
    ) -> ride_pb2.ListMovesResponse:
        faults = Faults()
        ride_id = faults.identifier(request.ride_id, "ride_id")
        faults.settle()
        return answers.moves(await self._pool.run(self._use.move_ride.moves, ride_id, caller()))

    async def MoveRide(
        self, request: ride_pb2.MoveRideRequest, context: Context
    ) -> ride_pb2.MoveRideResponse:
        faults = Faults()
        call = requests.call_of(request, answers.ride_moved, faults)
        ride_id = faults.identifier(request.ride_id, "ride_id")
        shift_id = faults.identifier(request.shift_id, "shift_id")
        answer = await self._written(
            call, faults, self._use.move_ride, ride_id, shift_id, request.plan_version
        )
        return ride_pb2.MoveRideResponse.FromString(answer)

    async def GetRide(self, request: ride_pb2.GetRideRequest, context: Context) -> ride_pb2.GetRideResponse:
        faults = Faults()
        ride_id = faults.identifier(request.ride_id, "ride_id")
        faults.settle()
        ride, contact = await self._pool.look_up(self._use.queries.ride, ride_id, caller())
        answer = ride_pb2.GetRideResponse(ride=answers.ride(ride))
        if contact:
            answer.contact.name, answer.contact.phone = contact.name, contact.phone
        approach = await self._pool.look_up(self._use.queries.approach, ride, caller())
        if approach is not None:
            answer.approach.CopyFrom(answers.approach(approach, self._use.queries.stop_name))
        return answer

    async def ListRides(
        self, request: ride_pb2.ListRidesRequest, context: Context
    ) -> ride_pb2.ListRidesResponse:
        faults = Faults()
        if len(request.states) > MOST_STATES:
            faults.add(
                "states", f"has {len(request.states)} entries, at most {MOST_STATES}", "TOO_MANY_STATES"
            )
        chosen = RideFilter(
            faults.identifier(request.zone_id, "zone_id", needed=False) or None,
            faults.service_date(request.service_date, "service_date"),
            frozenset(
                faults.choice(state, answers.STATES_BACK, f"states[{number}]", RideState.BOOKED)
                for number, state in enumerate(request.states[:MOST_STATES])
            ),
        )
        size = faults.page_size(request.page_size)
        token = self._pages.position(request, faults)
        faults.settle()
        page = await self._pool.look_up(self._use.queries.rides, chosen, token, size, caller())
        return ride_pb2.ListRidesResponse(
            rides=[answers.ride(ride) for ride in page.items],
            next_page_token=self._pages.token(request, page.next_token),
        )
