"""The console has words for every reason for which a service refuses something."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WORDS = ROOT / "services/gateway/console/src/components/refusals.ts"
SERVICES = ("kit", "pooling", "ticketing", "waste", "journeys")
REASON = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
IN_TEXT = re.compile(r"``([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)``")

REFUSALS = {
    "InvalidInput",
    "NotFound",
    "AlreadyExists",
    "FailedPrecondition",
    "Aborted",
    "PermissionDenied",
    "FieldViolation",
}
"""What is passing by itself, as Unavailable is, has a sentence of its own whatever the reason."""
FAULTS = "add"
"""Method of ``Faults`` that takes a field, a description and a reason."""

FOR_MACHINES = {
    # Doors and uploads that no page of the console uses.
    "http_door.py",
    "http_port.py",
    "sensorthings_port.py",
    "sensorthings_sets.py",
    "events_port.py",
    "odata.py",
    "uplink_webhook.py",
    "uplinks.py",
    "yard_port.py",
    "traces.py",
    # The clock of tests and demonstrations.
    "clock.py",
    "clock_service.py",
}
SAID_BY_STATUS = {
    # This sign-in may not do it.
    "METHOD_UNDECLARED",
    "OTHER_TENANT",
    "ROLE_MISSING",
    # It passes.
    "ACCOUNTS_UNAVAILABLE",
    "RATE_LIMITED",
    "REALTIME_UNAVAILABLE",
    "TOO_MANY_PROPOSALS",
}


def name_of(function: ast.expr) -> str:
    """``in_field`` of an error counts as the error."""
    if isinstance(function, ast.Attribute):
        return name_of(function.value) if function.attr.startswith("in_field") else function.attr
    return function.id if isinstance(function, ast.Name) else ""


def reasons_in(source: str) -> Iterator[str]:
    """Reasons given to errors and faults, and those that docstrings say are raised."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and name_of(node.func) in REFUSALS | {FAULTS}:
            for given in (*node.args, *(keyword.value for keyword in node.keywords)):
                for part in ast.walk(given):
                    if (
                        isinstance(part, ast.Constant)
                        and isinstance(part.value, str)
                        and REASON.fullmatch(part.value)
                    ):
                        yield part.value
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            text = ast.get_docstring(node) or ""
            if any(error in text for error in REFUSALS):
                yield from IN_TEXT.findall(text)


def refused(service: str) -> set[str]:
    return {
        reason
        for path in (ROOT / "services" / service / "src").rglob("*.py")
        if path.name not in FOR_MACHINES
        for reason in reasons_in(path.read_text("utf-8"))
    }


def worded() -> set[str]:
    """Reasons with German words; that English has the same is what the types of the console prove."""
    german = WORDS.read_text("utf-8").partition("\n  en: {")[0]
    return set(re.findall(r"^    ([A-Z0-9_]+):", german, re.MULTILINE))


@pytest.mark.parametrize("service", SERVICES)
def test_the_console_has_words_for_every_reason(service: str) -> None:
    assert refused(service) - SAID_BY_STATUS - worded() == set()


def test_the_console_has_no_words_for_what_nobody_refuses() -> None:
    assert worded() - {reason for service in SERVICES for reason in refused(service)} == set()


def test_reasons_are_found_in_every_way_they_are_written() -> None:
    source = '''
def refuse(faults, isOver):
    """Raises FailedPrecondition ``TOLD_ONLY``; looks at ``NO``."""
    faults.add("field", "description", "ADDED_FAULT")
    if isOver:
        raise FailedPrecondition("FIRST_ONE" if isOver else "OTHER_ONE", "message")
    raise NotFound.in_field("field", "description", reason="IN_FIELD")
    raise InvalidInput.in_fields([FieldViolation("field", "description", "IN_FIELDS")])
    return "NO_REASON", Unavailable("PASSES_BY_ITSELF", "message")
'''
    assert set(reasons_in(source)) == {
        "TOLD_ONLY",
        "ADDED_FAULT",
        "FIRST_ONE",
        "OTHER_ONE",
        "IN_FIELD",
        "IN_FIELDS",
    }
