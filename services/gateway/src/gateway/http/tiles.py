"""The district's map for the screen: vector tiles from one file, the same for everybody."""

import gzip
from http import HTTPStatus
from pathlib import Path
from typing import Any

import structlog
from routing_core.tiles.archive import Address, BrokenArchive, TileArchive
from service_kit.errors import NotFound
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.http.answers import is_known
from gateway.http.problems import HttpProblem
from gateway.messages.writing import dumps

TILE_JSON = "/v1/tiles"
TILE = "/v1/tiles/{zoom}/{column}/{row}"
MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
_VERSION = "v"
# Who asks for a version never gets another one under the same address.
_FOREVER = "public, max-age=31536000, immutable"
_FOR_NOW = "public, max-age=300"

_log = structlog.get_logger(__name__)


def tile_routes(path: Path) -> list[Route]:
    """Return the routes to the tiles of a file; without the file they say that there is no map."""
    try:
        archive = TileArchive(path)
    except BrokenArchive as error:
        _log.warning("map_missing", error=str(error))
        return [Route(TILE_JSON, _no_map, methods=["GET"]), Route(TILE, _no_map, methods=["GET"])]
    served = Tiles(archive)
    return [
        Route(TILE_JSON, served.tile_json, methods=["GET"]),
        Route(TILE, served.tile, methods=["GET"]),
    ]


class Tiles:
    """Answers for the tiles of one archive; methods run in threads, for they read from a disk."""

    def __init__(self, archive: TileArchive) -> None:
        self._archive = archive
        self._tag = f'W/"{archive.version}"'

    def tile_json(self, request: Request) -> Response:
        """Say where the tiles are, and what is in them (TileJSON 3.0)."""
        request.scope["landlinie.path"] = TILE_JSON
        headers = {"ETag": self._tag, "Cache-Control": _FOR_NOW}
        if is_known(request, self._tag):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        lowest, highest = self._archive.zooms
        told: dict[str, Any] = {
            "tilejson": "3.0.0",
            "scheme": "xyz",
            "tiles": [f"{TILE_JSON}/{{z}}/{{x}}/{{y}}?{_VERSION}={self._archive.version}"],
            "bounds": list(self._archive.box),
            "minzoom": lowest,
            "maxzoom": highest,
            **self._archive.about,
        }
        return Response(dumps(told), headers=headers, media_type="application/json")

    def tile(self, request: Request) -> Response:
        """Answer with one tile; 204 where the map is empty.

        Raises
        ------
        NotFound
            For what is no tile of this map.
        """
        request.scope["landlinie.path"] = TILE
        address = self._address(request)
        newest = request.query_params.get(_VERSION) == self._archive.version
        headers = {
            "ETag": self._tag,
            "Cache-Control": _FOREVER if newest else _FOR_NOW,
            "Vary": "Accept-Encoding",
        }
        if is_known(request, self._tag):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        packed = self._archive.packed(address)
        if packed is None:
            return Response(status_code=HTTPStatus.NO_CONTENT, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=MEDIA_TYPE)
        return Response(gzip.decompress(packed), headers=headers, media_type=MEDIA_TYPE)

    def _address(self, request: Request) -> Address:
        given = [request.path_params[name] for name in ("zoom", "column", "row")]
        lowest, highest = self._archive.zooms
        if all(text.isascii() and text.isdigit() and len(text) < 8 for text in given):
            address = Address(*map(int, given))
            if lowest <= address.zoom <= highest and max(address.column, address.row) < 2**address.zoom:
                return address
        raise NotFound("NO_SUCH_TILE", f"{'/'.join(given)[:40]!r} is no tile of zooms {lowest} to {highest}")


def _no_map(request: Request) -> Response:
    request.scope["landlinie.path"] = TILE_JSON
    raise HttpProblem(HTTPStatus.NOT_FOUND, "NO_MAP", "this district's folder has no map")
