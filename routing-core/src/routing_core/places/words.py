"""What people type, brought to one form: case, umlauts, accents and abbreviations make no difference."""

import re
import unicodedata
from collections.abc import Mapping

_UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "đ": "d", "ł": "l"}
)
# "Müller" is typed Mueller, and on a keyboard without umlauts Muller: all three end up as the last.
_WRITTEN_OUT = re.compile(r"([aou])e")
_WORD = re.compile(r"[a-z0-9]+")
_NUMBER_AND_LETTER = re.compile(r"(\d+)\s+([a-z])(?=[\s,.]|$)")
_ABBREVIATIONS: Mapping[str, str] = {
    "str": "strasse",
    "st": "sankt",
    "pl": "platz",
    "bhf": "bahnhof",
    "bf": "bahnhof",
    "hbf": "hauptbahnhof",
    "dr": "doktor",
    "prof": "professor",
    "zob": "busbahnhof",
}


def words_of(text: str) -> tuple[str, ...]:
    """The words of a name or a query, folded: ``"Dr.-Külz-Str. 12 A"`` is doktor, kulz, strasse, 12a."""
    lowered = text.casefold().translate(_UMLAUTS)
    plain = unicodedata.normalize("NFKD", lowered).encode("ascii", "ignore").decode("ascii")
    joined = _NUMBER_AND_LETTER.sub(r"\1\2", plain)
    return tuple(_folded(word) for word in _WORD.findall(joined))


def is_number(word: str) -> bool:
    """Whether a word is a house number or a post code: nobody means 14 who types 12."""
    return word[0].isdigit()


def _folded(word: str) -> str:
    whole = _ABBREVIATIONS.get(word, word)
    if whole.endswith("str") and len(whole) > 4:
        whole += "asse"
    return _WRITTEN_OUT.sub(r"\1", whole)
