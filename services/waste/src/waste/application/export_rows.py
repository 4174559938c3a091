"""What is held of a sub-account, as rows, some at a time: files are larger than a process should be."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from waste.application.open_data import OpenData
from waste.application.ports_alarms import AlarmFilter, AlarmStore
from waste.application.ports_containers import Span
from waste.application.ports_exports import ExportContent, Row
from waste.domain.access import Scope
from waste.domain.alarm_words import reason

AT_ONCE = 2000
CONTAINERS_AT_ONCE = 100
_NEXT = timedelta(microseconds=1)
_MEASURED = (
    "distance_mm",
    "fill_share",
    "battery_v",
    "battery_share",
    "temperature_c",
    "tilted",
    "occupied",
    "count_in",
    "count_out",
)


class ExportRows:
    """Reads rows of each content."""

    def __init__(self, data: OpenData, alarms: AlarmStore) -> None:
        self._data = data
        self._alarms = alarms

    def batches(self, content: ExportContent, scope: Scope, span: Span) -> Iterator[Sequence[Row]]:
        """Rows of what happened in a span; of containers, as they are now.

        Parameters
        ----------
        scope
            Nothing outside it is read.
        """
        reading: Mapping[ExportContent, Callable[[Scope, Span], Iterator[Sequence[Row]]]] = {
            ExportContent.CONTAINERS: self._containers,
            ExportContent.LEVELS: self._levels,
            ExportContent.LIFTS: self._lifts,
            ExportContent.READINGS: self._readings,
            ExportContent.ALARMS: self._alarm_rows,
        }
        return reading[content](scope, span)

    def _containers(self, scope: Scope, _span: Span) -> Iterator[Sequence[Row]]:
        ids = self._data.container_ids(scope)
        for begin in range(0, len(ids), CONTAINERS_AT_ONCE):
            rows: list[Row] = []
            for view in self._data.containers(ids[begin : begin + CONTAINERS_AT_ONCE], scope):
                container, site, state = view.container, view.site, view.state
                latest = state.latest if state else None
                rows.append(
                    {
                        "container_id": container.id,
                        "sub_account_id": container.sub_account_id,
                        "site_id": container.site_id,
                        "site_name": site.name if site else None,
                        "latitude_deg": site.latitude_deg if site else None,
                        "longitude_deg": site.longitude_deg if site else None,
                        "depot_id": container.depot_id,
                        "kind": container.kind.value,
                        "fraction": container.fraction.value,
                        "volume_l": container.volume_l,
                        "critical_share": container.critical_share,
                        "ampel": state.ampel.value if state else None,
                        "level_share": latest.level_share if latest else None,
                        "measured_at": latest.at if latest else None,
                        "overflow_probability": state.overflow_probability if state else None,
                        "expected_full_at": state.expected_full_at if state else None,
                        "latest_lift_at": state.latest_lift_at if state else None,
                    }
                )
            yield rows

    def _levels(self, scope: Scope, span: Span) -> Iterator[Sequence[Row]]:
        for container in self._data.every_container(scope):
            begin = span.start
            while page := self._data.levels(container.id, scope, Span(begin, span.end), AT_ONCE):
                yield [
                    {
                        "container_id": container.id,
                        "at": level.at,
                        "level_share": level.level_share,
                        "volume_l": round(level.level_share * container.volume_l),
                    }
                    for level in page
                ]
                begin = page[-1].at + _NEXT

    def _lifts(self, scope: Scope, span: Span) -> Iterator[Sequence[Row]]:
        after = 0
        while page := self._data.lifts(scope, span, after, AT_ONCE):
            yield [
                {
                    "container_id": lift.container_id,
                    "at": lift.at,
                    "source": lift.source.value,
                    "before_share": lift.before_share,
                    "after_share": lift.after_share,
                    "weight_kg": lift.weight_kg,
                    "weighed": lift.weighed,
                    "tour_id": lift.tour_id,
                }
                for _, lift in page
            ]
            after = page[-1][0]

    def _readings(self, scope: Scope, span: Span) -> Iterator[Sequence[Row]]:
        for device in self._data.devices(scope):
            begin: datetime | None = span.start
            while page := self._data.readings(device.id, scope, Span(begin, span.end), AT_ONCE):
                yield [
                    {
                        "device_id": device.id,
                        "watched_id": device.watched_id,
                        "at": reading.at,
                        "received_at": reading.received_at,
                        **{name: getattr(reading.measurement, name) for name in _MEASURED},
                        "fault": reading.measurement.fault.value if reading.measurement.fault else None,
                    }
                    for reading in page
                ]
                begin = page[-1].at + _NEXT

    def _alarm_rows(self, scope: Scope, span: Span) -> Iterator[Sequence[Row]]:
        after = ""
        while True:
            with self._alarms.reading() as reader:
                page = reader.alarms(AlarmFilter(scope), after, AT_ONCE)
            if not page:
                return
            after = page[-1][0]
            # Newest first: what is older than the span ends it.
            yield [
                {
                    "alarm_id": alarm.id,
                    "container_id": alarm.container_id,
                    "cause": alarm.cause.value,
                    "state": alarm.state.value,
                    "raised_at": alarm.raised_at,
                    "acknowledged_at": alarm.acknowledged_at,
                    "resolved_at": alarm.resolved_at,
                    "reason": reason(alarm),
                }
                for _, kept in page
                if _within((alarm := kept.alarm).raised_at, span)
            ]
            if span.start is not None and page[-1][1].alarm.raised_at < span.start:
                return


def _within(at: datetime, span: Span) -> bool:
    return (span.start is None or at >= span.start) and (span.end is None or at < span.end)
