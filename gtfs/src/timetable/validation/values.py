"""Single values of a feed: what each kind looks like, and the rule that one breaks."""

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from zoneinfo import available_timezones

from timetable.validation.columns import Column

MOST_CHARACTERS = 4096
"""A longer value is taken for a quote that was never closed."""

_INTEGER = re.compile(r"[+-]?[0-9]{1,10}")
_FLOAT = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_TIME = re.compile(r"([0-9]{1,3}):([0-5][0-9]):([0-5][0-9])")
_COLOR = re.compile(r"[0-9a-fA-F]{6}")
_LANGUAGE = re.compile(r"(?:[A-Za-z]{2,8}|[xX](?=-))(?:-[A-Za-z0-9]{1,8})*")
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_HOST = rf"(?:{_LABEL}\.)+[^\W\d_](?:[\w-]{{0,61}}[^\W_])?\.?"
_ADDRESS = r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}|\[[0-9A-Fa-f:.]+\]"
_URL = re.compile(rf"(?i:https?|ftp)://(?:[^\s/@]+@)?(?:{_HOST}|{_ADDRESS})(?::[0-9]{{1,5}})?(?:[/?#]\S*)?")
_EMAIL = re.compile(rf"[^\s@\"(),:;<>\[\]\\]+(?<!\.)@(?:{_HOST})")
_NOT_LETTERS = re.compile(r"[\W\d_]+")

_CODES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD
CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD
KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR
NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN
SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD
XOF XPF YER ZAR ZMW ZWG ZWL
"""
CURRENCIES = frozenset(_CODES.split())
"""Codes of ISO 4217 that are or were lately in use."""


def clock_seconds(text: str) -> int:
    """Seconds of a time that was checked, as in ``25:30:00``; -1 where it is empty."""
    if not text:
        return -1
    hours, minutes, rest = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(rest)


def broken_rule(column: Column, text: str) -> str:
    """Return the name of the rule that a non-empty value breaks, empty if none.

    Parameters
    ----------
    column
        What is asked of the column.
    text
        The value, without spaces around it.
    """
    if len(text) > MOST_CHARACTERS:
        return "csv_parsing_failed"
    return _KINDS[column.kind](column, text)


def warned_rule(column: Column, text: str) -> str:
    """Return the name of the recommendation that a non-empty, valid value does not follow, empty if none."""
    if column.kind == "enum" and str(int(text)) not in column.values:
        return "unexpected_enum_value"
    if column.kind == "id" and not (text.isascii() and text.isprintable()):
        return "non_ascii_or_non_printable_char"
    if column.mixed_case and not _is_mixed_case(text):
        return "mixed_case_recommended_field"
    return ""


def _is_mixed_case(text: str) -> bool:
    """Whether passengers can read a text with ease: neither all small nor all capitals.

    A single word may be in capitals (abbreviations are); of several words one has to have both.
    """
    words = _NOT_LETTERS.split(text) if _NOT_LETTERS.search(text) else [text]
    while words and not words[-1]:
        words.pop()
    if len(words) <= 1:
        return not (words and len(words[0]) > 1 and words[0].islower())
    # Also the empty word before a number that starts the text counts, as it does in the canonical validator.
    told = [word for word in words if len(word) != 1]
    return len(told) < 2 or any(word != word.upper() and word != word.lower() for word in told)


def _text(_: Column, __: str) -> str:
    return ""


def _matches(pattern: re.Pattern[str], rule: str) -> Callable[[Column, str], str]:
    def check(_: Column, text: str) -> str:
        return "" if pattern.fullmatch(text) else rule

    return check


def _enum(_: Column, text: str) -> str:
    return "" if _INTEGER.fullmatch(text) else "invalid_integer"


def _integer(column: Column, text: str) -> str:
    if not _INTEGER.fullmatch(text) or not -(2**31) <= int(text) < 2**31:
        return "invalid_integer"
    return _within(column, int(text))


def _float(column: Column, text: str) -> str:
    return _within(column, float(text)) if _FLOAT.fullmatch(text) else "invalid_float"


def _within(column: Column, value: float) -> str:
    kept = {"": True, ">=0": value >= 0, ">0": value > 0, "<>0": value != 0}[column.bound]
    return "" if kept else "number_out_of_range"


def _degrees(limit: float) -> Callable[[Column, str], str]:
    def check(_: Column, text: str) -> str:
        if not _FLOAT.fullmatch(text):
            return "invalid_float"
        return "" if -limit <= float(text) <= limit else "number_out_of_range"

    return check


def _date(_: Column, text: str) -> str:
    if len(text) != len("YYYYMMDD") or not (text.isascii() and text.isdecimal()):
        return "invalid_date"
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return "invalid_date"
    return ""


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _timezone(_: Column, text: str) -> str:
    return "" if text in _zones() else "invalid_timezone"


def _currency(_: Column, text: str) -> str:
    return "" if text in CURRENCIES else "invalid_currency"


def _phone(_: Column, text: str) -> str:
    # What is dialled differs from country to country; a number without a digit is none anywhere.
    return "" if any(map(str.isdecimal, text)) else "invalid_phone_number"


_KINDS: dict[str, Callable[[Column, str], str]] = {
    "id": _text,
    "text": _text,
    "enum": _enum,
    "integer": _integer,
    "float": _float,
    "decimal": _float,
    "amount": _float,
    "latitude": _degrees(90),
    "longitude": _degrees(180),
    "time": _matches(_TIME, "invalid_time"),
    "date": _date,
    "color": _matches(_COLOR, "invalid_color"),
    "language": _matches(_LANGUAGE, "invalid_language_code"),
    "url": _matches(_URL, "invalid_url"),
    "email": _matches(_EMAIL, "invalid_email"),
    "timezone": _timezone,
    "currency": _currency,
    "phone": _phone,
}
