"""Statements, the tariff and figures: found by keyboard, explained, in both languages."""

import httpx
import pytest
from accessibility import serious
from console_billing import REFERENCE, RUNNING, SETTLED, billed_account
from console_browser import PHONE, Console, OpenPage
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.network, pytest.mark.slow]

WORDS = {
    "de": {
        "accounts": "Abrechnungen",
        "find": "Konto finden",
        "statement": "Abrechnung KW 46 2021",
        "to_pay": "Zu zahlen",
        "total": "11,50",
        "why": "Warum?",
        "why_lowest": "Warum ist das der günstigste Preis?",
        "singles": "14,00",
        "rides": "Fahrten",
        "nothing_added": "Als einzige Fahrt hätte sie",
        "journal": "Buchungen im Journal",
        "paper": "Als PDF",
    },
    "en": {
        "accounts": "Statements",
        "find": "Find an account",
        "statement": "Statement Week 46, 2021",
        "to_pay": "To pay",
        "total": "11.50",
        "why": "Why?",
        "why_lowest": "Why is this the lowest price?",
        "singles": "14.00",
        "rides": "Rides",
        "nothing_added": "As the only ride it would have cost",
        "journal": "Entries of the journal",
        "paper": "As PDF",
    },
}


@pytest.fixture(scope="module")
def account_id(console: Console) -> str:
    return billed_account(console)


def readable(page: Page) -> list[str]:
    """Findings on a page that has loaded."""
    for loading in ("Wird geladen", "Loading"):
        expect(page.get_by_text(loading, exact=False)).to_have_count(0)
    return serious(page)


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_statement_is_found_and_explained_by_keyboard(
    open_page: OpenPage, account_id: str, language: str
) -> None:
    words = WORDS[language]
    page = open_page("/settings", language=language)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page.get_by_role("heading", name=words["accounts"], level=1)).to_be_visible()
    page.get_by_label(words["find"]).fill(REFERENCE)
    row = page.locator("tr[data-row='0']", has_text=account_id)
    expect(row).to_be_visible()
    row.focus()
    page.keyboard.press("Enter")
    settled = page.locator("tr[data-row='0']", has_text="46")
    expect(settled).to_contain_text(words["total"])
    settled.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=words["statement"], level=1)).to_be_visible()
    total = page.get_by_role("region", name=words["to_pay"])
    expect(total).to_contain_text(words["total"])

    total.get_by_role("button", name=words["why"]).focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=words["why_lowest"])
    expect(dialog).to_contain_text(words["singles"])
    assert readable(page) == []
    page.keyboard.press("Escape")

    rides = page.get_by_role("main").get_by_role("region", name=words["rides"], exact=True).first
    rides.get_by_role("button", name=words["why"]).first.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text(words["nothing_added"])
    page.keyboard.press("Escape")
    journal = page.locator("summary", has_text=words["journal"])
    journal.focus()
    page.keyboard.press("Enter")
    posted = page.get_by_role("region", name=words["journal"]).get_by_role("row")
    expect(posted.nth(3)).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("button", name=words["paper"]).press("Enter")
    assert saved.value.suggested_filename == f"{SETTLED}.pdf"
    assert readable(page) == []


def test_statements_hold_on_a_phone(open_page: OpenPage, account_id: str) -> None:
    page = open_page(f"/accounts/{account_id}", size=PHONE)
    for path in ("", f"/statements/{SETTLED}", f"/statements/{RUNNING}"):
        page.goto(page.url.split("/accounts/")[0] + f"/accounts/{account_id}{path}")
        expect(page.get_by_role("main").get_by_role("table").first).to_be_visible()
        expect(page.get_by_text("Verbunden", exact=True)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], path
        assert readable(page) == [], path


def test_the_tariff_of_another_day_is_read(open_page: OpenPage) -> None:
    page = open_page("/tariff?day=2023-06-01")
    expect(page.get_by_role("row", name="Einzelticket Preisstufe 3")).to_contain_text("4,70")
    page.get_by_role("button", name="Ansehen vos-2019").press("Enter")
    expect(page.get_by_role("row", name="Einzelticket Preisstufe 3")).to_contain_text("3,60")
    page.goto(page.url.split("?")[0] + "?day=2018-01-01")
    expect(page.get_by_role("heading", name="An diesem Tag gilt kein Tarif")).to_be_visible()


def test_figures_are_drawn_told_as_tables_and_taken_away(open_page: OpenPage, console: Console) -> None:
    refuse_a_ride(console)
    page = open_page("/figures?by=month&day=2021-11-23", language="en")
    plot = page.get_by_role("figure", name="Driven and refused")
    plot.get_by_text("As a table").click()
    row = plot.get_by_role("row", name="Nov 2021")
    expect(row.get_by_role("cell").nth(2)).not_to_have_text("0")
    expect(page.get_by_role("region", name="Why requests were refused").first).to_contain_text(
        "No shift is planned at that time"
    )
    assert readable(page) == []
    with page.expect_download() as saved:
        page.get_by_role("button", name="CSV of rides").press("Enter")
    lines = saved.value.path().read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("service_date,request_count,refused_count")
    assert len(lines) == 1 + 358  # twelve months up to the day, one line a day
    assert sum(int(line.split(",")[2]) for line in lines[1:]) >= 1


def refuse_a_ride(console: Console) -> None:
    """Ask for a ride in the middle of the night; what is offered instead is given back."""
    question = {
        "pickup": {"position": {"latitude_deg": 53.5585, "longitude_deg": 13.2601}},
        "dropoff": {"position": {"latitude_deg": 53.50, "longitude_deg": 13.31}},
        "pickup_window": {"earliest": "2021-11-24T01:00:00Z", "latest": "2021-11-24T01:30:00Z"},
        "party": {"seated_count": 1},
    }
    with httpx.Client(base_url=console.url, timeout=60) as app:
        app.headers["Authorization"] = f"Bearer {console.token()}"
        asked = app.post("/v1/ride-offers", json=question, headers={"Idempotency-Key": "figures-night"})
        assert asked.is_success, asked.text
        held = asked.json()["refusal"]["alternative"]["offer_id"]
        given_back = app.post(
            "/v1/ride-offers/release",
            json={"offer_ids": [held]},
            headers={"Idempotency-Key": "figures-given-back"},
        )
        assert given_back.is_success, given_back.text
