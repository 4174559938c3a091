"""HTTP in front of real services: what is described is what is answered, and nothing is a mistake of ours."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import pytest
import schemathesis
from canonical_validator import notices_about, require_validator
from gateway.routes.catalogue import ROUTES
from gateway.routes.examples import EXAMPLES
from hypothesis import HealthCheck, Phase
from onebox.day.server_process import ServerProcess, start
from pages import run_blocks
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from service_kit.identity.local_issuer import LocalIssuer, tenant_of
from service_kit.identity.principal import Role

from conftest import DISTRICT, EVENING_BEFORE, REPOSITORY

CHECKS = (
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
ANSWER_S = 30.0
MANY = 20


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """All services on the demo district, with a gateway; shared by the tests of this file."""
    folder = tmp_path_factory.mktemp("http")
    server = start(DISTRICT, folder / "var", EVENING_BEFORE, seed_days=2, with_http=True)
    yield server
    server.kill()


def everybody(data_dir: Path) -> str:
    """A token with every role, so that no door keeps the requests out."""
    return LocalIssuer.open(data_dir).issue(
        subject="everybody",
        roles=list(Role),
        tenant=tenant_of(data_dir),
        ttl=timedelta(hours=2),
        client_id="tests",
        vehicle_ids=["anrufbus-nord-1"],
        sub_account_ids=["markets"],
    )


def operations(server: ServerProcess) -> list[APIOperation[Any, Any, Any, Any]]:
    """Everything that ends by itself: streams go on until somebody leaves."""
    schema = schemathesis.openapi.from_url(f"http://{server.http_address}/openapi.json")
    found = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    return [
        operation
        for operation in found
        if not operation.path.endswith("/watch") and operation.path != "/v1/events"
    ]


def try_all(server: ServerProcess) -> int:
    """Send many requests to each operation; return how many operations there are."""
    headers = {"Authorization": f"Bearer {everybody(server.data_dir)}"}
    tried = operations(server)
    for operation in tried:

        @hypothesis.settings(
            max_examples=MANY,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy())
        def answers_as_described(case: schemathesis.Case[Any]) -> None:
            response = case.call(headers=headers, timeout=ANSWER_S)
            case.validate_response(response, checks=list(CHECKS))

        answers_as_described()
    return len(tried)


@pytest.mark.network
def test_the_examples_of_the_description_can_be_sent(served: ServerProcess) -> None:
    headers = {"Authorization": f"Bearer {everybody(served.data_dir)}"}
    with httpx.Client(base_url=f"http://{served.http_address}", headers=headers, timeout=ANSWER_S) as client:
        answers = {
            route.operation: client.request(
                route.verb,
                route.path,
                json=EXAMPLES[route.operation],
                headers={"Idempotency-Key": f"example-{route.operation}"},
            )
            for route in ROUTES
            if route.operation in EXAMPLES
        }
    assert answers.keys() == EXAMPLES.keys()
    assert {name: answer.text for name, answer in answers.items() if not answer.is_success} == {}
    assert answers["requestOffers"].json()["offers"]
    assert answers["planJourneys"].json()["journeys"]


@pytest.mark.network
def test_the_page_runs(served: ServerProcess) -> None:
    names = {
        "base_url": f"http://{served.http_address}",
        "token": served.credential()(),
        "when": datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
    }
    assert run_blocks(REPOSITORY / "docs" / "http.md", names) >= 5


@pytest.mark.network
@pytest.mark.slow
def test_what_the_demo_publishes_has_nothing_wrong_with_it(served: ServerProcess, tmp_path: Path) -> None:
    require_validator()
    answer = httpx.get(f"http://{served.http_address}/open/gtfs-flex.zip", timeout=ANSWER_S)
    answer.raise_for_status()
    feed = tmp_path / "flex.zip"
    feed.write_bytes(answer.content)
    found = {notice["code"] for notice in notices_about(feed, EVENING_BEFORE.date(), tmp_path / "report")}
    # The feed tells the days for which there are shifts: a few, always anew.
    assert found <= {"feed_expiration_date7_days", "trip_coverage_not_active_for_next7_days"}


@pytest.mark.network
@pytest.mark.slow
def test_many_requests_are_answered_as_described(served: ServerProcess) -> None:
    assert try_all(served) > 100
