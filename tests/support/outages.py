"""Services of a cluster really stopped, or hanging: what the gateway says of it, and what goes on."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import httpx
from cluster import PATIENCE_S, Cluster
from onebox.main import app
from typer.testing import CliRunner

ASKED = {
    "pooling": "/v1/zones",
    "ticketing": "/v1/tariff",
    "waste": "/v1/containers",
    "journeys": "/v1/bookings",
}
"""What is asked of each service."""
AWAY = {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
BOUND_S = 30.0
"""Within which everything is answered, whoever hangs: three times what the gateway waits."""
IN_A_ROW = 8
KNOWN_TO_HANG_S = 45.0
"""Within which a replica that hangs gets no more calls; gRPC left to itself takes a minute."""
LOOK_EVERY_S = 0.2


def check_outages(cluster: Cluster, depart_at: datetime) -> None:
    """Take the services away one after the other, some hanging, some by SIGKILL, and see all of it mend."""
    with httpx.Client(base_url=f"http://{cluster.server.http_address}", timeout=BOUND_S) as http:
        desk = Desk(http, cluster, depart_at)
        desk.sign_in()
        desk.await_whole()
        with desk.away("pooling", cluster.hanging("pooling")):
            found = desk.search()
            assert "POOLING_UNAVAILABLE" in desk.missing(found)
            assert not desk.pooled(found)
        with desk.away("journeys", cluster.hanging("journeys")):
            desk.book("without-journeys")
        with cluster.hanging("pooling-1"):
            # Its calls go to the other one, once it is known.
            desk.await_true(
                lambda: all(desk.get("pooling").is_success for _ in range(IN_A_ROW)), KNOWN_TO_HANG_S
            )
        with desk.away("waste", cluster.hanging("waste")):
            assert desk.missing(desk.search()) == set()
            desk.book("without-waste")
        with desk.away("ticketing", cluster.without("ticketing")):
            # Rides are found and booked, without a price.
            assert desk.missing(desk.search()) == {"PRICES_UNAVAILABLE"}
            desk.book("without-ticketing")
        desk.await_whole()
        first = desk.await_all_heard()
        cluster.await_restart("gateway-1", cluster.kill("gateway-1"))
        desk.await_true(desk.is_let_in)
        # The order of events goes on, too: nothing is told again, nothing is missing.
        assert desk.await_all_heard() == first


class Desk:
    """Somebody at the gateway."""

    def __init__(self, http: httpx.Client, cluster: Cluster, depart_at: datetime) -> None:
        self._http, self._cluster, self._depart_at = http, cluster, depart_at
        self._booked: set[str] = set()
        zone_id = self.get("pooling").json()["zones"][0]["zone_id"]
        stops = self._answered("GET", f"/v1/virtual-stops?zone_id={zone_id}&page_size=500")["virtual_stops"]
        self._way = ({"position": stops[0]["position"]}, {"position": stops[-1]["position"]})

    def sign_in(self) -> None:
        """Have a browser's session besides."""
        body = {"token": self._cluster.server.credential()()}
        assert self._http.post("/v1/session", json=body, headers={"X-Landlinie-Client": "test"}).is_success

    def is_let_in(self) -> bool:
        """Whether the session holds, which needs no service; False while the gateway does not answer."""
        with suppress(httpx.TransportError):
            return self._http.get("/v1/session").is_success
        return False

    def get(self, room: str) -> httpx.Response:
        """Ask a service something that only it can answer."""
        return self._asked("GET", ASKED[room])

    def search(self) -> dict[str, Any]:
        """Journeys between two stops of a zone."""
        start, goal = self._way
        question = {"from": start, "to": goal, "depart_at": self._depart_at.isoformat()}
        return self._answered("POST", "/v1/journeys/search", question)

    def book(self, key: str) -> None:
        """Book a ride on demand, as the phone desk does."""
        start, goal = self._way
        latest = self._depart_at + timedelta(hours=1)
        window = {"earliest": self._depart_at.isoformat(), "latest": latest.isoformat()}
        question = {"pickup": start, "dropoff": goal, "pickup_window": window, "party": {"seated_count": 1}}
        offers = self._answered("POST", "/v1/ride-offers", question, f"ask-{key}")["offers"]
        booking = {"offer_id": offers[0]["offer_id"]}
        ride = self._answered("POST", "/v1/rides", booking, f"book-{key}")["ride"]
        self._booked.add(ride["ride_id"])

    @staticmethod
    def missing(found: dict[str, Any]) -> set[str]:
        """What a search says that it could not ask."""
        return {gap["reason"] for gap in found["gaps"]}

    @staticmethod
    def pooled(found: dict[str, Any]) -> list[dict[str, Any]]:
        """Rides on demand among the journeys found."""
        legs = (leg for journey in found["journeys"] for leg in journey["legs"])
        return [leg for leg in legs if "pooled" in leg]

    @contextmanager
    def away(self, room: str, outage: AbstractContextManager[None]) -> Iterator[None]:
        """Without one service: it is named, its paths say so, all others answer; then it is there again."""
        with outage:
            refused = self.get(room)
            told = refused.json()
            assert refused.status_code in AWAY, refused.text
            assert refused.headers["content-type"] == "application/problem+json"
            assert (told["domain"], told["status"]) == (f"landlinie.{room}", refused.status_code)
            assert "retry-after" in refused.headers
            self.await_true(lambda: self._silent() == {room})
            for other in ASKED.keys() - {room}:
                assert self.get(other).is_success, other
            assert self.is_let_in()
            assert self._http.get("/v1/tiles").is_success
            yield
        self.await_true(lambda: not self._silent())
        assert self.get(room).is_success

    def await_whole(self) -> None:
        """Wait until everything answers, and a search finds rides on demand and leaves nothing out."""
        self.await_true(lambda: not self._silent())
        self.await_true(lambda: not self.missing(found := self.search()) and bool(self.pooled(found)))

    def await_all_heard(self) -> str:
        """Wait until what was booked meanwhile has come to everybody it is told to; the first event's id."""
        headers = {"Authorization": f"Bearer {self._cluster.server.credential()()}"}
        missing, first = set(self._booked), ""
        query = {"kind": "RideBooked", "after": "oldest"}
        with self._http.stream("GET", "/v1/events", params=query, headers=headers) as stream:
            for line in stream.iter_lines():
                first = first or line.removeprefix("id: ") * line.startswith("id: ")
                missing = {ride_id for ride_id in missing if ride_id not in line}
                if not missing:
                    break
        assert not missing
        self.await_true(self._is_all_taken)
        return first

    def await_true(self, condition: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
        """Wait until something is so."""
        give_up_at_s = time.monotonic() + patience_s
        while not condition():
            assert time.monotonic() < give_up_at_s
            time.sleep(LOOK_EVERY_S)

    def _is_all_taken(self) -> bool:
        said = CliRunner().invoke(app, ["lag", "--json"], env=self._cluster.environment())
        lags = [json.loads(line) for line in said.stdout.splitlines()]
        return bool(lags) and not any(lag["event_count"] for lag in lags)

    def _silent(self) -> set[str]:
        services = self._http.get("/v1/status").json()["services"]
        return {service["name"] for service in services if not service["answers"]}

    def _answered(self, verb: str, path: str, body: Any = None, key: str = "") -> dict[str, Any]:
        answer = self._asked(verb, path, body, key)
        assert answer.is_success, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def _asked(self, verb: str, path: str, body: Any = None, key: str = "") -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._cluster.server.credential()()}"}
        if key:
            headers["Idempotency-Key"] = key
        return self._http.request(verb, path, json=body, headers=headers)
