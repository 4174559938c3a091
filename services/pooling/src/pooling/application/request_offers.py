"""Answering a question for a ride: offers that are held, or reasons and the nearest that can be had."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_hex

from routing_core.insertion.best import Insertion, Reason, Weights, insert
from routing_core.insertion.fleet import Fleet
from routing_core.travel import UNREACHABLE
from service_kit.errors import FieldViolation, InvalidInput

from pooling.application.desk import Call, Changes, Desk
from pooling.application.ports import NoRoadNearby, Reader
from pooling.domain.facts import OffersMade, RideRefused
from pooling.domain.frame import Frame, core_request
from pooling.domain.offers import Answer, Ask, Offer, RefusalCode, RefusalReason
from pooling.domain.places import BoardingPoint, Point, walk_m
from pooling.domain.promising import Wish, promised, shifted, widened, wished_task
from pooling.domain.service_day import ServiceDay
from pooling.domain.zone import SNAP_LIMIT_M, Zone
from pooling.domain.zone_day import Task, ZoneDay, task_of

NEAREST_STOPS = 2
APART_S = 600
"""Offers of one kind of vehicle are worth choosing from when they are ten minutes apart."""
ONLY_EARLY = Weights(drive=0, passenger=1)


@dataclass(frozen=True, slots=True)
class PlaceWish:
    """Where a passenger wants to start or go: a point, or a virtual stop."""

    point: Point | None
    virtual_stop_id: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A checked question; ``pickup`` and ``dropoff`` of ``ask`` are found from the wishes."""

    pickup: PlaceWish
    dropoff: PlaceWish
    ask: Ask


@dataclass(frozen=True, slots=True)
class Option:
    """One tour's best way to serve one wish."""

    cost: int
    duty_index: int
    wish: Wish
    task: Task
    insertion: Insertion


@dataclass(slots=True)
class Board:
    """A zone's day while offers are put into it."""

    zone: Zone
    day: ZoneDay
    service_day: ServiceDay
    frame: Frame
    on_duty: list[int]
    """Indices of the duties whose vehicles are in service; ``fleet`` holds their tours."""
    fleet: Fleet


class RequestOffers:
    """The use case."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def __call__(self, call: Call[Answer], question: Question) -> bytes:
        """Answer and hold; raises InvalidInput naming a place that cannot be used."""
        desk = self._desk
        if (answer := desk.answered(call)) is not None:
            return answer
        ask = self._located(question)
        zones = [
            zone
            for zone in desk.zones.values()
            if zone.covers(ask.pickup.point) and zone.covers(ask.dropoff.point)
        ]

        def work(reader: Reader, now: datetime) -> Changes[Answer]:
            changes = self._answer(reader, now, ask, zones)
            if ask.part_of_search:
                changes.facts.clear()
            return changes

        return desk.write(call, [zone.id for zone in zones], work)

    def _located(self, question: Question) -> Ask:
        faults: list[FieldViolation] = []
        found: dict[str, BoardingPoint] = {}
        for name, wish in (("pickup", question.pickup), ("dropoff", question.dropoff)):
            try:
                found[name] = self._boarding_point(wish)
            except NoRoadNearby as far:
                faults.append(
                    FieldViolation(
                        f"{name}.position",
                        f"no road within {SNAP_LIMIT_M:.0f} m; the nearest is {far.distance_m:.0f} m away",
                        "NO_ROAD_NEARBY",
                    )
                )
            except KeyError:
                faults.append(
                    FieldViolation(
                        f"{name}.virtual_stop_id",
                        f"there is no virtual stop {wish.virtual_stop_id!r}",
                        "VIRTUAL_STOP_NOT_FOUND",
                    )
                )
        if faults:
            raise InvalidInput.in_fields(faults)
        return replace(question.ask, pickup=found["pickup"], dropoff=found["dropoff"])

    def _boarding_point(self, wish: PlaceWish) -> BoardingPoint:
        if wish.point is None:
            stop = self._desk.virtual_stops[wish.virtual_stop_id]
            return BoardingPoint(stop.point, wish.label or stop.name, stop.id)
        return BoardingPoint(self._desk.roads.snap(wish.point, SNAP_LIMIT_M), wish.label)

    def _answer(self, reader: Reader, now: datetime, ask: Ask, zones: Sequence[Zone]) -> Changes[Answer]:
        service_days = self._service_days(ask, now)
        service_day = service_days[0]
        if not zones:
            return self._refused(RefusalCode.OUTSIDE_SERVICE_AREA, "", now, service_day)
        if ask.pickup.point == ask.dropoff.point:
            return self._refused(RefusalCode.SAME_PLACE, zones[0].id, now, service_day)
        wishes = self._wishes(ask)
        boards = [
            self._board(reader, zone, each_day, now, wishes) for zone in zones for each_day in service_days
        ]
        if all(wish.direct_s >= UNREACHABLE for wish in self._measured(boards[0], wishes)):
            return self._refused(RefusalCode.NO_ROUTE, zones[0].id, now, service_day)
        answer_id = token_hex(8)
        offers: list[Offer] = []
        options, reasons = self._options(boards, ask, wishes, now)
        for index, option in _distinct(options, ask.max_offer_count):
            offers.append(self._hold(boards[index], option, answer_id, now))
        if offers:
            best = offers[0]
            made = OffersMade(best.zone_id, now, best.service_date, tuple(offer.id for offer in offers))
            return Changes(Answer(tuple(offers)), _held_days(boards, offers), offers, facts=[made])
        if ask.part_of_search:
            return Changes(Answer((), reasons, None))
        span = timedelta(seconds=zones[0].policy.alternative_span_s)
        boards += [
            self._board(reader, zone, each_day, now, wishes)
            for zone in zones
            for each_day in self._service_days(widened(ask, span, span), now)
            if each_day not in service_days
        ]
        alternative = self._alternative(boards, ask, wishes[:1], answer_id, now)
        refused = RideRefused(
            zones[0].id, now, service_day.date, reasons, alternative.id if alternative else ""
        )
        held = [alternative] if alternative else []
        return Changes(Answer((), reasons, alternative), _held_days(boards, held), held, facts=[refused])

    def _service_days(self, ask: Ask, now: datetime) -> list[ServiceDay]:
        """The service days in which the ride may begin, in their order."""
        spans = [span for span in (ask.pickup_span, ask.dropoff_span) if span]
        first, last = max(now, spans[0].earliest), max(now, spans[0].latest)
        days = [self._desk.service_day_of(first)]
        while days[-1].end <= last:
            days.append(self._desk.service_day_of(days[-1].end))
        return days

    def _refused(
        self, code: RefusalCode, zone_id: str, now: datetime, service_day: ServiceDay
    ) -> Changes[Answer]:
        reasons = (RefusalReason(code),)
        return Changes(
            Answer(reasons=reasons), facts=[RideRefused(zone_id, now, service_day.date, reasons, "")]
        )

    def _wishes(self, ask: Ask) -> list[tuple[BoardingPoint, BoardingPoint]]:
        """Door to door first, then with a walk to or from a virtual stop."""
        return [
            (pickup, dropoff)
            for pickup in [ask.pickup, *self._stops_near(ask.pickup, ask.max_walk_m)]
            for dropoff in [ask.dropoff, *self._stops_near(ask.dropoff, ask.max_walk_m)]
            if pickup.point != dropoff.point
        ]

    def _stops_near(self, door: BoardingPoint, max_walk_m: int) -> list[BoardingPoint]:
        if not max_walk_m or door.virtual_stop_id:
            return []
        near = sorted((walk_m(door.point, stop.point), stop.id) for stop in self._desk.virtual_stops.values())
        return [
            BoardingPoint(
                self._desk.virtual_stops[stop_id].point,
                self._desk.virtual_stops[stop_id].name,
                stop_id,
                distance_m,
            )
            for distance_m, stop_id in near[:NEAREST_STOPS]
            if distance_m <= max_walk_m
        ]

    def _board(
        self,
        reader: Reader,
        zone: Zone,
        service_day: ServiceDay,
        now: datetime,
        wishes: Sequence[tuple[BoardingPoint, BoardingPoint]],
    ) -> Board:
        day = self._desk.without_expired(reader.zone_day(zone.id, service_day.date), now)
        places = [end.point for wish in wishes for end in wish]
        # No vehicle may have to set off for a held seat before it is booked or let go.
        decided = now + timedelta(seconds=zone.policy.hold_s)
        frame = self._desk.frame(day, decided, places)
        on_duty = [index for index, duty in enumerate(day.duties) if not duty.vehicle.out_of_service]
        fleet = Fleet([frame.tours[index] for index in on_duty], frame.requests, frame.travel)
        return Board(zone, day, service_day, frame, on_duty, fleet)

    def _measured(self, board: Board, wishes: Iterable[tuple[BoardingPoint, BoardingPoint]]) -> list[Wish]:
        places, seconds = board.frame.places, board.frame.travel.seconds
        return [
            Wish(pickup, dropoff, int(seconds[places[pickup.point], places[dropoff.point]]))
            for pickup, dropoff in wishes
        ]

    def _options(
        self,
        boards: Sequence[Board],
        ask: Ask,
        wishes: Sequence[tuple[BoardingPoint, BoardingPoint]],
        now: datetime,
        weights: Weights | None = None,
    ) -> tuple[list[tuple[int, Option]], tuple[RefusalReason, ...]]:
        """Every tour's best way for every wish with the index of its board, cheapest first; and why not."""
        with self._desk.watch.inserting(sum(len(board.on_duty) for board in boards)):
            return self._searched(boards, ask, wishes, now, weights)

    def _searched(
        self,
        boards: Sequence[Board],
        ask: Ask,
        wishes: Sequence[tuple[BoardingPoint, BoardingPoint]],
        now: datetime,
        weights: Weights | None,
    ) -> tuple[list[tuple[int, Option]], tuple[RefusalReason, ...]]:
        options: list[tuple[int, Option]] = []
        reasons: Counter[RefusalCode] = Counter()
        for index, board in enumerate(boards):
            for number, wish in enumerate(self._measured(board, wishes)):
                if wish.direct_s >= UNREACHABLE:
                    continue
                task = wished_task(ask, wish, board.zone.policy, board.service_day, now)
                if task is None:
                    continue
                answer = insert(core_request(task, board.frame.places), board.fleet, weights)
                walked = wish.walk_s * sum(ask.load)
                options += [
                    (
                        index,
                        Option(found.cost + walked, board.on_duty[found.tour_index], wish, task, found),
                    )
                    for found in answer.candidates
                ]
                if number == 0:
                    reasons.update(_code(rejection.reason) for rejection in answer.rejections)
            unavailable = len(board.day.duties) - len(board.on_duty)
            if unavailable:
                reasons[RefusalCode.VEHICLE_UNAVAILABLE] += unavailable
        options.sort(key=lambda item: (item[1].cost, item[0], item[1].duty_index))
        return options, _reasons(reasons)

    def _hold(self, board: Board, option: Option, answer_id: str, now: datetime) -> Offer:
        """Put the option into the board's day as a held task; its offer."""
        duty = board.day.duties[option.duty_index]
        offer = promised(
            option.task,
            option.insertion,
            offer_id=token_hex(16),
            answer_id=answer_id,
            duty=duty,
            wish=option.wish,
            policy=board.zone.policy,
            day=board.service_day,
            now=now,
        )
        stops = tuple(
            replace(stop, subject=offer.id) if stop.subject == option.task.id else stop
            for stop in option.insertion.tour.stops
        )
        task = task_of(offer, seconds=board.service_day.seconds)
        board.day = board.day.with_task(task).with_duty(option.duty_index, replace(duty, stops=stops))
        return offer

    def _alternative(
        self,
        boards: Sequence[Board],
        ask: Ask,
        wishes: Sequence[tuple[BoardingPoint, BoardingPoint]],
        answer_id: str,
        now: datetime,
    ) -> Offer | None:
        """Hold the ride nearest in time, earlier or later, within the zone's search span.

        One wide look says whether a direction has anything at all; only then its windows are tried one by
        one, nearest first.
        """
        policy = boards[0].zone.policy
        span, step = (
            timedelta(seconds=policy.alternative_span_s),
            timedelta(seconds=policy.alternative_step_s),
        )
        nothing = timedelta(0)
        later = bool(self._options(boards, widened(ask, nothing, span), wishes, now, ONLY_EARLY)[0])
        earlier = bool(self._options(boards, widened(ask, span, nothing), wishes, now, ONLY_EARLY)[0])
        shift = step
        while shift <= span and (later or earlier):
            for wanted, by in ((later, shift), (earlier, -shift)):
                if wanted:
                    options, _ = self._options(boards, shifted(ask, by), wishes, now)
                    if options:
                        index, option = options[0]
                        return self._hold(boards[index], option, answer_id, now)
            shift += step
        return None


def _held_days(boards: Sequence[Board], offers: Sequence[Offer]) -> list[ZoneDay]:
    held = {(offer.zone_id, offer.service_date) for offer in offers}
    return [board.day for board in boards if (board.zone.id, board.day.service_date) in held]


def _distinct(options: Sequence[tuple[int, Option]], count: int) -> list[tuple[int, Option]]:
    """The cheapest options worth choosing from: on tours of their own, and different for the passenger."""
    chosen: list[tuple[int, Option]] = []
    for index, option in options:
        if len(chosen) == count:
            break
        if all(
            (index, option.duty_index) != (other_index, other.duty_index)
            and (
                abs(option.insertion.pickup_s - other.insertion.pickup_s) >= APART_S
                or option.wish.walk_s != other.wish.walk_s
            )
            for other_index, other in chosen
        ):
            chosen.append((index, option))
    return chosen


def _code(reason: Reason) -> RefusalCode:
    return RefusalCode(reason.value)


def _reasons(counts: Counter[RefusalCode]) -> tuple[RefusalReason, ...]:
    """Most frequent first. That a shift is over says nothing as long as another one was on."""
    on_duty = Counter({code: n for code, n in counts.items() if code != RefusalCode.OUTSIDE_SERVICE_HOURS})
    if not on_duty:
        return (RefusalReason(RefusalCode.OUTSIDE_SERVICE_HOURS, counts[RefusalCode.OUTSIDE_SERVICE_HOURS]),)
    order = list(RefusalCode)
    return tuple(
        RefusalReason(code, count)
        for code, count in sorted(on_duty.items(), key=lambda item: (-item[1], order.index(item[0])))
    )
