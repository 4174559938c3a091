"""Somebody's rides in two weeks, as an app reports them: one week settled, with a ride that came late."""

from datetime import UTC, datetime, timedelta

import httpx
from console_browser import Console

CITY = "100"
"""The zone of the demo district's tariff in which all prices are known."""
SETTLED, RUNNING = "2021-W46", "2021-W47"
REFERENCE = "customer-4711"
"""As the app calls its passenger."""
_MONDAY = datetime(2021, 11, 15, 7, 0, tzinfo=UTC)
_RIDE = timedelta(minutes=25)
# Three rides on one day are a day ticket, the others single ones.
_IN_TIME = {"work": (0, 0), "home": (0, 9), "choir": (0, 12), "doctor": (2, 3)}
_LATE = {"market": (3, 2)}
_NOW = {"back": (7, 1), "again": (8, 0)}


def billed_account(console: Console) -> str:
    """Open an account, ride, settle the week before, tell of one of its rides late; the account's id."""
    with httpx.Client(
        base_url=console.url, headers={"Authorization": f"Bearer {console.token()}"}, timeout=60
    ) as app:
        opened = _told(app, "/v1/accounts", "open", {"passenger_reference": REFERENCE})
        account_id = str(opened["account"]["account_id"])
        for name, (day, hour) in (_IN_TIME | _NOW).items():
            _ride(app, account_id, name, _MONDAY + timedelta(days=day, hours=hour))
        _settle(app, "settle")
        for name, (day, hour) in _LATE.items():
            _ride(app, account_id, name, _MONDAY + timedelta(days=day, hours=hour))
        _settle(app, "settle-again")
        return account_id


def _ride(app: httpx.Client, account_id: str, name: str, begin: datetime) -> None:
    place = {"zone_ids": [CITY]}
    journey = f"/v1/accounts/{account_id}/journeys/{name}"
    _told(
        app,
        f"{journey}/check-in",
        f"{name}-in",
        {"check_in": {"event_time": begin.isoformat(), "place": place}},
    )
    _told(
        app,
        f"{journey}/check-out",
        f"{name}-out",
        {"event_time": (begin + _RIDE).isoformat(), "place": place},
    )


def _settle(app: httpx.Client, key: str) -> None:
    begun = _told(app, f"/v1/periods/{SETTLED}/settle", key, {})
    operation_id = begun["operation"]["operation_id"]
    while app.get(f"/v1/settlements/{operation_id}").raise_for_status().json()["operation"]["state"] == (
        "OPERATION_STATE_RUNNING"
    ):
        pass


def _told(app: httpx.Client, path: str, key: str, body: dict[str, object]) -> dict[str, dict[str, object]]:
    answer = app.post(path, json=body, headers={"Idempotency-Key": f"billing-{key}"})
    assert answer.is_success, answer.text
    told: dict[str, dict[str, object]] = answer.json()
    return told
