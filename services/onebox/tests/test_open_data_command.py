"""``landlinie open-data`` writes what the services publish, and nothing beside its folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from landlinie.journeys.v1 import open_data_pb2
from onebox import open_data
from onebox.main import app
from typer.testing import CliRunner


@dataclass
class Stub:
    """Publishes these documents."""

    contents: dict[str, bytes]

    def ListOpenData(self, request: Any, timeout: float) -> open_data_pb2.ListOpenDataResponse:  # noqa: ARG002, N802
        documents = [
            open_data_pb2.OpenDocument(name=name, standard="GBFS 3.0") for name in sorted(self.contents)
        ]
        return open_data_pb2.ListOpenDataResponse(documents=documents)

    def GetOpenData(  # noqa: N802
        self,
        request: open_data_pb2.GetOpenDataRequest,
        timeout: float,  # noqa: ARG002
    ) -> open_data_pb2.GetOpenDataResponse:
        return open_data_pb2.GetOpenDataResponse(content=self.contents[request.name])


def written(monkeypatch: pytest.MonkeyPatch, folder: Path, contents: dict[str, bytes]) -> Any:
    @contextmanager
    def connected(*_: Any) -> Iterator[Any]:
        yield SimpleNamespace(open_data=Stub(contents))

    monkeypatch.setattr(open_data, "connected", connected)
    monkeypatch.setattr(open_data, "credential", lambda *_: "token")
    return CliRunner().invoke(app, ["open-data", str(folder)])


def test_everything_is_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    result = written(monkeypatch, tmp_path / "out", {"gbfs/gbfs.json": b"{}", "gtfs-flex.zip": b"PK"})
    assert result.exit_code == 0, result.output
    assert (tmp_path / "out/gbfs/gbfs.json").read_bytes() == b"{}"
    assert (tmp_path / "out/gtfs-flex.zip").read_bytes() == b"PK"
    assert "GBFS 3.0, 2 bytes" in result.output


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", "c:\\evil"])
def test_a_server_cannot_write_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    result = written(monkeypatch, tmp_path / "out", {name: b"x"})
    assert result.exit_code == 2
    assert "no name of a document" in result.output
    assert not list(tmp_path.rglob("*evil*"))


def test_a_folder_that_cannot_be_written_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "gbfs").write_text("a file", "utf-8")
    result = written(monkeypatch, tmp_path / "out", {"gbfs/gbfs.json": b"{}"})
    assert result.exit_code == 2
    assert "gbfs" in result.output
