"""Reading what is particular to rides: places and windows of time."""

import math
from datetime import datetime, timedelta
from typing import Any

from landlinie.common.v1 import geo_pb2, time_pb2
from service_kit import faults
from service_kit.faults import IDENTIFIER, NEVER

from pooling.domain.offers import Span
from pooling.domain.places import Point, point

__all__ = ["IDENTIFIER", "LONGEST_WINDOW", "NEVER", "NOWHERE", "Faults"]

LONGEST_WINDOW = timedelta(hours=6)
NOWHERE = Point(0.0, 0.0)


class Faults(faults.Faults):
    """Reads the fields of a request; see :class:`service_kit.faults.Faults`."""

    def position(self, message: geo_pb2.Position, field: str) -> Point:
        """Finite degrees within their ranges."""
        faultless = True
        for name, value, bound in (
            ("latitude_deg", message.latitude_deg, 90),
            ("longitude_deg", message.longitude_deg, 180),
        ):
            if not math.isfinite(value) or abs(value) > bound:
                self.add(
                    f"{field}.{name}", f"{value} is not between -{bound} and {bound}", "POSITION_INVALID"
                )
                faultless = False
        return point(message.latitude_deg, message.longitude_deg) if faultless else NOWHERE

    def whole_second(self, request: Any, field: str) -> datetime:
        """An instant that has to be told, at the next full second."""
        if not request.HasField(field):
            self.add(field, "is missing", "FIELD_MISSING")
            return NEVER
        instant = self.instant(getattr(request, field), field)
        return instant if not instant.microsecond else instant.replace(microsecond=0) + timedelta(seconds=1)

    def span(self, message: time_pb2.TimeWindow, field: str, *, longest: timedelta) -> Span:
        """Both ends, in order, not too far apart."""
        ends = []
        for name in ("earliest", "latest"):
            if not message.HasField(name):
                self.add(f"{field}.{name}", "is missing", "FIELD_MISSING")
                ends.append(NEVER)
            else:
                ends.append(self.instant(getattr(message, name), f"{field}.{name}"))
        span = Span(*ends)
        if NEVER in ends:
            return span
        if span.latest < span.earliest:
            self.add(f"{field}.latest", "is before earliest", "WINDOW_REVERSED")
        elif span.latest - span.earliest > longest:
            hours = longest.total_seconds() / 3600
            self.add(f"{field}.latest", f"is more than {hours:g} h after earliest", "WINDOW_TOO_LONG")
        return span
