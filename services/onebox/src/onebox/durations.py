"""Durations as commands take them: ``15m``, ``8h``, ``30d``."""

import re
from datetime import timedelta

import typer

_DURATION = re.compile(r"([0-9]{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration(text: str, option: str, longest: timedelta | None = None) -> timedelta:
    """Read what an option was given; raises typer.BadParameter that names both."""
    found = _DURATION.fullmatch(text)
    if found is None or not int(found[1]):
        raise typer.BadParameter(f"{text!r} is not a number with s, m, h or d", param_hint=option)
    read = timedelta(**{_UNITS[found[2]]: int(found[1])})
    if longest and read > longest:
        raise typer.BadParameter(f"{text} is more than {longest.days} days", param_hint=option)
    return read
