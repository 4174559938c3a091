import format_cases as cases
import pytest
from hypothesis import given
from hypothesis import strategies as st
from routing_core.formats.cordeau import read_cordeau_2006, read_cordeau_laporte_2003
from routing_core.formats.detect import READERS, Format, read_instance
from routing_core.formats.errors import FormatError
from routing_core.formats.kim import read_kim
from routing_core.formats.li_lim import read_li_lim
from routing_core.formats.pvrpif import read_pvrpif
from routing_core.formats.rides import Ride
from routing_core.formats.solomon import read_solomon
from routing_core.formats.vrplib import read_cvrplib, read_mtvrptwr


def test_cordeau_2006_ends_tours_at_the_last_row() -> None:
    rides = read_cordeau_2006(cases.CORDEAU.splitlines())

    assert rides.rides == (Ride(1, 3, 1), Ride(2, 4, 2))
    assert (rides.start, rides.end, rides.vehicle_count, rides.capacity) == (0, 5, 2, 3)
    assert (rides.max_duration, rides.max_ride_time, rides.vehicles_first) == (100, 20, False)
    assert rides.distance[0, 1] == 5
    assert (rides.earliest[3], rides.latest[3]) == (20, 30)
    assert rides.service_time.tolist() == [0, 1, 1, 1, 1, 0]


def test_cordeau_laporte_2003_ends_tours_at_the_first_row() -> None:
    rides = read_cordeau_laporte_2003(cases.CORDEAU_LAPORTE.splitlines())

    assert rides.rides == (Ride(1, 3, 1), Ride(2, 4, 2))
    assert (rides.start, rides.end, len(rides.node_ids)) == (0, 0, 5)


def test_li_lim_pairs_siblings() -> None:
    rides = read_li_lim(cases.LI_LIM.splitlines())

    assert rides.rides == (Ride(1, 3, 6), Ride(2, 4, 5))
    assert (rides.vehicle_count, rides.capacity, rides.vehicles_first) == (3, 10, True)
    assert (rides.max_duration, rides.max_ride_time) == (None, None)
    assert (rides.earliest[2], rides.latest[2], rides.service_time[2]) == (10, 40, 2)


def test_solomon() -> None:
    visits = read_solomon(cases.SOLOMON.splitlines())

    assert visits.node_ids == ("0", "1", "2")
    assert (visits.vehicle_count, visits.capacity, visits.vehicles_first) == (2, 10, True)
    assert visits.demand.tolist() == [0, 6, 5]
    assert visits.distance[0].tolist() == [0, 5, 8]
    assert (visits.earliest.tolist(), visits.latest.tolist()) == ([0, 0, 20], [100, 50, 40])
    assert visits.service_time.tolist() == [0, 5, 5]


def test_cvrplib_rounds_to_the_nearest_whole_number() -> None:
    visits = read_cvrplib(cases.CVRPLIB.splitlines())

    assert visits.node_ids == ("1", "2", "3")
    assert visits.distance.tolist() == [[0, 1, 8], [1, 0, 7], [8, 7, 0]]
    assert visits.demand.tolist() == [0, 6, 5]
    assert visits.vehicle_count is None


@pytest.mark.parametrize(
    ("form", "weights"),
    [
        ("LOWER_ROW", "7 8 9"),
        ("UPPER_ROW", "7 8 9"),
        ("LOWER_COL", "7 8 9"),
        ("LOWER_DIAG_ROW", "0\n7 0\n8 9 0"),
        ("UPPER_DIAG_ROW", "0 7 8 0 9 0"),
        ("FULL_MATRIX", "0 7 8\n7 0 9\n8 9 0"),
    ],
)
def test_explicit_weights_may_be_any_part_of_the_matrix_in_lines_of_any_length(
    form: str, weights: str
) -> None:
    text = cases.CVRPLIB_EXPLICIT.replace("LOWER_ROW", form).replace("7 8\n9", weights)

    assert read_cvrplib(text.splitlines()).distance.tolist() == [[0, 7, 8], [7, 0, 9], [8, 9, 0]]


def test_lower_and_upper_rows_differ_from_four_nodes_on() -> None:
    text = (
        cases.CVRPLIB_EXPLICIT.replace("DIMENSION : 3", "DIMENSION : 4")
        .replace("7 8\n9", "1 2 3 4 5 6")
        .replace("3 5\n", "3 5\n4 1\n")
    )
    lower = read_cvrplib(text.splitlines()).distance
    upper = read_cvrplib(text.replace("LOWER_ROW", "UPPER_ROW").splitlines()).distance

    assert lower.tolist() == [[0, 1, 2, 4], [1, 0, 3, 5], [2, 3, 0, 6], [4, 5, 6, 0]]
    assert upper.tolist() == [[0, 1, 2, 3], [1, 0, 4, 5], [2, 4, 0, 6], [3, 5, 6, 0]]


def test_mtvrptwr_counts_in_tenths_and_rounds_down() -> None:
    visits = read_mtvrptwr(cases.MTVRPTWR.splitlines())

    assert visits.distance.tolist() == [[0, 14, 80], [14, 0, 70], [80, 70, 0]]
    assert visits.service_time.tolist() == [0, 50, 50]
    assert (visits.latest.tolist(), visits.release_time.tolist()) == ([1000, 200, 600], [0, 40, 120])
    assert (visits.vehicle_count, visits.reloads) == (1, True)


def test_kim() -> None:
    day = read_kim(cases.KIM.splitlines())

    assert (day.truck_capacity_yd, day.daily_cap_yd, day.daily_stop_cap) == (10, 25, 3)
    assert (day.lunch_s, day.speed_mph) == (3600, 30)
    assert (day.depot.earliest_s, day.depot.latest_s, day.depot.load_yd) == (6 * 3600, 15 * 3600, 0)
    assert [plant.node_id for plant in day.plants] == ["1"]
    assert day.plants[0].latest_s == 24 * 3600
    assert [(stop.node_id, stop.load_yd) for stop in day.stops] == [("2", 6), ("3", 5)]
    assert day.stops[0].latest_s == 7 * 3600 + 30 * 60


def test_pvrpif() -> None:
    period = read_pvrpif(cases.PVRPIF.splitlines())

    assert (period.depot_index, period.plant_indices, period.plant_service_min.tolist()) == (0, (3,), [3])
    assert (period.day_count, period.truck_count) == (4, 1)
    assert (period.truck_capacity, period.max_duration_min) == (10, 60)
    assert [(bin_.index, bin_.demand, bin_.service_min) for bin_ in period.bins] == [(1, 6, 5), (2, 5, 5)]
    assert period.bins[0].patterns == ((0, 2), (1, 3))
    assert len(period.bins[1].patterns) == 4
    assert (period.travel_min[0, 1], period.travel_min[1, 0]) == (10, 9)


BROKEN = [
    # reader, a piece of its file, what it is replaced by, the line, what the message must say
    (Format.CORDEAU_2006, "2 2 100 3 20", "2 2 100 3", 1, "5 words, this line has 4"),
    (Format.CORDEAU_2006, "2 2 100 3 20", "2 two 100 3 20", 1, "'two'"),
    (Format.CORDEAU_2006, "2 2 100 3 20", "0 2 100 3 20", 1, "the number of vehicles is less than 1"),
    (Format.CORDEAU_2006, "2 2 100 3 20", "2 3 100 3 20", 7, "ends after 6 rows"),
    (Format.CORDEAU_2006, "2 2 100 3 20", "2 1 100 3 20", 6, "one too many"),
    (Format.CORDEAU_2006, "3.0 4.0", "3.0 nan", 3, "no finite number: 'nan'"),
    (Format.CORDEAU_2006, "3.0 4.0", "3.0 1e300", 3, "larger than"),
    (Format.CORDEAU_2006, "10 40", "40 10", 4, "ends before it begins: 40 to 10"),
    (Format.CORDEAU_2006, "10 40", "-10 40", 4, "the earliest time is less than 0: '-10'"),
    (Format.CORDEAU_2006, "1 -1 20", "1 -2 20", 5, "pickup 1 (line 3) is 1"),
    (Format.CORDEAU_2006, "2 0.0 8.0 1 2", "2 0.0 8.0 1 2.5", 4, "no whole number: '2.5'"),
    (Format.CORDEAU_2006, "3 6.0", "4 6.0", 5, "3 is expected, not '4'"),
    (Format.CORDEAU_2006, "5 0.0 0.0 0 0", "5 0.0 0.0 0 1", 7, "a depot has no load"),
    (Format.CORDEAU_LAPORTE_2003, "2 4 100", "2 5 100", 1, "is odd: 5"),
    (Format.CORDEAU_LAPORTE_2003, "2 4 100", "2 6 100", 6, "ends after 5 rows"),
    (Format.LI_LIM, "3 10 1", "3 10 2", 1, "the speed is 0 or 1, not '2'"),
    (Format.LI_LIM, "50 2 0 3", "50 2 0 4", 3, "sibling 4 (line 6) does not name 1 in return"),
    (Format.LI_LIM, "50 2 0 3", "50 2 0 9", 3, "sibling 9 has no row"),
    (Format.LI_LIM, "50 2 0 3", "50 2 0 0", 3, "neither pickup nor delivery"),
    (Format.LI_LIM, "50 2 0 3", "50 2 3 0", 3, "sibling 3 (line 5) does not name 1 in return"),
    (Format.LI_LIM, "60 2 1 0", "60 2 1 2", 5, "both a pickup and a delivery"),
    (Format.LI_LIM, "8 -6", "8 -7", 5, "the demand is -7, its pickup 1 has 6"),
    (Format.LI_LIM, "4 6 0 50", "4 -6 0 50", 3, "less than 0: '-6'"),
    (Format.LI_LIM, "0 0 0 0 0 100 0 0 0", "0 0 0 0 0 100 0 0 1", 2, "the depot has a sibling: 1"),
    (Format.LI_LIM, cases.LI_LIM[7:], "0 0 0 0 0 100 0 0 0\n", 2, "ends before the depot and one ride"),
    (Format.SOLOMON, "VEHICLE", "VEHICLES", 3, "VEHICLE is expected, not 'VEHICLES'"),
    (Format.SOLOMON, "2         10", "2", 5, "the vehicles' line"),
    (Format.SOLOMON, "20         40", "40         20", 12, "ends before it begins"),
    (Format.SOLOMON, "3         4   ", "3   ", 11, "7 words, this line has 6"),
    (Format.SOLOMON, cases.SOLOMON[cases.SOLOMON.index("CUSTOMER") :], "", 5, "ends before CUSTOMER"),
    (Format.CVRPLIB, "EUC_2D", "GEO", 5, "EDGE_WEIGHT_TYPE is 'GEO'"),
    (Format.CVRPLIB, "CAPACITY : 10", "DISTANCE : 10", 6, "DISTANCE is not known here"),
    (Format.CVRPLIB, "CAPACITY : 10\n", "", 17, "ends without CAPACITY"),
    (Format.CVRPLIB, "DIMENSION : 3", "DIMENSION : 4", 10, "ends after 3 rows"),
    (Format.CVRPLIB, "DIMENSION : 3", "DIMENSION : 99999", 4, "DIMENSION is more than"),
    (Format.CVRPLIB, "3 5\n", "3 -5\n", 14, "the demand is less than 0: '-5'"),
    (Format.CVRPLIB, "1 0\n", "1 4\n", 12, "the depot has a demand: 4"),
    (Format.CVRPLIB, "1\n-1", "2\n-1", 15, "one depot is expected, node 1: [2, -1]"),
    (Format.CVRPLIB, "EOF", "EOF\nmore", 19, "nothing is expected after EOF"),
    (Format.CVRPLIB, "NAME : T-n3", "NAME : T-n3\nNAME : again", 2, "NAME is here a second time"),
    (Format.CVRPLIB, "NAME : T-n3", "T-n3", 1, "a key or a section is expected, not 'T-n3'"),
    (Format.MTVRPTWR, "2 0 20", "2 20 0", 18, "ends before it begins: 20 to 0"),
    (Format.MTVRPTWR, "VEHICLES: 1", "VEHICLES: 2", 25, "ends after 1 rows"),
    (Format.MTVRPTWR, "SECTION\n1 1\n", "SECTION\n1 2\n", 25, "not at '2'"),
    (Format.KIM_2006, "10.0\t", "ten\t", 1, "'ten'"),
    (Format.KIM_2006, "0700 0730", "0730 0700", 9, "ends before it begins: 0730 to 0700"),
    (Format.KIM_2006, "0700 0730", "0760 0830", 9, "no time of day: '0760'"),
    (Format.KIM_2006, "0700 0730", "0700 2430", 9, "no time of day: '2430'"),
    (Format.KIM_2006, "5.00 1", "5.00 3", 10, "the type is 0, 1 or 2, not '3'"),
    (Format.KIM_2006, "5.00 1", "5.00 0", 10, "one depot is expected, there are 2"),
    (Format.KIM_2006, "9999.00 2", "9999.00 1", 10, "there is no plant"),
    (Format.KIM_2006, "3   10560", "2   10560", 10, "id 2 is in line 9 already"),
    (Format.KIM_2006, "Stop_ID", "Stop", 6, "'Stop'"),
    (Format.PVRPIF, '"numVehicles": 1,', '"numVehicles": 1', 4, "this is no JSON"),
    (Format.PVRPIF, '"numVehicles": 1', '"numVehicles": "1"', 2, "info.numVehicles is no number: '1'"),
    (Format.PVRPIF, '"numVehicles": 1', '"numVehicles": 0', 2, "info.numVehicles is no whole number from 1"),
    (Format.PVRPIF, '"maxDuration": 60', '"maxDuration": NaN', 2, "info.maxDuration is not from 0"),
    (Format.PVRPIF, '"planningHorizon": 4', '"planningHorizon": 5', 2, "info.planningHorizon is 5"),
    (Format.PVRPIF, '"frequency": 2.0', '"frequency": 3.0', 8, "features[1].properties.frequency is 3"),
    (Format.PVRPIF, '"id": 2', '"id": 7', 8, "features[2].properties.id is 7, expected is 2"),
    (Format.PVRPIF, "intermediateFacility", "customer", 8, "there is no intermediateFacility"),
    (Format.PVRPIF, '"type": "depot"', '"type": "garage"', 8, "'garage'"),
    (Format.PVRPIF, '"duration"', '"durations"', 72, "ends without 'duration'"),
    (Format.PVRPIF, '"numVehicles": 1', f'"numVehicles": {10**400}', 2, "info.numVehicles is not from 0"),
    (
        Format.PVRPIF,
        '"numVehicles": 1',
        f'"numVehicles": {"1" * 5000}',
        1,
        "this is no JSON that can be read",
    ),
    (
        Format.PVRPIF,
        '"numVehicles": 1',
        f'"numVehicles": {"[" * 10**5}',
        1,
        "this is no JSON that can be read",
    ),
    (Format.PVRPIF, "10.0,", "-10.0,", 46, "duration[0][1] is not from 0"),
]


@pytest.mark.parametrize(("family", "piece", "instead", "line_number", "said"), BROKEN)
def test_what_is_wrong_is_told_with_its_line(
    family: Format, piece: str, instead: str, line_number: int, said: str
) -> None:
    text = cases.FILES[family]
    assert piece in text

    with pytest.raises(FormatError) as caught:
        READERS[family](text.replace(piece, instead, 1).splitlines())

    assert said in caught.value.message
    assert caught.value.line_number == line_number


@pytest.mark.parametrize(
    ("form", "weights"), [("LOWER_ROW", "7 8"), ("HALF", "7 8 9"), ("LOWER_ROW", "7 8 x")]
)
def test_wrong_weights_are_refused(form: str, weights: str) -> None:
    text = cases.CVRPLIB_EXPLICIT.replace("LOWER_ROW", form).replace("7 8\n9", weights)

    with pytest.raises(FormatError):
        read_cvrplib(text.splitlines())


@pytest.mark.parametrize(
    ("head", "row"),
    [
        (cases.LI_LIM[:7], "{} 0 0 0 0 100 0 0 0"),
        (cases.SOLOMON[: cases.SOLOMON.index("    0  ")], "{} 0 0 0 0 100 0"),
        (cases.KIM[: cases.KIM.index("0   0.00")], "{} 0 0 0000 2400 0 1 1"),
        ("1 9998 100 3 20\n", "{} 0 0 0 0 0 100"),
    ],
)
def test_more_nodes_than_memory_holds_are_refused_before_a_matrix_is_made(head: str, row: str) -> None:
    text = head + "\n".join(row.format(number) for number in range(2 * 9998 + 2))

    with pytest.raises(FormatError, match="19998 nodes, at most 10000") as caught:
        read_instance(text.splitlines())

    assert caught.value.line_number == len(head.splitlines()) + 10_001


WORDS = [
    "",
    "0",
    "-1",
    "1.5",
    "nan",
    "inf",
    "1e99",
    "99",
    "x",
    ":",
    "EOF",
    "{",
    "[",
    "]",
    "null",
    "\x00",
    "0x1",
]


@given(st.data())
def test_no_damage_makes_a_reader_fail_with_anything_but_its_own_error(data: st.DataObject) -> None:
    family = data.draw(st.sampled_from(list(Format)))
    lines = cases.FILES[family].splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        if not lines:
            break
        number = data.draw(st.integers(0, len(lines) - 1))
        words = lines[number].split(" ")
        words[data.draw(st.integers(0, len(words) - 1))] = data.draw(st.sampled_from(WORDS))
        damages = [[], [" ".join(words)], [lines[number]] * 2]
        lines[number : number + 1] = data.draw(st.sampled_from(damages))
    try:
        READERS[family](lines)
    except FormatError as found:
        line_number, message = found.line_number, found.message
    else:
        return
    assert 1 <= line_number <= max(len(lines), 1)
    assert message
