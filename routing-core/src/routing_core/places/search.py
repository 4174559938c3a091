"""Find places as people type them: unfinished, misspelt, without umlauts, words in any order.

Every word of a query is looked for among all words of all names: equal, as a beginning, as a part of a
compound ("gymnasium" in Sportgymnasium), or within a few letters of it (optimal string alignment distance,
which counts two letters swapped as one mistake). Rare words say more than common ones (inverse document
frequency; Spärck Jones 1972). House numbers and post codes are never guessed.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from routing_core.places.place import KIND_WORDS, WEIGHTS, Place
from routing_core.places.words import is_number, words_of

LONGEST_QUERY = 200
MOST_WORDS = 12
MOST_RESULTS = 50

_NAME, _ADDRESS_PART, _JOINED, _KIND, _AROUND = 1.0, 1.0, 0.9, 0.9, 0.7
"""What a word counts: of the name, number or post code, two of the name in one, the kind, the locality."""
_BEGINNING, _COMPOUND = 0.9, 0.6
_WEIGHT_COUNTS, _NEARNESS_COUNTS, _WHOLE_NAME_COUNTS = 0.25, 0.2, 0.3
_NEAR_M = 5000.0
_KINDS_WORDS = {kind: frozenset(words_of(KIND_WORDS.get(kind, ""))) for kind in WEIGHTS}
_METRES_A_DEGREE = 111_195.0
_KINDS = tuple(WEIGHTS)

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Match:
    """A place found.

    Parameters
    ----------
    score
        From 0 to about 1.75; comparable within one answer only.
    exact_number
        False where a house number was typed that the map does not have: the place is its street then.
    """

    place: Place
    score: float
    exact_number: bool = True


class PlaceSearch:
    """An index over places; safe to use from several threads.

    A search costs time with the number of distinct words and with the places that share one, not with the
    length of names.
    """

    def __init__(self, places: Iterable[Place]) -> None:
        self.places: tuple[Place, ...] = tuple(places)
        postings: dict[str, dict[int, float]] = {}
        for number, place in enumerate(self.places):
            for word, counts in _words_of_place(place).items():
                postings.setdefault(word, {})[number] = counts
        self._words = sorted(postings)
        self._number_of = {word: number for number, word in enumerate(self._words)}
        self._is_number = np.array([is_number(word) for word in self._words], dtype=bool)
        lengths = [len(postings[word]) for word in self._words]
        self._first = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
        self._place = np.array([n for word in self._words for n in postings[word]], dtype=np.int32)
        self._counts = np.array(
            [c for word in self._words for c in postings[word].values()], dtype=np.float32
        )
        total = max(len(self.places), 1)
        self._rarity = np.array([math.log1p(total / n) for n in lengths], dtype=np.float32) / math.log1p(
            total
        )
        self._weight = np.array([WEIGHTS[place.kind] for place in self.places], dtype=np.float32)
        self._latitude = np.array([place.latitude_deg for place in self.places])
        self._longitude = np.array([place.longitude_deg for place in self.places])
        self._kind = np.array([_KINDS.index(place.kind) for place in self.places], dtype=np.int8)
        self._is_address = self._kind == _KINDS.index("address")

    def find(
        self, text: str, near: tuple[float, float] | None = None, most: int = 10, kinds: Sequence[str] = ()
    ) -> list[Match]:
        """Return what somebody may mean, best first.

        Parameters
        ----------
        text
            As far as it is typed: the last word may go on. At most ``LONGEST_QUERY`` characters.
        near
            Latitude and longitude in degrees; of places that fit equally well, those around it come first.
        most
            At most ``MOST_RESULTS``.
        kinds
            Only these; all where empty.

        Raises
        ------
        ValueError
            For a text that is too long, a kind nobody knows, a position off the globe.
        """
        _check(text, near, most, kinds)
        words = list(dict.fromkeys(words_of(text)))[:MOST_WORDS]
        if not words or not self.places:
            return []
        whole, exact = self._matched(words, unfinished=text[-1:].isalnum())
        if kinds:
            whole[~np.isin(self._kind, [_KINDS.index(kind) for kind in kinds])] = 0
        found = np.flatnonzero(whole > 0)
        if not len(found):
            return []
        # Only what may be among the best is looked at closely.
        rough = whole[found] + _WEIGHT_COUNTS * self._weight[found]
        if near is not None:
            rough += _NEARNESS_COUNTS * self._nearness(found, near)
        best = found[np.argsort(-rough, kind="stable")[: 8 * most + 40]]
        scores = dict(zip(found.tolist(), rough.tolist(), strict=True))
        matches = [
            Match(
                self.places[number],
                scores[number] + _WHOLE_NAME_COUNTS * _likeness(words, self.places[number]),
                bool(exact[number]),
            )
            for number in best.tolist()
        ]
        matches.sort(key=lambda match: (-match.score, match.place.label, match.place.id))
        return _each_once(matches)[:most]

    def nearest(self, latitude_deg: float, longitude_deg: float, within_m: float = 500.0) -> Place | None:
        """Return the place next to a point, for a name to show; None where none is within the distance.

        Raises
        ------
        ValueError
            For a position off the globe.
        """
        _check_position(latitude_deg, longitude_deg)
        if not self.places:
            return None
        away_m = self._away_m(np.arange(len(self.places)), (latitude_deg, longitude_deg))
        number = int(np.argmin(away_m))
        return self.places[number] if away_m[number] <= within_m else None

    def _matched(self, words: Sequence[str], *, unfinished: bool) -> tuple[Floats, NDArray[np.bool_]]:
        """How well each place fits the whole query, from 0 to 1, and whether its house number does."""
        fits = np.zeros((len(words), len(self.places)), dtype=np.float32)
        tells = np.ones(len(words), dtype=np.float32)
        for row, word in enumerate(words):
            fits[row], tells[row] = self._fits(word, unfinished=unfinished and row == len(words) - 1)
        for row, (word, following) in enumerate(pairwise(words)):
            # "Bahnhof Straße" is one word on the sign.
            if is_number(word) or is_number(following):
                continue
            joined, _ = self._fits(word + following, unfinished=unfinished and row == len(words) - 2)
            np.maximum(fits[row : row + 2], joined, out=fits[row : row + 2])
        missed = fits == 0
        of_number = np.array([is_number(word) for word in words])
        # A street stands in for the house number that the map does not have.
        number_missed = missed[of_number].any(axis=0)
        stands_in = number_missed & ~self._is_address & (len(words) > int(of_number.sum()))
        wrong_number = number_missed & ~stands_in
        missed_count = missed[~of_number].sum(axis=0)
        # A word that nothing fits hides nothing; one that something fits is asked of all.
        fewest = missed_count[~wrong_number].min(initial=len(words))
        whole = (tells[:, None] * fits).sum(axis=0) / tells.sum()
        whole[wrong_number | (missed_count > fewest)] = 0
        return whole, ~stands_in

    def _fits(self, word: str, *, unfinished: bool) -> tuple[Floats, float]:
        """How well one word fits each place, from 0 to 1, and how much it says, from 0 to 1."""
        fits = np.zeros(len(self.places), dtype=np.float32)
        tells = 0.0
        for number, like in self._alike(word, unfinished=unfinished):
            span = slice(self._first[number], self._first[number + 1])
            places = self._place[span]
            fits[places] = np.maximum(fits[places], np.float32(like) * self._counts[span])
            tells = max(tells, like * float(self._rarity[number]))
        return fits, tells or 1.0

    def _alike(self, word: str, *, unfinished: bool) -> Iterator[tuple[int, float]]:
        """Known words that may be meant, and how sure that is."""
        if word in self._number_of:
            yield self._number_of[word], 1.0
        begins = bisect_left(self._words, word)
        if unfinished or (len(word) >= 4 and not is_number(word)):
            while begins < len(self._words) and self._words[begins].startswith(word):
                if self._words[begins] != word:
                    yield begins, _BEGINNING * (1.0 if unfinished else 0.9)
                begins += 1
        if is_number(word) or len(word) < 3:
            return
        if len(word) >= 5:
            for number, known in enumerate(self._words):
                if word in known and not known.startswith(word):
                    yield number, _COMPOUND
        yield from self._misspelt(word, unfinished=unfinished)

    def _misspelt(self, word: str, *, unfinished: bool) -> Iterator[tuple[int, float]]:
        most = 1 if len(word) < 6 else 2
        known_as: list[Sequence[str]] = [self._words]
        if unfinished:
            # What is typed so far, against as much of every word.
            known_as.append([known[: len(word)] for known in self._words])
        for known in known_as:
            away = cdist([word], known, scorer=OSA.distance, score_cutoff=most, dtype=np.uint8)[0]
            for number in np.flatnonzero((away > 0) & (away <= most) & ~self._is_number).tolist():
                yield number, _BEGINNING * (1 - float(away[number]) / (len(word) + 1)) ** 2

    def _nearness(self, numbers: NDArray[np.int64], near: tuple[float, float]) -> Floats:
        return (1 / (1 + self._away_m(numbers, near) / _NEAR_M)).astype(np.float32)

    def _away_m(self, numbers: NDArray[np.int64], point: tuple[float, float]) -> NDArray[np.float64]:
        """Metres on the ground; in a district the ground is flat."""
        north = self._latitude[numbers] - point[0]
        east = (self._longitude[numbers] - point[1]) * math.cos(math.radians(point[0]))
        return np.hypot(north, east) * _METRES_A_DEGREE


def _words_of_place(place: Place) -> Mapping[str, float]:
    """The words under which a place is found, and how much each counts."""
    counts: dict[str, float] = {}
    name = words_of(place.name)
    joined = tuple(word + following for word, following in pairwise(name))
    for words, count in (
        (_KINDS_WORDS[place.kind], _KIND),
        (words_of(f"{place.locality} {place.municipality}"), _AROUND),
        (words_of(f"{place.house_number} {place.post_code}"), _ADDRESS_PART),
        (joined, _JOINED),
        (name, _NAME),
    ):
        for word in words:
            counts[word] = max(count, counts.get(word, 0.0))
    return counts


def _likeness(words: Sequence[str], place: Place) -> float:
    """How much of a place's name and number was typed: the street before the streets that go on."""
    if not _KINDS_WORDS[place.kind].isdisjoint(words):
        return 1.0
    named = set(words_of(f"{place.name} {place.house_number}"))
    typed = sum(1 for word in named if any(word.startswith(one) for one in words))
    return typed / max(len(named), 1)


def _each_once(matches: Iterable[Match]) -> list[Match]:
    """Without what reads the same: both sides of a stop, the parts of a school."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for match in matches:
        reads = (match.place.kind, match.place.label)
        if reads not in seen:
            seen.add(reads)
            kept.append(match)
    return kept


def _check(text: str, near: tuple[float, float] | None, most: int, kinds: Sequence[str]) -> None:
    if len(text) > LONGEST_QUERY:
        raise ValueError(f"text has {len(text)} characters, at most {LONGEST_QUERY} are allowed")
    if not 1 <= most <= MOST_RESULTS:
        raise ValueError(f"most is {most}, must be from 1 to {MOST_RESULTS}")
    for kind in kinds:
        if kind not in WEIGHTS:
            raise ValueError(f"kinds holds {kind!r}, must be among {', '.join(WEIGHTS)}")
    if near is not None:
        _check_position(*near)


def _check_position(latitude_deg: float, longitude_deg: float) -> None:
    if not (abs(latitude_deg) <= 90.0 and abs(longitude_deg) <= 180.0):
        raise ValueError(f"position {latitude_deg}, {longitude_deg} is not on the globe")
