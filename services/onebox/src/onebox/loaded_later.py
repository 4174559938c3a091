"""A command whose parts are imported when they are asked for: who asks a service waits for no solver."""

from collections.abc import Mapping
from typing import Any, NoReturn

import typer
from service_kit.quick_import import imported
from typer.core import TyperGroup
from typer.main import get_command, get_group


def group_of(parts: Mapping[str, str]) -> type[TyperGroup]:
    """Return the group of these commands.

    Parameters
    ----------
    parts
        Where each is, as ``module:name``: a function, or a ``typer.Typer`` with commands of its own.
    """

    class Group(TyperGroup):
        def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - as the library calls it
            return list(parts)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - its own kind of command
            return _loaded(cmd_name, parts[cmd_name]) if cmd_name in parts else None

        def invoke(self, ctx: Any) -> Any:
            try:
                return super().invoke(ctx)
            except Exception as error:
                _tell(error)

    return Group


def _tell(error: Exception) -> NoReturn:
    """End with exit code 1 and a sentence about a setting or file at fault; anything else is raised again."""
    # What it needs is not waited for where all goes well.
    from service_kit.start_trouble import CANNOT_START, sentence_about  # noqa: PLC0415

    if not isinstance(error, CANNOT_START) or isinstance(error, BrokenPipeError):
        raise error
    typer.echo(f"Cannot go on: {sentence_about(error)}", err=True)
    raise typer.Exit(1) from None


def _loaded(name: str, where: str) -> Any:
    module, _, attribute = where.partition(":")
    found = getattr(imported(module), attribute)
    if isinstance(found, typer.Typer):
        # A group also where it has but one command: that is told by its name.
        command: Any = get_group(found)
    else:
        app = typer.Typer(add_completion=False, pretty_exceptions_show_locals=False)
        app.command(name=name)(found)
        command = get_command(app)
    command.name = name
    return command
