"""Tours as messages, as far as calls and events have them in common."""

from landlinie.waste.v1 import container_pb2, tour_pb2

from waste import messages
from waste.domain.containers import Fraction
from waste.domain.tour import Change, ChangeKind, Reason
from waste.domain.tour_report import BlockedReason, Weight

BLOCKED = {tour_pb2.BlockedReason.Value(f"BLOCKED_REASON_{each.name}"): each for each in BlockedReason}


def reason(found: Reason) -> tour_pb2.TourReason:
    return tour_pb2.TourReason(
        code=found.code, german=found.german, english=found.english, figures=found.figures
    )


def blocked(found: BlockedReason) -> tour_pb2.BlockedReason.ValueType:
    return tour_pb2.BlockedReason.Value(f"BLOCKED_REASON_{found.name}")


def fraction(found: str) -> container_pb2.Fraction.ValueType:
    """The fraction of that name; unspecified where there is none."""
    return messages.fraction(Fraction(found)) if found else container_pb2.FRACTION_UNSPECIFIED


def weight(found: Weight) -> tour_pb2.FractionWeight:
    return tour_pb2.FractionWeight(fraction=fraction(found.fraction), weight_kg=found.weight_kg)


def change(found: Change) -> tour_pb2.TourChange:
    return tour_pb2.TourChange(
        version=found.version,
        time=messages.stamp(found.time),
        kind=_change_kind(found.kind),
        stop_id=found.stop_id,
        reason=reason(found.reason) if found.reason else None,
    )


def _change_kind(found: ChangeKind) -> tour_pb2.TourChangeKind.ValueType:
    return tour_pb2.TourChangeKind.Value(f"TOUR_CHANGE_KIND_{found.name}")
