"""Emptyings seen in the levels of one container: see ``application.ports_outlook.LiftWatch``."""

from collections.abc import Sequence

from waste.application.ports_outlook import Drop
from waste.domain.lifts import find_lifts
from waste.domain.measured import Level
from waste.domain.readings_series import level_series


class Falls:
    """Takes a fall beyond the sensor's noise for an emptying, once a later level bears it out."""

    def drops(self, levels: Sequence[Level]) -> list[Drop]:
        """The emptyings in levels that are in order of time."""
        at_s = [int(level.at.timestamp()) for level in levels]
        # Of several within one second the last one stands, in the series as here.
        last = dict(zip(at_s, levels, strict=True))
        kept = list(last.values())
        series = level_series([0] * len(kept), list(last), [level.level_share for level in kept], 1)
        lifted = find_lifts(series).lifted
        return [
            Drop(kept[index].at, kept[index - 1].level_share, kept[index].level_share)
            for index in map(int, lifted.nonzero()[0])
            if index > 0
        ]
