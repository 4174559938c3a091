"""A service does not open another district's database, and says so."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from service_kit.database import open_engine
from service_kit.identity.store_owner import bind_store

from conftest import DISTRICT

UP = ["onebox", "up", "--address", "127.0.0.1:0", "--http", "none"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "name", "complaint"),
    [(["pooling"], "roads", "pooling cannot start"), (UP, "pooling", "Cannot start")],
    ids=["process", "one machine"],
)
def test_a_database_of_another_district_is_refused(
    tmp_path: Path, command: list[str], name: str, complaint: str
) -> None:
    engine = open_engine(sa.URL.create("sqlite", database=str(tmp_path / f"{name}.sqlite")))
    bind_store(engine, "anderswo")
    engine.dispose()
    ended = subprocess.run(
        [sys.executable, "-m", *command],
        env={
            **os.environ,
            "COLUMNS": "1000",
            "LANDLINIE_DATA_DIR": str(tmp_path),
            "LANDLINIE_DISTRICT": str(DISTRICT),
            "LANDLINIE_POOLING_ADDRESS": "127.0.0.1:0",
            "LANDLINIE_METRICS_ADDRESS": "127.0.0.1:0",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    said = ended.stdout + ended.stderr
    assert ended.returncode == 1, said
    assert complaint in said
    assert f"{name}.sqlite holds the data of 'anderswo', not of 'neubrandenburg'" in said
    assert "Traceback" not in said
