"""FIWARE's NGSI-LD read API (ETSI GS CIM 009, 5.7) over containers, their sites and models.

What is not offered – queries by value or by place – is refused, not ignored: an answer to another question
than the one asked would be believed.
"""

import json
from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from waste.application.open_data import OpenData
from waste.domain.access import Scope, scope_of
from waste.entrypoints.http_door import HttpDoor
from waste.entrypoints.ngsi_entities import (
    CONTAINER,
    CONTEXT,
    ISLE,
    MODEL,
    TYPES,
    Entity,
    container_entity,
    isle_entity,
    local_id,
    model_entities,
    simplified,
    with_attributes,
)

BASE = "/ngsi-ld/v1"
METHOD = "/landlinie.waste.v1.ContainerService/ListContainerStates"
LARGEST_PAGE, USUAL_PAGE = 1000, 20
MOST_IDS = 100
_CONTEXT_LINK = f'<{CONTEXT[0]}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
_KNOWN = frozenset({"type", "id", "attrs", "limit", "offset", "count", "options", "format", "local"})
_ERRORS = "https://uri.etsi.org/ngsi-ld/errors/"
_JSON, _JSON_LD = "application/json", "application/ld+json"


class _Problem(Exception):  # noqa: N818 - as the standard calls it
    def __init__(self, status: int, kind: str, title: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.kind, self.title, self.detail = status, kind, title, detail

    def answer(self) -> Response:
        body = {"type": _ERRORS + self.kind, "title": self.title, "status": self.status}
        return Response(
            json.dumps(body | {"detail": self.detail}, ensure_ascii=False), self.status, media_type=_JSON
        )


def ngsi_routes(data: OpenData, door: HttpDoor, tenant: str) -> list[Route]:
    """Return the routes to be mounted on the HTTP port."""
    api = _Api(data, door, tenant)
    return [
        Route(f"{BASE}/entities", api.entities, methods=["GET"]),
        Route(f"{BASE}/entities/{{entity_id}}", api.entity, methods=["GET"]),
        Route(f"{BASE}/types", api.types, methods=["GET"]),
    ]


class _Api:
    def __init__(self, data: OpenData, door: HttpDoor, tenant: str) -> None:
        self._data, self._door, self._tenant = data, door, tenant

    async def entities(self, request: Request) -> Response:
        principal = await self._door.admit(request, METHOD)
        try:
            return await run_in_threadpool(self._page, request, scope_of(principal))
        except _Problem as problem:
            return problem.answer()

    async def entity(self, request: Request) -> Response:
        principal = await self._door.admit(request, METHOD)
        try:
            return await run_in_threadpool(self._one, request, scope_of(principal))
        except _Problem as problem:
            return problem.answer()

    async def types(self, request: Request) -> Response:
        await self._door.admit(request, METHOD)
        body: Entity = {
            "id": "urn:ngsi-ld:EntityTypeList:landlinie",
            "type": "EntityTypeList",
            "typeList": [*TYPES],
        }
        try:
            return _told(request, body)
        except _Problem as problem:
            return problem.answer()

    def _one(self, request: Request, scope: Scope) -> Response:
        _check_known(request, frozenset({"attrs", "options", "format", "local"}))
        entity_id = request.path_params["entity_id"]
        found = self._found([entity_id], scope)
        entity = with_attributes(found[0], _list(request, "attrs")) if found else None
        if entity is None:
            raise _Problem(404, "ResourceNotFound", "Entity Not Found", f"there is no entity {entity_id!r}")
        return _told(request, simplified(entity) if _is_simplified(request) else entity)

    def _page(self, request: Request, scope: Scope) -> Response:
        _check_known(request, _KNOWN)
        types, ids, attributes = (_list(request, name) for name in ("type", "id", "attrs"))
        if not types and not ids and not attributes:
            raise _bad("type", "", "one of type, id and attrs is needed")
        limit = _number(request, "limit", USUAL_PAGE, LARGEST_PAGE)
        offset = _number(request, "offset", 0, 10**9)
        if len(ids) > MOST_IDS:
            raise _bad("id", str(len(ids)), f"at most {MOST_IDS} ids")
        wanted = set(types) or set(TYPES)
        if attributes or ids:
            told = self._found(ids, scope) if ids else self._all(wanted, scope)
            kept = [with_attributes(each, attributes) for each in told if each["type"] in wanted]
            entities = [each for each in kept if each is not None]
            count, page = len(entities), entities[offset : offset + limit]
        else:
            refs = self._refs(wanted, scope)
            count, page = len(refs), self._of_refs(refs[offset : offset + limit], scope)
        if _is_simplified(request):
            page = [simplified(each) for each in page]
        answer = _told(request, page)
        if request.query_params.get("count") == "true":
            answer.headers["NGSILD-Results-Count"] = str(count)
        for rel, start in (("next", offset + limit), ("prev", offset - limit)):
            if (rel == "next" and start < count) or (rel == "prev" and offset > 0):
                asked = [(name, value) for name, value in request.query_params.multi_items()]
                query = [(name, value) for name, value in asked if name not in {"offset", "limit"}]
                target = urlencode([*query, ("limit", str(limit)), ("offset", str(max(0, start)))])
                answer.headers.append("Link", f'<{BASE}/entities?{target}>; rel="{rel}"; type="{_JSON}"')
        return answer

    def _refs(self, wanted: set[str], scope: Scope) -> list[tuple[str, str]]:
        """Kind and local id of everything of these types, in the order of types and ids."""
        refs: list[tuple[str, str]] = []
        if CONTAINER in wanted:
            refs += [(CONTAINER, each) for each in self._data.container_ids(scope)]
        if ISLE in wanted:
            refs += [(ISLE, each) for each in self._data.site_ids(scope)]
        if MODEL in wanted:
            refs += [
                (MODEL, str(local_id(self._tenant, MODEL, str(each["id"]))))
                for each in model_entities(self._data.every_container(scope), self._tenant)
            ]
        return refs

    def _of_refs(self, refs: Sequence[tuple[str, str]], scope: Scope) -> list[Entity]:
        def ids(kind: str) -> list[str]:
            return [each for found, each in refs if found == kind]

        entities = [
            container_entity(view, self._tenant) for view in self._data.containers(ids(CONTAINER), scope)
        ]
        entities += [isle_entity(*told, self._tenant) for told in self._data.sites(ids(ISLE), scope)]
        models = set(ids(MODEL))
        if models:
            every = model_entities(self._data.every_container(scope), self._tenant)
            entities += [each for each in every if local_id(self._tenant, MODEL, str(each["id"])) in models]
        return entities

    def _all(self, wanted: set[str], scope: Scope) -> list[Entity]:
        return self._of_refs(self._refs(wanted, scope), scope)

    def _found(self, ids: Sequence[str], scope: Scope) -> list[Entity]:
        refs = [
            (kind, local)
            for entity_id in dict.fromkeys(ids)
            for kind in TYPES
            if (local := local_id(self._tenant, kind, entity_id))
        ]
        return self._of_refs(refs, scope)


def _told(request: Request, body: Entity | list[Entity]) -> Response:
    """The answer in the form asked for: with its context inside, or as a link."""
    accepted = [part.partition(";")[0].strip() for part in request.headers.get("accept", "*/*").split(",")]
    if _JSON_LD in accepted:
        context = list(CONTEXT)
        linked: object = (
            [{**each, "@context": context} for each in body]
            if isinstance(body, list)
            else {**body, "@context": context}
        )
        return Response(json.dumps(linked, ensure_ascii=False), media_type=_JSON_LD)
    if not {"*/*", "application/*", _JSON, ""} & set(accepted):
        raise _Problem(406, "InvalidRequest", "Not Acceptable", f"Accept is {request.headers['accept']!r}")
    answer = Response(json.dumps(body, ensure_ascii=False), media_type=_JSON)
    answer.headers["Link"] = _CONTEXT_LINK
    return answer


def _check_known(request: Request, known: frozenset[str]) -> None:
    for name in request.query_params:
        if name not in known:
            raise _Problem(
                422, "OperationNotSupported", "Operation Not Supported", f"{name} is not supported here"
            )


def _is_simplified(request: Request) -> bool:
    options = {*_list(request, "options"), *_list(request, "format")}
    unknown = options - {"keyValues", "simplified", "normalized"}
    if unknown:
        raise _bad("options", ",".join(sorted(unknown)), "normalized, keyValues or simplified")
    return bool(options & {"keyValues", "simplified"})


def _list(request: Request, name: str) -> list[str]:
    return [each for each in request.query_params.get(name, "").split(",") if each]


def _number(request: Request, name: str, usual: int, most: int) -> int:
    told = request.query_params.get(name)
    if told is None:
        return usual
    if not told.isascii() or not told.isdigit() or len(told) > 9 or int(told) > most:
        raise _bad(name, told[:40], f"a whole number up to {most}")
    return int(told)


def _bad(name: str, value: str, wanted: str) -> _Problem:
    return _Problem(400, "BadRequestData", "Bad Request Data", f"{name} is {value!r}: {wanted}")
