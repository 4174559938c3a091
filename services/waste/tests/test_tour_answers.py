from kept_tours import container, plant, tour
from waste.domain.tour import Reason
from waste.entrypoints.tour_answers import LARGEST_PAGE_BYTES, page

CLIENTS_TAKE_BYTES = 4 * 1024 * 1024


def test_a_page_is_not_larger_than_clients_take() -> None:
    why = Reason("OVERFLOW_RISK", "läuft über " * 20, "overflows " * 20, {"level_percent": 90.0})
    stops = [container(number, reason=why) for number in range(1, 200)]
    tours = [tour(*stops, plant(200), id=f"t{number}") for number in range(100)]
    first = page(tours)
    size_bytes = sum(one.ByteSize() for one in first)
    assert [one.tour_id for one in first] == [f"t{number}" for number in range(len(first))]
    assert LARGEST_PAGE_BYTES / 2 < size_bytes <= LARGEST_PAGE_BYTES < CLIENTS_TAKE_BYTES
    assert page([]) == []


def test_a_page_has_one_tour_at_least() -> None:
    why = Reason("SAID", "x" * LARGEST_PAGE_BYTES, "")
    large = tour(container(1, reason=why), plant(2))
    assert len(page([large, large])) == 1
