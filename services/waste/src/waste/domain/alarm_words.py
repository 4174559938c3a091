"""What people are told of an alarm, in German and English."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from waste.domain.alarm_contacts import Language
from waste.domain.alarm_rules import Cause
from waste.domain.alarms import Alarm, Occasion


@dataclass(frozen=True, slots=True)
class Place:
    """Where an alarm is, as people call it.

    Parameters
    ----------
    site_name
        May be empty.
    fraction
        What is thrown in, as ``waste.domain.containers.Fraction`` names it; may be empty.
    """

    container_id: str
    site_name: str = ""
    fraction: str = ""
    depot_id: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A message to a person."""

    subject: str
    text: str


INSTANT_FIGURES = frozenset({"by", "ampel_since"})
"""Figures of an alarm that are instants, written as ISO 8601."""

_CAUSES: Mapping[Language, Mapping[Cause, str]] = {
    Language.GERMAN: {
        Cause.AMPEL_YELLOW: "Ampel gelb",
        Cause.AMPEL_RED: "Ampel rot",
        Cause.OVERFLOW_LIKELY: "läuft voraussichtlich über",
        Cause.LEVEL_CRITICAL: "Füllstand kritisch",
        Cause.TILTED: "gekippt oder offen",
        Cause.FIRE: "Brandverdacht",
        Cause.SENSOR_SILENT: "Sensor meldet sich nicht",
        Cause.SENSOR_STUCK: "Sensor steht still",
        Cause.BATTERY_LOW: "Batterie fast leer",
    },
    Language.ENGLISH: {
        Cause.AMPEL_YELLOW: "Ampel yellow",
        Cause.AMPEL_RED: "Ampel red",
        Cause.OVERFLOW_LIKELY: "likely to overflow",
        Cause.LEVEL_CRITICAL: "level critical",
        Cause.TILTED: "tilted or open",
        Cause.FIRE: "possibly on fire",
        Cause.SENSOR_SILENT: "sensor silent",
        Cause.SENSOR_STUCK: "sensor stuck",
        Cause.BATTERY_LOW: "battery nearly empty",
    },
}
_FRACTIONS: Mapping[Language, Mapping[str, str]] = {
    Language.GERMAN: {
        "glass_white": "Weißglas",
        "glass_green": "Grünglas",
        "glass_brown": "Braunglas",
        "glass_mixed": "Glas",
        "paper": "Papier",
        "packaging": "Verpackungen",
        "residual": "Restmüll",
        "organic": "Bioabfall",
        "textile": "Textilien",
        "metal": "Metall",
    },
    Language.ENGLISH: {
        "glass_white": "clear glass",
        "glass_green": "green glass",
        "glass_brown": "brown glass",
        "glass_mixed": "glass",
        "paper": "paper",
        "packaging": "packaging",
        "residual": "residual waste",
        "organic": "organic waste",
        "textile": "textiles",
        "metal": "metal",
    },
}
_FIGURES: Mapping[Language, Mapping[str, str]] = {
    Language.GERMAN: {
        "ampel_since": "seit",
        "level_share": "Füllstand",
        "critical_share": "kritisch ab",
        "overflow_probability": "Wahrscheinlichkeit des Überlaufs",
        "by": "bis",
        "threshold": "Schwelle",
        "temperature_c": "Temperatur",
        "battery_share": "Batterie",
        "device_id": "Sensor",
    },
    Language.ENGLISH: {
        "ampel_since": "since",
        "level_share": "level",
        "critical_share": "critical from",
        "overflow_probability": "probability of overflow",
        "by": "by",
        "threshold": "threshold",
        "temperature_c": "temperature",
        "battery_share": "battery",
        "device_id": "sensor",
    },
}
_SENTENCES: Mapping[Language, Mapping[Occasion, str]] = {
    Language.GERMAN: {
        Occasion.RAISED: "Seit {since}.",
        Occasion.ESCALATED: "Seit {since}. Wer zuerst benachrichtigt wurde, hat noch nicht quittiert.",
        Occasion.RESOLVED: "Seit {since}; behoben um {until}.",
    },
    Language.ENGLISH: {
        Occasion.RAISED: "Since {since}.",
        Occasion.ESCALATED: "Since {since}. Those told first have not acknowledged yet.",
        Occasion.RESOLVED: "Since {since}; over at {until}.",
    },
}
_OVER = {Language.GERMAN: "Behoben", Language.ENGLISH: "Over"}
_ESCALATED = {Language.GERMAN: "Weitergeleitet", Language.ENGLISH: "Escalated"}
_CONTAINER = {Language.GERMAN: "Container", Language.ENGLISH: "Container"}
_ALARM = {Language.GERMAN: "Alarm", Language.ENGLISH: "Alarm"}
_AT = {Language.GERMAN: "Standort", Language.ENGLISH: "Site"}


def words(alarm: Alarm, occasion: Occasion, place: Place, language: Language, zone: ZoneInfo) -> Words:
    """What a person is told of an alarm."""
    cause = _CAUSES[language][alarm.cause]
    fraction = _FRACTIONS[language].get(place.fraction, "")
    what = f"{_CONTAINER[language]} {place.container_id}" + (f" ({fraction})" if fraction else "")
    head = {Occasion.RESOLVED: f"{_OVER[language]}: ", Occasion.ESCALATED: f"{_ESCALATED[language]}: "}
    site = f", {place.site_name}" if place.site_name else ""
    subject = _one_line(f"{head.get(occasion, '')}{what}{site}: {cause}")
    sentence = _SENTENCES[language][occasion].format(
        since=_clock(alarm.raised_at, zone, language), until=_clock(alarm.resolved_at, zone, language)
    )
    lines = [f"{what}: {cause}", sentence]
    if place.site_name:
        lines.append(f"{_AT[language]}: {_one_line(place.site_name)}")
    lines += figure_lines(alarm, language, zone)
    lines.append(f"{_ALARM[language]}: {alarm.id}")
    return Words(subject, "\n".join(lines) + "\n")


def figure_lines(alarm: Alarm, language: Language, zone: ZoneInfo) -> list[str]:
    """The figures that an alarm rests on, one in a line; the colour is said by the cause."""
    return [
        f"{_FIGURES[language].get(name, name)}: {_figure(alarm, name, value, language, zone)}"
        for name, value in alarm.figures.items()
        if name != "ampel"
    ]


def reason(alarm: Alarm) -> str:
    """Why there is an alarm, in one line of English."""
    figures = ", ".join(figure_lines(alarm, Language.ENGLISH, ZoneInfo("UTC")))
    cause = _CAUSES[Language.ENGLISH][alarm.cause]
    return f"{cause}: {figures}" if figures else cause


def _figure(alarm: Alarm, name: str, value: str | float, language: Language, zone: ZoneInfo) -> str:
    if isinstance(value, str):
        if name in INSTANT_FIGURES:
            return _clock(datetime.fromisoformat(value), zone, language)
        return _one_line(value)
    if name == "temperature_c" or (name == "threshold" and alarm.cause is Cause.FIRE):
        return f"{_number(value, language)} °C"
    if name.endswith("_share") or name in {"threshold", "overflow_probability"}:
        return f"{_number(100 * value, language)} %"
    return _number(value, language)


def _number(value: float, language: Language) -> str:
    text = f"{round(value, 1):g}"
    return text.replace(".", ",") if language is Language.GERMAN else text


def _clock(at: datetime | None, zone: ZoneInfo, language: Language) -> str:
    if at is None:
        return ""
    local = at.astimezone(zone)
    return local.strftime("%d.%m.%Y, %H:%M Uhr" if language is Language.GERMAN else "%Y-%m-%d %H:%M %Z")


def _one_line(text: str) -> str:
    """Names come from outside, and stand in headers."""
    return " ".join(text.split())
