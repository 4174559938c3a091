"""One passenger's week on the real services: check-in, an on-demand ride, the statement, the bank's file."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
from onebox.week import IBAN, lines_of, play_week

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
