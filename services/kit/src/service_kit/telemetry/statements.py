"""A span of every statement inside a trace: which operation on which table, never the values."""

import re
from contextlib import ExitStack
from typing import Any

import sqlalchemy as sa
from opentelemetry.trace import SpanKind

from service_kit.telemetry import tracing

_TABLE = re.compile(r"\b(?:INTO|FROM|UPDATE)\s+\"?([A-Za-z_]+)")
_OPEN = "landlinie_span"


def trace_statements(engine: sa.Engine) -> None:
    """Watch an engine; outside a trace that is kept a statement costs nothing more."""
    sa.event.listen(engine, "before_cursor_execute", _before)
    sa.event.listen(engine, "after_cursor_execute", _after)
    sa.event.listen(engine, "handle_error", _failed)


def operation_and_table(statement: str) -> tuple[str, str]:
    """Return the statement's first word, and the first table it names (empty where it names none)."""
    found = _TABLE.search(statement)
    return statement.split(maxsplit=1)[0].upper(), found[1] if found else ""


def _before(connection: sa.Connection, _cursor: Any, statement: str, *_: Any) -> None:
    if not tracing.is_recording():
        return
    operation, table = operation_and_table(statement)
    about = {"db.system.name": connection.dialect.name, "db.operation.name": operation}
    if table:
        about["db.collection.name"] = table
    stack = ExitStack()
    stack.enter_context(tracing.span(f"{operation} {table}".rstrip(), about, kind=SpanKind.CLIENT))
    connection.info[_OPEN] = stack


def _after(connection: sa.Connection, *_: Any) -> None:
    stack: ExitStack | None = connection.info.pop(_OPEN, None)
    if stack:
        stack.close()


def _failed(context: sa.engine.ExceptionContext) -> None:
    stack: ExitStack | None = context.connection.info.pop(_OPEN, None) if context.connection else None
    if stack:
        error = context.original_exception
        stack.__exit__(type(error), error, error.__traceback__)
