import pytest
from kept_tours import NOW
from landlinie.waste.v1 import tour_driving_pb2, tour_pb2
from service_kit.errors import InvalidInput
from service_kit.faults import Faults
from waste.entrypoints.tour_requests import LONGEST_NOTE, ReportReader


def faulty(note: tour_pb2.StopNote) -> list[tuple[str, str]]:
    """The fields and reasons that are at fault in a note."""
    faults = Faults()
    request = tour_driving_pb2.ReportContainerEmptiedRequest(stop_id="s1", note=note)
    ReportReader(faults, NOW).emptied(request)
    try:
        faults.settle()
    except InvalidInput as told:
        return [(fault.field, fault.reason) for fault in told.violations]
    return []


@pytest.mark.parametrize(
    "reference", ["", "p/1.jpg", "2026/06/02/a-b_c~1.jpg", "https://bilder.example:8443/t1/s1.jpg?v=2#x"]
)
def test_pictures_are_referred_to_by_path_or_https(reference: str) -> None:
    assert faulty(tour_pb2.StopNote(image_reference=reference)) == []


@pytest.mark.parametrize(
    "reference",
    [
        "javascript:alert(1)",
        "javascript:x",
        "data:image/png;base64,AAAA",
        "http://example.org/1.jpg",
        "//example.org/1.jpg",
        "../1.jpg",
        "1.jpg onerror=x",
        "<img>",
        "\u202egpj.1",
        "x" * 201,
        "a\nb",
    ],
)
def test_no_other_reference_is_taken(reference: str) -> None:
    ((field, _),) = faulty(tour_pb2.StopNote(image_reference=reference))
    assert field == "note.image_reference"


def test_notes_have_lines_and_no_other_control_characters() -> None:
    assert faulty(tour_pb2.StopNote(text="eins\r\nzwei\n")) == []
    for text in ("\x1b[31m", "eins\rzwei", "\x00", "x" * (LONGEST_NOTE + 1)):
        ((field, _),) = faulty(tour_pb2.StopNote(text=text))
        assert field == "note.text"
