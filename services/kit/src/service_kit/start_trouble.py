"""What keeps a program from starting, in a sentence: the setting, file or port at fault, and why."""

import re
import sqlite3
from collections.abc import Iterator

import sqlalchemy as sa
from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsError

from service_kit.bus import BusUnavailable
from service_kit.identity.local_issuer import NoLocalIdentity, OtherTenant
from service_kit.json_fields import FieldError
from service_kit.migrations import DatabaseTooNew
from service_kit.telemetry.http_port import PortNotOpened

CANNOT_START = (
    BusUnavailable,
    DatabaseTooNew,
    FieldError,
    NoLocalIdentity,
    OSError,
    OtherTenant,
    PortNotOpened,
    SettingsError,
    ValidationError,
    sa.exc.DBAPIError,
    sqlite3.Error,
)
"""What is no mistake of the program, but of what it finds when it starts."""


def sentence_about(error: BaseException) -> str:
    """Return what an operator needs to know of an error that is one of ``CANNOT_START``.

    Settings are named by their variables; values are not told, they may be secret.
    """
    match error:
        case ValidationError():
            return "; ".join(_settings_at_fault(error))
        case OSError(filename=str() as path, strerror=str() as reason):
            return f"{path}: {reason}"
        case sa.exc.DBAPIError():
            return _with_notes(error, str(error.orig).strip())
        case _:
            return _with_notes(error, str(error))


def _settings_at_fault(error: ValidationError) -> Iterator[str]:
    prefix = _prefix_of(error.title)
    for fault in error.errors(include_url=False, include_input=False):
        path = "__".join(str(part) for part in fault["loc"])
        message = re.sub("^Value error, ", "", fault["msg"])
        yield f"{(prefix + path).upper().rstrip('_')}: {message}"


def _prefix_of(title: str) -> str:
    waiting: list[type[BaseSettings]] = [BaseSettings]
    while waiting:
        kind = waiting.pop()
        if kind.__name__ == title:
            return str(kind.model_config.get("env_prefix", ""))
        waiting += kind.__subclasses__()
    return ""


def _with_notes(error: BaseException, sentence: str) -> str:
    return ": ".join([*getattr(error, "__notes__", ()), sentence])
