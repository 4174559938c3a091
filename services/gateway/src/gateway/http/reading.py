"""From an HTTP request to the message a method takes."""

import asyncio
import json
import re
from http import HTTPStatus
from typing import Any, NoReturn

from google.protobuf.message import Message
from service_kit.errors import FieldViolation, InvalidInput
from starlette.requests import ClientDisconnect, Request

from gateway.http.problems import HttpProblem
from gateway.messages.mapping import Faults, mapping_of, unknown_field
from gateway.messages.query import from_query, from_text, put
from gateway.routes.route import IDEMPOTENCY_FIELD, Route, left_for_caller

KEY_HEADER = "idempotency-key"
_KEY = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_JSON = re.compile(r"application/(?:[\w.+-]+\+)?json", re.IGNORECASE)
_MOST_PARAMETERS = 200
# Who is cut off while sending does not hear why: bodies a little too large are read and thrown away.
_SWALLOWED = 8
_MOST_TOLD = 20


class RequestReader:
    """Reads requests within limits.

    Parameters
    ----------
    most_bytes
        Of a body.
    patience_s
        Within which the whole body has to come.
    """

    def __init__(self, most_bytes: int, patience_s: float) -> None:
        self._most_bytes = most_bytes
        self._patience_s = patience_s

    async def message(self, request: Request, route: Route) -> Message:
        """Return the message a request stands for.

        Raises
        ------
        InvalidInput
            With every field at fault.
        HttpProblem
            For a body that is too large, no JSON, or does not come.
        """
        faults: Faults = []
        if route.takes_body:
            given = await self.json_object(request, route.most_bytes)
            names = left_for_caller(route)
            faults += [unknown_field(str(name), names) for name in given if name not in names]
            faults += [unknown_field(name, []) for name in request.query_params]
        else:
            items = request.query_params.multi_items()
            if len(items) > _MOST_PARAMETERS:
                raise InvalidInput(
                    "TOO_MANY_PARAMETERS", f"{len(items)} parameters, more than {_MOST_PARAMETERS}"
                )
            given = from_query(route.request, left_for_caller(route), items, faults)
        if faults:
            refuse(faults)
        self._put_path(request, route, given, faults)
        if route.takes_key:
            given[IDEMPOTENCY_FIELD] = _key(request, faults)
        message = mapping_of(route.request).from_json(given, "", faults)
        if faults:
            refuse(faults)
        return message

    async def json_object(self, request: Request, most_bytes: int | None = None) -> dict[str, Any]:
        """Return the body; an empty one is an object without fields.

        Raises
        ------
        InvalidInput
            ``MALFORMED_JSON`` where it is no JSON object.
        HttpProblem
            Where it is too large, of another type, or does not come.
        """
        body = await self._body(request, most_bytes or self._most_bytes)
        if not body:
            return {}
        media_type = request.headers.get("content-type", "").partition(";")[0].strip()
        if not _JSON.fullmatch(media_type):
            raise HttpProblem(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                "BODY_IS_NO_JSON",
                f"content-type is {media_type[:60]!r}, not 'application/json'",
            )
        try:
            given = json.loads(body, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            told = f"the body is no JSON: {error}" if isinstance(error, ValueError) else "too deep"
            raise InvalidInput("MALFORMED_JSON", told[:200]) from None
        if not isinstance(given, dict):
            raise InvalidInput("MALFORMED_JSON", "the body is JSON, but no object")
        return given

    async def _body(self, request: Request, most_bytes: int) -> bytes:
        declared = request.headers.get("content-length", "")
        if declared.isascii() and declared.isdigit() and int(declared) > _SWALLOWED * most_bytes:
            _refuse_size(most_bytes)
        pieces = bytearray()
        count = 0
        try:
            async with asyncio.timeout(self._patience_s):
                async for piece in request.stream():
                    count += len(piece)
                    if count <= most_bytes:
                        pieces += piece
                    elif count > _SWALLOWED * most_bytes:
                        _refuse_size(most_bytes)
        except TimeoutError:
            raise HttpProblem(
                HTTPStatus.REQUEST_TIMEOUT,
                "BODY_TOO_SLOW",
                f"the body did not come within {self._patience_s:.0f} s",
                Connection="close",
            ) from None
        except ClientDisconnect:
            raise HttpProblem(HTTPStatus.BAD_REQUEST, "BODY_CUT_OFF", "the caller left") from None
        if count > most_bytes:
            _refuse_size(most_bytes)
        return bytes(pieces)

    @staticmethod
    def _put_path(request: Request, route: Route, given: dict[str, Any], faults: Faults) -> None:
        for name, path in route.path_fields.items():
            *objects, last = path.split(".")
            descriptor, there = route.request, given
            for each in objects:
                inner = descriptor.fields_by_name[each].message_type
                if inner is None:
                    raise TypeError(f"{route.path}: {path} leads through a field that is no message")
                descriptor = inner
                found = there.get(each)
                there = found if isinstance(found, dict) else {}
            value = from_text(descriptor.fields_by_name[last], name, request.path_params[name], faults)
            # What stands in both places must be the same; what is sent may be a list, which no set takes.
            if there.get(last) not in (None, "", value):
                told = f"{str(there[last])[:60]!r} is not {value!r} as in the path"
                faults.append(FieldViolation(path, told, "NOT_AS_IN_PATH"))
            put(given, path, value)


def refuse(faults: Faults) -> NoReturn:
    """Raise InvalidInput with the first of these faults."""
    raise InvalidInput.in_fields(faults[:_MOST_TOLD])


def _key(request: Request, faults: Faults) -> str:
    given = request.headers.get(KEY_HEADER)
    if given is None:
        told = "is missing: choose one for each thing to be done, and send it again with every try"
        faults.append(FieldViolation("Idempotency-Key", told, "IDEMPOTENCY_KEY_MISSING"))
        return ""
    # The standard to be writes it as text in quotes.
    key = given[1:-1] if len(given) > 2 and given[0] == given[-1] == '"' else given
    if not _KEY.fullmatch(key):
        told = f"{key[:60]!r} is not 1 to 64 of [A-Za-z0-9._:-]"
        faults.append(FieldViolation("Idempotency-Key", told, "INVALID_ID"))
        return ""
    return key


def _refuse_size(most_bytes: int) -> NoReturn:
    raise HttpProblem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "BODY_TOO_LARGE",
        f"the body has more than {most_bytes} bytes",
        Connection="close",
    )


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
