import itertools
from pathlib import Path

import httpx
import pytest
from gateway.http.errors import AnswersErrors
from gateway.http.frame import Frame
from gateway.http.security import HEADERS
from gateway.http.tiles import tile_routes
from routing_core.tiles.archive import Address, write_archive
from routing_core.tiles.mercator import tile_box
from starlette.routing import Router

BOX = (13.1, 53.4, 13.4, 53.6)
TILE = "/v1/tiles/3/4/2"


@pytest.fixture
def client(tmp_path: Path) -> httpx.AsyncClient:
    return serving(tmp_path, b"a tile")


def serving(folder: Path, body: bytes) -> httpx.AsyncClient:
    path = folder / "map.pmtiles"
    write_archive(
        path, [(Address(3, 4, 2), body), (Address(4, 8, 4), b"x")], BOX, {"attribution": "© somebody"}
    )
    return reading(path)


def reading(path: Path) -> httpx.AsyncClient:
    app = Frame(AnswersErrors(Router(tile_routes(path))), HEADERS, 16)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway")


async def test_a_tile_is_sent_as_it_is_stored(client: httpx.AsyncClient) -> None:
    answer = await client.get(TILE)
    assert answer.status_code == 200
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.content == b"a tile"
    plain = await client.get(TILE, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == b"a tile"


async def test_the_description_says_where_tiles_are(client: httpx.AsyncClient) -> None:
    told = (await client.get("/v1/tiles")).json()
    assert (told["minzoom"], told["maxzoom"], tuple(told["bounds"])) == (3, 4, BOX)
    assert told["attribution"] == "© somebody"
    (pattern,) = told["tiles"]
    answer = await client.get(pattern.format(z=3, x=4, y=2))
    assert answer.content == b"a tile"
    assert "immutable" in answer.headers["cache-control"]


async def test_an_old_version_is_not_kept_for_ever(client: httpx.AsyncClient) -> None:
    assert "immutable" not in (await client.get(f"{TILE}?v=0123456789abcdef")).headers["cache-control"]
    assert "immutable" not in (await client.get(TILE)).headers["cache-control"]


async def test_what_the_browser_has_is_not_sent_again(client: httpx.AsyncClient, tmp_path: Path) -> None:
    tag = (await client.get(TILE)).headers["etag"]
    again = await client.get(TILE, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert (await client.get("/v1/tiles", headers={"If-None-Match": tag})).status_code == 304
    changed = serving(tmp_path, b"another tile")
    assert (await changed.get(TILE, headers={"If-None-Match": tag})).content == b"another tile"


async def test_where_the_map_is_empty_nothing_is_sent(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/tiles/3/1/1")
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize(
    "path", ["2/1/1", "5/1/1", "3/8/0", "3/0/8", "3/-1/0", "3/a/0", "3/99999999999/0", "3/²/0"]
)
async def test_what_is_no_tile_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(f"/v1/tiles/{path}")
    assert answer.status_code == 404
    assert answer.json()["reason"] == "NO_SUCH_TILE"


async def test_without_a_file_there_is_no_map(tmp_path: Path) -> None:
    client = reading(tmp_path / "none.pmtiles")
    for path in ("/v1/tiles", TILE):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["reason"]) == (404, "NO_MAP")


async def test_the_demo_has_a_map() -> None:
    client = reading(Path(__file__).parents[3] / "data/demo/map.pmtiles")
    told = (await client.get("/v1/tiles")).json()
    assert "OpenStreetMap" in told["attribution"]
    west, south, east, north = told["bounds"]
    left, right, top, bottom = tile_box((west, south, east, north), 12)
    for column, row in itertools.product(range(left, right + 1), range(top, bottom + 1)):
        answer = await client.get(told["tiles"][0].format(z=12, x=column, y=row))
        assert answer.status_code == 200
        assert b"road" in answer.content
