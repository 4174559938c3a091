"""Looking for better tours all the time, unasked."""

import threading
from datetime import date, timedelta
from secrets import token_hex

import structlog
from google.protobuf.message import Message
from landlinie.pooling.v1 import plan_pb2
from service_kit.errors import ServiceError
from service_kit.identity.principal import Principal, Role

from pooling.application.desk import Call, Desk
from pooling.application.improving import Improvement, ImprovePlan
from pooling.entrypoints import answers

ITSELF = Principal("itself", frozenset({Role.DISPATCHER}), "", "pooling")
"""Who improves plans unasked."""

_log = structlog.get_logger(__name__)


class ContinuousImprovement:
    """Improves today's and tomorrow's plans of all zones whenever they have changed."""

    def __init__(self, desk: Desk, improve_plan: ImprovePlan, *, time_limit_s: float) -> None:
        self._desk = desk
        self._improve_plan = improve_plan
        self._time_limit_s = time_limit_s
        self._looked_at: dict[tuple[str, date], int] = {}

    def run(self, stopping: threading.Event, every_s: float) -> None:
        """Go on until told to stop."""
        while not stopping.wait(every_s):
            self.look(stopping)

    def look(self, stopping: threading.Event) -> None:
        """One round over all plans that changed since the last one."""
        today = self._desk.service_day_of(self._desk.clock.now()).date
        current = {
            (zone_id, day) for zone_id in self._desk.zones for day in (today, today + timedelta(days=1))
        }
        self._looked_at = {key: version for key, version in self._looked_at.items() if key in current}
        for zone_id, day in sorted(current):
            if stopping.is_set():
                return
            with self._desk.store.reading() as reader:
                version = reader.zone_day(zone_id, day).version
            if self._looked_at.get((zone_id, day)) != version:
                self._looked_at[zone_id, day] = self._improved(zone_id, day, version)

    def _improved(self, zone_id: str, day: date, version: int) -> int:
        """The version up to which there is nothing more to look for."""
        request = plan_pb2.ImprovePlanRequest(request_id=f"unasked-{token_hex(8)}", zone_id=zone_id)
        call: Call[Improvement] = Call("ImprovePlan", request.request_id, b"", _encoded, ITSELF)
        try:
            answer = self._improve_plan(call, zone_id, day, self._time_limit_s)
        except ServiceError as error:
            _log.warning(
                "plan_not_improved", zone_id=zone_id, service_date=day.isoformat(), error=repr(error)
            )
            return version
        found = plan_pb2.ImprovePlanResponse.FromString(answer)
        if found.improved:
            _log.info(
                "plan_improved",
                zone_id=zone_id,
                service_date=day.isoformat(),
                plan_version=found.plan_version,
                saved_m=found.distance_before_m - found.distance_m,
                moved_ride_count=len(found.moved_ride_ids),
            )
        return found.plan_version


def _encoded(found: Improvement) -> bytes:
    answer: Message = answers.improved(found)
    return answer.SerializeToString()
