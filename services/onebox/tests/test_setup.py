"""The first start: a district is made from a page's calls, and is then one that can be served."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from gateway.settings import GatewaySettings
from little_district import write_feed, write_map
from onebox.district import load_district
from onebox.main import app
from onebox.settings import OWN_DISTRICT
from onebox.setup.app import SetUp
from onebox.setup.needed import is_to_be_set_up
from service_kit.identity.local_issuer import bind_tenant
from typer.testing import CliRunner, Result

OWN = {"X-Landlinie-Client": "tests"}
STEPS_S = 90
Work = Callable[[httpx.AsyncClient, SetUp], Awaitable[None]]


def with_page(tmp_path: Path, work: Work, *, signed_in: bool = True) -> None:
    async def run() -> None:
        page = SetUp(
            tmp_path / "var" / OWN_DISTRICT,
            tmp_path / "var",
            GatewaySettings(),
            finished=lambda: "code-for-later",
        )
        transport = httpx.ASGITransport(app=page.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://setup", headers=OWN) as client:
            if signed_in:
                answer = await client.post("/v1/session", json={"code": page.code})
                assert answer.status_code == 201
            try:
                await work(client, page)
            finally:
                await page.stop()

    asyncio.run(run())


async def made(client: httpx.AsyncClient) -> dict[str, Any]:
    async with asyncio.timeout(STEPS_S):
        while True:
            told: dict[str, Any] = (await client.get("/v1/setup")).json()
            if told["making"]["state"] != "running":
                return told
            await asyncio.sleep(0.1)


def service(**changes: object) -> dict[str, object]:
    place = {"latitude_deg": 53.5042, "longitude_deg": 13.22, "label": "Süderdorf"}
    vehicle = {"kind": "buergerbus", "seat_count": 7, "wheelchair_place_count": 1, "place": place}
    return {
        "zone": None,
        "weekdays": ["mon", "fri"],
        "start": "06:00",
        "end": "20:30",
        "vehicles": [{**vehicle, "name": "Bürgerbus"}, {**vehicle, "name": "Bürgerbus"}],
        **changes,
    }


def fault(answer: httpx.Response) -> tuple[int, str]:
    told = answer.json()
    return answer.status_code, (told.get("violations") or [{"field": told["reason"]}])[0]["field"]


def test_from_nothing_to_a_district_that_can_be_served(tmp_path: Path) -> None:
    osm, feed = write_map(tmp_path / "map.osm"), write_feed(tmp_path / "bus.zip")

    async def work(client: httpx.AsyncClient, page: SetUp) -> None:
        assert (await client.get("/v1/setup")).json()["step"] == "district"
        wanted = {"name": "Amt Süder-Dörfer", "osm": str(osm), "gtfs": [str(osm)]}
        assert (await client.post("/v1/setup/district", json=wanted)).status_code == 202
        assert fault(await client.post("/v1/setup/district", json=wanted)) == (409, "SETUP_UNDER_WAY")
        told = await made(client)
        assert (told["making"]["state"], told["making"]["field"]) == ("failed", "gtfs")
        assert "not a zip" in told["making"]["why"]
        assert fault(await client.post("/v1/setup/service", json=service())) == (409, "NO_DISTRICT_YET")

        wanted["gtfs"] = [str(feed)]
        await client.post("/v1/setup/district", json=wanted)
        told = await made(client)
        assert told["making"]["state"] == "done"
        assert "roads: minibus" in told["making"]["steps"]
        assert (told["step"], told["found"]["trip_count"], told["found"]["place_count"]) == ("service", 1, 4)
        assert told["outline"]["name"] == "Amt Süder-Dörfer"
        found = (await client.get("/v1/setup/places", params={"text": "süder"})).json()["places"]
        assert found[0]["label"] == "Süderdorf"

        far = {"latitude_deg": 54.5, "longitude_deg": 13.22, "label": "weit weg"}
        for wrong, field in (
            ({"start": "02:00"}, "start"),
            ({"end": "05:00"}, "end"),
            ({"end": "27:30"}, "end"),
            ({"weekdays": []}, "weekdays"),
            ({"weekdays": ["mo"]}, "weekdays[0]"),
            ({"zone": {"centre": far, "radius_km": 5}}, "zone.centre"),
            ({"zone": {"centre": far, "radius_km": 500}}, "zone.radius_km"),
            ({"vehicles": [{**service()["vehicles"][0], "place": far}]}, "vehicles[0].place"),  # type: ignore[index]
            ({"vehicles": [{**service()["vehicles"][0], "seat_count": -1}]}, "vehicles[0].seat_count"),  # type: ignore[index]
        ):
            assert fault(await client.post("/v1/setup/service", json=service(**wrong))) == (400, field)
        assert not page.done.is_set()
        near = {"centre": service()["vehicles"][0]["place"], "radius_km": 1}  # type: ignore[index]
        answer = await client.post("/v1/setup/service", json=service(zone=near))
        assert answer.json() == {"code": "code-for-later"}
        assert page.done.is_set()

    with_page(tmp_path, work)
    district = load_district(tmp_path / "var" / OWN_DISTRICT)
    assert [vehicle.id for vehicle in district.vehicles] == ["burgerbus", "burgerbus-2"]
    assert [shift.weekdays for shift in district.shifts] == [frozenset({0, 4})] * 2
    assert (district.shifts[0].start_s, district.shifts[0].end_s) == (6 * 3600, 20 * 3600 + 1800)
    longitudes = [corner.longitude_deg for corner in district.zones[0].boundary]
    assert 0.02 < max(longitudes) - min(longitudes) < 0.031


def test_a_map_that_is_being_read_can_be_called_off_and_what_was_made_thrown_away(tmp_path: Path) -> None:
    osm, feed = write_map(tmp_path / "map.osm"), write_feed(tmp_path / "bus.zip")

    async def work(client: httpx.AsyncClient, _: SetUp) -> None:
        wanted = {"name": "Süd", "osm": str(osm), "gtfs": [str(feed)]}
        await client.post("/v1/setup/district", json=wanted)
        assert "making" not in (await client.delete("/v1/setup")).json()
        await client.post("/v1/setup/district", json=wanted)
        assert (await made(client))["step"] == "service"
        assert (await client.delete("/v1/setup")).json()["step"] == "district"
        assert not list((tmp_path / "var").glob(f".{OWN_DISTRICT}*"))

    with_page(tmp_path, work)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "!!!", "osm": "map.osm", "gtfs": ["bus.zip"]}, "name"),
        ({"name": "Süd", "osm": "no.osm", "gtfs": ["bus.zip"]}, "osm"),
        ({"name": "Süd", "osm": "map.osm", "gtfs": ["no.zip"]}, "gtfs[0]"),
        ({"name": "Süd", "osm": "map.osm", "gtfs": []}, "gtfs"),
        ({"name": "Süd", "osm": "map.osm", "place": "Süd", "gtfs": ["bus.zip"]}, ""),
        ({"name": "Süd", "osm": "map.osm", "gtfs": ["bus.zip"], "more": 1}, "more"),
    ],
)
def test_what_is_wrong_is_told_by_its_field(tmp_path: Path, given: dict[str, Any], field: str) -> None:
    write_map(tmp_path / "map.osm")
    write_feed(tmp_path / "bus.zip")
    if "osm" in given:
        given = {**given, "osm": str(tmp_path / given["osm"])}
    given = {**given, "gtfs": [str(tmp_path / feed) for feed in given["gtfs"]]}

    async def work(client: httpx.AsyncClient, _: SetUp) -> None:
        assert fault(await client.post("/v1/setup/district", json=given)) == (400, field)

    with_page(tmp_path, work)


def test_only_who_has_the_link_may_and_only_once(tmp_path: Path) -> None:
    async def work(client: httpx.AsyncClient, page: SetUp) -> None:
        assert fault(await client.get("/v1/session")) == (409, "NOT_SET_UP")
        assert fault(await client.get("/v1/rides")) == (409, "NOT_SET_UP")
        for path in ("/v1/setup/district", "/v1/setup/service"):
            assert fault(await client.post(path, json={})) == (401, "CREDENTIALS_MISSING")
        assert fault(await client.get("/v1/setup")) == (401, "CREDENTIALS_MISSING")
        assert fault(await client.post("/v1/session", json={"code": "guess"})) == (401, "CODE_INVALID")
        assert fault(await client.post("/v1/session", json={"code": ""})) == (401, "CODE_INVALID")
        code = page.code
        foreign = {"Origin": "http://elsewhere"}
        answer = await client.post("/v1/session", json={"code": code}, headers=foreign)
        assert fault(answer) == (403, "OTHER_ORIGIN")
        assert (await client.post("/v1/session", json={"code": code})).status_code == 201
        client.cookies.clear()
        assert fault(await client.post("/v1/session", json={"code": code})) == (401, "CODE_INVALID")

    with_page(tmp_path, work, signed_in=False)


def test_the_command_says_the_same_of_a_district(tmp_path: Path) -> None:
    def run(*arguments: object) -> Result:
        return CliRunner().invoke(app, ["district", *map(str, arguments)])

    folder = tmp_path / "district"
    feed = write_feed(tmp_path / "bus.zip")
    added = run("add", "Süd", "--osm", write_map(tmp_path / "map.osm"), "--gtfs", feed, "--folder", folder)
    assert added.exit_code == 0, added.output
    bus = "Bürgerbus;buergerbus;8;1;Hauptstraße"
    told = run(
        "service", folder, "--around", "süderdorf", "--radius-km", 2, "--day", "sat", "--from", "08:00",
        "--to", "25:30", "--vehicle", bus, "--vehicle", "Taxi;taxi;4;0;53.5042,13.22",
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    district = load_district(folder)
    assert [(each.id, each.kind) for each in district.vehicles] == [
        ("burgerbus", "buergerbus"),
        ("taxi", "taxi"),
    ]
    assert {(each.start_s, each.end_s, each.weekdays) for each in district.shifts} == {
        (8 * 3600, 25 * 3600 + 1800, frozenset({5}))
    }
    for wrong, said in (
        (("--day", "mo"), "'mo' is none of mon"),
        (("--to", "25 Uhr"), "'25 Uhr', must be a clock time"),
        (("--to", "05:00"), "end: is 05:00, must be after start 06:00"),
        (("--around", "Xyzzy"), "nothing is called 'Xyzzy'"),
        (("--vehicle", "Bus;8"), "is not NAME;KIND;SEATS"),
        (("--vehicle", "Bus;bus;8;0;Hauptstraße"), "'bus' is none of"),
        (("--vehicle", "Bus;taxi;0;0;Hauptstraße"), "1 to 100 places"),
    ):
        refused = run("service", folder, *wrong)
        assert refused.exit_code == 2, refused.output
        assert said in refused.stderr
    assert load_district(folder) == district


def test_only_an_empty_installation_is_set_up(tmp_path: Path) -> None:
    var = tmp_path / "var"
    own = var / OWN_DISTRICT
    assert is_to_be_set_up(own, var)
    assert not is_to_be_set_up(tmp_path / "mistyped", var)
    volume = tmp_path / "volume"
    volume.mkdir()
    assert is_to_be_set_up(volume, var)
    (volume / "district.json").write_text("{}")
    assert not is_to_be_set_up(volume, var)
    var.mkdir()
    bind_tenant(var, "anderswo")
    assert not is_to_be_set_up(own, var)
    refused = CliRunner().invoke(app, ["up", "--data-dir", str(var)])
    assert refused.exit_code == 1
    assert "holds the data of 'anderswo'" in refused.stdout
    assert "--demo" in refused.stdout
