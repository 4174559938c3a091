"""Reading a trace as it is uploaded, message by message."""

import hashlib
import math
from datetime import datetime

from landlinie.ticketing.v1 import journey_pb2
from service_kit.errors import ResourceExhausted
from service_kit.faults import NEVER, Faults

from ticketing.domain.trace import MOST_ACCURACY_M, USUAL_ACCURACY_M, Activity, Fix, Guess
from ticketing.entrypoints.requests import EARLY, LATE

MOST_POINTS = 50_000
MOST_AT_ONCE = 2_000
LONGEST_BEACON = 64
ACTIVITIES = {
    journey_pb2.ACTIVITY_UNSPECIFIED: None,
    **{journey_pb2.Activity.Value(f"ACTIVITY_{activity.name}"): activity for activity in Activity},
}


class TraceReader:
    """Takes the messages of one upload.

    Attributes
    ----------
    first
        The message that names the journey; an empty one before.
    fixes
        The points, in the order in which they came.
    faults
        What is wrong: of the points, with the first one at fault.
    """

    def __init__(self, now: datetime) -> None:
        self.first = journey_pb2.UploadTraceRequest()
        self.fixes: list[Fix] = []
        self.faults = Faults()
        self._now = now
        self._hash = hashlib.sha256()
        self._begun = False
        self._point_at_fault = False

    @property
    def digest(self) -> bytes:
        """Of all messages."""
        return self._hash.digest()

    def take(self, request: journey_pb2.UploadTraceRequest) -> None:
        """Take the next message.

        Raises
        ------
        ResourceExhausted
            ``TRACE_TOO_LONG``, before more is held than a trace may have.
        """
        content = request.SerializeToString(deterministic=True)
        self._hash.update(len(content).to_bytes(8, "big") + content)
        if not self._begun:
            self._begun = True
            self.first.request_id = request.request_id
            self.first.account_id = request.account_id
            self.first.journey_id = request.journey_id
        else:
            for name in ("request_id", "account_id", "journey_id"):
                if getattr(request, name) not in {"", getattr(self.first, name)}:
                    self.faults.add(name, "is another than in the first message", "FIELD_CHANGED")
        if len(request.points) > MOST_AT_ONCE:
            self.faults.add(
                "points",
                f"has {len(request.points)} entries, at most {MOST_AT_ONCE} in one message",
                "TOO_MANY_POINTS",
            )
        if len(self.fixes) + len(request.points) > MOST_POINTS:
            raise ResourceExhausted(
                "TRACE_TOO_LONG",
                f"points: more than {MOST_POINTS}",
                metadata={"limit": str(MOST_POINTS)},
            )
        for point in request.points[:MOST_AT_ONCE]:
            # One is enough to tell: all of thousands would fit into no answer.
            if not self._point_at_fault:
                self._take_point(point, f"points[{len(self.fixes)}]")

    def _take_point(self, point: journey_pb2.TracePoint, field: str) -> None:
        faults = Faults()
        if not point.HasField("time"):
            faults.add(f"{field}.time", "is missing", "FIELD_MISSING")
        time = faults.instant(point.time, f"{field}.time") if point.HasField("time") else NEVER
        if time is not NEVER and not self._now - LATE <= time <= self._now + EARLY:
            faults.add(f"{field}.time", f"{time.isoformat()} is too far from now", "EVENT_TIME_OUT_OF_RANGE")
        if not point.HasField("position"):
            faults.add(f"{field}.position", "is missing", "FIELD_MISSING")
        self._numbers(point, field, faults)
        if point.activity not in ACTIVITIES:
            faults.add(
                f"{field}.activity", f"{point.activity} is none of the values there are", "ENUM_INVALID"
            )
        faults.text(point.beacon_id, f"{field}.beacon_id", LONGEST_BEACON)
        if faults.found:
            self._point_at_fault = True
            self.faults.extend(faults.violations)
            return
        activity = ACTIVITIES[point.activity]
        self.fixes.append(
            Fix(
                time,
                point.position.longitude_deg,
                point.position.latitude_deg,
                point.accuracy_m or USUAL_ACCURACY_M,
                () if activity is None else (Guess(activity, point.activity_confidence),),
                point.beacon_id,
            )
        )

    @staticmethod
    def _numbers(point: journey_pb2.TracePoint, field: str, faults: Faults) -> None:
        for name, value, least, most, reason in (
            ("position.latitude_deg", point.position.latitude_deg, -90.0, 90.0, "POSITION_INVALID"),
            ("position.longitude_deg", point.position.longitude_deg, -180.0, 180.0, "POSITION_INVALID"),
            ("accuracy_m", point.accuracy_m, 0.0, MOST_ACCURACY_M, "ACCURACY_INVALID"),
            ("activity_confidence", point.activity_confidence, 0.0, 1.0, "CONFIDENCE_INVALID"),
        ):
            if not math.isfinite(value) or not least <= value <= most:
                faults.add(f"{field}.{name}", f"{value} is not from {least:g} to {most:g}", reason)
