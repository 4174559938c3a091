"""The search against what people mean: every name is found by its writings, mistakes and beginnings."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from routing_core.places.place import WEIGHTS, Place
from routing_core.places.search import LONGEST_QUERY, MOST_RESULTS, PlaceSearch

VILLAGES = ("Quastenberg", "Groß Nemerow", "Klein Nemerow", "Rühlow", "Teschendorf")
STREETS = ("Dorfstraße", "Bahnhofstraße", "Mühlendamm", "Am Dorfteich", "Straße des 1. Mai", "Robinienweg")


def district() -> list[Place]:
    places = []
    for number, village in enumerate(VILLAGES):
        at = (53.5 + 0.03 * number, 13.2)
        places.append(Place(f"n{number}", "village", village, *at))
        for row, street in enumerate(STREETS):
            near = (at[0] + 0.001 * row, at[1])
            places.append(Place(f"w{number}{row}", "street", street, *near, locality=village))
            places.extend(
                Place(
                    f"a{number}{row}{house}", "address", street, *near, f"{house}", f"170{number:02}", village
                )
                for house in (1, 2, 12)
            )
    return [
        *places,
        Place("n90", "town", "Burg Stargard", 53.49, 13.31),
        Place("n91", "station", "Burg Stargard", 53.50, 13.31),
        Place("n92", "school", "Sportgymnasium", 53.55, 13.26, locality="Burg Stargard"),
        Place("n93", "doctor", "Dr. Meier", 53.56, 13.27, locality="Rühlow"),
        Place("n94", "stop", "Teichweg", 53.50, 13.20, locality="Rühlow"),
        Place("n95", "stop", "Teichweg", 53.5001, 13.20, locality="Rühlow"),
    ]


SEARCH = PlaceSearch(district())


def labels(text: str, **how: object) -> list[str]:
    return [match.place.label for match in SEARCH.find(text, **how)]  # type: ignore[arg-type] # as find has it


@pytest.mark.parametrize(
    "place", [place for place in district() if place.kind != "stop"], ids=lambda p: p.label
)
def test_every_label_finds_its_place_first(place: Place) -> None:
    first = SEARCH.find(place.label)[0]
    assert first.place.label == place.label
    assert first.exact_number


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("quastenbreg", "Quastenberg"),
        ("quasten", "Quastenberg"),
        ("qustenb", "Quastenberg"),
        ("ruehlow", "Rühlow"),
        ("Ruhlow", "Rühlow"),
        ("nemerow klein", "Klein Nemerow"),
        ("klein nem", "Klein Nemerow"),
        ("burg stagard", "Burg Stargard"),
        ("dorfstr 12 ruhlow", "Dorfstraße 12, 17003 Rühlow"),
        ("17003 dorfstr 12", "Dorfstraße 12, 17003 Rühlow"),
        ("ruhlow dorf straße 12", "Dorfstraße 12, 17003 Rühlow"),
        ("str. des 1. mai quastenberg", "Straße des 1. Mai, Quastenberg"),
        ("gymnasium", "Sportgymnasium, Burg Stargard"),
        ("arzt rühlow", "Dr. Meier, Rühlow"),
        ("bahnhof", "Burg Stargard"),
    ],
)
def test_what_people_type(text: str, label: str) -> None:
    assert labels(text)[0] == label


def test_nobody_means_another_number() -> None:
    assert not [label for label in labels("Dorfstraße 13 Rühlow") if " 12," in label or " 1," in label]
    (found, *_) = SEARCH.find("Dorfstraße 13 Rühlow")
    assert (found.place.label, found.exact_number) == ("Dorfstraße, Rühlow", False)
    assert labels("17099") == []


def test_of_equal_names_the_nearer_comes_first() -> None:
    for number, village in enumerate(VILLAGES):
        near = (53.5 + 0.03 * number, 13.2)
        assert labels("Dorfstraße", near=near)[0] == f"Dorfstraße, {village}"


def test_a_word_nobody_knows_does_not_hide_the_rest() -> None:
    assert labels("Restaurant Quastenberg hinten")[0] == "Quastenberg"
    assert labels("xyzzy") == []


def test_both_sides_of_a_stop_are_one_answer() -> None:
    assert labels("Teichweg").count("Teichweg, Rühlow") == 1


def test_kinds() -> None:
    assert {match.place.kind for match in SEARCH.find("Burg Stargard", kinds=["station"])} == {"station"}


def test_the_place_next_to_a_point() -> None:
    there = SEARCH.nearest(53.5601, 13.2701)
    assert there is not None
    assert there.name == "Dr. Meier"
    assert SEARCH.nearest(54.5, 13.27) is None
    assert SEARCH.nearest(53.58, 13.27, within_m=100.0) is None
    assert PlaceSearch([]).nearest(53.5, 13.2) is None
    assert PlaceSearch([]).find("Dorf") == []


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"text": "x" * (LONGEST_QUERY + 1)}, "text has 201 characters"),
        ({"text": "x", "most": 0}, "most is 0"),
        ({"text": "x", "most": MOST_RESULTS + 1}, "most is 51"),
        ({"text": "x", "kinds": ["pub"]}, "kinds holds 'pub'"),
        ({"text": "x", "near": (91.0, 0.0)}, "not on the globe"),
        ({"text": "x", "near": (float("nan"), 0.0)}, "not on the globe"),
    ],
)
def test_what_cannot_be_asked(how: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        SEARCH.find(**how)  # type: ignore[arg-type] # on purpose


@given(st.text(max_size=LONGEST_QUERY), st.integers(1, MOST_RESULTS))
def test_any_text_has_an_answer_in_order(text: str, most: int) -> None:
    found = SEARCH.find(text, most=most)
    assert len(found) <= most
    assert [match.score for match in found] == sorted((match.score for match in found), reverse=True)


def _made_up(rng: random.Random) -> str:
    ends = ("dorf", "hagen", "berg", "ow", "itz", "walde", "feld", "straße", "weg", "platz")
    return "".join(
        rng.choices(("brü", "klat", "neu", "schwe", "tro", "gra", "lün", "mirow", "pen", "zar"), k=2)
    ) + (rng.choice(ends))


def _mistyped(word: str, rng: random.Random) -> str:
    """One letter left out, doubled, swapped with the next or hit beside; never the first."""
    where = rng.randrange(1, len(word) - 1)
    match rng.randrange(4):
        case 0:
            return word[:where] + word[where + 1 :]
        case 1:
            return word[:where] + word[where] + word[where:]
        case 2:
            return word[:where] + word[where + 1] + word[where] + word[where + 2 :]
        case _:
            return word[:where] + rng.choice("enristaldu") + word[where + 1 :]


def test_of_a_thousand_names_with_one_mistake_almost_all_are_among_the_first_three() -> None:
    rng = random.Random(20)
    names = sorted({_made_up(rng) for _ in range(1500)})
    search = PlaceSearch(
        Place(f"n{number}", rng.choice(list(WEIGHTS)), name.title(), 53.0, 13.0)
        for number, name in enumerate(names)
    )
    found = 0
    for name in names:
        typed = _mistyped(name, rng)
        found += name.title() in [match.place.name for match in search.find(typed, most=3)]
    # Not all: some mistakes make another name of the district.
    assert found / len(names) > 0.93
