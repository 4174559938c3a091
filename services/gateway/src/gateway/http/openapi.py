"""The description of all that HTTP offers (OpenAPI 3.1), made of the routes and the protos."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from gateway.http.problems import PROBLEM_SCHEMA
from gateway.messages.descriptions import descriptions
from gateway.messages.query import query_fields
from gateway.messages.schemas import Schema, Schemas
from gateway.routes.examples import EXAMPLES
from gateway.routes.route import Answer, Route, left_for_caller

PROBLEMS = {
    400: "The request is wrong; `violations` names every field at fault.",
    401: "Nobody known calls.",
    403: "The caller is known and may not.",
    404: "There is no such thing, or it belongs to somebody else.",
    405: "The path takes other verbs.",
    408: "The request came too slowly.",
    409: "The state forbids it, or somebody else was quicker.",
    413: "The request is too large.",
    415: "The body is no JSON.",
    429: "A limit is reached; `Retry-After` says for how long.",
    500: "A mistake of ours; quote the request id.",
    501: "This district does not offer it.",
    503: "A part that is needed does not answer now; `Retry-After` says when to ask again.",
    504: "The time for the answer ran out.",
}
"""What may be answered instead of what was asked for, by status."""

_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": (
        "Chosen by the caller, 1 to 64 of [A-Za-z0-9._:-]. Sent again, it brings the first answer again and "
        "changes nothing."
    ),
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._:-]{1,64}$"},
}
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def describe(
    routes: Sequence[Route],
    further_paths: Mapping[str, Schema],
    further_schemas: Mapping[str, Schema],
    version: str,
) -> dict[str, Any]:
    """Return the description as a JSON object.

    Parameters
    ----------
    routes
        What leads to calls of services.
    further_paths, further_schemas
        What the gateway answers itself, and what that refers to.
    version
        Of the installation.
    """
    schemas = Schemas()
    schemas.components |= {"Problem": PROBLEM_SCHEMA, **further_schemas}
    paths: dict[str, Schema] = {}
    tags: dict[str, str] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.verb.lower()] = _operation(route, schemas)
        tags.setdefault(route.tag, descriptions().get(route.method.containing_service.full_name, ""))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Landlinie",
            "version": version,
            "description": (
                "Shared rides, best price and demand-driven collection of a rural district. Names are those "
                "of the gRPC contracts. 64 bit integers are JSON numbers; instants are RFC 3339 text in UTC, "
                "durations seconds with an `s`. Fields of answers that need no presence are always there; "
                "fields of requests may be left out, and unknown ones are refused."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}, {"session": []}],
        "tags": [{"name": name, "description": text} for name, text in tags.items()],
        "paths": paths | dict(further_paths),
        "components": {
            "schemas": dict(sorted(schemas.components.items())),
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An access token or a service key.",
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "landlinie_session",
                    "description": "Of a browser that signed in.",
                },
            },
            "responses": {str(status): _problem(text) for status, text in PROBLEMS.items()},
        },
    }


def problem_answers(*statuses: int) -> dict[str, Schema]:
    """Return references to the problems that may be answered; all of them when none is named."""
    return {str(status): {"$ref": f"#/components/responses/{status}"} for status in statuses or PROBLEMS}


def _problem(text: str) -> Schema:
    return {
        "description": text,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _operation(route: Route, schemas: Schemas) -> Schema:
    words = _WORDS.sub(" ", route.method.name).lower()
    texts = [descriptions().get(each.full_name) for each in (route.request, route.response)]
    made: Schema = {
        "operationId": route.operation,
        "tags": [route.tag],
        "summary": words[0].upper() + words[1:],
        "parameters": [*_path_parameters(route), *_query_parameters(route, schemas)],
        "responses": {str(route.success): _answer(route, schemas), **problem_answers()},
    }
    if described := "\n\n".join(text for text in texts if text):
        made["description"] = described
    if route.takes_key:
        made["parameters"].append(_KEY)
    if route.takes_body:
        made["requestBody"] = _body(route, schemas)
    if route.verb == "GET" and route.answer is Answer.MESSAGE:
        made["parameters"].append({"name": "If-None-Match", "in": "header", "schema": {"type": "string"}})
        made["responses"]["304"] = {"description": "The answer with that ETag still holds."}
    return made


def _path_parameters(route: Route) -> list[Schema]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "minLength": 1},
        }
        for name in route.path_fields
    ]


def _query_parameters(route: Route, schemas: Schemas) -> list[Schema]:
    if route.takes_body:
        return []
    made = []
    for name, field in query_fields(route.request, left_for_caller(route)):
        schema = schemas.read_field(field)
        parameter: Schema = {"name": name, "in": "query", "schema": schema}
        if text := schema.pop("description", None):
            parameter["description"] = text
        made.append(parameter)
    return made


def _body(route: Route, schemas: Schemas) -> Schema:
    names = left_for_caller(route)
    reference = schemas.read(route.request)
    name = reference["$ref"].rpartition("/")[2]
    properties = schemas.components[name]["properties"]
    schemas.components[name]["properties"] = {each: properties[each] for each in names if each in properties}
    content: Schema = {"schema": reference}
    if route.operation in EXAMPLES:
        content["example"] = EXAMPLES[route.operation]
    return {"required": bool(names), "content": {"application/json": content}}


def _answer(route: Route, schemas: Schemas) -> Schema:
    schema = schemas.written(route.response)
    match route.answer:
        case Answer.MESSAGE:
            headers = {"X-Request-Id": {"schema": {"type": "string"}}}
            if route.verb == "GET":
                headers["ETag"] = {"schema": {"type": "string"}}
            return {
                "description": "As asked.",
                "headers": headers,
                "content": {"application/json": {"schema": schema}},
            }
        case Answer.WATCH:
            text = f"Server-sent events; the data of each is a {schema['$ref'].rpartition('/')[2]}."
            return {"description": text, "content": {"text/event-stream": {"schema": {"type": "string"}}}}
        case Answer.RECORDS:
            text = f"One {schema['$ref'].rpartition('/')[2]} a line."
            return {"description": text, "content": {"application/x-ndjson": {"schema": {"type": "string"}}}}
        case Answer.FILE:
            media_type = route.media_type or "application/octet-stream"
            return {
                "description": "The file.",
                "content": {media_type: {"schema": {"type": "string", "format": "binary"}}},
            }
