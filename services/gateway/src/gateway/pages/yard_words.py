"""What the public page of a recycling yard says, in German and English."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Language(StrEnum):
    """Languages of the page; the first where nobody asks for another."""

    GERMAN = "de"
    ENGLISH = "en"


class Crowd(StrEnum):
    """How much is going on."""

    QUIET = "quiet"
    BUSY = "busy"
    FULL = "full"
    QUEUE = "queue"


@dataclass(frozen=True, slots=True)
class Words:
    """All words and sentences of one language; names in braces are filled in."""

    other_language: str
    title: str
    yards: str
    no_yards: str
    now: str
    open: str
    open_until: str
    closed: str
    opens: str
    crowd: Mapping[Crowd, str]
    cars: str
    one_car: str
    queue: str
    one_waits: str
    no_waiting: str
    waiting: str
    waiting_at_most: str
    unknown: str
    measured: str
    ahead: str
    ahead_about: str
    quietest: str
    time: str
    expected: str
    expected_value: str
    wait: str
    none: str
    minutes: str
    hours: str
    always_open: str
    every_day: str
    and_holidays: str
    reload: str
    all_yards: str
    as_data: str
    about: str
    not_found: str
    not_found_hint: str
    unavailable: str
    unavailable_hint: str
    clock: str
    today: str
    tomorrow: str
    weekdays: Sequence[str]
    months: Sequence[str]
    long_day: str

    def day(self, day: date, today: date) -> str:
        """The day as seen from another: today, tomorrow, or its weekday and date."""
        away = (day - today).days
        if away in {0, 1}:
            return (self.today, self.tomorrow)[away]
        weekday, month = self.weekdays[day.isoweekday() - 1], self.months[day.month - 1]
        return self.long_day.format(weekday=weekday, day=day.day, month=month)

    def at(self, instant: datetime) -> str:
        """The time of day of a local instant."""
        return self.clock.format(time=instant.strftime("%H:%M"))


GERMAN = Words(
    other_language="English",
    title="{name}: wie voll ist es?",
    yards="Wertstoffhöfe",
    no_yards="Noch zeigt hier kein Wertstoffhof, wie voll er ist.",
    now="Jetzt",
    open="Geöffnet",
    open_until="Geöffnet bis {time}",
    closed="Geschlossen",
    opens="Öffnet {day} um {time}",
    crowd={
        Crowd.QUIET: "Wenig los",
        Crowd.BUSY: "Gut besucht",
        Crowd.FULL: "Voll",
        Crowd.QUEUE: "Voll, es wird gewartet",
    },
    cars="{count} Autos an {bays} Plätzen",
    one_car="1 Auto an {bays} Plätzen",
    queue="{count} Autos warten davor",
    one_waits="1 Auto wartet davor",
    no_waiting="Keine Wartezeit",
    waiting="Wartezeit etwa {expected}",
    waiting_at_most="Wartezeit etwa {expected}, in neun von zehn Fällen höchstens {most}",
    unknown="Wie voll es ist, ist gerade nicht bekannt.",
    measured="Gemessen {day} um {time}.",
    ahead="In den nächsten Stunden",
    ahead_about="Erwartet nach dem, wie es sonst ist und wie es heute ist.",
    quietest="Am ruhigsten voraussichtlich {day} um {time}.",
    time="Zeit",
    expected="Autos",
    expected_value="{low} bis {high}",
    wait="Wartezeit",
    none="keine",
    minutes="{count} Min.",
    hours="Öffnungszeiten",
    always_open="Immer geöffnet.",
    every_day="Täglich",
    and_holidays="An Feiertagen geschlossen.",
    reload="Neu laden",
    all_yards="Alle Wertstoffhöfe",
    as_data="Als Daten (JSON)",
    about="Gezählt werden Autos, niemand wird erkannt.",
    not_found="Diesen Wertstoffhof gibt es hier nicht",
    not_found_hint="Vielleicht ist die Adresse alt.",
    unavailable="Gerade nicht zu erfahren",
    unavailable_hint="Der Dienst antwortet nicht. Bitte in ein paar Minuten neu laden.",
    clock="{time} Uhr",
    today="heute",
    tomorrow="morgen",
    weekdays=("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    months=(
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ),
    long_day="{weekday}, {day}. {month}",
)
ENGLISH = Words(
    other_language="Deutsch",
    title="{name}: how full is it?",
    yards="Recycling yards",
    no_yards="No recycling yard tells here yet how full it is.",
    now="Now",
    open="Open",
    open_until="Open until {time}",
    closed="Closed",
    opens="Opens {day} at {time}",
    crowd={
        Crowd.QUIET: "Not much going on",
        Crowd.BUSY: "Busy",
        Crowd.FULL: "Full",
        Crowd.QUEUE: "Full, and there is a queue",
    },
    cars="{count} cars at {bays} places",
    one_car="1 car at {bays} places",
    queue="{count} cars are waiting outside",
    one_waits="1 car is waiting outside",
    no_waiting="No waiting",
    waiting="About {expected} of waiting",
    waiting_at_most="About {expected} of waiting, in nine cases of ten no more than {most}",
    unknown="How full it is, is not known at the moment.",
    measured="Measured {day} at {time}.",
    ahead="In the next hours",
    ahead_about="Expected from how it usually is, and how it is today.",
    quietest="Probably most quiet {day} at {time}.",
    time="Time",
    expected="Cars",
    expected_value="{low} to {high}",
    wait="Waiting",
    none="none",
    minutes="{count} min",
    hours="Opening hours",
    always_open="Always open.",
    every_day="Every day",
    and_holidays="Closed on public holidays.",
    reload="Reload",
    all_yards="All recycling yards",
    as_data="As data (JSON)",
    about="Cars are counted, nobody is recognised.",
    not_found="There is no such recycling yard here",
    not_found_hint="The address may be old.",
    unavailable="Not to be told at the moment",
    unavailable_hint="The service does not answer. Please reload in a few minutes.",
    clock="{time}",
    today="today",
    tomorrow="tomorrow",
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    long_day="{weekday} {day} {month}",
)
WORDS: Mapping[Language, Words] = {Language.GERMAN: GERMAN, Language.ENGLISH: ENGLISH}


def language_of(chosen: str | None, accepted: str) -> Language:
    """The language of a page: the one chosen, else the one a browser would rather have, else German.

    Parameters
    ----------
    accepted
        The header ``Accept-Language``.
    """
    if chosen in set(Language):
        return Language(chosen)
    found = Language.GERMAN
    best = 0.0
    for each in accepted.split(","):
        tag, _, weight = each.strip().partition(";")
        language = tag.strip().lower().split("-")[0]
        share = _weight(weight)
        if language in set(Language) and share > best:
            found, best = Language(language), share
    return found


def _weight(text: str) -> float:
    """``q=0.8`` as a number; 1 where nothing is said, 0 for what is no number."""
    name, _, value = text.strip().partition("=")
    if not name:
        return 1.0
    try:
        share = float(value)
    except ValueError:
        return 0.0
    return share if 0.0 <= share <= 1.0 else 0.0
