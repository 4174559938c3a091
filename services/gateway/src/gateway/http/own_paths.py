"""What the gateway answers itself, described: sessions, status, live updates, open data, health."""

from gateway.http.driver_links import LONGEST_SESSION_HOURS, USUAL_SESSION_HOURS
from gateway.http.openapi import problem_answers
from gateway.live.facts import BY_KIND
from gateway.messages.schemas import Schema

_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_TIME: Schema = {"type": "string", "format": "date-time"}

SCHEMAS: dict[str, Schema] = {
    "Session": {
        "type": "object",
        "description": "Who calls, and what they may see.",
        "required": [
            "subject",
            "client_id",
            "kind",
            "roles",
            "vehicle_ids",
            "sub_account_ids",
            "district_id",
            "district_name",
            "time_zone",
            "languages",
            "demo",
        ],
        "properties": {
            "subject": {**_TEXT, "description": "The caller's pseudonym."},
            "client_id": {**_TEXT, "description": "The program that calls."},
            "kind": {"type": "string", "enum": ["token", "code", "guest"], "description": "How it began."},
            "roles": _TEXTS,
            "vehicle_ids": {**_TEXTS, "description": "That a driver drives."},
            "sub_account_ids": {**_TEXTS, "description": "Whose containers the caller works with."},
            "district_id": _TEXT,
            "district_name": _TEXT,
            "time_zone": {**_TEXT, "description": "IANA name of the district's."},
            "languages": {**_TEXTS, "description": "That pages are there in."},
            "demo": {"type": "boolean", "description": "Whether what happens here is made up."},
            "expire_time": {**_TIME, "description": "When to sign in again."},
        },
    },
    "SessionInput": {
        "type": "object",
        "description": "One of the three.",
        "properties": {
            "token": {**_TEXT, "minLength": 1, "description": "An access token or a service key."},
            "code": {**_TEXT, "minLength": 1, "description": "From a sign-in link; good once."},
            "guest": {"const": True, "description": "A passenger without an account, with own rides only."},
        },
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
    },
    "DriverLink": {
        "type": "object",
        "description": "Lets a phone drive one vehicle; good once.",
        "required": ["vehicle_id", "path", "expire_time", "session_hours"],
        "properties": {
            "vehicle_id": _TEXT,
            "path": {**_TEXT, "description": "To be opened behind the console's address; it has the code."},
            "expire_time": {**_TIME, "description": "Until then the link is good."},
            "session_hours": {"type": "integer", "description": "For so long the phone stays signed in."},
        },
    },
    "DriverLinkInput": {
        "type": "object",
        "required": ["vehicle_id"],
        "properties": {
            "vehicle_id": {**_TEXT, "minLength": 1, "maxLength": 64, "description": "Of rides, or a truck."},
            "session_hours": {
                "type": "integer",
                "minimum": 1,
                "maximum": LONGEST_SESSION_HOURS,
                "default": USUAL_SESSION_HOURS,
                "description": "For how long the phone stays signed in.",
            },
        },
        "additionalProperties": False,
    },
    "Status": {
        "type": "object",
        "required": ["services"],
        "properties": {
            "services": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["name", "answers", "since"],
                    "properties": {
                        "name": _TEXT,
                        "answers": {"type": "boolean"},
                        "since": {**_TIME, "description": "For so long it has been like that."},
                    },
                },
            }
        },
    },
}

_TAG_SESSION = "Signing in"
_TAG_LIVE = "Live updates"
_TAG_OPEN = "Open data"
_TAG_STATE = "State"
_CLIENT: Schema = {
    "name": "X-Landlinie-Client",
    "in": "header",
    "description": "Names the program; wanted where a session's cookie is used to change something.",
    "schema": _TEXT,
}


def _json(name: str, text: str) -> Schema:
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {"description": text, "content": {"application/json": {"schema": schema}}}


def _plain(text: str) -> Schema:
    return {"description": text, "content": {"text/plain": {"schema": _TEXT}}}


def _query(name: str, schema: Schema, text: str) -> Schema:
    return {"name": name, "in": "query", "schema": schema, "description": text}


PATHS: dict[str, Schema] = {
    "/v1/session": {
        "get": {
            "operationId": "getSession",
            "tags": [_TAG_SESSION],
            "summary": "Who am I",
            "responses": {"200": _json("Session", "Who calls."), **problem_answers()},
        },
        "post": {
            "operationId": "beginSession",
            "tags": [_TAG_SESSION],
            "summary": "Sign in with a browser",
            "description": "Sets a cookie that scripts cannot read and other sites' pages cannot use.",
            "security": [],
            "parameters": [_CLIENT],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/SessionInput"}}},
            },
            "responses": {"201": _json("Session", "Signed in."), **problem_answers()},
        },
        "delete": {
            "operationId": "endSession",
            "tags": [_TAG_SESSION],
            "summary": "Sign out",
            "security": [],
            "parameters": [_CLIENT],
            "responses": {"204": {"description": "Signed out."}, **problem_answers()},
        },
    },
    "/v1/driver-links": {
        "post": {
            "operationId": "makeDriverLink",
            "tags": [_TAG_SESSION],
            "summary": "Make a link for a driver",
            "description": (
                "For dispatchers and operators; links for trucks are the operators' to give, once a truck "
                "has a tour. Whoever opens the link is the driver of that one vehicle."
            ),
            "parameters": [_CLIENT],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/DriverLinkInput"}}},
            },
            "responses": {"201": _json("DriverLink", "To be handed on."), **problem_answers()},
        }
    },
    "/v1/events": {
        "get": {
            "operationId": "followEvents",
            "tags": [_TAG_LIVE],
            "summary": "Follow what changes",
            "description": (
                "Server-sent events: each has the name of a kind below, an id, and as data a JSON "
                "object with `type`, `time` and `fact`, the message of that kind. `heartbeat` carries "
                "an id only. After an interruption, `Last-Event-ID` brings everything since, once and "
                "in order; `resync` says that this is not possible any more, and that everything is "
                "to be asked anew. `problem` is the last event of a stream that cannot go on. "
                "Dispatchers and operators see their district, drivers their vehicles, depots their "
                "sub-accounts; passengers and app backends follow the rides and bookings they name."
            ),
            "parameters": [
                _query(
                    "kind",
                    {"type": "array", "items": {"type": "string", "enum": sorted(BY_KIND)}, "maxItems": 50},
                    "Only these; all when there is none.",
                ),
                _query("ride_id", {**_TEXTS, "maxItems": 50}, "Own rides to follow."),
                _query("booking_id", {**_TEXTS, "maxItems": 50}, "Own bookings to follow."),
                _query("after", _TEXT, "As `Last-Event-ID`; `oldest` for everything that is kept."),
                {"name": "Last-Event-ID", "in": "header", "schema": _TEXT},
            ],
            "responses": {
                "200": {
                    "description": "Until either side leaves.",
                    "content": {"text/event-stream": {"schema": _TEXT}},
                },
                **problem_answers(),
            },
        }
    },
    "/v1/status": {
        "get": {
            "operationId": "getStatus",
            "tags": [_TAG_STATE],
            "summary": "Which services answer",
            "security": [],
            "responses": {"200": _json("Status", "As of seconds ago."), **problem_answers(429, 500)},
        }
    },
    "/healthz": {
        "get": {
            "operationId": "isAlive",
            "tags": [_TAG_STATE],
            "summary": "Whether the process lives",
            "security": [],
            "responses": {"200": _plain("It does."), **problem_answers(429, 500)},
        }
    },
    "/readyz": {
        "get": {
            "operationId": "isReady",
            "tags": [_TAG_STATE],
            "summary": "Whether requests should come",
            "security": [],
            "responses": {
                "200": _plain("They should."),
                "503": _plain("Why not."),
                **problem_answers(429, 500),
            },
        }
    },
    "/open": {
        "get": {
            "operationId": "listOpenData",
            "tags": [_TAG_OPEN],
            "summary": "List what everybody may have",
            "security": [],
            "responses": {
                "200": {
                    "description": "With the address of each.",
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["documents"],
                                "properties": {
                                    "documents": {
                                        "type": "array",
                                        "items": {
                                            "type": "object",
                                            "required": ["url", "name", "media_type"],
                                            "properties": {"url": _TEXT, "name": _TEXT, "media_type": _TEXT},
                                        },
                                    }
                                },
                            }
                        }
                    },
                },
                **problem_answers(),
            },
        }
    },
    "/open/yards": {
        "get": {
            "operationId": "listPublicYards",
            "tags": [_TAG_OPEN],
            "summary": "List recycling yards",
            "security": [],
            "responses": {
                "200": {
                    "description": "Those that are public.",
                    "content": {"application/json": {"schema": {"type": "object"}}},
                },
                **problem_answers(),
            },
        }
    },
    "/open/yards/{yard_id}": {
        "get": {
            "operationId": "getPublicYard",
            "tags": [_TAG_OPEN],
            "summary": "See how full a recycling yard is",
            "security": [],
            "parameters": [
                {"name": "yard_id", "in": "path", "required": True, "schema": {**_TEXT, "minLength": 1}}
            ],
            "responses": {
                "200": {
                    "description": "Now, and in the next hours.",
                    "content": {"application/json": {"schema": {"type": "object"}}},
                },
                **problem_answers(),
            },
        }
    },
    "/open/{name}": {
        "get": {
            "operationId": "getOpenData",
            "tags": [_TAG_OPEN],
            "summary": "Download what everybody may have",
            "description": "Names as listed; they may have slashes.",
            "security": [],
            "parameters": [
                {"name": "name", "in": "path", "required": True, "schema": {**_TEXT, "minLength": 1}}
            ],
            "responses": {
                "200": {"description": "The document.", "content": {"*/*": {"schema": {}}}},
                "304": {"description": "The copy with that ETag still holds."},
                **problem_answers(),
            },
        }
    },
}
