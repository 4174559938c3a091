"""OGC SensorThings API 1.1, the part that reads: ``/sta/v1.1``.

Sets, entities by id, what they lead to, their properties; ``$top``, ``$skip``, ``$count``, ``$orderby``,
``$select``, ``$expand`` and ``$filter``. Answers go on at ``@iot.nextLink``.
"""

import itertools
import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import quote, urlencode

from service_kit.errors import InvalidInput, NotFound
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from waste.application.open_data import OpenData
from waste.domain.access import Scope, scope_of
from waste.entrypoints.http_door import HttpDoor
from waste.entrypoints.odata import Entity, Options, options_of
from waste.entrypoints.sensorthings_model import LINKS, SETS
from waste.entrypoints.sensorthings_sets import TIMES, Sets

BASE = "/sta/v1.1"
METHOD = "/landlinie.waste.v1.ContainerService/ListLevels"
CONFORMANCE = (
    "http://www.opengis.net/spec/iot_sensing/1.1/req/datamodel",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/resource-path/resource-path-to-entities",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data",
)
_SAFE = "/()',~:"
_LEADS_ELSEWHERE = re.compile("Locations|Sensor|ObservedProperty|FeatureOfInterest")
"""Links by which other containers are reached."""
_SEGMENT = re.compile(r"([A-Za-z]+)(?:\((?:'((?:[^']|'')*)'|([A-Za-z0-9._:~-]+))\))?")


def sensorthings_routes(data: OpenData, door: HttpDoor, now: Callable[[], datetime]) -> list[Route]:
    """Return the routes to be mounted on the HTTP port."""

    async def root(request: Request) -> Response:
        await door.admit(request, METHOD)
        base = _base(request)
        value = [{"name": name, "url": f"{base}/{name}"} for name in SETS]
        return _json({"value": value, "serverSettings": {"conformance": list(CONFORMANCE)}})

    async def read(request: Request) -> Response:
        principal = await door.admit(request, METHOD)
        return await run_in_threadpool(_read, request, data, scope_of(principal), now())

    return [
        Route(BASE, root, methods=["GET"]),
        Route(f"{BASE}/{{path:path}}", read, methods=["GET"]),
    ]


def _read(request: Request, data: OpenData, scope: Scope, now: datetime) -> Response:
    options = options_of(list(request.query_params.multi_items()))
    path = request.path_params["path"].strip("/")
    sets = Sets(data, scope, now, _only(path, request.query_params.get("$expand", ""), data, scope))
    return _Reading(sets, _base(request), request).answer(path, options)


def _only(path: str, expand: str, data: OpenData, scope: Scope) -> str | None:
    """The one container that a request can be about; None where it may be several."""
    first, _, rest = path.partition("/")
    if _LEADS_ELSEWHERE.search(rest + expand):
        return None
    name, entity_id = _segment(first, path)
    if entity_id is None:
        return None
    if name == "Things":
        return entity_id
    if name in {"Datastreams", "Observations"}:
        kind, _, of = entity_id.partition("~")
        watching = of.partition("~")[0]
        return watching if kind == "level" else data.container_of(watching, scope)
    return None


class _Reading:
    """One request."""

    def __init__(self, sets: Sets, base: str, request: Request) -> None:
        self._sets = sets
        self._base = base
        self._request = request

    def answer(self, path: str, options: Options) -> Response:
        segments = path.split("/")
        name, entity_id = self._first(segments[0])
        if entity_id is None:
            _end(segments[1:], path)
            return self._list(name, "", "", options)
        rest = segments[1:]
        while True:
            entity = self._sets.one(name, entity_id)
            if entity is None:
                raise _missing(path)
            if not rest:
                return _json(self._told(name, entity, options))
            link, linked_id = _segment(rest[0], path)
            target = LINKS[name].get(link)
            if target is None:
                return _property(entity, rest, path)
            if link != target:
                found = self._sets.linked(name, entity_id, link)
                if not found or linked_id is not None:
                    raise _missing(path)
                name, entity_id, rest = target, str(found[0]["@iot.id"]), rest[1:]
            elif linked_id is not None:
                if target == "Observations" or linked_id not in {
                    each["@iot.id"] for each in self._sets.linked(name, entity_id, link)
                }:
                    raise _missing(path)
                name, entity_id, rest = target, linked_id, rest[1:]
            else:
                _end(rest[1:], path)
                return self._list(target, name, entity_id, options)

    def _first(self, segment: str) -> tuple[str, str | None]:
        name, entity_id = _segment(segment, segment)
        if name not in SETS:
            raise _missing(segment)
        return name, entity_id

    def _list(self, target: str, name: str, entity_id: str, options: Options) -> Response:
        page, more, count = self._page(target, name, entity_id, options)
        body: Entity = {}
        if options.count:
            body["@iot.count"] = count
        if more:
            body["@iot.nextLink"] = self._next(options)
        body["value"] = [self._told(target, each, options) for each in page]
        return _json(body)

    def _page(
        self, target: str, name: str, entity_id: str, options: Options
    ) -> tuple[list[Entity], bool, int]:
        """A page of a set or of what an entity leads to, whether there is more, and how many there are."""
        end = options.skip + options.top
        if target == "Observations":
            by_time = len(options.order) <= 1 and all(order[0] in TIMES for order in options.order)
            one_stream = name == "Datastreams"
            found = self._sets.observations(name, entity_id, options)
            if by_time and (one_stream or not options.order):
                keeps = options.filter.keeps if options.filter else None
                kept = (each for each in found if keeps is None or keeps(each))
                if options.count:
                    everything = list(kept)
                    return everything[options.skip : end], len(everything) > end, len(everything)
                first = list(itertools.islice(kept, end + 1))
                return first[options.skip : end], len(first) > end, 0
            every = options.kept(list(found))
        else:
            every = options.kept(
                self._sets.linked(name, entity_id, target) if name else self._sets.all(target)
            )
        return every[options.skip : end], len(every) > end, len(every)

    def _told(self, name: str, entity: Entity, options: Options) -> Entity:
        """An entity with its links, with what is expanded, and without what was not selected."""
        entity_id = str(entity["@iot.id"])
        here = f"{self._base}/{name}('{quote(entity_id)}')"
        chosen = {"@iot.id" if each == "id" else each for each in options.select}
        unknown = chosen - entity.keys() - LINKS[name].keys() - {"@iot.selfLink"}
        if unknown:
            raise InvalidInput.in_field(
                "$select", f"{name} have no {', '.join(sorted(unknown))}", "QUERY_INVALID"
            )
        told: Entity = {"@iot.id": entity["@iot.id"], "@iot.selfLink": here}
        told |= {key: value for key, value in entity.items() if key != "@iot.id"}
        if chosen:
            told = {key: value for key, value in told.items() if key in chosen}
        expanded = dict(options.expand)
        for link in expanded:
            if link not in LINKS[name]:
                raise InvalidInput.in_field("$expand", f"{name} do not lead to {link!r}", "QUERY_INVALID")
        for link, target in LINKS[name].items():
            if link in expanded:
                told |= self._expanded(name, entity_id, link, target, expanded[link])
            elif not chosen or link in chosen:
                told[f"{link}@iot.navigationLink"] = f"{here}/{link}"
        return told

    def _expanded(self, name: str, entity_id: str, link: str, target: str, options: Options) -> Entity:
        if link != target:
            found = self._sets.linked(name, entity_id, link)
            return {link: self._told(target, found[0], options) if found else None}
        page, more, count = self._page(target, name, entity_id, options)
        told: Entity = {link: [self._told(target, each, options) for each in page]}
        if options.count:
            told[f"{link}@iot.count"] = count
        if more:
            here = f"{self._base}/{name}('{quote(entity_id)}')/{link}"
            told[f"{link}@iot.nextLink"] = f"{here}?{urlencode(options.after_page())}"
        return told

    def _next(self, options: Options) -> str:
        path = self._request.url.path.partition(BASE)[2]
        return f"{self._base}{quote(path, safe=_SAFE)}?{urlencode(options.after_page())}"


def _segment(segment: str, path: str) -> tuple[str, str | None]:
    match = _SEGMENT.fullmatch(segment)
    if match is None:
        raise _missing(path)
    name, quoted, plain = match.groups()
    return name, plain if quoted is None else quoted.replace("''", "'")


def _property(entity: Entity, rest: Sequence[str], path: str) -> Response:
    """One property of an entity, or its bare value."""
    name = rest[0]
    if name.startswith("@") or name not in entity or list(rest[1:]) not in ([], ["$value"]):
        raise _missing(path)
    if len(rest) == 1:
        return _json({name: entity[name]})
    value = entity[name]
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return Response(text, media_type="text/plain; charset=utf-8")


def _end(rest: Sequence[str], path: str) -> None:
    if rest:
        raise _missing(path)


def _missing(path: str) -> NotFound:
    return NotFound("PATH_NOT_FOUND", f"there is nothing at {path[:200]!r}")


def _base(request: Request) -> str:
    return f"{str(request.base_url).rstrip('/')}{BASE}"


def _json(body: Entity) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), media_type="application/json")
