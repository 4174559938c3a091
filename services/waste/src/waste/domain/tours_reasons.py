"""Why a container is on a tour or not: a code, figures, and a sentence in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class ReasonCode(StrEnum):
    """What decided."""

    URGENT = "URGENT"
    """Somebody, or an alarm, wants it emptied today."""
    RISK = "RISK"
    """Waiting costs more than going there."""
    ON_THE_WAY = "ON_THE_WAY"
    """It can wait, but is cheap to take along."""
    TOLD = "TOLD"
    """The driver was told so, and changing it is not worth it."""
    CAN_WAIT = "CAN_WAIT"
    """It will hardly overflow before it is worth a visit."""
    LATER = "LATER"
    """It goes better on a later day."""
    DETOUR = "DETOUR"
    """The way there costs more than waiting."""
    NO_ROOM = "NO_ROOM"
    """It is worth a visit, but no tour of the day has the time or the capacity."""
    NO_TRUCK = "NO_TRUCK"
    """No truck of the horizon takes this fraction, or gets to this site."""
    NO_PLANT = "NO_PLANT"
    """No plant takes what these trucks collect."""
    CLOSED = "CLOSED"
    """The site is closed while trucks are out."""


_ENGLISH: Mapping[ReasonCode, str] = {
    ReasonCode.URGENT: "urgent: {level}, going there costs {detour_km:.1f} km ({visit_euro:.2f} €)",
    ReasonCode.RISK: (
        "{level}; it overflows with {probability_percent:.0f} % within {span}: waiting costs "
        "{waiting_euro:.2f} €, going there {detour_km:.1f} km ({visit_euro:.2f} €)"
    ),
    ReasonCode.ON_THE_WAY: (
        "{level}; it could wait, but lies on the way: {detour_km:.1f} km ({visit_euro:.2f} €) now, a visit "
        "of its own {usual_euro:.2f} € later"
    ),
    ReasonCode.TOLD: "{level}; the driver was told so, and a change is worth less than it costs",
    ReasonCode.CAN_WAIT: "{level}; it overflows with {probability_percent:.0f} % within {span}",
    ReasonCode.LATER: (
        "{level}; planned in {span}, until then it overflows with {probability_percent:.0f} %"
    ),
    ReasonCode.DETOUR: (
        "{level}; going there costs {detour_km:.1f} km ({visit_euro:.2f} €), waiting {waiting_euro:.2f} €"
    ),
    ReasonCode.NO_ROOM: (
        "{level}; waiting costs {waiting_euro:.2f} €, but no tour of the day has the time or the room"
    ),
    ReasonCode.NO_TRUCK: "{level}; no truck takes this fraction or gets to this site",
    ReasonCode.NO_PLANT: "{level}; no plant takes what the truck would collect",
    ReasonCode.CLOSED: "{level}; the site is closed while trucks are out",
}
_GERMAN: Mapping[ReasonCode, str] = {
    ReasonCode.URGENT: "dringend: {level}, die Anfahrt kostet {detour_km:.1f} km ({visit_euro:.2f} €)",
    ReasonCode.RISK: (
        "{level}; läuft mit {probability_percent:.0f} % innerhalb von {span} über: Warten kostet "
        "{waiting_euro:.2f} €, die Anfahrt {detour_km:.1f} km ({visit_euro:.2f} €)"
    ),
    ReasonCode.ON_THE_WAY: (
        "{level}; könnte warten, liegt aber am Weg: jetzt {detour_km:.1f} km ({visit_euro:.2f} €), eine "
        "eigene Anfahrt später {usual_euro:.2f} €"
    ),
    ReasonCode.TOLD: "{level}; so angesagt, eine Änderung bringt weniger, als sie kostet",
    ReasonCode.CAN_WAIT: "{level}; läuft mit {probability_percent:.0f} % innerhalb von {span} über",
    ReasonCode.LATER: (
        "{level}; in {span} vorgesehen, bis dahin läuft er mit {probability_percent:.0f} % über"
    ),
    ReasonCode.DETOUR: (
        "{level}; die Anfahrt kostet {detour_km:.1f} km ({visit_euro:.2f} €), Warten {waiting_euro:.2f} €"
    ),
    ReasonCode.NO_ROOM: (
        "{level}; Warten kostet {waiting_euro:.2f} €, aber keine Tour des Tages hat Zeit oder Platz"
    ),
    ReasonCode.NO_TRUCK: "{level}; kein Fahrzeug nimmt diese Fraktion oder kommt dorthin",
    ReasonCode.NO_PLANT: "{level}; keine Anlage nimmt an, was das Fahrzeug sammeln würde",
    ReasonCode.CLOSED: "{level}; der Standort ist geschlossen, solange Fahrzeuge unterwegs sind",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason.

    ``figures`` by name, units in the names; ``level_percent`` is missing where no reading tells.
    """

    code: ReasonCode
    figures: Mapping[str, float]

    @property
    def english(self) -> str:
        """The sentence."""
        percent = self.figures.get("level_percent")
        level = "level not known" if percent is None else f"{percent:.0f} % full"
        return _ENGLISH[self.code].format(level=level, span=self._span("day", "days"), **self.figures)

    @property
    def german(self) -> str:
        """The sentence, figures with a decimal comma."""
        percent = self.figures.get("level_percent")
        level = "Füllstand nicht bekannt" if percent is None else f"{percent:.0f} % voll"
        parts = _GERMAN[self.code].format(level=level, span=self._span("Tag", "Tagen"), **self.figures)
        return _decimal_commas(parts)

    def _span(self, one: str, more: str) -> str:
        """So many days, where days are among the figures."""
        days = round(self.figures.get("days", 0.0))
        return f"{days} {one if days == 1 else more}"


def _decimal_commas(sentence: str) -> str:
    characters = list(sentence)
    for index in range(1, len(characters) - 1):
        beside = characters[index - 1], characters[index + 1]
        if characters[index] == "." and all(character.isdigit() for character in beside):
            characters[index] = ","
    return "".join(characters)
