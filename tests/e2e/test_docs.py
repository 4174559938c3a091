"""What the documentation shows is run as it stands."""

import re
from datetime import UTC, datetime

import pytest
from onebox.day.server_process import ServerProcess

from conftest import REPOSITORY

pytestmark = [pytest.mark.slow, pytest.mark.network]


def test_the_api_page_runs(services: ServerProcess) -> None:
    page = (REPOSITORY / "docs" / "api.md").read_text("utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert len(blocks) >= 6
    names: dict[str, object] = {
        "address": services.address,
        "when": datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
    }
    for number, block in enumerate(blocks, start=1):
        exec(compile(block, f"docs/api.md, block {number}", "exec"), names)  # noqa: S102 - our own page


def test_every_link_of_the_pages_leads_somewhere() -> None:
    for page in (*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if not target.startswith(("http:", "https:")):
                assert (page.parent / target).exists(), f"{page.name}: {target}"
