"""The console offers exactly the sensors whose frames the waste service understands."""

import re
from pathlib import Path

from waste.domain.devices.registry import DEVICES, find_device

LIST = Path(__file__).parents[2] / "services/gateway/console/src/pages/sites/models.ts"


def test_the_console_lists_every_model_as_it_is_called() -> None:
    listed = re.findall(r"^\s*'([^']+)',$", LIST.read_text("utf-8"), re.MULTILINE)
    assert listed == [device.name for device in DEVICES]
    assert [find_device(name) for name in listed] == list(DEVICES)
