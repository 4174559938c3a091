"""Whether routes solve what a file holds, by the rules and in the units of its format.

The judges share no code and no rounding with the engines.
"""

from collections.abc import Sequence

from routing_core.formats.detect import Content
from routing_core.formats.judge_rides import judge_rides
from routing_core.formats.judge_visits import judge_visits
from routing_core.formats.judge_waste import judge_day, judge_period
from routing_core.formats.rides import Rides
from routing_core.formats.verdict import Routes, Verdict
from routing_core.formats.visits import Visits
from routing_core.formats.waste import CollectionPeriod


def judge(content: Content, days: Sequence[Routes]) -> Verdict:
    """Judge routes of node ids, without the depots at their ends.

    Parameters
    ----------
    days
        The routes of every day; just one but for a `CollectionPeriod`.
    """
    if isinstance(content, CollectionPeriod):
        return judge_period(content, days)
    (routes,) = days
    if isinstance(content, Rides):
        return judge_rides(content, routes)
    if isinstance(content, Visits):
        return judge_visits(content, routes)
    return judge_day(content, routes)
