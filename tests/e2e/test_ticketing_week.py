"""One passenger's week on the real services: check-in, an on-demand ride, the statement, the bank's file."""

import json
import xml.etree.ElementTree as ET
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
from onebox.client import connected
from onebox.day.server_process import ServerProcess, start
from onebox.main import app
from onebox.week import CREDITOR, IBAN, MONDAY, bus_ride, lines_of, open_account, play_week
from typer.testing import CliRunner, Result

from conftest import DISTRICT, REPOSITORY


@pytest.mark.slow
@pytest.mark.network
def test_a_week_ends_in_a_statement_with_its_on_demand_ride(tmp_path: Path) -> None:
    played = play_week(DISTRICT, ZoneInfo("Europe/Berlin"), tmp_path / "var", tmp_path / "out")
    assert (played.quoted_cents, played.counted_cents) == (30, 30)
    assert (played.total_cents, played.singles_cents, played.debited_cents) == (900, 1160, 900)
    assert "\n".join(lines_of(played)) in (REPOSITORY / "docs" / "operations.md").read_text("utf-8")
    paper = Path(played.statement)
    text = "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(paper))
    text = text.replace("\xa0", " ")
    for told in (
        "KW 47, 16.11.2026 – 22.11.2026",
        "Sie zahlen 9,00 €",
        "Di 17.11.2026 2–4 1 6,10 €",
        "Alle Fahrten mit Einzeltickets: 11,60 €. Der Bestpreis spart 2,60 €.",
        "2,90 € 0,30 € 0,30 €",
        "9,00 € werden am 30.11.2026 per SEPA-Lastschrift eingezogen",
    ):
        assert told in text, told
    told = json.loads(paper.with_suffix(".json").read_text("utf-8"))
    assert sum(ride["counted_cents"] for ride in told["rides"]) == told["total_cents"] == 900
    [bank] = (tmp_path / "out").rglob("*-debits.xml")
    document = ET.parse(bank).getroot()  # noqa: S314 - our own file
    space = document.tag.removesuffix("Document")
    assert document.findtext(f".//{space}GrpHdr/{space}CtrlSum") == "9.00"
    assert {it.text for it in document.iter(f"{space}IBAN")} == {IBAN}
    # The person's name is on no statement, and the bank's file is the only place that has it.
    assert "Groß" not in text
    assert "Joerdis Gross" in {it.text for it in document.iter(f"{space}Nm")}
    log = (tmp_path / "var" / "server.log").read_text("utf-8")
    assert IBAN not in log
    assert "Jördis" not in log


@pytest.mark.slow
@pytest.mark.network
def test_settling_again_after_a_crash_bills_and_debits_nobody_twice(tmp_path: Path) -> None:
    zone = ZoneInfo("Europe/Berlin")
    monday = MONDAY.replace(hour=6, tzinfo=zone)

    def settle(server: ServerProcess, *more: str) -> Result:
        where = [
            "--address",
            server.address,
            "--data-dir",
            str(server.data_dir),
            "--out",
            str(tmp_path / "out"),
        ]
        return CliRunner().invoke(app, ["settle", "--period", "2026-W47", *where, *more])

    def started(clock: datetime) -> ServerProcess:
        return start(DISTRICT, tmp_path / "var", clock, seed_days=1, environment=CREDITOR)

    with started(monday) as server, connected(server.address, server.credential()) as services:
        account_id = open_account(services).account_id
        bus_ride(services, account_id, "bus", monday.replace(hour=7))
        early = settle(server)
        assert early.exit_code == 1
        assert "PERIOD_NOT_OVER" in early.output
        services.clock.advance_to(monday + timedelta(days=7))
        first = settle(server)
        assert first.exit_code == 0, first.output
        assert "1 accounts, €2.90 posted" in first.output
        assert "1 debits, €2.90, due 2026-11-30; 0 transfers, €0.00" in first.output
        server.kill()
    written = {path.relative_to(tmp_path): path.read_bytes() for path in (tmp_path / "out").rglob("*.*")}
    assert len(written) == 3
    with started(monday + timedelta(days=7, hours=1)) as server:
        again = json.loads(settle(server, "--json").stdout)
        assert (again["posted_cents"], again["debit_count"], again["debits_cents"]) == (0, 1, 290)
    for path, content in written.items():
        # The statement says when it was settled last; the bank's file is the same to the byte.
        if path.suffix == ".xml":
            assert (tmp_path / path).read_bytes() == content
        elif path.suffix == ".json":
            before, after = json.loads(content), json.loads((tmp_path / path).read_bytes())
            del before["issue_time"], after["issue_time"]
            assert after == before
