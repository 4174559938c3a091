"""``/docs``: the description for people, with every operation to be tried; from our own files alone."""

from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.http.answers import REVALIDATED, etag_of, is_known

PATH = "/docs"
_FILES = {
    PATH: ("docs.html", "text/html"),
    f"{PATH}/docs.css": ("docs.css", "text/css"),
    f"{PATH}/docs.js": ("docs.js", "text/javascript"),
}


def docs_routes() -> list[Route]:
    """Return the routes to the page and what it needs."""
    return [_route(path, name, media_type) for path, (name, media_type) in _FILES.items()]


def _route(path: str, name: str, media_type: str) -> Route:
    content = files("gateway.pages").joinpath(name).read_bytes()
    tag = etag_of(content)

    async def answer(request: Request) -> Response:
        request.scope["landlinie.path"] = PATH
        headers = {"ETag": tag, "Cache-Control": REVALIDATED}
        if is_known(request, tag):
            return Response(status_code=304, headers=headers)
        return Response(content, headers=headers, media_type=media_type)

    return Route(path, answer, methods=["GET"])
