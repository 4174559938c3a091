import pytest
from routing_core.places.words import is_number, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Dr.-Külz-Str. 12 A", ("doktor", "kulz", "strasse", "12a")),
        ("Dr.-Külz-Straße 12a", ("doktor", "kulz", "strasse", "12a")),
        ("MÜLLERSTR.", ("mullerstrasse",)),
        ("Muellerstraße", ("mullerstrasse",)),
        ("Mullerstr", ("mullerstrasse",)),
        ("Groß Nemerow", ("gross", "nemerow")),
        ("Café Noël", ("cafe", "nol")),
        ("St. Johannis", ("sankt", "johannis")),
        ("Neubrandenburg ZOB", ("neubrandenburg", "busbahnhof")),
        ("12 Uhr", ("12", "uhr")),
        ("str", ("strasse",)),
        ("  -,; ", ()),
        ("Straße des 1. Mai 3 b, 17033", ("strasse", "des", "1", "mai", "3b", "17033")),
    ],
)
def test_writings_of_one_word_are_one_word(text: str, words: tuple[str, ...]) -> None:
    assert words_of(text) == words


def test_what_begins_with_a_digit_is_a_number() -> None:
    assert [is_number(word) for word in ("12a", "17033", "a1")] == [True, True, False]
