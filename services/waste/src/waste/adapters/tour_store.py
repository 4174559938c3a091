"""Where tours are kept."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from service_kit import outbox
from service_kit.answers import SqlAnswers, transaction, view
from service_kit.once import Overtaken

from waste.adapters.tour_documents import proposal_document, proposal_of, tour_document, tour_of
from waste.adapters.tour_events import event_of
from waste.adapters.tour_tables import proposals, tour_containers, tours, urgent, weighings
from waste.application.ports_tours import TourFilter
from waste.domain.tour import OPEN_STATES, OVER_STATES, StopKind, Tour, TourState
from waste.domain.tour_facts import TourFact
from waste.domain.tour_proposal import PENDING, Proposal, ProposalState
from waste.domain.tour_weights import Weighing

NOT_OUT = [TourState.PROPOSED.value, TourState.REJECTED.value]
"""States in which no driver has been told of a tour."""


class SqlTours(SqlAnswers):
    """One transaction: see ``application.ports_tours.TourWriter``."""

    def __init__(self, connection: sa.Connection, tenant: str) -> None:
        super().__init__(connection)
        self._tenant = tenant

    def tour(self, tour_id: str) -> Tour | None:
        found = self._documents(sa.select(tours.c.document).where(tours.c.tour_id == tour_id))
        return found[0] if found else None

    def tours(self, chosen: TourFilter, after: str, count: int) -> list[Tour]:
        query = sa.select(tours.c.document).where(tours.c.tour_id > after)
        for column, value in (
            (tours.c.depot_id, chosen.depot_id),
            (tours.c.service_date, chosen.service_date),
            (tours.c.truck_id, chosen.truck_id),
        ):
            if value is not None:
                query = query.where(column == value)
        if chosen.states:
            query = query.where(tours.c.state.in_([state.value for state in chosen.states]))
        if chosen.sub_account_ids is not None:
            own = sa.select(tour_containers.c.tour_id).where(
                tour_containers.c.sub_account_id.in_(chosen.sub_account_ids)
            )
            driven = tours.c.truck_id.in_(chosen.truck_ids) & tours.c.state.not_in(NOT_OUT)
            query = query.where(tours.c.tour_id.in_(own) | driven)
        return self._documents(query.order_by(tours.c.tour_id).limit(count))

    def open_tours(self, depot_id: str) -> list[Tour]:
        states = [state.value for state in OPEN_STATES]
        query = sa.select(tours.c.document).where(tours.c.depot_id == depot_id, tours.c.state.in_(states))
        return self._documents(query.order_by(tours.c.tour_id))

    def tours_with(self, container_id: str) -> list[Tour]:
        having = sa.select(tour_containers.c.tour_id).where(tour_containers.c.container_id == container_id)
        states = [state.value for state in OPEN_STATES]
        query = sa.select(tours.c.document).where(tours.c.tour_id.in_(having), tours.c.state.in_(states))
        return self._documents(query.order_by(tours.c.tour_id))

    def add_tour(self, tour: Tour) -> None:
        self._connection.execute(sa.insert(tours).values(tour_id=tour.id, **_columns(tour)))
        self._put_containers(tour)

    def put_tour(self, tour: Tour, *, version: int) -> None:
        changed = self._connection.execute(
            sa.update(tours)
            .where(tours.c.tour_id == tour.id, tours.c.version == version)
            .values(**_columns(tour))
        )
        if changed.rowcount != 1:
            raise Overtaken
        self._put_containers(tour)

    def proposal(self, proposal_id: str) -> Proposal | None:
        row = self._connection.execute(
            sa.select(proposals.c.document, proposals.c.progress_share).where(
                proposals.c.proposal_id == proposal_id
            )
        ).one_or_none()
        if row is None:
            return None
        return replace(proposal_of(row.document), progress_share=row.progress_share)

    def pending_proposals(self) -> list[Proposal]:
        pending = [state.value for state in PENDING]
        query = sa.select(proposals.c.document).where(proposals.c.state.in_(pending))
        return [proposal_of(document) for document in self._connection.execute(query).scalars()]

    def put_proposal(self, proposal: Proposal) -> None:
        self.put(
            proposals,
            {"proposal_id": proposal.id},
            requested_at=proposal.requested_at,
            state=proposal.state.value,
            progress_share=proposal.progress_share,
            worker="",
            worker_until=None,
            document=proposal_document(proposal),
        )

    def take_proposal(self, now: datetime, until: datetime, worker: str) -> Proposal | None:
        lost = (proposals.c.state == ProposalState.RUNNING.value) & (proposals.c.worker_until < now)
        query = (
            sa.select(proposals.c.proposal_id)
            .where((proposals.c.state == ProposalState.WAITING.value) | lost)
            .order_by(proposals.c.requested_at, proposals.c.proposal_id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        proposal_id = self._connection.execute(query).scalar_one_or_none()
        found = self.proposal(proposal_id) if proposal_id is not None else None
        if found is None:
            return None
        begun = found.begun(now)
        self.put_proposal(begun)
        if begun.is_pending:
            self._connection.execute(
                sa.update(proposals)
                .where(proposals.c.proposal_id == begun.id)
                .values(worker=worker, worker_until=until)
            )
        return begun

    def keep_proposal(self, proposal_id: str, worker: str, until: datetime, progress_share: float) -> bool:
        kept = self._connection.execute(
            sa.update(proposals)
            .where(
                proposals.c.proposal_id == proposal_id,
                proposals.c.worker == worker,
                proposals.c.state == ProposalState.RUNNING.value,
            )
            .values(worker_until=until, progress_share=progress_share)
        )
        return kept.rowcount == 1

    def ask_urgent(self, container_id: str, asked_at: datetime, try_after: datetime) -> None:
        self.put(urgent, {"container_id": container_id}, asked_at=asked_at, try_after=try_after)

    def urgent(self, now: datetime, until: datetime) -> tuple[str, datetime] | None:
        due = (
            sa.select(urgent.c.container_id, urgent.c.asked_at)
            .where(urgent.c.try_after <= now)
            .order_by(urgent.c.asked_at, urgent.c.container_id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = self._connection.execute(due).one_or_none()
        if row is None:
            return None
        self._connection.execute(
            sa.update(urgent).where(urgent.c.container_id == row.container_id).values(try_after=until)
        )
        return row.container_id, row.asked_at

    def put_off_urgent(self, container_id: str, asked_at: datetime, try_after: datetime) -> None:
        self._connection.execute(
            sa.update(urgent)
            .where(urgent.c.container_id == container_id, urgent.c.asked_at == asked_at)
            .values(try_after=try_after)
        )

    def hurry_urgent(self, container_ids: Sequence[str] | None, now: datetime) -> None:
        asked = sa.update(urgent).values(asked_at=now, try_after=now)
        if container_ids is not None:
            asked = asked.where(urgent.c.container_id.in_(container_ids))
        self._connection.execute(asked)

    def forget_urgent(self, container_id: str) -> None:
        self._connection.execute(sa.delete(urgent).where(urgent.c.container_id == container_id))

    def weighings(self, fraction: str, count: int) -> list[Weighing]:
        query = sa.select(weighings).where(weighings.c.fraction == fraction)
        rows = self._connection.execute(query.order_by(weighings.c.weighed_at.desc()).limit(count))
        return [Weighing(row.fraction, row.volume_l, row.weight_kg) for row in rows]

    def put_weighings(self, tour_id: str, stop_id: str, at: datetime, told: Sequence[Weighing]) -> None:
        self._connection.execute(
            sa.delete(weighings).where(weighings.c.tour_id == tour_id, weighings.c.stop_id == stop_id)
        )
        for weighing in told:
            self._connection.execute(
                sa.insert(weighings).values(
                    tour_id=tour_id,
                    stop_id=stop_id,
                    fraction=weighing.fraction,
                    weighed_at=at,
                    volume_l=weighing.volume_l,
                    weight_kg=weighing.weight_kg,
                )
            )

    def tell(self, facts: Sequence[TourFact]) -> None:
        outbox.append(self._connection, [event_of(fact, self._tenant) for fact in facts])

    def purge(self, before: datetime) -> int:
        """Delete what is over since an instant: proposals, tours with their containers; how many rows."""
        pending = [state.value for state in PENDING]
        old = sa.select(tours.c.tour_id).where(
            tours.c.service_date < before.date(), tours.c.state.in_([state.value for state in OVER_STATES])
        )
        gone = 0
        for statement in (
            sa.delete(tour_containers).where(tour_containers.c.tour_id.in_(old)),
            sa.delete(tours).where(tours.c.tour_id.in_(old)),
            sa.delete(proposals).where(proposals.c.requested_at < before, proposals.c.state.not_in(pending)),
            sa.delete(weighings).where(weighings.c.weighed_at < before),
        ):
            gone += self._connection.execute(statement).rowcount
        return gone

    def _documents(self, query: sa.Select[tuple[object]]) -> list[Tour]:
        return [tour_of(document) for document in self._connection.execute(query).scalars()]

    def _put_containers(self, tour: Tour) -> None:
        """Containers that are or were on it: whose tour it is does not change with what is taken off."""
        for stop in (*tour.stops, *tour.removed):
            if stop.kind is StopKind.CONTAINER:
                self.insert_new(
                    tour_containers,
                    tour_id=tour.id,
                    container_id=stop.subject_id,
                    sub_account_id=stop.sub_account_id,
                )


class SqlTourStore:
    """See ``application.ports_tours.TourStore``."""

    def __init__(self, engine: sa.Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    @contextmanager
    def reading(self) -> Iterator[SqlTours]:
        with view(self._engine) as connection:
            yield SqlTours(connection, self._tenant)

    @contextmanager
    def writing(self) -> Iterator[SqlTours]:
        with transaction(self._engine) as connection:
            yield SqlTours(connection, self._tenant)


def _columns(tour: Tour) -> dict[str, object]:
    return {
        "depot_id": tour.duty.depot_id,
        "truck_id": tour.duty.truck_id,
        "service_date": tour.service_date,
        "state": tour.state.value,
        "version": tour.version,
        "document": tour_document(tour),
    }
