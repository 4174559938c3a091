"""``/v1/sessions`` described."""

from gateway.http.openapi import problem_answers
from gateway.http.signed_in import LARGEST_PAGE, ONE_PATH, PATH, USUAL_PAGE
from gateway.http.signing_in import KINDS
from gateway.messages.schemas import Schema

_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_TIME: Schema = {"type": "string", "format": "date-time"}
_COUNT: Schema = {"type": "integer", "minimum": 0}

SESSION_SCHEMAS: dict[str, Schema] = {
    "BrowserSession": {
        "type": "object",
        "description": "Somebody who is signed in with a browser.",
        "required": [
            "session_id",
            "subject",
            "kind",
            "roles",
            "vehicle_ids",
            "device",
            "browser",
            "system",
            "is_own",
            "expire_time",
        ],
        "properties": {
            "session_id": _TEXT,
            "subject": {
                **_TEXT,
                "description": "A pseudonym; empty where the session is older than this list and its browser "
                "has not come since.",
            },
            "kind": {"type": "string", "enum": list(KINDS), "description": "How it began."},
            "roles": _TEXTS,
            "vehicle_ids": {**_TEXTS, "description": "That a driver drives."},
            "device": {"type": "string", "enum": ["phone", "tablet", "computer", "other"]},
            "browser": {**_TEXT, "description": "Its name, without a version; empty where it does not say."},
            "system": {**_TEXT, "description": "What it runs on; empty where it does not say."},
            "is_own": {"type": "boolean", "description": "Whether this very browser asks."},
            "begin_time": _TIME,
            "seen_time": {**_TIME, "description": "When it last asked for something, to the minute."},
            "expire_time": _TIME,
        },
    },
    "BrowserSessions": {
        "type": "object",
        "required": ["sessions", "next_page_token"],
        "properties": {
            "sessions": {"type": "array", "items": {"$ref": "#/components/schemas/BrowserSession"}},
            "next_page_token": {**_TEXT, "description": "Empty on the last page."},
        },
    },
    "EndedSessions": {
        "type": "object",
        "required": ["ended_count", "link_count"],
        "properties": {
            "ended_count": _COUNT,
            "link_count": {**_COUNT, "description": "Links taken back that nobody had followed yet."},
        },
    },
}

_TAG = "Signing in"
_WHO = (
    "For operators; dispatchers see and end those of drivers and passengers, and their own. An ended session "
    "is turned away from the next request on, and its streams end at once."
)
_CLIENT: Schema = {
    "name": "X-Landlinie-Client",
    "in": "header",
    "description": "Names the program; wanted where a session's cookie is used to change something.",
    "schema": _TEXT,
}


def _json(name: str, text: str) -> Schema:
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {"description": text, "content": {"application/json": {"schema": schema}}}


def _query(name: str, schema: Schema, text: str) -> Schema:
    return {"name": name, "in": "query", "schema": schema, "description": text}


SESSION_PATHS: dict[str, Schema] = {
    PATH: {
        "get": {
            "operationId": "listSessions",
            "tags": [_TAG],
            "summary": "List who is signed in with a browser",
            "description": _WHO,
            "parameters": [
                _query("subject", _TEXT, "Only this person's."),
                _query(
                    "kind",
                    {"type": "array", "items": {"type": "string", "enum": list(KINDS)}},
                    "Only those that began so; all when there is none.",
                ),
                _query(
                    "page_size",
                    {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": USUAL_PAGE},
                    "Sessions in one answer at most.",
                ),
                _query("page_token", _TEXT, "From the page before."),
            ],
            "responses": {"200": _json("BrowserSessions", "By subject."), **problem_answers()},
        },
        "delete": {
            "operationId": "endSessions",
            "tags": [_TAG],
            "summary": "Sign somebody out everywhere",
            "description": f"{_WHO} Links for the same person that nobody followed yet are taken back.",
            "parameters": [
                {**_query("subject", _TEXT, "Whose."), "required": True},
                _CLIENT,
            ],
            "responses": {"200": _json("EndedSessions", "What was ended."), **problem_answers()},
        },
    },
    ONE_PATH: {
        "delete": {
            "operationId": "endOneSession",
            "tags": [_TAG],
            "summary": "Sign somebody out on one device",
            "description": _WHO,
            "parameters": [
                {"name": "session_id", "in": "path", "required": True, "schema": {**_TEXT, "minLength": 1}},
                _CLIENT,
            ],
            "responses": {"204": {"description": "Ended."}, **problem_answers()},
        }
    },
}
