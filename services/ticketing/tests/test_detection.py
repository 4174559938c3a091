"""What was ridden, found in traces whose every step is known: on a street with lines, and on real trains."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated_riders import Day, Phone, car, moved, rider
from ticketing.adapters.timetable_detection import TimetableDetector, journey_readings
from ticketing.domain.delays import Delays, TripDelay
from ticketing.domain.detect import detect
from ticketing.domain.detection import Call, DetectedLeg, Detection, Reading
from ticketing.domain.trace import Activity, Fix, Guess, Trace, trace_of
from timetable.schedule import Schedule
from timetable.schedule_reading import read_schedule

BERLIN = ZoneInfo("Europe/Berlin")
DEMO = Path(__file__).parents[3] / "data" / "neubrandenburg" / "vbb-neubrandenburg-2021.gtfs.zip"
A = (13.0, 53.0)
STOP_NAMES = "ABCDEF"
WEDNESDAY = date(2026, 3, 25)
MINUTE = 60.0


def street(number: float) -> tuple[float, float]:
    """A place on the street: stop A is 0, stop B 1, and so on, a kilometre apart."""
    return moved(A, 1000.0 * number, 0.0)


@pytest.fixture(scope="module")
def schedule(tmp_path_factory: pytest.TempPathFactory) -> Schedule:
    """Lines 1 and 2 from A to F, line 2 three minutes later; both back; a bus over midnight and in the DST
    nights.

    From stop to stop it takes two minutes. Line 3 goes from C to the village G, 2 km to the north.
    """
    folder = tmp_path_factory.mktemp("street")
    stops = [f"{name},{name},{street(n)[1]},{street(n)[0]}" for n, name in enumerate(STOP_NAMES)]
    village = moved(street(2), 0, 2000)
    stops.append(f"G,G,{village[1]},{village[0]}")
    trips, times = [], []

    def trip(name: str, route: str, service: str, stops_at: Sequence[tuple[str, int]]) -> None:
        trips.append(f"{route},{service},{name}")
        for number, (stop, minute) in enumerate(stops_at):
            clock = f"{minute // 60:02}:{minute % 60:02}:00"
            times.append(f"{name},{clock},{clock},{stop},{number}")

    for hour in range(6, 20):
        there = [(stop, hour * 60 + 2 * n) for n, stop in enumerate(STOP_NAMES)]
        back = [(stop, hour * 60 + 20 + 2 * n) for n, stop in enumerate(reversed(STOP_NAMES))]
        trip(f"1-{hour}", "1", "daily", there)
        trip(f"2-{hour}", "2", "daily", [(stop, minute + 3) for stop, minute in there])
        trip(f"1-{hour}-back", "1", "daily", back)
        trip(f"3-{hour}", "3", "daily", [("C", hour * 60 + 10), ("G", hour * 60 + 14)])
    trip("night", "1", "daily", [(stop, 23 * 60 + 55 + 2 * n) for n, stop in enumerate(STOP_NAMES)])
    trip("late", "1", "daily", [(stop, 26 * 60 + 40 + 2 * n) for n, stop in enumerate(STOP_NAMES)])
    files = {
        "agency.txt": ["agency_name,agency_url,agency_timezone", "Bus,https://bus.example,Europe/Berlin"],
        "stops.txt": ["stop_id,stop_name,stop_lat,stop_lon", *stops],
        "routes.txt": ["route_id,route_short_name,route_type", "1,1,3", "2,2,3", "3,3,3"],
        "trips.txt": ["route_id,service_id,trip_id", *trips],
        "stop_times.txt": ["trip_id,arrival_time,departure_time,stop_id,stop_sequence", *times],
        "calendar.txt": [
            "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date",
            "daily,1,1,1,1,1,1,1,20260101,20261231",
        ],
    }
    for name, lines in files.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_schedule(folder)[0]


@dataclass
class Way:
    """Where somebody is, from waypoint to waypoint; ``at`` is a time of day of the service day."""

    start: datetime
    points: list[tuple[float, tuple[float, float], Activity]] = field(default_factory=list)

    def to(self, clock: str, place: tuple[float, float], activity: Activity) -> "Way":
        hours, minutes = clock.split(":")
        self.points.append((int(hours) * 3600 + float(minutes) * 60, place, activity))
        return self

    def seen(self, *, period_s: float = 10.0, noise_m: float = 20.0, guesses: bool = True) -> list[Fix]:
        rng = random.Random(11)
        times = [time_s for time_s, _, _ in self.points]
        lon, lat = np.array([place for _, place, _ in self.points]).T
        fixes = []
        for time_s in np.arange(times[0], times[-1], period_s):
            here = float(np.interp(time_s, times, lon)), float(np.interp(time_s, times, lat))
            doing = self.points[int(np.searchsorted(times, time_s, "right"))][2]
            seen = moved(here, rng.gauss(0, noise_m), rng.gauss(0, noise_m))
            fixes.append(
                Fix(
                    self.start + timedelta(seconds=float(time_s)),
                    *seen,
                    noise_m,
                    (Guess(doing, 0.75),) if guesses else (),
                )
            )
        return fixes


def start_of(day: date) -> datetime:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=BERLIN)
    return noon.astimezone(UTC) - timedelta(hours=12)


def bus_ride(  # the ride that most tests change in one respect
    day: date = WEDNESDAY, hour: int = 8, minute: float = 2.5, *, alight: int = 4, reverse: bool = False
) -> Way:
    """On foot to B, by the bus that leaves there then, to a stop and away on foot."""
    board = 1
    way = Way(start_of(day))
    beside = moved(street(board), 0, -400)

    def clock(minutes: float) -> str:
        return f"{hour}:{minute + minutes}"

    way.to(clock(-10), beside, Activity.STILL).to(clock(-8), beside, Activity.STILL)
    way.to(clock(-3), street(board), Activity.ON_FOOT).to(clock(0), street(board), Activity.STILL)
    for number in range(board + 1, alight + 1):
        gone = 2.0 * (number - board)
        way.to(clock(gone - 0.3), street(number), Activity.IN_VEHICLE)
        if number < alight:
            way.to(clock(gone), street(number), Activity.IN_VEHICLE)
    gone = 2.0 * (alight - board)
    way.to(clock(gone + 5), moved(street(alight), 100, 350), Activity.ON_FOOT)
    way.to(clock(gone + 8), moved(street(alight), 100, 350), Activity.STILL)
    if reverse:
        way.points = [
            (time_s, moved(street(5), -1000 * _along(place), 0), doing) for time_s, place, doing in way.points
        ]
    return way


def _along(place: tuple[float, float]) -> float:
    return (place[0] - A[0]) / (street(1)[0] - A[0])


def told(found: Detection) -> list[tuple[str, str, str]]:
    return [
        (leg.reading.trip_id, leg.reading.board.stop_id, leg.reading.alight.stop_id) for leg in found.legs
    ]


def test_a_bus_ride_is_found_with_its_stops_and_times(schedule: Schedule) -> None:
    found = detect(trace_of(bus_ride().seen()), schedule)
    assert told(found) == [("1-8", "B", "E")]
    leg = found.legs[0]
    assert not leg.asks
    assert leg.reading.stop_count == 3
    assert leg.reading.service_day == WEDNESDAY
    assert leg.reading.length_m == pytest.approx(3000, rel=0.01)
    start = start_of(WEDNESDAY)
    assert abs(leg.reading.board.time - start - timedelta(hours=8, minutes=2.5)) < timedelta(seconds=40)
    assert abs(leg.reading.alight.time - start - timedelta(hours=8, minutes=8.2)) < timedelta(seconds=40)
    assert not found.unmatched


@pytest.mark.parametrize("period_s", [1.0, 5.0, 30.0])
def test_how_often_the_phone_looks_changes_nothing(schedule: Schedule, period_s: float) -> None:
    assert told(detect(trace_of(bus_ride().seen(period_s=period_s)), schedule)) == [("1-8", "B", "E")]


def test_guesses_of_activities_are_not_needed(schedule: Schedule) -> None:
    assert told(detect(trace_of(bus_ride().seen(guesses=False)), schedule)) == [("1-8", "B", "E")]


def test_jumps_of_the_position_are_not_ridden(schedule: Schedule) -> None:
    fixes = bus_ride().seen()
    for number in range(5, len(fixes), 9):
        lon, lat = moved((fixes[number].lon, fixes[number].lat), 1500, 2500)
        fixes[number] = replace(fixes[number], lon=lon, lat=lat)
    assert told(detect(trace_of(fixes), schedule)) == [("1-8", "B", "E")]


def test_a_silence_during_the_ride_does_not_end_it(schedule: Schedule) -> None:
    begin = start_of(WEDNESDAY) + timedelta(hours=8, minutes=3.5)
    fixes = [fix for fix in bus_ride().seen() if not begin < fix.time < begin + timedelta(minutes=3.5)]
    assert told(detect(trace_of(fixes), schedule)) == [("1-8", "B", "E")]


def test_a_phone_that_goes_off_aboard_is_asked_about_and_billed_the_shortest(schedule: Schedule) -> None:
    off = start_of(WEDNESDAY) + timedelta(hours=8, minutes=5.3)
    fixes = [fix for fix in bus_ride().seen() if fix.time < off]
    leg = detect(trace_of(fixes), schedule).legs[0]
    assert leg.asks
    assert {reading.alight.stop_id for reading in leg.plausible} >= {"D", "E"}
    assert {reading.board.stop_id for reading in leg.plausible} == {"B"}
    assert leg.favourable.alight.stop_id == "D"
    assert sum(reading.probability for reading in (leg.reading, *leg.alternatives)) <= 1.001


def test_a_phone_found_again_elsewhere_narrows_down_where_it_got_off(schedule: Schedule) -> None:
    off = start_of(WEDNESDAY) + timedelta(hours=8, minutes=5.3)
    fixes = [fix for fix in bus_ride().seen() if fix.time < off or fix.time > off + timedelta(minutes=6)]
    assert told(detect(trace_of(fixes), schedule)) == [("1-8", "B", "E")]


def test_of_two_lines_on_one_street_the_times_decide(schedule: Schedule) -> None:
    assert told(detect(trace_of(bus_ride(minute=5.5).seen()), schedule)) == [("2-8", "B", "E")]


def test_between_two_lines_in_time_the_rider_is_asked(schedule: Schedule) -> None:
    leg = detect(trace_of(bus_ride(minute=4.75).seen()), schedule).legs[0]
    assert (leg.reading.board.stop_id, leg.reading.alight.stop_id) == ("B", "E")
    assert leg.asks
    assert {reading.route_id for reading in leg.plausible} >= {"1", "2"}


def test_a_told_delay_tells_them_apart(schedule: Schedule) -> None:
    delays = Delays([TripDelay("1-8", 360, WEDNESDAY), TripDelay("2-8", 0)])
    leg = detect(trace_of(bus_ride(minute=8.2).seen()), schedule, delays).legs[0]
    assert (leg.reading.trip_id, leg.asks) == ("1-8", False)


def test_a_beacon_tells_them_apart(schedule: Schedule) -> None:
    delays = Delays([TripDelay("1-8", 150, vehicle="bus-7"), TripDelay("2-8", 0, vehicle="bus-9")])
    for beacon, trip in (("bus-7", "1-8"), ("bus-9", "2-8")):
        aboard = [
            replace(fix, beacon=beacon) if fix.guesses[0].activity is Activity.IN_VEHICLE else fix
            for fix in bus_ride(minute=4.75).seen()
        ]
        leg = detect(trace_of(aboard), schedule, delays).legs[0]
        assert (leg.reading.trip_id, leg.asks) == (trip, False)


def test_the_other_direction_is_another_trip(schedule: Schedule) -> None:
    # From E at 22 minutes past: the bus back.
    found = detect(trace_of(bus_ride(minute=22.3, reverse=True).seen()), schedule)
    assert told(found) == [("1-8-back", "E", "B")]


def test_against_the_direction_of_the_only_bus_nothing_is_ridden(schedule: Schedule) -> None:
    assert told(detect(trace_of(bus_ride(minute=2.5, reverse=True).seen()), schedule)) == []


def test_a_change_makes_two_legs(schedule: Schedule) -> None:
    way = bus_ride(alight=2)
    del way.points[-2:]
    way.to("8:12", street(2), Activity.STILL).to("8:15.5", moved(street(2), 0, 2000), Activity.IN_VEHICLE)
    way.to("8:22", moved(street(2), 400, 2000), Activity.ON_FOOT)
    assert told(detect(trace_of(way.seen()), schedule)) == [("1-8", "B", "C"), ("3-8", "C", "G")]


def test_riding_on_over_a_long_stop_is_one_leg(schedule: Schedule) -> None:
    way = bus_ride()
    way.points = [
        (t + (240 if t > 8 * 3600 + 6.6 * 60 else 0), place, doing) for t, place, doing in way.points
    ]
    assert told(detect(trace_of(way.seen()), schedule)) == [("1-8", "B", "E")]


def driven(speed_mps: float, beside_m: float, *, start: str, doing: Activity) -> Trace:
    """Along the street from between A and B to between E and F, without a stop."""
    way = Way(start_of(WEDNESDAY))
    hours, minutes = start.split(":")
    begin, end = moved(street(0.5), 0, beside_m), moved(street(4.6), 0, beside_m)
    gone = 4100 / speed_mps / 60
    way.to(start, begin, Activity.STILL).to(f"{hours}:{float(minutes) + 3}", begin, Activity.STILL)
    way.to(f"{hours}:{float(minutes) + 3 + gone}", end, doing)
    way.to(f"{hours}:{float(minutes) + 8 + gone}", moved(end, 100, 0), Activity.ON_FOOT)
    return trace_of(way.seen())


@pytest.mark.parametrize("beside_m", [0.0, 60.0, 250.0])
@pytest.mark.parametrize("speed_mps", [9.0, 14.0, 25.0])
def test_a_car_beside_the_bus_is_no_bus(schedule: Schedule, speed_mps: float, beside_m: float) -> None:
    found = detect(driven(speed_mps, beside_m, start="7:58", doing=Activity.IN_VEHICLE), schedule)
    assert all(leg.asks and not leg.favourable.trip_id for leg in found.legs)
    assert found.unmatched or found.legs


def test_a_bicycle_is_no_bus(schedule: Schedule) -> None:
    found = detect(driven(5.0, 0.0, start="7:58", doing=Activity.ON_BICYCLE), schedule)
    assert found == Detection((), ())


def test_walking_along_the_street_is_no_ride(schedule: Schedule) -> None:
    assert detect(driven(1.4, 0.0, start="7:58", doing=Activity.ON_FOOT), schedule) == Detection((), ())


def test_waiting_while_the_bus_calls_is_no_ride(schedule: Schedule) -> None:
    way = Way(start_of(WEDNESDAY)).to("7:50", street(1), Activity.STILL).to("8:40", street(1), Activity.STILL)
    assert detect(trace_of(way.seen()), schedule) == Detection((), ())


def test_a_ride_over_midnight_belongs_to_the_day_before(schedule: Schedule) -> None:
    found = detect(trace_of(bus_ride(hour=23, minute=57.5).seen()), schedule)
    assert told(found) == [("night", "B", "E")]
    assert found.legs[0].reading.service_day == WEDNESDAY
    assert found.legs[0].reading.alight.time.astimezone(BERLIN).date() == WEDNESDAY + timedelta(1)


@pytest.mark.parametrize(
    "day", [date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 24), date(2026, 10, 25)]
)
def test_nights_in_which_clocks_change_have_their_rides(schedule: Schedule, day: date) -> None:
    # 26:42 of the day before, or 2:42 past the start of the day itself, is an hour off the wall clock.
    found = detect(trace_of(bus_ride(day, hour=26, minute=42.5).seen()), schedule)
    assert told(found) == [("late", "B", "E")]
    assert found.legs[0].reading.service_day == day


def test_shapes_are_followed(tmp_path: Path, schedule: Schedule) -> None:
    """A bus that goes round a lake from A to B, three kilometres off the straight line."""
    detour = moved(street(0.5), 0, 3000)
    files = {
        "agency.txt": "agency_name,agency_url,agency_timezone\nBus,https://bus.example,Europe/Berlin\n",
        "stops.txt": "stop_id,stop_lat,stop_lon\n"
        + "".join(f"{name},{street(n)[1]},{street(n)[0]}\n" for n, name in enumerate("AB")),
        "routes.txt": "route_id,route_type\nr,3\n",
        "trips.txt": "route_id,service_id,trip_id,shape_id\nr,s,t,x\n",
        "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "t,8:00:00,8:00:00,A,1\nt,8:10:00,8:10:00,B,2\n",
        "calendar_dates.txt": "service_id,date,exception_type\ns,20260325,1\n",
        "shapes.txt": "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\n"
        + "".join(f"x,{lat},{lon},{n}\n" for n, (lon, lat) in enumerate((street(0), detour, street(1)))),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    round_the_lake = read_schedule(tmp_path)[0]
    way = Way(start_of(WEDNESDAY)).to("7:55", street(0), Activity.STILL).to("8:00", street(0), Activity.STILL)
    way.to("8:05", detour, Activity.IN_VEHICLE).to("8:10", street(1), Activity.IN_VEHICLE)
    way.to("8:20", moved(street(1), 500, 0), Activity.ON_FOOT)
    assert told(detect(trace_of(way.seen()), round_the_lake)) == [("t", "A", "B")]
    assert told(detect(trace_of(way.seen()), schedule)) == []


def test_without_a_timetable_rides_have_times_but_no_stops() -> None:
    found = detect(trace_of(bus_ride().seen()))
    assert not found.legs
    ride = found.unmatched[0]
    assert len(found.unmatched) == 1
    assert (ride.trip_id, ride.board.stop_id) == ("", "")
    start = start_of(WEDNESDAY)
    assert abs(ride.board.time - start - timedelta(hours=8, minutes=2.5)) < timedelta(minutes=1)
    assert abs(ride.alight.time - start - timedelta(hours=8, minutes=8.2)) < timedelta(minutes=1)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_hardly_any_trace_is_no_ride(schedule: Schedule, count: int) -> None:
    fixes = bus_ride().seen()[:count]
    assert detect(trace_of(fixes), schedule) == Detection((), ())
    assert detect(trace_of(fixes)) == Detection((), ())


def test_days_apart_are_days_apart(schedule: Schedule) -> None:
    thursday = WEDNESDAY + timedelta(1)
    fixes = [*bus_ride().seen(), *bus_ride(thursday, minute=5.5).seen()]
    found = detect(trace_of(fixes), schedule)
    assert told(found) == [("1-8", "B", "E"), ("2-8", "B", "E")]
    assert [leg.reading.service_day for leg in found.legs] == [WEDNESDAY, thursday]


def test_far_from_the_timetable_nothing_matches(schedule: Schedule) -> None:
    fixes = [replace(fix, lon=fix.lon + 5) for fix in bus_ride().seen()]
    found = detect(trace_of(fixes), schedule)
    assert (found.legs, len(found.unmatched)) == ((), 1)


@given(st.randoms(use_true_random=False))
@settings(max_examples=5, deadline=None)
def test_the_order_in_which_fixes_come_and_repeats_change_nothing(rng: random.Random) -> None:
    fixes = bus_ride().seen()
    shuffled = [*fixes, *rng.sample(fixes, 20)]
    rng.shuffle(shuffled)
    assert trace_of(shuffled) == trace_of(fixes)


def test_riders_on_the_trains_of_the_demo_are_found() -> None:
    """A small run of what the benchmark measures; told and untold delays, changes, fixes every 30 s."""
    trains = read_schedule(DEMO)[0]
    day = Day(trains, date(2021, 5, 19))
    rng = random.Random(20)
    right = total = 0
    for number in range(30):
        phone = Phone(period_s=30.0, gap_share=0.0) if number % 2 else Phone()
        who = rider(day, rng, phone, transfers=number % 3)
        found = detect(who.trace, trains, who.delays if number % 5 == 0 else None)
        wanted = [(leg.trip_id, leg.board_stop, leg.alight_stop) for leg in who.legs]
        right += sum(leg in wanted for leg in told(found))
        total += max(len(wanted), len(found.legs))
    assert total > 40
    assert right >= 0.98 * total


def test_cars_beside_the_trains_are_hardly_ever_billed() -> None:
    trains = read_schedule(DEMO)[0]
    day = Day(trains, date(2021, 5, 19))
    rng = random.Random(21)
    billed = 0
    for _ in range(20):
        found = detect(car(day, rng, Phone()).trace, trains)
        billed += any(leg.favourable.trip_id for leg in found.legs)
    assert billed <= 1


def test_the_favourable_reading_is_free_where_a_car_is_plausible() -> None:
    call = Call(datetime(2026, 3, 25, 8, tzinfo=UTC), 13.0, 53.0, "A")
    bus = Reading(call, call, 0.5, 3000.0, "t", "r")
    shorter, private = (
        replace(bus, length_m=1000.0, probability=0.3),
        replace(bus, trip_id="", probability=0.2),
    )
    assert DetectedLeg(bus, (shorter,)).favourable is shorter
    assert DetectedLeg(bus, (shorter, private)).favourable is private
    assert DetectedLeg(replace(bus, probability=0.9), (shorter,)).favourable.length_m == 3000.0
    assert DetectedLeg(bus, (replace(private, probability=0.01),)).favourable is bus


def test_a_journey_that_may_have_been_by_car_may_have_cost_nothing() -> None:
    call = Call(datetime(2026, 3, 25, 8, tzinfo=UTC), 13.0, 53.0, "A")
    bus = Reading(call, call, 0.6, 3000.0, "t", "r")
    doubtful = DetectedLeg(bus, (replace(bus, trip_id="", probability=0.4),))
    sure = DetectedLeg(replace(bus, trip_id="u", probability=0.9))
    readings, certain = journey_readings(Detection((doubtful,), ()))
    assert [len(reading.legs) for reading in readings] == [1, 0]
    assert not certain
    readings, certain = journey_readings(Detection((doubtful, sure), ()))
    assert [[leg.trip_id for leg in reading.legs] for reading in readings] == [["t", "u"], ["u"]]
    assert readings[1].confidence == pytest.approx(0.36)
    readings, certain = journey_readings(Detection((sure,), (bus,)))
    assert (len(readings), certain) == (1, True)
    assert journey_readings(Detection((), (bus,))) == ((), False)


def test_journeys_get_their_readings(schedule: Schedule) -> None:
    detector = TimetableDetector(schedule)
    readings, sure = detector(bus_ride().seen(), WEDNESDAY)
    assert sure
    assert [(leg.trip_id, leg.board.stop_id, leg.alight.stop_id) for leg in readings[0].legs] == [
        ("1-8", "B", "E")
    ]
    off = start_of(WEDNESDAY) + timedelta(hours=8, minutes=5.3)
    readings, sure = detector([fix for fix in bus_ride().seen() if fix.time < off], WEDNESDAY)
    assert not sure
    assert len(readings) > 1
    assert readings[0].confidence >= readings[1].confidence > 0
    assert detector([], WEDNESDAY) == ((), True)
