"""A dispatcher who looks for better tours every so often."""

from datetime import datetime, timedelta

from landlinie.pooling.v1 import plan_pb2
from routing_core.improve.ready import warm_up

from onebox.client import DEADLINE_S, Services

TIME_LIMIT_MS = 200


class Improving:
    """Asks for better plans at regular times of the simulated day; never when ``every`` is zero."""

    def __init__(self, services: Services, zone_ids: list[str], service_date: str, every: timedelta) -> None:
        self._services = services
        self._service_date = service_date
        self._every = every
        self._looked_at = dict.fromkeys(zone_ids, 0)
        if every:
            # The services' worker finds the search compiled.
            warm_up()
        self.count = 0

    def next_time(self, now: datetime) -> datetime | None:
        """When to look next, after this moment."""
        if not self._every:
            return None
        return now - (now - datetime.min.replace(tzinfo=now.tzinfo)) % self._every + self._every

    def look(self) -> list[str]:
        """Improve every plan that has changed since it was last looked at; the zones whose tours changed."""
        changed = []
        for zone_id, seen in self._looked_at.items():
            plan = self._services.pooling.GetPlan(
                plan_pb2.GetPlanRequest(zone_id=zone_id, service_date=self._service_date), timeout=DEADLINE_S
            ).plan
            if plan.version == seen:
                continue
            answer = self._services.pooling.ImprovePlan(
                plan_pb2.ImprovePlanRequest(
                    request_id=f"improve.{zone_id}.{plan.version}",
                    zone_id=zone_id,
                    service_date=self._service_date,
                    time_limit_ms=TIME_LIMIT_MS,
                ),
                timeout=DEADLINE_S,
            )
            self.count += 1
            self._looked_at[zone_id] = answer.plan_version
            if answer.improved:
                changed.append(zone_id)
        return changed
