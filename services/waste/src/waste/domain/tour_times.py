"""When what is ahead of a truck begins, as things stand now."""

from dataclasses import replace
from datetime import datetime, timedelta

from waste.domain.tour import Duty, Rest, Span, Stop, StopKind, Tour


def retimed(tour: Tour) -> Tour:
    """The tour with new times for its stops ahead, for the rest, and for being back.

    Stops that are done begin when the truck got there.
    One pass along the order: every stop begins as soon as the truck is there and a window is open. A stop
    that comes too late for all of its windows begins when the truck is there: the road has the last word.
    """
    done, ahead = tour.done, tour.ahead
    rest = tour.rest
    free = max(tour.leave, tour.started_at or tour.leave) if not done else _done_at(tour, done[-1])
    for stop in done:
        if rest is not None and rest.after_stop_id == stop.id:
            rested, rest = _rested(tour, rest, _done_at(tour, stop))
            free = rested if stop is done[-1] else free
    standing = tour.standing_at
    times = {stop.id: tour.outcome(stop.id).arrived_at or stop.begin for stop in done}
    before = done[-1] if done else None
    for stop in ahead:
        arrived_at = tour.outcome(stop.id).arrived_at if stop.id == standing else None
        begin = arrived_at or _first(
            stop.windows, free + timedelta(seconds=stop.drive_s + site_s(tour.duty, before, stop))
        )
        before = stop
        times[stop.id] = begin
        free = begin + timedelta(seconds=stop.service_s)
        if rest is not None and rest.after_stop_id == stop.id:
            free, rest = _rested(tour, rest, free)
    stops = tuple(replace(stop, begin=times[stop.id]) for stop in tour.stops)
    return replace(tour, stops=stops, rest=rest, back=free + timedelta(seconds=tour.back_drive_s))


def site_s(duty: Duty, before: Stop | None, stop: Stop) -> int:
    """Seconds to stop and secure a site: once for all its containers, never for a plant."""
    known = before is not None and before.site_id == stop.site_id
    return 0 if stop.kind is StopKind.PLANT or known else duty.site_s


def end_of(stop: Stop) -> datetime:
    """When work at a stop is expected to be done."""
    return stop.begin + timedelta(seconds=stop.service_s)


def _done_at(tour: Tour, stop: Stop) -> datetime:
    done = tour.outcome(stop.id).done
    return stop.begin if done is None else done.time


def _rested(tour: Tour, rest: Rest, free: datetime) -> tuple[datetime, Rest]:
    rule = tour.duty.rest
    if rule is None:
        return free, rest
    begin = max(free, rule.span.earliest)
    return begin + timedelta(seconds=rule.duration_s), replace(rest, begin=begin)


def _first(windows: tuple[Span, ...], there: datetime) -> datetime:
    """The first instant from being there on that lies inside of a window; being there where none is left."""
    return next((max(there, window.earliest) for window in windows if there <= window.latest), there)
