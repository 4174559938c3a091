import gzip
from pathlib import Path

import httpx
import pytest
from gateway.http.console_files import ConsoleFiles
from gateway.http.errors import AnswersErrors
from gateway.http.frame import Frame
from gateway.http.security import HEADERS

SCRIPT = b"export const number = 1;\n" * 100


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "console"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Landlinie</title>")
    (folder / "driver.html").write_text("<!doctype html><title>Driver</title>")
    (folder / ".made-from").write_text("1")
    (folder / "assets" / "index-abc.js").write_bytes(SCRIPT)
    (folder / "assets" / "index-abc.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "secret.txt").write_text("secret")
    return folder


def browser(folder: Path) -> httpx.AsyncClient:
    app = Frame(AnswersErrors(ConsoleFiles(folder)), HEADERS, 10)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://console")


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/", "/desk", "/rides/r-1", "/tours/t-N.K", "/index.html"])
async def test_every_page_begins_with_the_same_file_asked_for_each_time(built: Path, path: str) -> None:
    async with browser(built) as client:
        answer = await client.get(path)
    assert answer.status_code == 200
    assert "<title>Landlinie</title>" in answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-cache"
    assert "script-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/driver", "/driver/", "/driver/tours/t-N.K", "/driver.html"])
async def test_a_page_for_phones_begins_with_a_file_of_its_own(built: Path, path: str) -> None:
    async with browser(built) as client:
        answer = await client.get(path)
    assert answer.status_code == 200
    assert "<title>Driver</title>" in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    assert "script-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.asyncio
async def test_what_is_named_by_its_content_is_kept_forever(built: Path) -> None:
    async with browser(built) as client:
        answer = await client.get("/assets/index-abc.js", headers={"Accept-Encoding": "identity"})
        head = await client.head("/assets/index-abc.js", headers={"Accept-Encoding": "identity"})
    assert answer.content == SCRIPT
    assert "content-encoding" not in answer.headers
    assert "immutable" in answer.headers["cache-control"]
    assert "javascript" in answer.headers["content-type"]
    assert head.status_code == 200
    assert head.content == b""


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, br", "gzip"), ("br", None), ("gzip;q=0", None), ("deflate, gzip;q=0.5", "gzip")],
)
async def test_smaller_files_go_to_those_who_read_them(
    built: Path, accepted: str, encoding: str | None
) -> None:
    async with browser(built) as client:
        answer = await client.get("/assets/index-abc.js", headers={"Accept-Encoding": accepted})
    assert answer.headers.get("content-encoding") == encoding
    assert answer.content == SCRIPT
    assert "Accept-Encoding" in answer.headers["vary"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "path",
    [
        "/assets/gone-123.js",
        "/gone.txt",
        "/tours/.hidden",
        "/v1/no-such-call",
        "/open/no-such-file",
        "/.made-from",
        "/%2e%2e/secret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/a%00b.js",
    ],
)
async def test_nothing_else_is_served(built: Path, path: str) -> None:
    async with browser(built) as client:
        answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.json()["reason"] == "NO_SUCH_PATH"


@pytest.mark.asyncio
async def test_a_console_that_was_not_built_says_how_to(tmp_path: Path) -> None:
    async with browser(tmp_path) as client:
        answer = await client.get("/")
    assert answer.status_code == 404
    assert answer.json()["reason"] == "CONSOLE_NOT_BUILT"


@pytest.mark.asyncio
async def test_files_take_no_writes(built: Path) -> None:
    async with browser(built) as client:
        answer = await client.post("/desk", json={})
    assert answer.status_code == 404
