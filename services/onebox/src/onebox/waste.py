"""``landlinie waste``: sensors' frames, forecasts and tours at the command line."""

import json
import re
from typing import Annotated

import typer
from waste.domain.devices.frame import BadFrame, BadFrameReason, Device
from waste.domain.devices.registry import DEVICES, find_device
from waste.domain.devices.registry import decode as decode_frame

from onebox import waste_backtest, waste_plan, waste_refused, waste_replay, waste_tours

BAD_FRAME = 2
"""Exit code when a frame tells nothing."""

app = typer.Typer(help="Containers, their sensors and the tours that empty them.", no_args_is_help=True)
app.command()(waste_backtest.backtest)
app.command()(waste_plan.plan)
app.command()(waste_replay.replay)
app.command()(waste_refused.refused)
app.command("read-again")(waste_refused.read_again)
for command in (waste_tours.tours, waste_tours.propose, waste_tours.approve, waste_tours.sheet):
    app.command()(command)

DeviceName = Annotated[
    str, typer.Argument(metavar="DEVICE", help="model, with its vendor or without: «milesight EM400-MUD»")
]
Port = Annotated[int, typer.Argument(metavar="PORT", help="FPort of the uplink")]
Hex = Annotated[str, typer.Argument(metavar="HEX", help="the payload; spaces and colons do not matter")]


@app.callback()
def waste() -> None:
    """Containers, their sensors and the tours that empty them."""


@app.command()
def decode(device: DeviceName, port: Port, payload: Hex) -> None:
    """Print what a frame says, as JSON: in the maker's words and units, and in ours.

    Exit code 2 and the reason on stderr where it says nothing.
    """
    try:
        known = _known(device)
        decoded = decode_frame(known, port, _bytes(payload))
    except BadFrame as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(BAD_FRAME) from error
    told: dict[str, object] = {
        "device": known.name,
        "decoded": decoded.fields,
        "reading": decoded.measurement.told(),
    }
    if decoded.earlier:
        told["earlier"] = [{"at": at.isoformat()} | then.told() for at, then in decoded.earlier]
    typer.echo(json.dumps(told, ensure_ascii=False))


def _known(name: str) -> Device:
    device = find_device(name)
    if device is None:
        names = ", ".join(each.name for each in DEVICES)
        raise BadFrame(BadFrameReason.UNKNOWN_DEVICE, f"device is {name!r}, known: {names}")
    return device


def _bytes(payload: str) -> bytes:
    digits = re.sub(r"0[xX]|[\s:,-]", "", payload)
    try:
        return bytes.fromhex(digits)
    except ValueError as error:
        raise BadFrame(BadFrameReason.NOT_HEX, f"payload is {payload[:40]!r}: {error}") from error
