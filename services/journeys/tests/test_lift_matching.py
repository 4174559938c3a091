"""Which lifts take somebody along, against trying everything by hand."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import combinations_with_replacement, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from journeys.application import lift_matching
from journeys.application.lift_matching import NEW, Match, Wish, matches
from journeys.application.lift_roads import Meeting
from journeys.application.ports import Span
from journeys.domain.lifts import Audience, Claims, Lift, Party
from journeys.domain.lifts_seats import SLACK_S, MeetingPlace, Seat, SeatState
from journeys.domain.lifts_tour import Going, renamed, timed_seats
from journeys.domain.places import Point
from lift_office import TODAY, LiftOffice, local_s, once, roads

NOON_S = local_s("12:00")
LATITUDES, LONGITUDES = (53.5, 53.504, 53.508), [13.2 + 0.0025 * step for step in range(17)]


def somewhere(draw: random.Random) -> Point:
    return Point(draw.choice(LATITUDES), draw.choice(LONGITUDES))


def lift_between(draw: random.Random, number: int) -> Lift | None:
    start, end = somewhere(draw), somewhere(draw)
    direct_s = _seconds(start, end)
    if direct_s == 0:
        return None
    detour_s = 60 * draw.choice((0, 1, 2, 5, 10))
    driver = Party("app", f"driver-{number}")
    times = once(f"12:{draw.randrange(60):02}")
    seats = draw.randint(1, 3)
    return Lift(f"lift-{number}", driver, start, end, times, seats, direct_s, detour_s, Audience.EVERYBODY)


def _seconds(start: Point, end: Point) -> int:
    one, other = roads().snap(start), roads().snap(end)
    assert one is not None
    assert other is not None
    return int(roads().seconds([one], [other])[0, 0])


def boarded(match: Match, name: str, seat_count: int) -> Going:
    """The lift with the passenger in it."""
    seat = Seat(
        name,
        match.going.lift.id,
        match.going.day,
        match.going.lift.driver,
        Party("app", name),
        SeatState.CONFIRMED,
        seat_count,
        MeetingPlace(match.pickup.point, match.pickup.point),
        MeetingPlace(match.dropoff.point, match.dropoff.point),
        match.pickup_s,
        match.dropoff_s,
        match.pickup_s,
        match.pickup_s + SLACK_S,
        match.dropoff_s + SLACK_S,
        match.longest_ride_s,
        match.detour_s,
        0,
        0,
        0,
        Audience.EVERYBODY,
    )
    tour = renamed(match.tour, NEW, name)
    seats, stops = timed_seats((*match.going.seats, seat), tour, match.base_s)
    return replace(match.going, seats=seats, stops=stops)


def wish(draw: random.Random, start: Point, end: Point, seat_count: int) -> Wish:
    leave = Span(NOON_S, NOON_S + 60 * draw.choice((30, 90)))
    arrive_by_s = draw.choice((None, NOON_S + 3000))
    return Wish(roads().meetings(start, 400), roads().meetings(end, 400), seat_count, leave, arrive_by_s)


def drive_s(places: Sequence[Point]) -> int:
    return sum(_seconds(one, other) for one, other in pairwise(places))


def visits(going: Going) -> list[tuple[str, str, Point]]:
    places = {seat.id: (seat.pickup.exact, seat.dropoff.exact) for seat in going.seats}
    return [(action, name, places[name][action == "dropoff"]) for action, name in going.stops]


def ways_to_take(going: Going, asked: Wish, pickup: Meeting, dropoff: Meeting) -> Iterator[int]:
    """Seconds of driving that each feasible pair of positions adds."""
    stops = visits(going)
    before_s = drive_s([going.lift.start, *(place for _, _, place in stops), going.lift.end])
    for at_in, at_out in combinations_with_replacement(range(len(stops) + 1), 2):
        tried = [
            *stops[:at_in],
            ("pickup", NEW, pickup.point),
            *stops[at_in:at_out],
            ("dropoff", NEW, dropoff.point),
            *stops[at_out:],
        ]
        if works(going, asked, pickup, dropoff, tried):
            places = [going.lift.start, *(place for _, _, place in tried), going.lift.end]
            yield drive_s(places) - before_s


def works(
    going: Going, asked: Wish, pickup: Meeting, dropoff: Meeting, stops: Sequence[tuple[str, str, Point]]
) -> bool:
    """Whether somebody who drives it stop by stop keeps everything promised."""
    direct_s = _seconds(pickup.point, dropoff.point)
    new_latest_s = NOON_S + 100_000
    if asked.arrive_by_s is not None:
        new_latest_s = asked.arrive_by_s - dropoff.walk_s
    windows = {
        NEW: (
            asked.leave.earliest_s + pickup.walk_s,
            asked.leave.latest_s + pickup.walk_s,
            new_latest_s,
            direct_s + direct_s // 2 + 600,
            asked.seat_count,
        )
    }
    for seat in going.seats:
        windows[seat.id] = (
            seat.earliest_pickup_s,
            seat.latest_pickup_s,
            seat.latest_dropoff_s,
            seat.longest_ride_s,
            seat.seat_count,
        )
    at, now_s, aboard = going.lift.start, going.depart_s, 0
    got_on: dict[str, int] = {}
    for action, name, place in stops:
        now_s += _seconds(at, place)
        at = place
        earliest_s, latest_s, there_s, ride_s, seats = windows[name]
        if action == "pickup":
            now_s = max(now_s, earliest_s)
            aboard += seats
            got_on[name] = now_s
            if now_s > latest_s or aboard > going.lift.seat_count:
                return False
        else:
            aboard -= seats
            if now_s > there_s or now_s - got_on[name] > ride_s:
                return False
    return now_s + _seconds(at, going.lift.end) <= going.depart_s + going.lift.longest_s


def by_hand(goings: Sequence[Going], asked: Wish) -> dict[str, int]:
    """By lift: the least sum of added driving and walking."""
    found = {}
    for going in goings:
        efforts = [
            added_s + pickup.walk_s + dropoff.walk_s
            for pickup in asked.pickups
            for dropoff in asked.dropoffs
            if asked.seat_count <= going.lift.seat_count and _seconds(pickup.point, dropoff.point)
            for added_s in ways_to_take(going, asked, pickup, dropoff)
        ]
        if efforts:
            found[going.lift.id] = min(efforts)
    return found


def effort(match: Match) -> int:
    """The same of a match, along its stops."""
    tour = boarded(match, "somebody", 1)
    lift = match.going.lift
    stops = [place for _, _, place in visits(tour)]
    before = [place for _, _, place in visits(match.going)]
    added_s = drive_s([lift.start, *stops, lift.end]) - drive_s([lift.start, *before, lift.end])
    assert match.detour_s >= added_s
    return added_s + match.pickup.walk_s + match.dropoff.walk_s


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_engine_finds_what_trying_everything_finds(seed: int) -> None:
    draw = random.Random(seed)
    drawn = [lift_between(draw, number) for number in range(8)]
    goings = [Going(lift, TODAY, NOON_S + 60 * (lift.times.clock_s // 60 % 60)) for lift in drawn if lift]
    for number in range(4):
        asked = wish(draw, somewhere(draw), somewhere(draw), draw.randint(1, 2))
        expected = by_hand(goings, asked)
        found = matches(roads(), goings, asked)
        assert {match.going.lift.id: effort(match) for match in found} == expected
        assert [match.detour_s for match in found] == sorted(match.detour_s for match in found)
        if found:
            taken = draw.choice(found)
            place = goings.index(taken.going)
            goings[place] = boarded(taken, f"passenger-{number}", asked.seat_count)


def test_no_lift_that_fits_is_left_out_before_the_engine_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lift_matching, "MOST_EMPTY", 1000)
    office = LiftOffice(f"sqlite:///{tmp_path}/lifts.sqlite")
    draw = random.Random(20260615)
    lifts = []
    for number in range(250):
        start, end = somewhere(draw), somewhere(draw)
        known = [roads().public(point) for point in (start, end)]
        if known[0] and known[1] and _seconds(known[0], known[1]):
            day = TODAY + timedelta(days=draw.randrange(2))
            clock = f"{draw.randrange(24):02}:{draw.randrange(60):02}"
            if day > TODAY or clock > "15:00":
                lifts.append(
                    office.post(
                        once(clock, day), start, end, who=f"d{number}", detour_min=draw.choice((0, 20))
                    )
                )
    span = Span(local_s("22:00"), local_s("22:00") + 10 * 3600)
    start, end = Point(53.5, 13.21), Point(53.5, 13.23)
    asked = Wish(roads().meetings(start, 500), roads().meetings(end, 500), 1, span)
    goings = [
        Going(lift, lift.times.first_day, lift.times.departs_s(lift.times.first_day, office.room.zone))
        for lift in lifts
    ]
    every = {match.going.id for match in matches(roads(), goings, asked)}
    found = {match.going.id for match in office.riding.found(asked, Claims())}
    assert every == found
    assert len(found) >= 3
    office.close()
