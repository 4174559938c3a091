"""The client tries again where that is safe, and tells what went wrong."""

import json
from collections.abc import Callable, Iterator

import httpx
import pytest
from landlinie_client import AsyncClient, Client, Event, Problem, Retries, async_pages, pages

AT_ONCE = Retries(most=3, first_s=0.0, longest_s=5.0)
Answer = Callable[[httpx.Request], httpx.Response]


class Script:
    """A gateway that answers what a test says, one after the other, and remembers what it was asked."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self._answers = list(answers)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self, retries: Retries = AT_ONCE) -> Client:
        return Client("http://gateway", "t0k3n", retries=retries, transport=httpx.MockTransport(self))

    def async_client(self) -> AsyncClient:
        return AsyncClient("http://gateway", "t0k3n", retries=AT_ONCE, transport=httpx.MockTransport(self))


def problem(status: int, reason: str, **further: object) -> httpx.Response:
    return httpx.Response(status, json={"status": status, "reason": reason, "detail": "so it is", **further})


def ride(number: int) -> httpx.Response:
    return httpx.Response(200, json={"ride": {"ride_id": f"r-{number}"}})


def test_a_booking_is_tried_again_with_the_same_key() -> None:
    script = Script(
        httpx.ConnectError("away"),
        problem(503, "SHUTTING_DOWN", retry_after_s=0.0),
        httpx.ReadTimeout("late"),
        ride(1),
    )

    with script.client() as client:
        booked = client.book_ride({"offer_id": "o-1"})

    assert booked["ride"]["ride_id"] == "r-1"
    keys = {request.headers["idempotency-key"] for request in script.asked}
    assert len(script.asked) == 4
    assert len(keys) == 1
    assert {request.headers["authorization"] for request in script.asked} == {"Bearer t0k3n"}
    assert json.loads(script.asked[-1].content) == {"offer_id": "o-1"}


def test_two_bookings_have_keys_of_their_own_and_one_may_be_given() -> None:
    script = Script(ride(1), ride(2), ride(3))

    with script.client() as client:
        client.book_ride({"offer_id": "o-1"})
        client.book_ride({"offer_id": "o-2"})
        client.book_ride({"offer_id": "o-3"}, idempotency_key="mine")

    first, second, third = (request.headers["idempotency-key"] for request in script.asked)
    assert first != second
    assert third == "mine"


@pytest.mark.parametrize(
    ("status", "further", "tries"),
    [
        (400, {}, 1),
        (404, {}, 1),
        (409, {}, 1),
        (409, {"retry_after_s": 0.0}, 4),
        (429, {}, 4),
        (500, {}, 1),
        (503, {}, 4),
        (504, {}, 4),
        # Nobody wants to wait that long.
        (429, {"retry_after_s": 3_600.0}, 1),
    ],
)
def test_what_waiting_does_not_help_is_told_at_once(
    status: int, further: dict[str, object], tries: int
) -> None:
    script = Script(*(problem(status, "SO", **further) for _ in range(4)))

    with script.client() as client, pytest.raises(Problem) as caught:
        client.get_ride("r-1")

    assert (caught.value.status, caught.value.reason) == (status, "SO")
    assert len(script.asked) == tries


def test_a_problem_names_every_field() -> None:
    fault = {"field": "party", "description": "is missing", "reason": "FIELD_MISSING"}
    script = Script(
        problem(400, "FIELD_MISSING", violations=[fault], domain="landlinie.pooling", request_id="q")
    )

    with script.client() as client, pytest.raises(Problem) as caught:
        client.request_offers({})

    (violation,) = caught.value.violations
    assert (violation.field, violation.reason) == ("party", "FIELD_MISSING")
    assert (caught.value.domain, caught.value.request_id) == ("landlinie.pooling", "q")


def test_an_answer_that_is_no_problem_is_one_all_the_same() -> None:
    script = Script(httpx.Response(404, text="<html>", headers={"Retry-After": "7"}))

    with script.client() as client, pytest.raises(Problem) as caught:
        client.get_ride("r-1")

    assert (caught.value.reason, caught.value.retry_after_s) == ("HTTP_404", 7.0)


def test_nobody_at_all_is_told_as_such() -> None:
    script = Script(*(httpx.ConnectError("away") for _ in range(4)))

    with script.client() as client, pytest.raises(httpx.ConnectError):
        client.list_zones()

    assert len(script.asked) == 4


def test_ids_are_quoted_and_queries_written_as_json_has_them() -> None:
    script = Script(ride(1), httpx.Response(200, json={"journeys": [], "next_page_token": ""}))

    with script.client() as client:
        client.get_ride("a/b?c")
        client.list_journeys("a-1", questions_only=True, page_size=5)

    assert script.asked[0].url.raw_path == b"/v1/rides/a%2Fb%3Fc"
    assert script.asked[1].url.query == b"questions_only=true&page_size=5"


def test_pages_follow_one_another() -> None:
    script = Script(
        httpx.Response(200, json={"rides": [{"ride_id": "a"}], "next_page_token": "n"}),
        httpx.Response(200, json={"rides": [{"ride_id": "b"}], "next_page_token": ""}),
    )

    with script.client() as client:
        found = [
            each["ride_id"] for page in pages(client.list_rides, zone_id="nord") for each in page["rides"]
        ]

    assert found == ["a", "b"]
    assert script.asked[1].url.query == b"zone_id=nord&page_token=n"


def stream(*lines: str, broken: bool = False) -> httpx.Response:
    def content() -> Iterator[bytes]:
        yield "".join(f"{line}\n" for line in lines).encode()
        if broken:
            raise httpx.ReadError("cut")

    return httpx.Response(200, content=content(), headers={"Content-Type": "text/event-stream"})


def told(kind: str, number: int) -> list[str]:
    return [f"event: {kind}", f"id: e-{number}", f'data: {{"number":{number}}}', ""]


def test_events_go_on_where_they_broke_off() -> None:
    script = Script(
        stream("retry: 1000", "", *told("heartbeat", 4), ": comment", *told("RideBooked", 5), broken=True),
        httpx.ConnectError("away"),
        problem(503, "SHUTTING_DOWN"),
        stream(*told("RideCancelled", 6), "event: RideBooked", "id: e-7", "data: {"),
        stream(*told("resync", 9)),
    )

    with script.client() as client:
        events = client.follow_events(kind=["RideBooked", "RideCancelled"])
        found = [next(events) for _ in range(3)]

    assert found == [
        Event("RideBooked", "e-5", {"number": 5}),
        Event("RideCancelled", "e-6", {"number": 6}),
        Event("resync", "e-9", {"number": 9}),
    ]
    assert [request.headers.get("last-event-id") for request in script.asked] == [
        None,
        "e-5",
        "e-5",
        "e-5",
        # An event that was cut off is asked for again.
        "e-6",
    ]
    assert script.asked[0].url.query == b"kind=RideBooked&kind=RideCancelled"


def test_a_stream_that_nobody_may_follow_ends() -> None:
    script = Script(stream("event: problem", 'data: {"status":401,"reason":"TOKEN_EXPIRED"}', ""))

    with script.client() as client, pytest.raises(Problem) as caught:
        next(client.follow_events(after="e-1"))

    assert caught.value.reason == "TOKEN_EXPIRED"
    assert script.asked[0].headers["last-event-id"] == "e-1"


async def test_asynchronous_programs_have_the_same() -> None:
    script = Script(
        httpx.ConnectError("away"),
        ride(1),
        httpx.Response(200, json={"rides": [], "next_page_token": "n"}),
        httpx.Response(200, json={"rides": [], "next_page_token": ""}),
        httpx.Response(200, content=b'{"name":"a"}\n{"name":"b"}\n'),
        httpx.Response(200, content=b"%PDF"),
        problem(404, "NONE"),
    )

    async with script.async_client() as client:
        booked = await client.book_ride({"offer_id": "o"})
        count = len([page async for page in async_pages(client.list_rides)])
        held = [part["name"] async for part in client.export_person("a-1")]
        sheet = await client.download_tour_sheet("t-1")
        with pytest.raises(Problem):
            await client.get_ride("r-1")

    assert booked["ride"]["ride_id"] == "r-1"
    assert (count, held, sheet) == (2, ["a", "b"], b"%PDF")


async def test_asynchronous_events_go_on_where_they_broke_off() -> None:
    async def content(*lines: str) -> "object":
        for line in lines:
            yield f"{line}\n".encode()

    def streamed(*lines: str) -> httpx.Response:
        return httpx.Response(200, content=content(*lines))  # type: ignore[arg-type] # an asynchronous iterator

    script = Script(streamed(*told("RideBooked", 1)), streamed(*told("RideBooked", 2)))
    found: list[str] = []
    async with script.async_client() as client:
        async for event in client.follow_events():
            found.append(event.id)
            if len(found) == 2:
                break

    assert found == ["e-1", "e-2"]
    assert script.asked[1].headers["last-event-id"] == "e-1"


@pytest.mark.parametrize("tried", range(1, 12))
def test_pauses_grow_and_stay_within_bounds(tried: int) -> None:
    retries = Retries(most=20, first_s=0.2, longest_s=5.0)

    pause_s = retries.pause_s(tried, None)

    assert pause_s is not None
    longest_s = min(5.0, 0.2 * 2 ** (tried - 1))
    assert longest_s / 2 <= pause_s <= longest_s
