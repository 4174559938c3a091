"""Files of positions and delays, and the lines that detection answers with."""

import json
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from ticketing.domain.delays import Delays, TripDelay
from ticketing.domain.detection import Call, DetectedLeg, Detection, Reading
from ticketing.domain.errors import WrongFieldError
from ticketing.domain.trace import Activity, Fix, Guess, trace_of
from ticketing.entrypoints.leg_lines import leg_lines
from ticketing.entrypoints.trace_files import TraceFile, read_delays, read_traces

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 3, 25, 12, tzinfo=UTC)


def only(file: TraceFile) -> Fix:
    assert not file.wrong
    ((device, trace),) = file.traces.items()
    assert device == "p"
    (fix,) = trace.fixes
    return fix


def test_own_columns_as_csv_and_as_json_are_the_same() -> None:
    csv_text = (
        "\ufeffdevice, time, lon, lat, accuracy_m, activity, activity_confidence, beacon, mood\r\n"
        "p, 2026-03-25T12:00:00Z, 13.2, 53.5, 8, in_vehicle, 0.5, bus-7, fine\r\n"
    )
    json_text = json.dumps(
        {
            "device": "p",
            "time": NOON.timestamp(),
            "lon": 13.2,
            "lat": 53.5,
            "accuracy_m": 8,
            "activity": "IN_VEHICLE",
            "activity_confidence": 0.5,
            "beacon": "bus-7",
        }
    )
    fix = Fix(NOON, 13.2, 53.5, 8.0, (Guess(Activity.IN_VEHICLE, 0.5),), "bus-7")
    assert only(read_traces(csv_text, None)) == fix
    assert only(read_traces(json_text + "\n\n", None)) == fix


def test_the_columns_of_trafficsense_are_read() -> None:
    text = (
        '"time","device_id","lat","lng","accuracy","activity_1","activity_1_conf","activity_2","activity_2_conf"\n'
        '"2016-08-26 09:00:05.428","p",60.19,24.76,5,"WALKING",62,"TILTING",29\n'
    )
    file = read_traces(text, None)
    fix = only(file)
    assert not file.zoned
    assert (fix.lon, fix.lat, fix.accuracy_m) == (24.76, 60.19, 5.0)
    assert fix.guesses == (Guess(Activity.ON_FOOT, 0.62),)
    assert fix.time == datetime(2016, 8, 26, 9, 0, 5, 428000, tzinfo=UTC)


def test_local_times_of_the_night_with_two_hours_at_two_keep_their_order() -> None:
    clocks = ("01:59", "02:10", "02:50", "02:05", "02:55", "03:00")
    text = "time,lon,lat\n" + "".join(f"2026-10-25 {clock},13,53\n" for clock in clocks)
    file = read_traces(text, BERLIN)
    assert [fix.time.astimezone(UTC).strftime("%H:%M") for fix in file.traces[""].fixes] == [
        "23:59", "00:10", "00:50", "01:05", "01:55", "02:00",
    ]  # fmt: skip
    assert file.zoned


@pytest.mark.parametrize(
    ("row", "line", "field"),
    [
        ("yesterday,13,53,8,", 3, "time"),
        ("2026-03-25T12:00Z,east,53,8,", 3, "lon"),
        ("2026-03-25T12:00Z,nan,53,8,", 3, "lon"),
        ("2026-03-25T12:00Z,13,99,8,", 3, "lat"),
        ("2026-03-25T12:00Z,13,,8,", 3, "lat"),
        ("2026-03-25T12:00Z,13,53,-4,", 3, "accuracy_m"),
        ("2026-03-25T12:00Z,13,53,8,FLYING", 3, "activity"),
    ],
)
def test_a_wrong_row_is_named_and_left_out(row: str, line: int, field: str) -> None:
    good = "2026-03-25T11:00Z,13,53,8,STILL"
    file = read_traces(f"time,lon,lat,accuracy_m,activity\n{good}\n{row}\n{good}\n", None)
    assert [(wrong.line, wrong.field) for wrong in file.wrong] == [(line, field)]
    assert len(file.traces[""].fixes) == 1


@pytest.mark.parametrize(
    ("text", "field"), [("time,lat\n", "lon"), ("", "time"), ('{"time": 5}\n', "lon"), ("{oh\n", "")]
)
def test_a_file_without_what_is_needed_is_told(text: str, field: str) -> None:
    file = read_traces(text, None)
    assert not file.traces
    assert field in [wrong.field for wrong in file.wrong]


def test_of_one_instant_the_more_accurate_fix_counts() -> None:
    rough, fine = Fix(NOON, 13.0, 53.0, 50.0), Fix(NOON, 13.1, 53.0, 5.0)
    assert trace_of([fine, rough]) == trace_of([rough, fine])
    assert trace_of([rough, fine]).fixes == (fine,)


def test_a_fix_without_a_zone_is_wrong() -> None:
    with pytest.raises(WrongFieldError, match="time"):
        Fix(NOON.replace(tzinfo=None), 13.0, 53.0)


def test_delays_are_read_from_csv_json_lines_and_one_object() -> None:
    wanted = TripDelay("t", 120, date(2026, 3, 25), 3, "bus-7")
    text = "trip_id,delay_s,service_day,stop_sequence,vehicle\nt,120,20260325,3,bus-7\n"
    assert read_delays(text) == ((wanted,), ())
    line = {
        "trip_id": "t",
        "delay_s": 120,
        "service_day": "2026-03-25",
        "stop_sequence": 3,
        "vehicle": "bus-7",
    }
    assert read_delays(json.dumps(line)) == ((wanted,), ())
    assert read_delays('{"t": 120, "u": -30}') == ((TripDelay("t", 120), TripDelay("u", -30)), ())


@pytest.mark.parametrize(
    ("row", "field"),
    [(",60,", "trip_id"), ("t,late,", "delay_s"), ("t,60,25.3.2026", "service_day")],
)
def test_a_wrong_delay_is_named(row: str, field: str) -> None:
    delays, wrong = read_delays(f"trip_id,delay_s,service_day\nu,5,\n{row}\n")
    assert [(it.line, it.field) for it in wrong] == [(3, field)]
    assert delays == (TripDelay("u", 5),)


def test_delays_of_a_day_come_before_those_of_any_day() -> None:
    any_day, later, today = (
        TripDelay("t", 5),
        TripDelay("t", 90, NOON.date(), 4),
        TripDelay("t", 60, NOON.date()),
    )
    delays = Delays([any_day, later, today])
    assert delays.of("t", NOON.date()) == [today, later]
    assert delays.of("t", date(2026, 3, 26)) == [any_day]
    assert delays.of("u", NOON.date()) == []


def leg_of(*probabilities: float) -> DetectedLeg:
    board = Call(NOON, 13.0, 53.0, "A", "Markt")
    readings = [
        Reading(
            board, Call(NOON, 13.1, 53.0, stop, stop), share, 1000.0 * number, "t", "r", "12", NOON.date()
        )
        for number, (stop, share) in enumerate(zip("BCD", probabilities, strict=False), 1)
    ]
    return DetectedLeg(readings[0], tuple(readings[1:]))


def test_a_sure_leg_asks_nothing() -> None:
    (line,) = leg_lines("p", Detection((leg_of(0.97, 0.03),), ()), BERLIN, scheduled=True)
    told = json.loads(line)
    assert (told["device"], told["trip_id"], told["route"]) == ("p", "t", "12")
    assert told["board"] == {
        "stop_id": "A", "stop": "Markt", "time": "2026-03-25T13:00:00+01:00", "lon": 13.0, "lat": 53.0,
    }  # fmt: skip
    assert (told["confidence"], told["question"]) == (0.97, None)
    assert told["alternatives"][0]["alight"]["stop_id"] == "C"


def test_a_doubtful_leg_asks_and_says_what_is_billed_meanwhile() -> None:
    leg = leg_of(0.5, 0.4, 0.05)
    question = json.loads(leg_lines("p", Detection((leg,), ()), BERLIN, scheduled=True)[0])["question"]
    assert question["about"] == "alighting"
    assert question["de"] == "Wo sind Sie ausgestiegen?"
    assert [reading["alight"]["stop_id"] for reading in question["readings"]] == ["B", "C"]
    assert question["billed_until_answered"]["alight"]["stop_id"] == "B"


def test_rides_outside_a_timetable_are_told_only_without_one() -> None:
    ride = Reading(Call(NOON, 13.0, 53.0), Call(NOON, 13.1, 53.0), 0.9, 6000.0)
    found = Detection((leg_of(0.97),), (ride,))
    (line,) = leg_lines("p", found, None, scheduled=False)
    assert json.loads(line)["trip_id"] is None
    assert json.loads(line)["board"]["time"] == "2026-03-25T12:00:00"
    assert len(leg_lines("p", found, None, scheduled=True)) == 1
