"""What the first start's page calls, while there is no district and so no service."""

import asyncio
import hmac
import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import shapely
from gateway.http.answers import NOT_KEPT
from gateway.http.callers import check_origin, cookie_name, session_secret
from gateway.http.console_files import ConsoleFiles
from gateway.http.errors import AnswersErrors
from gateway.http.frame import Frame
from gateway.http.reading import RequestReader
from gateway.http.security import HEADERS
from gateway.settings import GatewaySettings
from journeys.adapters.district_folder import DRIVEN
from routing_core.places import gazetteer
from routing_core.places.search import LONGEST_QUERY, PlaceSearch
from service_kit.errors import FailedPrecondition, InvalidInput, Unauthenticated
from service_kit.json_fields import Field, FieldError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send
from timetable.findings import Severity

from onebox.district import load_district
from onebox.district_making import Found
from onebox.settings import ABOUT
from onebox.setup.making import Making, MakingState
from onebox.setup.service_plan import CannotServe, write_service
from onebox.setup.wishes import NoSuchFile, read_service, read_sources

PATH = "/v1/setup"
SESSION = "/v1/session"
NOT_SET_UP = "NOT_SET_UP"
MOST_PLACES = 8
MOST_STOPS = 2_000
"""On the small map; more would be one blot."""

Wish = TypeVar("Wish")


class SetUp:
    """The state of a first start, and its routes.

    Parameters
    ----------
    target
        Where the district's folder comes to be; it is there whole, or not at all.
    finished
        Called once the folder is there; gives the code to sign in with when services run.
    """

    def __init__(
        self, target: Path, cache: Path, settings: GatewaySettings, finished: Callable[[], str]
    ) -> None:
        self._target, self._cache, self._finished = target, cache, finished
        self._making_at = target.with_name(f".{target.name}.setup")
        self._making: Making | None = None
        self._search: PlaceSearch | None = None
        self._busy = asyncio.Lock()
        self._code, self._sessions = secrets.token_urlsafe(18), set[str]()
        self._reader = RequestReader(settings.http.max_request_bytes, settings.http.body_patience_s)
        self.done = asyncio.Event()
        routes = [
            Route(SESSION, self._session, methods=["GET", "POST"]),
            Route(PATH, self._told, methods=["GET", "DELETE"]),
            Route(f"{PATH}/district", self._district, methods=["POST"]),
            Route(f"{PATH}/places", self._places, methods=["GET"]),
            Route(f"{PATH}/service", self._service, methods=["POST"]),
        ]
        inner = Router(routes, default=_Otherwise(ConsoleFiles(settings.console_dir)))
        self.app = Frame(AnswersErrors(inner), HEADERS, settings.http.max_concurrent_requests)

    @property
    def code(self) -> str:
        """What lets somebody in, once."""
        return self._code

    async def stop(self) -> None:
        """Call off what is under way."""
        if self._making is not None:
            await asyncio.to_thread(self._making.cancel)

    async def _session(self, request: Request) -> Response:
        if request.method == "GET":
            raise _not_set_up()
        check_origin(request)
        given = Field("setup", "", await self._reader.json_object(request))
        code = given.get("code")
        # A code is good once: who has it later finds the session of somebody else.
        if not self._code or code is None or not hmac.compare_digest(str(code.value), self._code):
            raise Unauthenticated("CODE_INVALID", "the code is none, or was used: start again for another")
        self._code = ""
        secret = secrets.token_urlsafe(32)
        self._sessions.add(secret)
        answer = JSONResponse({"setup": True}, 201)
        answer.set_cookie(
            cookie_name(request),
            secret,
            path="/",
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return answer

    async def _told(self, request: Request) -> Response:
        self._check(request)
        if request.method == "DELETE":
            check_origin(request)
            async with self._busy:
                await self.stop()
                self._making = self._search = None
                await asyncio.to_thread(shutil.rmtree, self._making_at, ignore_errors=True)
        return JSONResponse(await asyncio.to_thread(self._state), headers={"Cache-Control": NOT_KEPT})

    async def _district(self, request: Request) -> Response:
        self._check(request)
        check_origin(request)
        given = Field("setup", "", await self._reader.json_object(request))
        sources = await asyncio.to_thread(_read, read_sources, given)
        async with self._busy:
            if self._is_making() or self._has_district():
                raise FailedPrecondition(
                    "SETUP_UNDER_WAY", "a district is being made, or is there; call that off first"
                )
            self._making = await asyncio.to_thread(Making, sources, self._making_at, self._cache)
        return JSONResponse(await asyncio.to_thread(self._state), 202)

    async def _places(self, request: Request) -> Response:
        self._check(request)
        text = request.query_params.get("text", "").strip()[:LONGEST_QUERY]
        if not self._has_district():
            raise FailedPrecondition("NO_DISTRICT_YET", "there is no map to look for places on")
        if self._search is None:
            known = await asyncio.to_thread(gazetteer.load_places, self._making_at / gazetteer.FILE)
            self._search = await asyncio.to_thread(PlaceSearch, known)
        found = await asyncio.to_thread(self._search.find, text, most=MOST_PLACES)
        places = [
            {
                "label": match.place.label,
                "latitude_deg": match.place.latitude_deg,
                "longitude_deg": match.place.longitude_deg,
            }
            for match in found
        ]
        return JSONResponse({"places": places}, headers={"Cache-Control": NOT_KEPT})

    async def _service(self, request: Request) -> Response:
        self._check(request)
        check_origin(request)
        given = Field("setup", "", await self._reader.json_object(request))
        plan = _read(read_service, given)
        async with self._busy:
            if not self._has_district():
                raise FailedPrecondition("NO_DISTRICT_YET", "there is no district to serve yet")
            try:
                await asyncio.to_thread(write_service, self._making_at, plan)
            except CannotServe as error:
                raise InvalidInput.in_field(error.field, error.why, "CANNOT_SERVE") from None
            await asyncio.to_thread(self._put)
            code = await asyncio.to_thread(self._finished)
        self.done.set()
        return JSONResponse({"code": code}, headers={"Cache-Control": NOT_KEPT})

    def _put(self) -> None:
        # An empty folder may be there, as the place of a volume.
        with suppress(FileNotFoundError):
            self._target.rmdir()
        self._making_at.replace(self._target)

    def _check(self, request: Request) -> None:
        """Only who came with the link; raises Unauthenticated."""
        secret = session_secret(request)
        if secret not in self._sessions:
            raise Unauthenticated("CREDENTIALS_MISSING", "open the link that was printed at the start")

    def _is_making(self) -> bool:
        return self._making is not None and self._making.progress().state is MakingState.RUNNING

    def _has_district(self) -> bool:
        return (self._making_at / ABOUT).is_file() and not self._is_making()

    def _state(self) -> dict[str, Any]:
        told: dict[str, Any] = {"folder": str(self._target), "step": "district"}
        if self._making is not None:
            progress = self._making.progress()
            told["making"] = {
                "state": progress.state.value,
                "steps": list(progress.steps),
                "took_s": round(progress.took_s, 1),
                "field": progress.field,
                "why": progress.why,
            }
            if progress.found is not None:
                told["found"] = _told_found(progress.found)
        if self._has_district():
            told |= {"step": "service", "outline": _outline(self._making_at)}
        return told


class _Otherwise:
    """The console's files; every call of a service is told that there is none yet."""

    def __init__(self, files: ConsoleFiles) -> None:
        self._files = files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(("/v1/", "/open/")):
            raise _not_set_up()
        await self._files(scope, receive, send)


def _not_set_up() -> FailedPrecondition:
    return FailedPrecondition(NOT_SET_UP, "this installation has no district yet")


def _read(read: Callable[[Field], Wish], given: Field) -> Wish:
    try:
        return read(given)
    except FieldError as error:
        reason = "NO_SUCH_FILE" if isinstance(error, NoSuchFile) else "FIELD_WRONG"
        raise InvalidInput.in_field(error.field, error.why, reason) from None


def _told_found(found: Found) -> dict[str, Any]:
    drive = found.roads[DRIVEN]
    return {
        "crossing_count": drive.node_count,
        "road_count": drive.arc_count,
        "place_count": found.place_count,
        "virtual_stop_count": found.virtual_stop_count,
        "stop_count": found.stop_count,
        "outside_count": found.outside_count,
        "trip_count": found.trip_count,
        "first_day": found.first_day.isoformat(),
        "last_day": found.last_day.isoformat(),
        "over": found.over,
        "time_zone": found.timezone,
        "error_count": sum(report.count(Severity.ERROR) for report in found.reports.values()),
        "warning_count": sum(report.count(Severity.WARNING) for report in found.reports.values()),
    }


def _outline(folder: Path) -> dict[str, Any]:
    """What the small map shows: the zone's ring and the virtual stops, longitude first."""
    district = load_district(folder)
    ring = shapely.Polygon([(each.longitude_deg, each.latitude_deg) for each in district.zones[0].boundary])
    stops = district.virtual_stops[:: max(1, len(district.virtual_stops) // MOST_STOPS)]
    return {
        "name": district.name,
        "ring": [[round(lon, 5), round(lat, 5)] for lon, lat in ring.exterior.coords],
        "stops": [
            [round(stop.position.longitude_deg, 5), round(stop.position.latitude_deg, 5)] for stop in stops
        ],
    }
