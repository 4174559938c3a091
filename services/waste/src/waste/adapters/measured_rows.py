"""What was measured, and what is known of containers now, as rows."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from pydantic import TypeAdapter
from service_kit.answers import SqlAnswers
from service_kit.once import Overtaken

from waste.adapters.container_tables import containers, levels, lifts, readings, states
from waste.adapters.registered_rows import chosen_rows
from waste.application.ports_containers import Chosen, Span
from waste.domain.access import Scope
from waste.domain.ampel import Ampel
from waste.domain.container_state import ContainerState
from waste.domain.containers import Container, Device
from waste.domain.measured import Level, Lift
from waste.domain.readings import Measurement, Reading

AT_ONCE = 500
"""Keys in one statement; databases bound its parameters."""

_MEASUREMENT = TypeAdapter(Measurement)
_LIFT = TypeAdapter(Lift)
_STATE = TypeAdapter(ContainerState)


class MeasuredRows(SqlAnswers):
    """See ``application.ports_containers.ContainerWriter``."""

    def readings(self, device_id: str, scope: Scope, span: Span, count: int) -> list[Reading]:
        query = sa.select(readings).where(
            readings.c.device_id == device_id,
            *chosen_rows(readings, Chosen(scope)),
            *_within(readings.c.at, span),
        )
        rows = self._connection.execute(query.order_by(readings.c.at).limit(count))
        return [
            Reading(row.device_id, row.at, row.received_at, _MEASUREMENT.validate_json(row.measurement))
            for row in rows
        ]

    def add_readings(self, told: Sequence[tuple[Device, Reading]]) -> list[tuple[Device, Reading]]:
        new: dict[tuple[str, datetime], tuple[Device, Reading]] = {}
        for device, reading in told:
            new.setdefault((device.id, reading.at), (device, reading))
        for key in self._known(list(new)):
            del new[key]
        if new:
            rows = [
                {
                    "device_id": device.id,
                    "at": reading.at,
                    "sub_account_id": device.sub_account_id,
                    "received_at": reading.received_at,
                    "measurement": _MEASUREMENT.dump_json(reading.measurement, exclude_none=True),
                }
                for device, reading in new.values()
            ]
            self._connection.execute(self.insert(readings).on_conflict_do_nothing(), rows)
        return list(new.values())

    def levels(self, container_id: str, span: Span, count: int, *, newest: bool = False) -> list[Level]:
        query = sa.select(levels.c.at, levels.c.level_share).where(
            levels.c.container_id == container_id, *_within(levels.c.at, span)
        )
        order = levels.c.at.desc() if newest else levels.c.at
        found = [
            Level(at, share) for at, share in self._connection.execute(query.order_by(order).limit(count))
        ]
        return found[::-1] if newest else found

    def add_levels(self, told: Sequence[tuple[str, str, Level]]) -> None:
        if not told:
            return
        rows = [
            {
                "container_id": container_id,
                "at": level.at,
                "device_id": device_id,
                "level_share": level.level_share,
            }
            for container_id, device_id, level in told
        ]
        self._connection.execute(self.insert(levels).on_conflict_do_nothing(), rows)

    def lifts(self, chosen: Chosen, span: Span, after: int, count: int) -> list[tuple[int, Lift]]:
        query = sa.select(lifts.c.number, lifts.c.document).where(
            lifts.c.number > after, *chosen_rows(lifts, chosen), *_within(lifts.c.at, span)
        )
        rows = self._connection.execute(query.order_by(lifts.c.number).limit(count))
        return [(row.number, _LIFT.validate_json(row.document)) for row in rows]

    def full_times(self, chosen: Chosen, span: Span, share: float) -> list[tuple[str, datetime]]:
        query = (
            sa.select(levels.c.container_id, levels.c.at)
            .join(containers, containers.c.id == levels.c.container_id)
            .where(levels.c.level_share >= share, *_within(levels.c.at, span))
            .where(*chosen_rows(containers, chosen))
        )
        return [(row.container_id, row.at) for row in self._connection.execute(query)]

    def lifts_of(self, container_id: str, span: Span) -> list[Lift]:
        query = sa.select(lifts.c.document).where(
            lifts.c.container_id == container_id, *_within(lifts.c.at, span)
        )
        documents = self._connection.execute(query.order_by(lifts.c.at, lifts.c.number)).scalars()
        return [_LIFT.validate_json(document) for document in documents]

    def forget_levels(self, container_id: str) -> None:
        self._connection.execute(sa.delete(levels).where(levels.c.container_id == container_id))

    def lifted_for_another(self, container_id: str, sub_account_id: str) -> bool:
        query = sa.select(lifts.c.number).where(
            lifts.c.container_id == container_id, lifts.c.sub_account_id != sub_account_id
        )
        return self._connection.execute(query.limit(1)).first() is not None

    def measured_for_another(self, device_id: str, sub_account_id: str) -> bool:
        query = sa.select(readings.c.device_id).where(
            readings.c.device_id == device_id, readings.c.sub_account_id != sub_account_id
        )
        return self._connection.execute(query.limit(1)).first() is not None

    def put_lift(self, container: Container, lift: Lift) -> None:
        self.put(
            lifts,
            {"container_id": lift.container_id, "at": lift.at, "source": lift.source.value},
            sub_account_id=container.sub_account_id,
            depot_id=container.depot_id,
            fraction=container.fraction.value,
            document=_LIFT.dump_json(lift),
        )

    def remove_lift(self, lift: Lift) -> None:
        self._connection.execute(
            sa.delete(lifts).where(
                lifts.c.container_id == lift.container_id,
                lifts.c.at == lift.at,
                lifts.c.source == lift.source.value,
            )
        )

    def state(self, container_id: str, scope: Scope) -> ContainerState | None:
        query = sa.select(states.c.document).where(
            states.c.container_id == container_id, *chosen_rows(states, Chosen(scope))
        )
        document = self._connection.execute(query).scalar_one_or_none()
        return None if document is None else _STATE.validate_json(document)

    def states(self, chosen: Chosen, after: str, count: int) -> list[ContainerState]:
        query = sa.select(states.c.document).where(
            states.c.container_id > after, *chosen_rows(states, chosen)
        )
        documents = self._connection.execute(query.order_by(states.c.container_id).limit(count)).scalars()
        return [_STATE.validate_json(document) for document in documents]

    def state_versions(self, chosen: Chosen) -> dict[str, int]:
        query = sa.select(states.c.container_id, states.c.version).where(*chosen_rows(states, chosen))
        return {row.container_id: row.version for row in self._connection.execute(query)}

    def due(self, now: datetime, count: int) -> list[str]:
        query = sa.select(states.c.container_id).where(states.c.judge_at <= now)
        return list(self._connection.execute(query.order_by(states.c.judge_at).limit(count)).scalars())

    def due_count(self, now: datetime) -> int:
        query = sa.select(sa.func.count()).select_from(states).where(states.c.judge_at <= now)
        return self._connection.execute(query).scalar_one()

    def ampel_counts(self) -> Mapping[Ampel, int]:
        query = sa.select(states.c.ampel, sa.func.count()).group_by(states.c.ampel)
        return {Ampel(ampel): count for ampel, count in self._connection.execute(query)}

    def asked_count(self, container_id: str) -> int:
        query = sa.select(states.c.asked_count).where(states.c.container_id == container_id)
        return self._connection.execute(query).scalar_one_or_none() or 0

    def put_state(self, state: ContainerState, judge_at: datetime, asked_count: int) -> None:
        values: dict[str, object] = {
            "sub_account_id": state.sub_account_id,
            "depot_id": state.depot_id,
            "fraction": state.fraction.value,
            "ampel": state.ampel.value,
            "version": state.version,
            "document": _STATE.dump_json(state),
        }
        if state.version == 1:
            fresh = self.insert_new(
                states, container_id=state.container_id, judge_at=judge_at, asked_count=asked_count, **values
            )
            if not fresh:
                raise Overtaken
            return
        unasked = states.c.asked_count == asked_count
        changed = self._connection.execute(
            sa.update(states)
            .where(states.c.container_id == state.container_id, states.c.version == state.version - 1)
            .values(judge_at=sa.case((unasked, judge_at), else_=states.c.judge_at), **values)
        )
        if changed.rowcount != 1:
            raise Overtaken

    def remove_state(self, container_id: str) -> None:
        self._connection.execute(sa.delete(states).where(states.c.container_id == container_id))

    def judge_by(self, container_ids: Collection[str], instant: datetime) -> None:
        if not container_ids:
            return
        due = sa.bindparam("due", type_=states.c.judge_at.type)
        earlier = sa.case((states.c.judge_at < due, states.c.judge_at), else_=due)
        asked = sa.update(states).where(states.c.container_id == sa.bindparam("its"))
        # In order, so that two transactions never wait for each other's rows.
        self._connection.execute(
            asked.values(judge_at=earlier, asked_count=states.c.asked_count + 1),
            [{"its": container_id, "due": instant} for container_id in sorted(container_ids)],
        )

    def postpone(self, container_id: str, instant: datetime) -> None:
        self._connection.execute(
            sa.update(states).where(states.c.container_id == container_id).values(judge_at=instant)
        )

    def purge_measured(self, before: datetime) -> int:
        """Delete what was measured before an instant; lifts stay."""
        gone = self._connection.execute(sa.delete(readings).where(readings.c.received_at < before)).rowcount
        return gone + self._connection.execute(sa.delete(levels).where(levels.c.at < before)).rowcount

    def _known(self, keys: Sequence[tuple[str, datetime]]) -> list[tuple[str, datetime]]:
        """Those of the keys that readings have already."""
        found: list[tuple[str, datetime]] = []
        both = sa.tuple_(readings.c.device_id, readings.c.at)
        for begin in range(0, len(keys), AT_ONCE):
            query = sa.select(readings.c.device_id, readings.c.at).where(
                both.in_(keys[begin : begin + AT_ONCE])
            )
            found += [(row.device_id, row.at) for row in self._connection.execute(query)]
        return found


def _within(column: sa.Column[datetime], span: Span) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if span.start is not None:
        found.append(column >= span.start)
    if span.end is not None:
        found.append(column < span.end)
    return found
