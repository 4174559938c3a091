"""What is in each set of SensorThings, for one scope: the whole set, or what one entity leads to."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from service_kit.errors import InvalidInput

from waste.application.open_data import ContainerView, OpenData
from waste.application.ports_containers import Span
from waste.domain.access import Scope
from waste.entrypoints.odata import Entity, Options
from waste.entrypoints.sensorthings_model import (
    OBSERVED,
    Stream,
    datastream,
    feature,
    location,
    observation,
    observation_at,
    observed_property,
    sensor,
    streams_of,
    thing,
)

MOST_SCANNED = 50_000
"""So many observations are looked through for one answer; a filter by phenomenonTime narrows them."""
AT_ONCE = 1000
TIMES = ("phenomenonTime", "resultTime")
_STEP = timedelta(microseconds=1)
_BACK = tuple(timedelta(days=days) for days in (1, 7, 30, 120, 400, 4000))


@dataclass
class Sets:
    """The entities of a scope, read once for one request.

    Parameters
    ----------
    now
        Observations are looked for backwards from here.
    only
        The one container that the request can be about; None for all.
    """

    data: OpenData
    scope: Scope
    now: datetime
    only: str | None = None
    scanned: int = field(default=0, init=False)

    @cached_property
    def views(self) -> Mapping[str, ContainerView]:
        """Containers by id."""
        ids = self.data.container_ids(self.scope) if self.only is None else [self.only]
        found = self.data.containers(ids, self.scope)
        return {view.container.id: view for view in found}

    @cached_property
    def streams(self) -> Mapping[str, Stream]:
        """Datastreams by id."""
        return {stream.id: stream for view in self.views.values() for stream in streams_of(view)}

    def all(self, name: str) -> list[Entity]:
        """A whole set, without Observations, by id."""
        reading: dict[str, Callable[[], list[Entity]]] = {
            "Things": lambda: [thing(view) for view in self.views.values()],
            "Locations": lambda: [location(view.site) for view in self._at_sites().values() if view.site],
            "FeaturesOfInterest": lambda: [
                feature(view.site) for view in self._at_sites().values() if view.site
            ],
            "Datastreams": lambda: [datastream(stream) for stream in self.streams.values()],
            "Sensors": lambda: [sensor(device) for view in self.views.values() for device in view.devices],
            "ObservedProperties": lambda: [observed_property(each) for each in OBSERVED.values()],
        }
        return reading[name]()

    def one(self, name: str, entity_id: str) -> Entity | None:
        """The entity of this id."""
        if name == "Observations":
            return self._observation(entity_id)
        return next((each for each in self.all(name) if each["@iot.id"] == entity_id), None)

    def linked(self, name: str, entity_id: str, link: str) -> list[Entity]:
        """What an entity leads to, without Observations; one entity where the link is in the singular."""
        leading: dict[str, Callable[[], list[Entity]]] = {
            "Things": lambda: self._of_thing(self.views.get(entity_id), link),
            "Locations": lambda: [
                thing(view) for view in self.views.values() if view.container.site_id == entity_id
            ],
            "Datastreams": lambda: self._of_stream(self.streams.get(entity_id), link),
            "Sensors": lambda: self._streams_where(lambda stream: stream.device.id == entity_id),
            "ObservedProperties": lambda: self._streams_where(lambda stream: stream.observed.id == entity_id),
            "Observations": lambda: self._of_observation(entity_id, link),
        }
        return leading[name]()

    def observations(self, name: str, entity_id: str, options: Options) -> Iterator[Entity]:
        """Observations of a Datastream, of a FeatureOfInterest, or all: stream after stream, each by time.

        Raises
        ------
        InvalidInput
            ``QUERY_TOO_WIDE``, where too many would have to be looked through.
        """
        newest_first = bool(options.order) and options.order[0] in {(time, True) for time in TIMES}
        for stream in self._streams_of(name, entity_id):
            for each in self._of_time(stream, options, newest_first=newest_first):
                self.scanned += 1
                if self.scanned > MOST_SCANNED:
                    raise InvalidInput.in_field(
                        "$filter",
                        f"more than {MOST_SCANNED} observations; narrow phenomenonTime",
                        "QUERY_TOO_WIDE",
                    )
                yield each

    def _streams_of(self, name: str, entity_id: str) -> list[Stream]:
        if name == "Datastreams":
            return [self.streams[entity_id]] if entity_id in self.streams else []
        if name == "FeaturesOfInterest":
            return [each for each in self.streams.values() if each.container.site_id == entity_id]
        return list(self.streams.values())

    def _of_time(self, stream: Stream, options: Options, *, newest_first: bool) -> Iterator[Entity]:
        told = options.filter
        since = [told.since[time] for time in TIMES if told and time in told.since]
        until = [told.until[time] for time in TIMES if told and time in told.until]
        begin = max(since, default=None)
        end = min(until) + _STEP if until else None
        if not newest_first:
            yield from self._forwards(stream, Span(begin, end))
            return
        # Backwards, in spans that grow: who asks for the newest gets it without the whole past being read.
        upper = end or self.now + timedelta(days=1)
        for back in _BACK:
            lower = max(upper - back, begin) if begin else upper - back
            yield from reversed(list(self._forwards(stream, Span(lower, upper))))
            if begin is not None and lower <= begin:
                return
            upper = lower

    def _forwards(self, stream: Stream, span: Span) -> Iterator[Entity]:
        begin = span.start
        while True:
            page = self._page(stream, Span(begin, span.end))
            for at, value in page:
                if value is not None:
                    yield observation(stream, at, value)
            if len(page) < AT_ONCE:
                return
            begin = page[-1][0] + _STEP

    def _page(self, stream: Stream, span: Span) -> list[tuple[datetime, float | None]]:
        measured = stream.observed.measured
        if not measured:
            levels = self.data.levels(stream.container.id, self.scope, span, AT_ONCE)
            return [(level.at, level.level_share) for level in levels]
        readings = self.data.readings(stream.device.id, self.scope, span, AT_ONCE)
        return [(reading.at, getattr(reading.measurement, measured)) for reading in readings]

    def _observation(self, entity_id: str) -> Entity | None:
        told = observation_at(entity_id)
        stream = self.streams.get(told[0]) if told else None
        if told is None or stream is None:
            return None
        return next(self._forwards(stream, Span(told[1], told[1] + _STEP)), None)

    def _streams_where(self, keeps: Callable[[Stream], bool]) -> list[Entity]:
        return [datastream(stream) for stream in self.streams.values() if keeps(stream)]

    def _of_thing(self, view: ContainerView | None, link: str) -> list[Entity]:
        if view is None:
            return []
        if link == "Locations":
            return [location(view.site)] if view.site else []
        return [datastream(stream) for stream in streams_of(view)]

    def _of_observation(self, entity_id: str, link: str) -> list[Entity]:
        told = observation_at(entity_id)
        stream = self.streams.get(told[0]) if told else None
        if stream is None:
            return []
        if link == "Datastream":
            return [datastream(stream)]
        site = self.views[stream.container.id].site
        return [feature(site)] if site else []

    def _of_stream(self, stream: Stream | None, link: str) -> list[Entity]:
        if stream is None:
            return []
        return {
            "Thing": lambda: [thing(self.views[stream.container.id])],
            "Sensor": lambda: [sensor(stream.device)],
            "ObservedProperty": lambda: [observed_property(stream.observed)],
        }[link]()

    def _at_sites(self) -> dict[str, ContainerView]:
        """One container of every site."""
        return {view.container.site_id: view for view in reversed(list(self.views.values()))}
