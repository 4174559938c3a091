"""The words of a tour sheet, German and English; times, lengths and amounts as they are written there."""

from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from waste.domain.tour import TourState


class Language(StrEnum):
    """Languages that sheets come in, as their codes."""

    GERMAN = "de"
    ENGLISH = "en"


FIXED = "\N{NO-BREAK SPACE}"
"""Space that does not break a line."""

WEEKDAYS = {
    Language.GERMAN: ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    Language.ENGLISH: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
FRACTIONS = {
    Language.GERMAN: {
        "glass_white": "Weißglas",
        "glass_green": "Grünglas",
        "glass_brown": "Braunglas",
        "glass_mixed": "Glas gemischt",
        "paper": "Papier",
        "packaging": "Leichtverpackungen",
        "residual": "Restmüll",
        "organic": "Bioabfall",
        "textile": "Alttextilien",
        "metal": "Altmetall",
    },
    Language.ENGLISH: {
        "glass_white": "Clear glass",
        "glass_green": "Green glass",
        "glass_brown": "Brown glass",
        "glass_mixed": "Mixed glass",
        "paper": "Paper",
        "packaging": "Packaging",
        "residual": "Residual waste",
        "organic": "Organic waste",
        "textile": "Textiles",
        "metal": "Scrap metal",
    },
}
STATES = {
    Language.GERMAN: {
        TourState.PROPOSED: "Vorschlag – noch nicht freigegeben",
        TourState.APPROVED: "freigegeben",
        TourState.STARTED: "unterwegs",
        TourState.CLOSED: "abgeschlossen",
        TourState.REJECTED: "verworfen",
        TourState.CANCELLED: "abgebrochen",
    },
    Language.ENGLISH: {
        TourState.PROPOSED: "Proposal – not yet approved",
        TourState.APPROVED: "approved",
        TourState.STARTED: "under way",
        TourState.CLOSED: "closed",
        TourState.REJECTED: "rejected",
        TourState.CANCELLED: "cancelled",
    },
}
WORDS = {
    Language.GERMAN: {
        "title": "Tourenplan",
        "page": "Seite",
        "version": "Fassung",
        "printed": "gedruckt",
        "leave": "Abfahrt",
        "back": "Rückkehr",
        "way": "Strecke",
        "containers": "Behälter",
        "weight": "Gewicht",
        "number": "Nr.",
        "time": "Zeit",
        "place": "Halt",
        "fraction": "Fraktion",
        "volume": "Menge",
        "done": "erledigt",
        "remark": "Bemerkung",
        "rest": "Pause",
        "minutes": "Minuten",
        "depot": "Betriebshof",
        "plant": "Entladen",
        "stop": "Halt",
        "route": "Weg",
        "start": "Abfahrt Betriebshof",
        "end": "Rückkehr Betriebshof",
        "weighed": "gewogen",
        "open": "offen",
        "driver": "Fahrer/in",
        "odometer": "km-Stand",
        "signature": "Unterschrift",
        "at_start": "Beginn",
        "at_end": "Ende",
        "locked": "fest",
        "until": "bis",
        "about": "ca.",
        "map": "Karte",
        "north": "N",
    },
    Language.ENGLISH: {
        "title": "Tour sheet",
        "page": "Page",
        "version": "Version",
        "printed": "printed",
        "leave": "Leaves",
        "back": "Back",
        "way": "Distance",
        "containers": "Containers",
        "weight": "Weight",
        "number": "No.",
        "time": "Time",
        "place": "Stop",
        "fraction": "Fraction",
        "volume": "Amount",
        "done": "done",
        "remark": "Remark",
        "rest": "Break",
        "minutes": "minutes",
        "depot": "Depot",
        "plant": "Unloading",
        "stop": "Stop",
        "route": "Route",
        "start": "Leave depot",
        "end": "Back at depot",
        "weighed": "weighed",
        "open": "open",
        "driver": "Driver",
        "odometer": "Odometer",
        "signature": "Signature",
        "at_start": "start",
        "at_end": "end",
        "locked": "fixed",
        "until": "to",
        "about": "about",
        "map": "Map",
        "north": "N",
    },
}
ATTRIBUTION = {
    Language.GERMAN: "Kartendaten © OpenStreetMap-Mitwirkende (ODbL)",
    Language.ENGLISH: "Map data © OpenStreetMap contributors (ODbL)",
}


def clock(instant: datetime, zone: ZoneInfo) -> str:
    """``07:05``."""
    return f"{instant.astimezone(zone):%H:%M}"


def day(value: date, language: Language) -> str:
    """``Dienstag, 2. 6. 2026``, ``Tuesday, 2026-06-02``."""
    name = WEEKDAYS[language][value.weekday()]
    if language is Language.GERMAN:
        return f"{name}, {value.day}.{FIXED}{value.month}.{FIXED}{value.year}"
    return f"{name}, {value.isoformat()}"


def kilometres(metres: int, language: Language) -> str:
    """``12,3 km``."""
    return f"{_decimal(metres / 1000, language)}{FIXED}km"


def litres(volume_l: int, language: Language) -> str:
    """``1.200 l``."""
    return f"{_grouped(volume_l, language)}{FIXED}l"


def kilograms(weight_kg: int, language: Language) -> str:
    """``360 kg``."""
    return f"{_grouped(weight_kg, language)}{FIXED}kg"


def fraction(name: str, language: Language) -> str:
    """The fraction's name."""
    return FRACTIONS[language].get(name, name)


def _decimal(value: float, language: Language) -> str:
    text = f"{value:,.1f}"
    return text.translate(str.maketrans(",.", ".,")) if language is Language.GERMAN else text


def _grouped(value: int, language: Language) -> str:
    text = f"{value:,}"
    return text.replace(",", ".") if language is Language.GERMAN else text
