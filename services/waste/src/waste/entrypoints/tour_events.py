"""What happens elsewhere, for tours: containers that turn red; and what tours tell of containers."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa
from landlinie.waste.events.v1 import container_events_pb2, tour_events_pb2
from landlinie.waste.v1 import level_pb2
from service_kit.event_payload import unpack
from service_kit.events import Event

from waste import messages
from waste.application.ports_tours import TourWriter
from waste.application.tour_red import RedContainers

CONTAINER_TOPIC = "landlinie.waste.container.v1"
TOUR_TOPIC = "landlinie.waste.tour.v1"
RED_GROUP = "waste-tours-red"
RED_TOPICS = [CONTAINER_TOPIC, TOUR_TOPIC]
LIFTS_GROUP = "waste-tours-lifts"


class Lifts(Protocol):
    """Where emptyings are noted."""

    def emptied(
        self, container_id: str, at: datetime, *, after_share: float, weight_kg: float, tour_id: str
    ) -> None:
        """Note one; told again it changes nothing."""
        ...

    def not_emptied(self, container_id: str, at: datetime, *, tour_id: str) -> None:
        """Forget one that was noted by mistake; told again it changes nothing."""
        ...


class RedEvents:
    """Hears of containers that turned red, and of what matters to those that are."""

    def __init__(self, red: RedContainers, writer_on: Callable[[sa.Connection], TourWriter]) -> None:
        self._red = red
        self._writer_on = writer_on

    def take(self, connection: sa.Connection, event: Event) -> None:
        """Take one event; those that tell nothing of red containers pass by."""
        writer, name = self._writer_on(connection), event.type
        if name == container_events_pb2.AmpelChanged.DESCRIPTOR.full_name:
            state = unpack(event, container_events_pb2.AmpelChanged).state
            if state.ampel == level_pb2.AMPEL_RED:
                self._red.ask(writer, state.container_id)
            elif state.ampel != level_pb2.AMPEL_UNKNOWN:
                # A sensor that fell silent makes no container less full.
                self._red.forget(writer, state.container_id)
        elif name == container_events_pb2.ContainerRemoved.DESCRIPTOR.full_name:
            self._red.forget(writer, unpack(event, container_events_pb2.ContainerRemoved).container_id)
        elif name == tour_events_pb2.TourApproved.DESCRIPTOR.full_name:
            self._red.ask_again(writer)
        elif name == tour_events_pb2.TourCancelled.DESCRIPTOR.full_name:
            left = unpack(event, tour_events_pb2.TourCancelled).open_container_ids
            self._red.ask_again(writer, list(left))


class LiftEvents:
    """Has what drivers emptied noted as lifts: their levels begin anew."""

    def __init__(self, lifts: Lifts) -> None:
        self._lifts = lifts

    def take(self, connection: sa.Connection, event: Event) -> None:
        """Take one event; others than an emptying, or that it was none, pass by."""
        del connection
        emptied, retracted = tour_events_pb2.TourStopEmptied, tour_events_pb2.TourStopEmptyingRetracted
        if event.type == emptied.DESCRIPTOR.full_name:
            told = unpack(event, emptied)
            self._lifts.emptied(
                told.container_id,
                messages.instant(told.event_time),
                after_share=told.level_after_share,
                weight_kg=0.0,
                tour_id=told.tour_id,
            )
        elif event.type == retracted.DESCRIPTOR.full_name:
            wrong = unpack(event, retracted)
            at = messages.instant(wrong.emptied_time)
            self._lifts.not_emptied(wrong.container_id, at, tour_id=wrong.tour_id)
