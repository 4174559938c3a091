"""A named place."""

from collections.abc import Mapping
from typing import NamedTuple


class Place(NamedTuple):
    """Something people name when they say where to.

    Parameters
    ----------
    id
        ``n123``, ``w45`` or ``r6`` for what OpenStreetMap knows, anything else for what others add.
    kind
        One of ``WEIGHTS``.
    name
        As signposted; of an address the street.
    house_number
        Empty for what is no address.
    post_code
        Empty where it is not mapped.
    locality
        The village or town it lies in; empty for what is one itself, and far from any.
    municipality
        The town of the postal address, where it is mapped and another one.
    """

    id: str
    kind: str
    name: str
    latitude_deg: float
    longitude_deg: float
    house_number: str = ""
    post_code: str = ""
    locality: str = ""
    municipality: str = ""

    @property
    def label(self) -> str:
        """As an envelope has it: ``Dorfstraße 12, 17094 Quastenberg``."""
        first = f"{self.name} {self.house_number}".strip()
        second = f"{self.post_code} {self.locality}".strip()
        return f"{first}, {second}" if self.locality else first


WEIGHTS: Mapping[str, float] = {
    "town": 1.0,
    "station": 0.9,
    "village": 0.8,
    "suburb": 0.75,
    "hospital": 0.7,
    "stop": 0.65,
    "hamlet": 0.6,
    "townhall": 0.6,
    "bench": 0.55,
    "school": 0.5,
    "doctor": 0.5,
    "pharmacy": 0.5,
    "kindergarten": 0.45,
    "shop": 0.45,
    "street": 0.45,
    "bank": 0.4,
    "church": 0.4,
    "leisure": 0.4,
    "restaurant": 0.4,
    "culture": 0.4,
    "work": 0.35,
    "lodging": 0.35,
    "address": 0.3,
}
"""Kinds, and how likely somebody means one where several fit equally well: from 0 to 1."""

KIND_WORDS: Mapping[str, str] = {
    "station": "Bahnhof station Zug",
    "stop": "Haltestelle Bus stop",
    "hospital": "Krankenhaus Klinikum hospital",
    "doctor": "Arzt Ärztin Praxis Zahnarzt doctor",
    "pharmacy": "Apotheke pharmacy",
    "townhall": "Rathaus Amt Bürgerbüro",
    "school": "Schule school",
    "kindergarten": "Kita Kindergarten",
    "shop": "Laden Markt shop",
    "bank": "Bank Sparkasse",
    "church": "Kirche church",
    "restaurant": "Gaststätte Restaurant Café",
    "bench": "Mitfahrbank",
    "lodging": "Hotel Pension",
}
"""What people call a kind: it finds, too, but weighs less than a name."""
