"""A made-up rural timetable with everything in it that makes searching hard; another one for every seed."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

FIRST_DAY = date(2021, 3, 22)
"""A Monday; clocks change in the night before the next one."""
DAYS = 14
STATIONS, VILLAGES = 3, 14
ZONE = "Europe/Berlin"


def clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}:{seconds % 60:02}"


def write(folder: Path, file: str, header: str, rows: Sequence[Sequence[object]]) -> None:
    lines = [header, *(",".join(map(str, row)) for row in rows)]
    (folder / file).write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_rural_feed(folder: Path, seed: int, *, lines: int = 6) -> Path:
    """Write a feed with stations of several platforms, trips that overtake, blocks, frequencies, transfer
    rules, times past midnight, calls where nobody may get on or off, and calendars with exceptions.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)
    stops, places = _stops(rng)
    write(
        folder,
        "agency.txt",
        "agency_id,agency_name,agency_url,agency_timezone",
        [("a", "A", "https://a.example", ZONE)],
    )
    write(
        folder,
        "stops.txt",
        "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station,wheelchair_boarding",
        stops,
    )
    write(
        folder, "routes.txt", "route_id,agency_id,route_short_name,route_type",
        [(f"r{line}", "a", line, 3) for line in range(lines)],
    )  # fmt: skip
    last = FIRST_DAY + timedelta(DAYS - 1)
    span = (FIRST_DAY.strftime("%Y%m%d"), last.strftime("%Y%m%d"))
    write(
        folder, "calendar.txt",
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date",
        [("week", 1, 1, 1, 1, 1, 0, 0, *span), ("end", 0, 0, 0, 0, 0, 1, 1, *span), ("all", *[1] * 7, *span)],
    )  # fmt: skip
    holiday = (FIRST_DAY + timedelta(9)).strftime("%Y%m%d")
    write(
        folder, "calendar_dates.txt", "service_id,date,exception_type",
        [("week", holiday, 2), ("end", holiday, 1)],
    )  # fmt: skip
    trips, times, often = _trips(rng, places, lines)
    write(
        folder, "trips.txt", "route_id,service_id,trip_id,block_id,wheelchair_accessible,bikes_allowed", trips
    )
    write(
        folder, "stop_times.txt",
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type", times,
    )  # fmt: skip
    write(folder, "frequencies.txt", "trip_id,start_time,end_time,headway_secs", often)
    write(
        folder, "transfers.txt",
        "from_stop_id,to_stop_id,from_route_id,to_route_id,from_trip_id,to_trip_id,transfer_type,min_transfer_time",
        _transfers(rng, stops, [str(trip[2]) for trip in trips], lines),
    )  # fmt: skip
    return folder


def _stops(rng: random.Random) -> tuple[list[tuple[object, ...]], list[list[str]]]:
    """Rows, and of every place its platforms."""
    rows: list[tuple[object, ...]] = []
    places = []
    for number in range(STATIONS):
        lat, lon = 53.5 + rng.random() / 5, 13.2 + rng.random() / 5
        rows.append((f"s{number}", f"Station {number}", lat, lon, 1, "", rng.choice("12")))
        platforms = []
        for platform in range(rng.randint(2, 3)):
            name = f"s{number}p{platform}"
            at = (round(lat + platform / 2000, 6), lon)
            rows.append((name, f"Station {number}", *at, 0, f"s{number}", rng.choice("0012")))
            platforms.append(name)
        places.append(platforms)
    for number in range(VILLAGES):
        at = (53.5 + rng.random() / 5, 13.2 + rng.random() / 5)
        rows.append((f"v{number}", f"Village {number}", *at, 0, "", rng.choice("011")))
        places.append([f"v{number}"])
    return rows, places


def _trips(
    rng: random.Random, places: list[list[str]], lines: int
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]], list[tuple[object, ...]]]:
    trips: list[tuple[object, ...]] = []
    times: list[tuple[object, ...]] = []
    often: list[tuple[object, ...]] = []
    for line in range(lines):
        way = [rng.choice(place) for place in rng.sample(places, rng.randint(3, 7))]
        steps = [rng.randint(2, 12) * 60 for _ in way]
        closed = {
            place: rng.choice(((1, 0), (0, 1))) for place in range(1, len(way) - 1) if rng.random() < 0.15
        }
        at, number = rng.randint(4, 7) * 3600, 0
        turns: list[str] = []
        while at < 26 * 3600:
            name = f"l{line}t{number}"
            there = number % 2 == 0
            speed = rng.choice((1, 1, 1, 0.5, 2))
            service = rng.choice(("week", "week", "end", "all"))
            turns.append(name)
            block = f"b{line}-{number // 3}" if line % 2 == 0 else ""
            trips.append((f"r{line}", service, name, block, rng.choice("0112"), rng.choice("0112")))
            clock_s = at
            calls = list(range(len(way))) if there else list(range(len(way)))[::-1]
            for sequence, place in enumerate(calls):
                arrive_s = clock_s
                depart_s = arrive_s + rng.choice((0, 0, 30, 60))
                kinds = closed.get(place, (0, 0))
                times.append((name, clock(arrive_s), clock(depart_s), way[place], sequence * 2 + 1, *kinds))
                clock_s = depart_s + int(steps[place] * speed)
            if number % 4 == 3:
                fast = f"{name}x"
                trips.append((f"r{line}", "all", fast, "", 1, 1))
                for sequence, place in enumerate(calls):
                    fast_s = clock(at + 240 + sequence * 60)
                    times.append((fast, fast_s, fast_s, way[place], sequence, *closed.get(place, (0, 0))))
            if line == 1 and number == 0:
                often.append((name, "06:00:00", "09:00:00", 1500))
                often.append((name, "23:00:00", "25:30:00", 2400))
            at = max(at, clock_s - 1200) if rng.random() < 0.3 else clock_s + rng.randint(0, 40) * 60
            number += 1
    return trips, times, often


def _transfers(
    rng: random.Random, stops: list[tuple[object, ...]], trips: list[str], lines: int
) -> list[tuple[object, ...]]:
    names = [str(row[0]) for row in stops]
    stations = [name for name in names if name.startswith("s")]
    rows: dict[tuple[object, ...], tuple[object, ...]] = {}
    for _ in range(10):
        pair = rng.choice(stations), rng.choice(stations if rng.random() < 0.7 else names)
        _rule(rng, rows, (*pair, "", "", "", ""))
    for _ in range(12):
        stop = rng.choice(names)
        pair = stop, rng.choice((stop, stop, rng.choice(names)))
        routes = rng.choice((f"r{rng.randrange(lines)}", "")), rng.choice((f"r{rng.randrange(lines)}", ""))
        _rule(rng, rows, (*pair, *routes, "", ""))
    for _ in range(25):
        stop = rng.choice(stations)
        chosen = rng.choice((rng.choice(trips), "")), rng.choice((rng.choice(trips), ""))
        _rule(rng, rows, (stop, stop, "", "", *chosen))
    for _ in range(6):
        line, number = rng.randrange(lines), rng.randrange(6)
        pair = f"l{line}t{number}", f"l{line}t{number + 1}"
        if all(trip in trips for trip in pair):
            rows["", "", "", "", *pair] = ("", "", "", "", *pair, rng.choice((4, 5)), "")
    return list(rows.values())


def _rule(
    rng: random.Random, rows: dict[tuple[object, ...], tuple[object, ...]], about: tuple[object, ...]
) -> None:
    kind = rng.choice((0, 1, 2, 2, 3))
    rows[about] = (*about, kind, rng.choice((60, 240, 600)) if kind == 2 else "")
