"""The query options of OGC SensorThings (OData's, the part that clients use): read, and applied to entities.

``$filter`` knows comparisons, ``and``, ``or``, ``not``, brackets, and startswith, endswith, contains and
substringof over an entity's own properties; ``properties/fraction`` is a path. What is not known is refused.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from service_kit.errors import InvalidInput

USUAL_TOP, LARGEST_TOP = 100, 1000
LARGEST_SKIP = 10_000_000
DEEPEST = 4
LONGEST_QUERY = 4000

Entity = dict[str, Any]
Predicate = Callable[[Mapping[str, Any]], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')"
    r"|(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))"
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
    r"|(?P<name>@?[A-Za-z_][A-Za-z0-9_.@]*(?:/[A-Za-z_][A-Za-z0-9_]*)*)"
    r"|(?P<mark>[(),]))"
)
_KNOWN = frozenset({"$filter", "$top", "$skip", "$count", "$orderby", "$select", "$expand"})
_FUNCTIONS: Mapping[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": lambda text, part: part in text,
    "substringof": lambda part, text: part in text,
}
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda one, other: bool(one == other),
    "ne": lambda one, other: bool(one != other),
    "gt": lambda one, other: bool(one > other),
    "ge": lambda one, other: bool(one >= other),
    "lt": lambda one, other: bool(one < other),
    "le": lambda one, other: bool(one <= other),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """A predicate, and the bounds on times that everything it lets through keeps.

    Parameters
    ----------
    since, until
        By property: nothing before, nothing after. For stores that can look there only.
    """

    keeps: Predicate
    since: Mapping[str, datetime] = field(default_factory=dict)
    until: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Options:
    """The query options of one request, or of one expansion in it."""

    top: int = USUAL_TOP
    skip: int = 0
    count: bool = False
    filter: Filter | None = None
    order: tuple[tuple[str, bool], ...] = ()
    """Property, and whether the largest comes first."""
    select: tuple[str, ...] = ()
    expand: tuple[tuple[str, "Options"], ...] = ()
    told: tuple[tuple[str, str], ...] = ()
    """As it was asked."""

    def after_page(self) -> list[tuple[str, str]]:
        """The same question for the next page."""
        kept = [(name, value) for name, value in self.told if name not in {"$skip", "$top"}]
        return [*kept, ("$top", str(self.top)), ("$skip", str(self.skip + self.top))]

    def kept(self, entities: Sequence[Entity]) -> list[Entity]:
        """Those that the filter lets through, in the order asked for."""
        found = [each for each in entities if self.filter is None or self.filter.keeps(each)]
        for name, largest_first in reversed(self.order):
            found.sort(key=lambda each: _rank(value_at(each, name)), reverse=largest_first)
        return found


def options_of(query: Sequence[tuple[str, str]], depth: int = 0) -> Options:
    """Read query options.

    Raises
    ------
    InvalidInput
        ``QUERY_INVALID``, naming the option and its value.
    """
    told: dict[str, str] = {}
    for name, value in query:
        if name not in _KNOWN:
            raise _bad(name, value, f"known are {', '.join(sorted(_KNOWN))}")
        if name in told:
            raise _bad(name, value, "told once")
        if len(value) > LONGEST_QUERY:
            raise _bad(name, value, f"at most {LONGEST_QUERY} characters")
        told[name] = value.strip()
    if depth > DEEPEST:
        raise _bad("$expand", "", f"at most {DEEPEST} levels")
    return Options(
        _number(told, "$top", USUAL_TOP, LARGEST_TOP, cut=True),
        _number(told, "$skip", 0, LARGEST_SKIP),
        _truth(told.get("$count", "false")),
        filter_of(told["$filter"]) if "$filter" in told else None,
        tuple(_order(part) for part in _split(told.get("$orderby", ""), ",")),
        tuple(part.strip() for part in _split(told.get("$select", ""), ",")),
        tuple(_expansion(part, depth) for part in _split(told.get("$expand", ""), ",")),
        tuple(told.items()),
    )


def filter_of(text: str) -> Filter:
    """Read a ``$filter``; raises InvalidInput."""
    parser = _Parser(text)
    found = parser.either()
    parser.end()
    return found


def value_at(entity: Mapping[str, Any], path: str) -> Any:
    """The value of a property; None where there is none. ``id`` is ``@iot.id``."""
    value: Any = entity
    for name in ("@iot.id" if path == "id" else path).split("/"):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


class _Parser:
    """Recursive descent over the tokens of a ``$filter``."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[tuple[str, str]] = []
        position = 0
        while position < len(text.rstrip()):
            match = _TOKEN.match(text, position)
            if match is None or match.lastgroup is None:
                raise _bad("$filter", text, f"understood up to {text[position : position + 20]!r}")
            self._tokens.append((match.lastgroup, match[match.lastgroup]))
            position = match.end()
        self._next = 0
        self._depth = 0

    def either(self) -> Filter:
        parts = [self._both()]
        while self._takes("or"):
            parts.append(self._both())
        if len(parts) == 1:
            return parts[0]
        return Filter(lambda entity: any(part.keeps(entity) for part in parts))

    def _both(self) -> Filter:
        parts = [self._one()]
        while self._takes("and"):
            parts.append(self._one())
        if len(parts) == 1:
            return parts[0]
        since: dict[str, datetime] = {}
        until: dict[str, datetime] = {}
        for part in parts:
            for name, at in part.since.items():
                since[name] = max(at, since.get(name, at))
            for name, at in part.until.items():
                until[name] = min(at, until.get(name, at))
        return Filter(lambda entity: all(part.keeps(entity) for part in parts), since, until)

    def _one(self) -> Filter:
        self._depth += 1
        if self._depth > 50:
            raise _bad("$filter", self._text, "fewer brackets")
        try:
            if self._takes("not"):
                inner = self._one()
                return Filter(lambda entity: not inner.keeps(entity))
            if self._peek() == ("mark", "("):
                self._next += 1
                inner = self.either()
                self._needs(")")
                return inner
            kind, name = self._peek()
            if kind == "name" and name in _FUNCTIONS:
                return self._function()
            return self._comparison()
        finally:
            self._depth -= 1

    def _function(self) -> Filter:
        _, name = self._token()
        self._needs("(")
        one = self._operand()
        self._needs(",")
        other = self._operand()
        self._needs(")")
        says = _FUNCTIONS[name]

        def keeps(entity: Mapping[str, Any]) -> bool:
            first, second = one(entity), other(entity)
            return isinstance(first, str) and isinstance(second, str) and says(first, second)

        found = Filter(keeps)
        # Some write it out: startswith(name,'x') eq true.
        if self._takes("eq"):
            wanted = self._operand()
            return Filter(lambda entity: keeps(entity) is wanted(entity))
        return found

    def _comparison(self) -> Filter:
        left_kind, left_text = self._peek()
        left = self._operand()
        kind, operator = self._token()
        if kind != "name" or operator not in _COMPARISONS:
            raise _bad("$filter", self._text, f"a comparison, not {operator!r}")
        right_kind, _ = self._peek()
        right = self._operand()
        compare = _COMPARISONS[operator]

        def keeps(entity: Mapping[str, Any]) -> bool:
            one, other = _comparable(left(entity), right(entity))
            if one is None or other is None:
                return bool(compare(one, other)) if operator in {"eq", "ne"} else False
            try:
                return compare(one, other)
            except TypeError:
                return operator == "ne"

        since: dict[str, datetime] = {}
        until: dict[str, datetime] = {}
        if left_kind == "name" and right_kind == "time":
            at = right({})
            if operator in {"gt", "ge", "eq"}:
                since[left_text] = at
            if operator in {"lt", "le", "eq"}:
                until[left_text] = at
        return Filter(keeps, since, until)

    def _operand(self) -> Callable[[Mapping[str, Any]], Any]:
        kind, text = self._token()
        if kind == "mark":
            raise _bad("$filter", self._text, f"a value, not {text!r}")
        if kind == "name" and text not in {"true", "false", "null"}:
            if text in _COMPARISONS or text in {"and", "or", "not"}:
                raise _bad("$filter", self._text, f"a value, not {text!r}")
            return lambda entity: value_at(entity, text)
        value = _literal(kind, text)
        return lambda _entity: value

    def end(self) -> None:
        if self._next < len(self._tokens):
            raise _bad("$filter", self._text, f"nothing after {self._tokens[self._next][1]!r}")

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._next] if self._next < len(self._tokens) else ("end", "")

    def _token(self) -> tuple[str, str]:
        found = self._peek()
        if found[0] == "end":
            raise _bad("$filter", self._text, "more")
        self._next += 1
        return found

    def _takes(self, word: str) -> bool:
        if self._peek() != ("name", word):
            return False
        self._next += 1
        return True

    def _needs(self, mark: str) -> None:
        if self._token() != ("mark", mark):
            raise _bad("$filter", self._text, f"{mark!r}")


def _literal(kind: str, text: str) -> Any:
    if kind == "text":
        return text[1:-1].replace("''", "'")
    if kind == "number":
        return float(text)
    if kind == "time":
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            raise _bad("$filter", text, "an instant") from None
    return {"true": True, "false": False, "null": None}[text]


def _comparable(one: Any, other: Any) -> tuple[Any, Any]:
    """Times are text in entities: beside an instant they are read as one."""
    if isinstance(other, datetime) and isinstance(one, str):
        return _instant(one), other
    if isinstance(one, datetime) and isinstance(other, str):
        return one, _instant(other)
    return one, other


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _rank(value: Any) -> tuple[int, Any]:
    """Nothing comes first, then numbers, then text."""
    if value is None:
        return 0, 0
    return (1, value) if isinstance(value, bool | int | float) else (2, str(value))


def _order(text: str) -> tuple[str, bool]:
    name, _, direction = text.strip().partition(" ")
    direction = direction.strip()
    if not re.fullmatch(r"@?[A-Za-z_][A-Za-z0-9_./]*", name) or direction not in {"", "asc", "desc"}:
        raise _bad("$orderby", text, "a property, asc or desc")
    return name, direction == "desc"


def _expansion(text: str, depth: int) -> tuple[str, Options]:
    name, bracket, inner = text.strip().partition("(")
    if bracket and not inner.endswith(")"):
        raise _bad("$expand", text, "options in brackets")
    query: list[tuple[str, str]] = []
    for part in _split(inner[:-1], ";"):
        option, _, value = part.strip().partition("=")
        query.append((option, value))
    first, _, rest = name.strip().partition("/")
    if rest:
        query = [("$expand", rest + bracket + inner)] if bracket else [("$expand", rest)]
    return first, options_of(query, depth + 1)


def _split(text: str, mark: str) -> list[str]:
    """Split at marks outside brackets and quotes."""
    parts, begin, depth, quoted = [], 0, 0, False
    for index, letter in enumerate(text):
        if letter == "'":
            quoted = not quoted
        elif not quoted:
            depth += (letter == "(") - (letter == ")")
            if letter == mark and depth == 0:
                parts.append(text[begin:index])
                begin = index + 1
    return [part for part in [*parts, text[begin:]] if part.strip()]


def _number(told: Mapping[str, str], name: str, usual: int, most: int, *, cut: bool = False) -> int:
    text = told.get(name)
    if text is None:
        return usual
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise _bad(name, text, "a whole number from 0")
    if int(text) > most and not cut:
        raise _bad(name, text, f"at most {most}")
    return min(int(text), most)


def _truth(text: str) -> bool:
    if text not in {"true", "false"}:
        raise _bad("$count", text, "true or false")
    return text == "true"


def _bad(name: str, value: str, wanted: str) -> InvalidInput:
    return InvalidInput.in_field(name, f"is {value[:200]!r}: {wanted}", "QUERY_INVALID")
