"""SensorThings: sets and what they lead to, query options, pages, and each sub-account's own only."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from district import NOON, Office
from hypothesis import given
from hypothesis import strategies as st
from open_door import Answer, Asking, NamedDoor, NoCauses, opened
from service_kit.errors import InvalidInput
from waste.application.judging import Judging
from waste.application.open_data import OpenData
from waste.domain.readings import Measurement, Reading
from waste.entrypoints import sensorthings_sets
from waste.entrypoints.odata import filter_of, options_of
from waste.entrypoints.sensorthings_model import LINKS, SETS
from waste.entrypoints.sensorthings_port import sensorthings_routes

HOUR = timedelta(hours=1)
STREAM = "Datastreams('level~east-box')"


class Api:
    """Asks for paths below the service's root."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def ask(self, path: str, name: str = "east") -> Answer:
        return self._asking.get(quote(f"/sta/v1.1{path and '/'}{path}", safe="/?&=$()',;~%+"), name)

    def get(self, path: str, name: str = "east") -> Any:
        answer = self.ask(path, name)
        assert answer.status == 200, answer.body
        return answer.json

    def ids(self, path: str, name: str = "east") -> list[str]:
        return [each["@iot.id"] for each in self.get(path, name)["value"]]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    office = Office(tmp_path_factory.mktemp("sensorthings"))
    for name in ("east", "west"):
        office.settle(name)
        office.measure(f"{name}-0", [2000 - 100 * hour for hour in range(10)], HOUR)
        Judging(office.desk).judge(f"{name}-box")
    cold = Measurement(temperature_c=-3.5, battery_share=0.5)
    office.levels.take([Reading("east-0", NOON - 30 * HOUR, NOON, cold)])
    data = OpenData(office.store, NoCauses(), office.clock)
    with opened(sensorthings_routes(data, NamedDoor(), office.clock.now)) as asking:
        yield Api(asking)
    office.close()


network = pytest.mark.network


@network
def test_the_root_names_every_set_and_every_link_leads_somewhere(api: Api) -> None:
    root = api.get("")
    assert [each["name"] for each in root["value"]] == list(SETS)
    for name in SETS:
        entities = api.get(name)["value"]
        assert entities, name
        first = entities[0]
        here = urlsplit(first["@iot.selfLink"]).path.removeprefix("/sta/v1.1/")
        assert api.get(here) == first
        for link, target in LINKS[name].items():
            led = urlsplit(first[f"{link}@iot.navigationLink"]).path.removeprefix("/sta/v1.1/")
            found = api.get(led)
            back = found["value"][0] if link == target else found
            assert f"/{target}(" in back["@iot.selfLink"]


@network
def test_a_thing_with_everything_that_belongs_to_it(api: Api) -> None:
    told = api.get(
        "Things('east-box')?$expand=Locations,Datastreams($filter=startswith(@iot.id,'level');"
        "$expand=Observations($orderby=phenomenonTime desc;$top=1),Sensor($select=name))"
    )
    assert told["properties"]["fraction"] == "glass_green"
    assert told["Locations"][0]["location"] == {"type": "Point", "coordinates": [13.2, 53.5]}
    [stream] = told["Datastreams"]
    assert stream["unitOfMeasurement"]["symbol"] == "%"
    assert stream["Sensor"] == {"name": "east-0"}
    [newest] = stream["Observations"]
    assert (newest["phenomenonTime"], newest["result"]) == ("2026-06-15T12:00:00.000Z", 55.0)
    more = urlsplit(stream["Observations@iot.nextLink"])
    after = api.get(f"{more.path.removeprefix('/sta/v1.1/')}?{more.query}")
    assert [each["result"] for each in after["value"]] == [50.0]


@network
def test_nobody_sees_anothers(api: Api) -> None:
    assert api.ask("Things", "").status == 401
    for name in SETS:
        assert "east" not in api.ask(f"{name}?$top=1000", "west").body.decode()
    for path in ("Things('east-box')", f"{STREAM}/Observations", "Sensors('east-0')"):
        assert api.ask(path, "west").status == 404
    first = api.ids(f"{STREAM}/Observations?$top=1")[0]
    assert api.get(f"Observations('{first}')")["result"] == 10.0
    assert api.ask(f"Observations('{first}')", "west").status == 404
    assert api.ids("Things", "nobody") == []


@network
def test_pages_hang_together(api: Api) -> None:
    path, seen = f"{STREAM}/Observations?$top=3&$count=true&$select=result", []
    while path:
        page = api.get(path)
        assert page["@iot.count"] == 10
        seen += [each["result"] for each in page["value"]]
        more = urlsplit(page.get("@iot.nextLink", ""))
        path = f"{more.path.removeprefix('/sta/v1.1/')}?{more.query}" if more.path else ""
    assert seen == [10.0 + 5 * hour for hour in range(10)]


@network
@pytest.mark.parametrize(
    ("query", "results"),
    [
        ("$filter=result gt 45", [50.0, 55.0]),
        ("$filter=phenomenonTime ge 2026-06-15T11:00:00Z", [50.0, 55.0]),
        ("$filter=phenomenonTime lt 2026-06-15T05:00:00Z and not result eq 10", [15.0]),
        ("$filter=(result eq 10 or result eq 20) and phenomenonTime gt 2026-06-15T03:30:00Z", [20.0]),
        ("$orderby=phenomenonTime desc&$top=2", [55.0, 50.0]),
        ("$orderby=phenomenonTime desc&$filter=phenomenonTime le 2026-06-15T10:00:00Z&$top=1", [45.0]),
        ("$orderby=result desc&$top=1&$skip=1", [50.0]),
        ("$top=0", []),
        ("$skip=9", [55.0]),
    ],
)
def test_observations_are_chosen(api: Api, query: str, results: list[float]) -> None:
    found = api.get(f"{STREAM}/Observations?{query}")["value"]
    assert [each["result"] for each in found] == results


@network
def test_other_streams_and_properties(api: Api) -> None:
    assert [
        each["result"] for each in api.get("Datastreams('temperature~east-0')/Observations")["value"]
    ] == [-3.5]
    assert api.get("Datastreams('battery~east-0')/Observations?$count=true")["@iot.count"] == 1
    assert api.get(f"{STREAM}/ObservedProperty/name") == {"name": "Fill level"}
    assert api.ask(f"{STREAM}/ObservedProperty/name/$value").body == b"Fill level"
    assert api.ids("ObservedProperties('level')/Datastreams") == ["level~east-box"]
    assert api.ids("Things?$filter=properties/ampel eq 'green' and endswith(name,'box')") == ["east-box"]
    assert api.ids("Things('east-box')/Locations('east-site')/Things") == ["east-box"]
    assert len(api.get("FeaturesOfInterest('east-site')/Observations?$top=1000")["value"]) == 22


@network
def test_too_wide_a_question_is_refused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sensorthings_sets, "MOST_SCANNED", 5)
    answer = api.ask(f"{STREAM}/Observations?$orderby=result")
    assert (answer.status, answer.json["reason"]) == (400, "QUERY_TOO_WIDE")
    assert len(api.get(f"{STREAM}/Observations?$top=2")["value"]) == 2


@network
@pytest.mark.parametrize(
    "path",
    [
        "Nothings",
        "Things('none')",
        "Things('east-box')/Nothing",
        "Things('east-box')/name/x",
        "Things('east-box')/Datastreams/x",
        "Observations('x')",
        "Observations('level~east-box~9')",
        "Things(",
        "Things('east-box')/@iot.id",
    ],
)
def test_what_is_not_there_is_told(api: Api, path: str) -> None:
    answer = api.ask(path)
    assert (answer.status, answer.json["reason"]) == (404, "PATH_NOT_FOUND")


@pytest.mark.parametrize(
    "query",
    [
        [("$top", "-1")],
        [("$top", "x")],
        [("$skip", "99999999")],
        [("$count", "yes")],
        [("$format", "json")],
        [("$top", "1"), ("$top", "2")],
        [("$orderby", "name sideways")],
        [("$expand", "Datastreams(")],
        [("$expand", "A($expand=B($expand=C($expand=D($expand=E($expand=F)))))")],
        [("$filter", "name")],
        [("$filter", "name eq")],
        [("$filter", "name eq 'a' b")],
        [("$filter", "(name eq 'a'")],
        [("$filter", "geo.intersects(location)")],
        [("$filter", "name eq 'a")],
        [("$filter", "name eq 2026-13-45T00:00:00Z")],
        [("$filter", "(" * 60 + "name eq 1" + ")" * 60)],
        [("$filter", "name eq '" + "a" * 5000 + "'")],
    ],
)
def test_queries_that_make_no_sense_are_refused(query: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidInput) as refused:
        options_of(query)
    assert refused.value.reason == "QUERY_INVALID"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a eq 'it''s'", True),
        ("contains(a,'t''s')", True),
        ("substringof('it',a) eq true", True),
        ("startswith(a,'x') eq false", True),
        ("n ge 1.5e0 and n le 2", True),
        ("n eq null", False),
        ("x eq null", True),
        ("x ne 'y'", True),
        ("x gt 1", False),
        ("a gt 1", False),
        ("p/q eq true", True),
        ("not (p/q eq true or n eq 1)", False),
        ("t eq 2026-06-15T14:00:00+02:00", True),
        ("2026-06-15T12:00:01Z gt t", True),
    ],
)
def test_filters_mean_what_they_say(text: str, kept: bool) -> None:
    entity = {"a": "it's", "n": 2, "p": {"q": True}, "t": "2026-06-15T12:00:00.000Z"}
    assert filter_of(text).keeps(entity) is kept


@given(st.text(max_size=60))
def test_any_text_is_a_filter_or_refused(text: str) -> None:
    try:
        filter_of(text).keeps({"name": "x", "n": 1})
    except InvalidInput as refused:
        assert refused.reason == "QUERY_INVALID"  # noqa: PT017 - either is fine
