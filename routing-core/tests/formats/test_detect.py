import format_cases as cases
import pytest
from routing_core.formats.detect import Format, detect, read_instance
from routing_core.formats.errors import FormatError


@pytest.mark.parametrize("family", list(Format))
def test_every_format_is_known_by_its_content(family: Format) -> None:
    assert detect(cases.FILES[family].splitlines()) is family


@pytest.mark.parametrize("family", list(Format))
def test_blank_lines_and_windows_line_ends_do_not_matter(family: Format) -> None:
    lines = [f"{line}\r\n" for line in cases.FILES[family].splitlines()]

    assert detect(["\r\n", *lines, "\r\n"]) is family
    assert read_instance(["\r\n", *lines, "\r\n"]).format is family


@pytest.mark.parametrize(
    ("text", "line_number", "said"),
    [
        ("", 1, "the file is empty"),
        ("\n\n", 1, "the file is empty"),
        ("\nDear reader,\n", 2, "begins with 'Dear reader,'"),
        ("1 2 3 4\n", 1, "begins with '1 2 3 4'"),
        ("NAME : x\nTYPE : TSP\n", 2, "TYPE is 'TSP'"),
        ("2 2 100 3 20\n0 0 0 0 0 0 100\n", 1, "6 rows (Cordeau 2006) or 3 rows"),
    ],
)
def test_an_unknown_file_is_refused_with_its_line(text: str, line_number: int, said: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_instance(text.splitlines())

    assert said in caught.value.message
    assert caught.value.line_number == line_number
