"""``landlinie tariff check``: what a file holds, and what is wrong with it."""

from pathlib import Path

from onebox.main import app
from typer.testing import CliRunner

DEMO = Path(__file__).parents[3] / "data" / "demo" / "tariffs"


def test_a_good_file_is_told_with_prices_and_sources() -> None:
    result = CliRunner().invoke(app, ["tariff", "check", str(DEMO / "eezy-vrs.yaml")])
    assert result.exit_code == 0
    assert (
        "tariff eezy-vrs, EUR, Europe/Berlin; service days start at 03:00; a month is one bill"
        in result.output
    )
    assert "  eezy-2025, from 2025-01-01: 60 min to change vehicles\n" in result.output
    assert "ride: ride, 1.50 and 0.20 per started km, for 1 adult (VRS, " in result.output
    assert "cap-month: cap, month, 63.00, for 1 adult (tag24" in result.output
    assert "deutschlandticket: owned, from elsewhere" in result.output


def test_every_mistake_of_every_file_is_told(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    text = (DEMO / "vos.yaml").read_text(encoding="utf-8")
    text = text.replace("price_cents: 290", "price_cents: -1").replace("2020-01-01", "2020-01-32")
    wrong.write_text(text.replace("price_cents: 610", "price: 610"), encoding="utf-8")
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff")
    files = [str(wrong), str(tmp_path / "none.yaml"), str(binary), str(DEMO / "sh-tarif.yaml")]
    result = CliRunner().invoke(app, ["tariff", "check", *files])
    assert result.exit_code == 2
    number = text.splitlines().index("        price_cents: -1") + 1
    assert (
        f"{wrong}:{number}: versions[2].products[0].price_cents: -1 is beyond the minimum of 0"
        in result.output
    )
    assert "versions[2].products[1].price: no such field" in result.output
    assert "none.yaml: No such file or directory" in result.output
    assert "binary.yaml: 'utf-8' codec" in result.output
    assert "sh-tarif.yaml: tariff sh-tarif" in result.output
