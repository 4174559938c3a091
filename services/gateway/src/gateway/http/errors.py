"""What goes wrong within a request, answered as a problem."""

from http import HTTPStatus

import structlog
from service_kit.errors import ServiceError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.http.backends import CallFailed
from gateway.http.problems import DOMAIN, HttpProblem, problem_response

_log = structlog.get_logger(__name__)

_FRAMEWORK = {
    HTTPStatus.NOT_FOUND: ("NO_SUCH_PATH", "nothing is offered at this path"),
    HTTPStatus.METHOD_NOT_ALLOWED: ("VERB_NOT_OFFERED", "the path takes other verbs"),
}


class AnswersErrors:
    """Calls an application, and answers what it raises."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noticed(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            scope["landlinie.place"].enter()
            await self._app(scope, receive, noticed)
        except Exception as raised:
            domain, error = _told(raised, scope)
            scope["landlinie.reason"] = error.reason
            if begun:
                # Half of the answer is out: only a broken connection tells that the rest will not come.
                raise ConnectionAbortedError(error.reason) from None
            answer = problem_response(error, domain=domain, request_id=scope["landlinie.request_id"])
            await answer(scope, receive, send)


def _told(raised: Exception, scope: Scope) -> tuple[str, ServiceError]:
    """Who says what."""
    if isinstance(raised, CallFailed) and isinstance(raised.__cause__, ServiceError):
        return raised.domain, raised.__cause__
    if isinstance(raised, ServiceError):
        return DOMAIN, raised
    if isinstance(raised, HTTPException):
        status = HTTPStatus(raised.status_code)
        reason, sentence = _FRAMEWORK.get(status, (status.name, raised.detail))
        return DOMAIN, HttpProblem(status, reason, sentence, **(raised.headers or {}))
    _log.error("internal_error", path=scope["path"], exc_info=raised)
    told = f"internal error; quote {scope['landlinie.request_id']} when asking about it"
    return DOMAIN, ServiceError("INTERNAL", told)
