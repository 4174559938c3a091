"""The public page of a recycling yard: what it says, in which language, and where nothing is known."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from gateway.pages.yard_hours import closes_at, opens_at, week_of
from gateway.pages.yard_page import yard_html
from gateway.pages.yard_words import Language, language_of
from gateway_rig import Rig, rigged
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given, settings
from hypothesis import strategies as st
from landlinie.common.v1 import geo_pb2
from landlinie.waste.v1 import site_pb2, yard_pb2
from service_kit.clock import SimulatedClock
from service_kit.errors import Unavailable

BERLIN = ZoneInfo("Europe/Berlin")
# A Tuesday, 10:20 in Berlin.
NOW = datetime(2021, 11, 23, 9, 20, tzinfo=UTC)
HOURS = [
    {"iso_weekdays": [1, 2, 3, 4, 5], "opens_at": "08:00", "closes_at": "17:00"},
    {"iso_weekdays": [6], "opens_at": "08:00", "closes_at": "12:00"},
]


class Text(HTMLParser):
    """What stands on a page, and the elements that hold other text or lead elsewhere."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href" and value]

    def handle_data(self, data: str) -> None:
        if self.tags[-1] != "style" and data.strip():
            self.words.append(data.strip())

    @property
    def all(self) -> str:
        return " ".join(self.words)


def told(**state: Any) -> dict[str, Any]:
    now = {
        "open": True,
        "stale": False,
        "measure_time": "2021-11-23T09:15:00Z",
        "car_count": 13,
        "queue_count": 3,
        "occupancy_share": 1.3,
        "waiting_duration": "480s",
        "upper_90_waiting_duration": "840s",
        "forecast": [
            slot("2021-11-23T09:30:00Z", 12.4, 9.6, 15.3, "600s"),
            slot("2021-11-23T10:00:00Z", 4.4, 2.1, 6.7, "0s"),
            slot("2021-11-24T07:00:00Z", 1.0, 1.0, 1.0, "0s"),
        ],
    }
    yard = {
        "yard_id": "hof",
        "name": "Wertstoffhof <Nord>",
        "bay_count": 10,
        "time_zone": "Europe/Berlin",
        "opening_hours": HOURS,
    }
    return {"yard": yard, "state": {**now, **state}}


def slot(time: str, expected: float, low: float, high: float, wait: str) -> dict[str, Any]:
    return {
        "time": time,
        "expected_cars": expected,
        "lower_80_cars": low,
        "upper_80_cars": high,
        "waiting_duration": wait,
    }


def test_a_full_yard_says_how_long_one_waits_and_when_it_is_quiet() -> None:
    page = Text(yard_html(told(), Language.GERMAN, NOW, known=True))
    assert "Wertstoffhof <Nord>" in page.words
    assert "Geöffnet bis 17:00 Uhr" in page.words
    assert "Voll, es wird gewartet" in page.words
    assert "Wartezeit etwa 8 Min., in neun von zehn Fällen höchstens 14 Min." in page.words
    assert "10 Autos an 10 Plätzen, 3 Autos warten davor." in page.words
    assert "Gemessen heute um 10:15 Uhr." in page.words
    assert "Am ruhigsten voraussichtlich heute um 11:00 Uhr." in page.words
    assert "10:30 10 bis 15 10 Min. 11:00 2 bis 7 keine" in page.all
    assert "Morgen" in page.words
    assert "08:00 1 keine" in page.all
    assert page.tags.count("details") == 1
    assert "Montag–Freitag 08:00–17:00 Samstag 08:00–12:00" in page.all
    assert "script" not in page.tags


def test_the_same_in_english() -> None:
    page = Text(yard_html(told(), Language.ENGLISH, NOW, known=True))
    assert "Open until 17:00" in page.words
    assert "About 8 min of waiting, in nine cases of ten no more than 14 min" in page.words
    assert "Monday–Friday 08:00–17:00" in page.all


@pytest.mark.parametrize(
    ("cars", "share", "sentence", "crowd"),
    [
        (0, 0.0, "0 Autos an 10 Plätzen.", "Wenig los"),
        (1, 0.1, "1 Auto an 10 Plätzen.", "Wenig los"),
        (5, 0.5, "5 Autos an 10 Plätzen.", "Gut besucht"),
        (10, 1.0, "10 Autos an 10 Plätzen.", "Voll"),
    ],
)
def test_without_a_queue_there_is_no_waiting(cars: int, share: float, sentence: str, crowd: str) -> None:
    state = {"queue_count": 0, "waiting_duration": "0s", "upper_90_waiting_duration": "0s"}
    document = told(car_count=cars, occupancy_share=share, **state)
    page = Text(yard_html(document, Language.GERMAN, NOW, known=True))
    assert sentence in page.words
    assert crowd in page.words
    assert "Keine Wartezeit" in page.words


@pytest.mark.parametrize(("stale", "known"), [(True, True), (False, False)])
def test_what_was_measured_long_ago_is_not_told_as_now(*, stale: bool, known: bool) -> None:
    document = told(stale=stale)
    if stale:
        for name in ("car_count", "queue_count", "occupancy_share", "waiting_duration"):
            del document["state"][name]
    page = Text(yard_html(document, Language.GERMAN, NOW, known=known))
    assert "Wie voll es ist, ist gerade nicht bekannt." in page.words
    assert "Gemessen heute um 10:15 Uhr." in page.words
    assert "Autos an 10 Plätzen" not in page.all


@pytest.mark.parametrize(
    ("now", "sentence"),
    [
        (datetime(2021, 11, 23, 5, 0, tzinfo=UTC), "Öffnet heute um 08:00 Uhr"),
        (datetime(2021, 11, 23, 17, 0, tzinfo=UTC), "Öffnet morgen um 08:00 Uhr"),
        (datetime(2021, 11, 27, 13, 0, tzinfo=UTC), "Öffnet Montag, 29. November um 08:00 Uhr"),
    ],
)
def test_a_closed_yard_says_when_it_opens_and_not_how_full_it_is(now: datetime, sentence: str) -> None:
    page = Text(yard_html(told(open=False), Language.GERMAN, now, known=True))
    assert "Geschlossen" in page.words
    assert sentence in page.words
    assert "Autos an" not in page.all


def test_a_yard_without_hours_or_a_past_has_no_table() -> None:
    document = told(forecast=[])
    document["yard"]["opening_hours"] = []
    page = Text(yard_html(document, Language.GERMAN, NOW, known=True))
    assert "Geöffnet" in page.words
    assert "Immer geöffnet." in page.words
    assert "table" not in page.tags


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        (None, "", "de"),
        (None, "en-GB,en;q=0.9,de;q=0.8", "en"),
        (None, "fr;q=1, de;q=0.7, en;q=0.6", "de"),
        (None, "en;q=0, de;q=0.1", "de"),
        (None, "en;q=high", "de"),
        ("de", "en", "de"),
        ("en", "de", "en"),
        ("fr", "en", "en"),
    ],
)
def test_the_language_is_the_one_chosen_or_the_browsers_or_german(
    chosen: str | None, accepted: str, language: str
) -> None:
    assert language_of(chosen, accepted) == language


def span(weekdays: list[int], opens: int, length: int) -> dict[str, Any]:
    """Opening hours from half hours."""
    opens_at, closes_at = (f"{at // 2:02}:{at % 2 * 30:02}" for at in (opens, min(48, opens + length)))
    return {"iso_weekdays": weekdays, "opens_at": opens_at, "closes_at": closes_at}


WEEKDAYS = st.lists(st.integers(1, 7), unique=True)


@settings(deadline=None)
@given(
    st.lists(st.builds(span, WEEKDAYS, st.integers(0, 47), st.integers(1, 48)), max_size=5),
    st.datetimes(datetime(2021, 1, 1), datetime(2023, 1, 1)),  # noqa: DTZ001 - local
)
def test_hours_agree_with_one_another(spans: list[dict[str, Any]], local: datetime) -> None:
    now = local.replace(tzinfo=BERLIN)
    begins, ends = opens_at(spans, now), closes_at(spans, now)
    if ends is not None:
        assert ends > now
    if begins is not None:
        assert begins > now
        assert closes_at(spans, begins) is not None
    else:
        assert spans == []
    days = [day for group, _ in week_of(spans) for day in group]
    assert days == sorted({day for span in spans for day in span["iso_weekdays"] or range(1, 8)})


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with rigged(tmp_path, rooms=("pooling", "waste"), clock=SimulatedClock(NOW)) as running:
        for yard_id, public in (("hof", True), ("intern", False)):
            running.answers.yards.append(
                yard_pb2.Yard(
                    yard_id=yard_id,
                    name=f"Hof {yard_id}",
                    position=geo_pb2.Position(latitude_deg=53.5, longitude_deg=13.2),
                    opening_hours=[site_pb2.OpeningSpan(opens_at="08:00", closes_at="17:00")],
                    bay_count=8,
                    stay_duration_min=12,
                    public=public,
                    time_zone="Europe/Berlin",
                )
            )
        measured = Timestamp()
        measured.FromDatetime(NOW - timedelta(minutes=4))
        running.answers.yard_states["hof"] = yard_pb2.YardState(
            yard_id="hof",
            open=True,
            measure_time=measured,
            car_count=2,
            occupancy_share=0.25,
            waiting_duration=Duration(),
            upper_90_waiting_duration=Duration(),
        )
        yield running


@pytest.mark.network
async def test_anybody_reads_it_without_signing_in(rig: Rig) -> None:
    async with rig.client() as client:
        page = await client.get("/yard/hof", headers={"Accept-Language": "en"})
        again = await client.get(
            "/yard/hof", headers={"Accept-Language": "en", "If-None-Match": page.headers["etag"]}
        )
        german = await client.get("/yard/hof?lang=de", headers={"Accept-Language": "en"})
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-language"] == "en"
    assert "Accept-Language" in page.headers["vary"]
    assert page.headers["cache-control"].startswith("public, max-age=")
    assert {"Open until 17:00", "Not much going on", "2 cars at 8 places."} <= set(Text(page.text).words)
    assert again.status_code == 304
    assert "Geöffnet bis 17:00 Uhr" in Text(german.text).words


@pytest.mark.network
async def test_the_list_leads_to_those_that_are_public(rig: Rig) -> None:
    async with rig.client() as client:
        page = await client.get("/yard")
        hidden = await client.get("/yard/intern")
        unknown = await client.get("/yard/nowhere?lang=en")
    assert "/yard/hof?lang=de" in Text(page.text).links
    assert "intern" not in page.text
    assert (hidden.status_code, unknown.status_code) == (404, 404)
    assert "Diesen Wertstoffhof gibt es hier nicht" in Text(hidden.text).words
    assert "There is no such recycling yard here" in Text(unknown.text).words


@pytest.mark.network
async def test_a_service_that_is_away_is_said_so_on_a_page(rig: Rig) -> None:
    rig.answers.error = Unavailable("SERVICE_STOPPING", "away")
    async with rig.client() as client:
        page = await client.get("/yard/hof")
    assert page.status_code == 503
    assert page.headers["retry-after"] == "60"
    assert "Gerade nicht zu erfahren" in Text(page.text).words


@pytest.mark.network
async def test_a_district_without_yards_has_no_such_page(tmp_path: Path) -> None:
    async with rigged(tmp_path) as rig, rig.client() as client:
        assert (await client.get("/yard/hof")).status_code == 404
