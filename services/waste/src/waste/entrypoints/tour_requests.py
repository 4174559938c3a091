"""From messages to what the tour desk asks for."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from landlinie.waste.v1 import tour_driving_pb2, tour_pb2, tour_planning_pb2
from service_kit.faults import Faults

from waste.application.ports_tours import TourFilter
from waste.application.tour_desk import AddStop, Edit, LockStop, MoveStop, RemoveStop, Seen
from waste.domain.tour import TourState
from waste.domain.tour_report import BlockedReason, Report, ReportKind, Weight
from waste.entrypoints.tour_answers import STATES
from waste.messages import FRACTIONS
from waste.tour_messages import BLOCKED

MOST_TOURS = 50
MOST_STATES = 10
MOST_WEIGHTS = 16
LONGEST_REASON = 200
LONGEST_NOTE = 500
LONGEST_REFERENCE = 200
REFERENCE = re.compile(r"https://[a-zA-Z0-9][a-zA-Z0-9._~/:@%+=&?#-]*|[a-zA-Z0-9][a-zA-Z0-9._~/@%+=&?-]*")
"""Of a picture; whoever shows a note makes a link of it, so that no other scheme is taken."""
HEAVIEST_KG = 60_000
USUAL_LIMIT_S, LONGEST_LIMIT_S = 20, 300
CLOCKS_APART = timedelta(minutes=5)
"""So far a phone's clock may be ahead of ours."""


def time_limit_s(request: tour_planning_pb2.ProposeToursRequest, faults: Faults) -> int:
    """How long to look."""
    if request.time_limit_s > LONGEST_LIMIT_S:
        faults.add(
            "time_limit_s", f"{request.time_limit_s} is more than {LONGEST_LIMIT_S}", "TIME_LIMIT_INVALID"
        )
    return request.time_limit_s or USUAL_LIMIT_S


def filter_of(request: tour_planning_pb2.ListToursRequest, faults: Faults) -> TourFilter:
    """Which tours to list."""
    if len(request.states) > MOST_STATES:
        faults.add("states", f"has {len(request.states)} entries, at most {MOST_STATES}", "TOO_MANY_STATES")
    return TourFilter(
        faults.identifier(request.depot_id, "depot_id", needed=False) or None,
        faults.service_date(request.service_date, "service_date"),
        faults.identifier(request.truck_id, "truck_id", needed=False) or None,
        frozenset(
            faults.choice(state, STATES, f"states[{number}]", TourState.PROPOSED)
            for number, state in enumerate(request.states[:MOST_STATES])
        ),
    )


def seen_of(message: tour_planning_pb2.TourVersion, field: str, faults: Faults) -> Seen:
    """A tour and its version."""
    tour_id = faults.identifier(message.tour_id, f"{field}.tour_id")
    if not message.version:
        faults.add(f"{field}.version", "is missing", "FIELD_MISSING")
    return Seen(tour_id, message.version)


def all_seen(request: tour_planning_pb2.ApproveToursRequest, faults: Faults) -> list[Seen]:
    """The tours to approve."""
    if not 1 <= len(request.tours) <= MOST_TOURS:
        faults.add("tours", f"has {len(request.tours)} entries, 1 to {MOST_TOURS} are taken", "TOURS_INVALID")
    seen = [seen_of(one, f"tours[{number}]", faults) for number, one in enumerate(request.tours[:MOST_TOURS])]
    if len({one.tour_id for one in seen}) < len(seen):
        faults.add("tours", "names a tour twice", "TOURS_INVALID")
    return seen


def edit_of(request: tour_planning_pb2.EditTourRequest, faults: Faults) -> Edit:
    """What to change."""
    match request.WhichOneof("edit"):
        case "move":
            return MoveStop(
                faults.identifier(request.move.stop_id, "move.stop_id"),
                faults.identifier(request.move.after_stop_id, "move.after_stop_id", needed=False),
            )
        case "lock":
            return LockStop(
                faults.identifier(request.lock.stop_id, "lock.stop_id"), locked=request.lock.locked
            )
        case "add":
            return _added(request.add, faults)
        case "remove":
            return RemoveStop(faults.identifier(request.remove.stop_id, "remove.stop_id"))
        case _:
            faults.add("edit", "is missing", "FIELD_MISSING")
            return RemoveStop("")


def _added(message: tour_planning_pb2.AddStop, faults: Faults) -> AddStop:
    if bool(message.container_id) == bool(message.plant_id):
        faults.add("add.container_id", "needs exactly one of container_id and plant_id", "STOP_INVALID")
    after = None
    if message.HasField("after_stop_id"):
        after = faults.identifier(message.after_stop_id, "add.after_stop_id", needed=False)
    return AddStop(
        faults.identifier(message.container_id, "add.container_id", needed=False),
        faults.identifier(message.plant_id, "add.plant_id", needed=False),
        after,
    )


class ReportReader:
    """Reads what a driver reports, at a time.

    Parameters
    ----------
    now
        When nothing is said about when it happened; nothing may be later.
    """

    def __init__(self, faults: Faults, now: datetime) -> None:
        self._faults = faults
        self._now = now

    def started(self, request: tour_driving_pb2.StartTourRequest) -> Report:
        return Report(ReportKind.STARTED, self._time(request))

    def arrived(self, request: tour_driving_pb2.ReportStopArrivalRequest) -> Report:
        return Report(ReportKind.ARRIVED, self._time(request), self._stop(request))

    def emptied(self, request: tour_driving_pb2.ReportContainerEmptiedRequest) -> Report:
        share = request.level_after_share
        if not 0 <= share <= 1:
            self._faults.add("level_after_share", f"{share} is not from 0 to 1", "SHARE_INVALID")
            share = 0.0
        note, reference = self._note(request.note)
        return Report(
            ReportKind.EMPTIED,
            self._time(request),
            self._stop(request),
            level_after_share=share,
            note=note,
            image_reference=reference,
        )

    def blocked(self, request: tour_driving_pb2.ReportStopBlockedRequest) -> Report:
        why = self._faults.choice(request.reason, BLOCKED, "reason", BlockedReason.OTHER)
        note, reference = self._note(request.note)
        if why is BlockedReason.OTHER and request.reason and not note:
            self._faults.add("note.text", "is missing: reason OTHER is told in it", "FIELD_MISSING")
        return Report(
            ReportKind.BLOCKED,
            self._time(request),
            self._stop(request),
            blocked=why,
            note=note,
            image_reference=reference,
        )

    def unloaded(self, request: tour_driving_pb2.ReportUnloadingRequest) -> Report:
        note, reference = self._note(request.note)
        return Report(
            ReportKind.UNLOADED,
            self._time(request),
            self._stop(request),
            note=note,
            image_reference=reference,
            weights=self._weights(request),
        )

    def broken_down(self, request: tour_driving_pb2.ReportBreakdownRequest) -> Report:
        note, reference = self._note(request.note)
        return Report(ReportKind.BREAKDOWN, self._time(request), note=note, image_reference=reference)

    def closed(self, request: tour_driving_pb2.CloseTourRequest) -> Report:
        why = self._faults.text(request.skip_reason, "skip_reason", LONGEST_REASON)
        return Report(ReportKind.CLOSED, self._time(request), note=why)

    def _stop(self, request: Any) -> str:
        return self._faults.identifier(request.stop_id, "stop_id")

    def _time(self, request: Any) -> datetime:
        if not request.HasField("event_time"):
            return self._now
        told = self._faults.instant(request.event_time, "event_time")
        if told > self._now + CLOCKS_APART:
            self._faults.add("event_time", f"{told.isoformat()} is in the future", "TIME_IN_FUTURE")
        return min(told, self._now).astimezone(UTC)

    def _note(self, message: tour_pb2.StopNote) -> tuple[str, str]:
        text = message.text.replace("\r\n", "\n")
        if text:
            # Of all control characters a note may have line ends.
            self._faults.text(text.replace("\n", " "), "note.text", LONGEST_NOTE)
        reference = self._faults.text(message.image_reference, "note.image_reference", LONGEST_REFERENCE)
        if reference.isprintable() and reference and not REFERENCE.fullmatch(reference):
            self._faults.add(
                "note.image_reference",
                f"{reference!r} is neither an https address nor a path of letters, digits and ._~/@%+=&?-",
                "REFERENCE_INVALID",
            )
        return text, reference

    def _weights(self, request: tour_driving_pb2.ReportUnloadingRequest) -> tuple[Weight, ...]:
        told = request.weights
        if len(told) > MOST_WEIGHTS:
            self._faults.add(
                "weights", f"has {len(told)} entries, at most {MOST_WEIGHTS}", "TOO_MANY_WEIGHTS"
            )
            return ()
        weights = []
        for number, one in enumerate(told):
            field = f"weights[{number}]"
            fraction = self._faults.choice(one.fraction, FRACTIONS, f"{field}.fraction", None)
            if one.weight_kg > HEAVIEST_KG:
                self._faults.add(
                    f"{field}.weight_kg", f"{one.weight_kg} is more than {HEAVIEST_KG}", "WEIGHT_INVALID"
                )
            if fraction is not None:
                weights.append(Weight(fraction.value, one.weight_kg))
        if len({weight.fraction for weight in weights}) < len(weights):
            self._faults.add("weights", "tells a fraction twice", "FRACTION_REPEATED")
        return tuple(sorted(weights, key=lambda weight: weight.fraction))
