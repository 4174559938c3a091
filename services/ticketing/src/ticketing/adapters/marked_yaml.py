"""YAML as plain values that remember their lines.

Only what a data file needs: mappings, lists, texts, whole numbers, true, false and null. A clock time or a
date is a text however it is written; YAML's own rules would read 10:30 as a number in base sixty.
"""

import re
from dataclasses import dataclass, field

import yaml

from ticketing.domain.errors import WrongFieldError

MOST_VALUES = 200_000
"""In one file, repeated ones counted as often as they are named."""
DEEPEST = 20
WHOLE = re.compile(r"[-+]?[0-9]+")
WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a file: in which line, with which field, and why."""

    line: int
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.line}: {self.field}: {self.message}" if self.field else f"{self.line}: {self.message}"


@dataclass(slots=True)
class Marked:
    """Values, the line of each path in them, and what was wrong with the text itself."""

    value: object = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """Of the value at a path, or of what it would be in."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)

    def problem(self, path: Path, message: str) -> Problem:
        """A problem of the value at a path."""
        return Problem(self.line(path), told(path), message)


def told(path: Path) -> str:
    """A path as a person writes it: versions[0].products[3].price_cents."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def read(text: str) -> Marked:
    """The values of a YAML text, with every problem of the text itself.

    Raises
    ------
    WrongFieldError
        With the line, where the text is no YAML, holds more than ``MOST_VALUES`` or is nested too often.
    """
    marked = Marked()
    try:
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except RecursionError as error:
        raise WrongFieldError(f"1: no YAML that is nested less than {DEEPEST} times") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise WrongFieldError(f"{line}: no YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise WrongFieldError(f"1: no YAML: {error}") from error
    if node is not None:
        marked.value = _value(node, (), marked)
    return marked


def _value(node: yaml.Node, path: Path, marked: Marked) -> object:
    if len(path) > DEEPEST:
        raise WrongFieldError(f"{node.start_mark.line + 1}: nested more than {DEEPEST} times")
    if len(marked.lines) >= MOST_VALUES:
        raise WrongFieldError(f"{node.start_mark.line + 1}: more than {MOST_VALUES} values")
    marked.lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, marked)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, number), marked) for number, item in enumerate(node.value)]
    return _scalar(str(node.value), plain=isinstance(node, yaml.ScalarNode) and node.style is None)


def _mapping(node: yaml.MappingNode, path: Path, marked: Marked) -> dict[str, object]:
    values: dict[str, object] = {}
    for key, item in node.value:
        name = str(key.value)
        if name in values:
            where = Problem(key.start_mark.line + 1, told((*path, name)), "the field stands there twice")
            marked.problems.append(where)
        values[name] = _value(item, (*path, name), marked)
        # A mapping begins in the line of its first field, but a person looks for its name.
        marked.lines[*path, name] = key.start_mark.line + 1
    return values


def _scalar(text: str, *, plain: bool) -> object:
    if not plain:
        return text
    if WHOLE.fullmatch(text):
        return int(text)
    return WORDS.get(text, text)
