"""``landlinie waste refused`` and ``read-again``: what sensors sent that could not be understood, and why."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from waste.application.ports_frames import KeptUnreadable
from waste.bootstrap import NoFrames, kept_frames
from waste.domain.frames import Frame
from waste.settings import WasteSettings

from onebox.settings import DEFAULT_DATA_DIR, DataDir

NOTHING_KEPT = 2
"""Exit code where there is no database."""
SHOWN_BYTES = 200
console = Console()

Reason = Annotated[
    str, typer.Option("--reason", metavar="REASON", help="list what was refused for this reason")
]
DeviceId = Annotated[str, typer.Option("--device", metavar="ID", help="of this device alone")]
After = Annotated[int, typer.Option("--after", min=0, metavar="NUMBER", help="only what came after this one")]
Count = Annotated[int, typer.Option("--count", min=1, max=10_000, help="so many at most")]
AsJson = Annotated[bool, typer.Option("--json", help="one JSON object in each line")]
OneDevice = Annotated[str, typer.Argument(metavar="DEVICE_ID")]


def refused(
    reason: Reason = "",
    device: DeviceId = "",
    after: After = 0,
    count: Count = 100,
    as_json: AsJson = False,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Show how many messages were refused for each reason; with --reason or --device, the messages.

    Frames that could not be decoded come first, then messages in which no device could be made out.
    """
    devices = [device] if device else None
    try:
        with kept_frames(_settings(data_dir)) as store, store.reading() as reader:
            counts = {**reader.refused_counts(devices), **({} if device else reader.unreadable_counts())}
            frames = reader.refused(reason=reason, device_ids=devices, after=after, count=count)
            unreadable = [] if device else reader.unreadable(reason=reason, after=after, count=count)
    except NoFrames as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(NOTHING_KEPT) from error
    if reason or device:
        lines = [*map(_frame, frames), *map(_unreadable, unreadable)]
    else:
        lines = [{"reason": why, "count": number} for why, number in sorted(counts.items())]
    for told in lines:
        _print(told, as_json)
    if not lines:
        typer.echo("nothing was refused", err=True)


def read_again(device_id: OneDevice, data_dir: DataDir = DEFAULT_DATA_DIR) -> None:
    """Have the service read a device's refused frames again, as after its model was corrected."""
    try:
        with kept_frames(_settings(data_dir)) as store, store.writing() as writer:
            count = writer.wait_again(device_id)
    except NoFrames as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(NOTHING_KEPT) from error
    console.print(f"{count} frames will be read again")


def _settings(data_dir: Path) -> WasteSettings:
    return WasteSettings(data_dir=data_dir)


def _frame(frame: Frame) -> dict[str, object]:
    return {
        "number": frame.number,
        "received_at": frame.received_at.isoformat(),
        "device_id": frame.uplink.device_id,
        "session": frame.uplink.session,
        "counter": frame.uplink.counter,
        "port": frame.uplink.port,
        "payload": frame.uplink.payload.hex(),
        "reason": frame.reason,
        "detail": frame.detail,
    }


def _unreadable(kept: KeptUnreadable) -> dict[str, object]:
    return {
        "number": kept.number,
        "received_at": kept.received_at.isoformat(),
        "source": kept.message.source,
        "times": kept.times,
        "body": kept.message.body[:SHOWN_BYTES].decode("utf-8", "replace"),
        "reason": kept.message.reason,
        "detail": kept.message.detail,
    }


def _print(told: dict[str, object], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        console.print("  ".join(escape(str(value)) for value in told.values()), soft_wrap=True)
