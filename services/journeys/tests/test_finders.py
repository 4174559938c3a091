"""Journeys by shared cars, to the train by car and bicycle, and by what others offer."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from journeys.adapters import gbfs_systems
from journeys.adapters.district_folder import JourneyArea
from journeys.adapters.foreign_feeds import LOOK_EVERY_S, flex_files
from journeys.adapters.gbfs_systems import STALE, GbfsSystem, GbfsWatch, systems_of
from journeys.application import riding
from journeys.application.foreign_rides import ForeignRides
from journeys.application.lent_vehicles import LentVehicles
from journeys.application.ports import Unavailable
from journeys.application.question import Period, Travellers
from journeys.application.riding import NEAR_M, CarPark, bike_and_ride, park_and_ride
from journeys.application.shared_cars import SharedCars
from journeys.domain.cars import Car
from journeys.domain.journey import ForeignRide, Mode, SharedCar, SharedVehicle
from journeys.domain.places import Point
from rail_town import EAST, FAR, WEST, Lending, arriving, at, at_s, leaving, make_area, modes
from service_kit import errors
from timetable.gbfs.model import SharedFleet, Station, System, Vehicle, VehicleKind
from timetable.gbfs.writing import gbfs_documents
from timetable.on_demand.booking import BookingRule, BookingType
from timetable.on_demand.writing import FlexFeed, FlexStop, Hours, OwnService, Publisher, write_flex

PATIENCE_S = 50.0  # Less than the minute after which some workers look by themselves.
NEAR_WEST = Point(53.5001, 13.2051, "Dorfplatz")
CAR = Car("dorf", "Dörpsmobil", NEAR_WEST, 4, 200_000, 60_000, 300, 15, "EUR")
EVERY_DAY = (True, True, True, True, True, True, True)
RING = ((13.1, 53.4), (13.3, 53.4), (13.3, 53.6), (13.1, 53.6), (13.1, 53.4))
AMT = Publisher("nachbar", "Nachbaramt", "https://nachbar.example.org", "Europe/Berlin", "de", "+49 395 77")
AN_HOUR_AHEAD = BookingRule(
    BookingType.SAME_DAY, least_minutes=60, phone="+49 395 88", booking_url="https://nachbar.example.org/ruf",
    message="Bitte anrufen",
)  # fmt: skip
SYSTEM = System("nachbar", "Nachbarauto", "de", "Europe/Berlin", "a@nachbar.example.org", operator="Verein",
                url="https://nachbar.example.org/auto", phone="+49 395 99")  # fmt: skip
ZOE = VehicleKind("zoe", "Auto", "car", "electric", 4, 200_000.0, "roundtrip_station")
BIKE = VehicleKind("rad", "Rad", "bicycle", "human", return_to="any_station")
WEST_DOCK = Station("west", "Rad am Westend", 53.5001, 13.2051, available_count=2)
EAST_DOCK = Station("ost", "Rad am Ostend", 53.5001, 13.2390)


@pytest.fixture(scope="module")
def area(tmp_path_factory: pytest.TempPathFactory) -> JourneyArea:
    return make_area(tmp_path_factory.mktemp("rail"))


# A car of the village


def test_a_shared_car_is_walked_to_and_kept_for_the_stay_and_the_way_back(area: JourneyArea) -> None:
    lending = Lending(CAR)
    question = replace(leaving(WEST, EAST, "08:00"), stay_s=3600)
    (journey,) = SharedCars(lending, area.walking, area.driving).find(question).journeys
    assert modes([journey]) == [["walk", "shared_car"]]
    walk, drive = journey.legs
    assert walk.depart_s == at_s("08:00")
    detail = drive.detail
    assert isinstance(detail, SharedCar)
    ((length, distance_m),) = lending.asked
    assert distance_m == detail.distance_m == pytest.approx(2 * drive.length_m, abs=200)
    assert detail.return_by_s == drive.depart_s + length.total_seconds()
    assert detail.return_by_s >= drive.arrive_s + 3600 + (drive.arrive_s - drive.depart_s - 300)
    quarters = length / timedelta(minutes=15)
    assert detail.price_cents == quarters * 75 + distance_m * 15 // 1000
    assert drive.bookable


def test_a_car_that_is_taken_is_offered_when_it_is_back(area: JourneyArea) -> None:
    lending = Lending(CAR, [(at("07:00"), at("08:30"))])
    finder = SharedCars(lending, area.walking, area.driving)
    (journey,) = finder.find(leaving(WEST, EAST, "08:00")).journeys
    assert at_s("08:30") <= journey.legs[-1].depart_s < at_s("08:45")
    lending.taken = [(at("07:00"), at("12:00"))]
    assert finder.find(leaving(WEST, EAST, "08:00")).journeys == ()


def test_who_has_to_be_there_in_time_leaves_as_late_as_the_car_allows(area: JourneyArea) -> None:
    finder = SharedCars(Lending(CAR), area.walking, area.driving)
    (journey,) = finder.find(arriving(WEST, EAST, "09:00")).journeys
    assert journey.arrive_s == at_s("09:00")
    late = SharedCars(Lending(CAR, [(at("08:45"), at("20:00"))]), area.walking, area.driving)
    assert late.find(arriving(WEST, EAST, "09:00")).journeys == ()


@pytest.mark.parametrize(
    "travellers", [Travellers(5), Travellers(1, wheelchairs=1), Travellers(1, bicycles=1)]
)
def test_a_car_takes_whom_it_has_room_for(area: JourneyArea, travellers: Travellers) -> None:
    question = replace(leaving(WEST, EAST, "08:00"), travellers=travellers)
    assert SharedCars(Lending(CAR), area.walking, area.driving).find(question).journeys == ()


def test_a_car_too_far_to_walk_to_is_none(area: JourneyArea) -> None:
    question = replace(leaving(WEST, EAST, "08:00"), max_walk_m=100)
    assert SharedCars(Lending(CAR), area.walking, area.driving).find(question).journeys == ()


def test_cars_that_cannot_be_asked_for_are_a_gap(area: JourneyArea) -> None:
    class Down(Lending):
        def first_free(self, *_: Any) -> datetime | None:
            raise errors.Unavailable("DATABASE", "away")

    found = SharedCars(Down(CAR), area.walking, area.driving).find(leaving(WEST, EAST, "08:00"))
    assert [(gap.mode, gap.reason) for gap in found.gaps] == [(Mode.SHARED_CAR, "CARS_UNAVAILABLE")]


# To the train


def test_the_own_car_stays_at_the_station(area: JourneyArea) -> None:
    parks = [CarPark(Point(53.5001, 13.2380, "P+R")), CarPark(Point(53.51, 13.2, "elsewhere"))]
    finder = park_and_ride(area.driving, area.walking, area.scheduled, parks)
    (journey,) = finder.find(leaving(WEST, FAR, "08:00")).journeys
    assert modes([journey])[0][:3] == ["car", "walk", "transit"]
    drive, walk, train = journey.legs[:3]
    assert drive.end.label == "P+R"
    assert train.depart_s - drive.arrive_s >= 240
    assert walk.arrive_s == train.depart_s
    nowhere = park_and_ride(area.driving, area.walking, area.scheduled, parks[1:])
    assert nowhere.find(leaving(WEST, FAR, "08:00")).journeys == ()


def test_the_own_bicycle_is_locked_at_the_station(area: JourneyArea) -> None:
    assert area.cycling is not None
    finder = bike_and_ride(area.cycling, area.walking, area.scheduled)
    (journey,) = finder.find(leaving(WEST, FAR, "08:00")).journeys
    assert modes([journey])[0][:2] == ["bicycle", "transit"]
    ride, train = journey.legs[:2]
    assert train.depart_s - ride.arrive_s == 120
    (by,) = finder.find(arriving(WEST, FAR, "09:00")).journeys
    assert [leg.depart_s for leg in by.legs] == [leg.depart_s for leg in journey.legs]
    only_bicycles = replace(leaving(WEST, FAR, "08:00"), modes=frozenset({Mode.BICYCLE}))
    assert finder.find(only_bicycles).journeys == ()


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(53.48, 53.56), st.floats(13.18, 13.26)), max_size=12))
def test_the_nearest_car_park_is_found(places: list[tuple[float, float]]) -> None:
    parks = [CarPark(Point(*place)) for place in places]
    station = Point(53.52, 13.22)
    near = [park.place for park in parks if park.place.distance_m(station) <= NEAR_M]
    expected = min(near, key=station.distance_m, default=None)
    found = riding._nearest(parks)(station)
    assert (found is None) == (expected is None)
    if found is not None and expected is not None:
        assert found.distance_m(station) == expected.distance_m(station)


# Rides on demand of others


def write_foreign(folder: Path, *, stops: bool = False, rule: BookingRule = AN_HOUR_AHEAD) -> Path:
    meeting = (FlexStop("a", "Teich", 53.5001, 13.2051), FlexStop("b", "Bahnhof", 53.5001, 13.2380))
    service = OwnService(
        *("ruf", "Rufbus Nachbar", "Ruf", () if stops else RING, meeting if stops else ()),
        hours=(Hours(EVERY_DAY, 6 * 3600, 20 * 3600),),
        rule=rule,
    )
    path = folder / "nachbar.flex.zip"
    write_flex(FlexFeed(AMT, (service,), date(2026, 1, 1), date(2026, 12, 31), "1"), path)
    return path


def foreign(folder: Path, area: JourneyArea, **how: Any) -> ForeignRides:
    write_foreign(folder, **how)
    (feed,) = flex_files(folder)
    return ForeignRides(feed, area.scheduled, area.walking, area.driving)


def test_others_come_to_the_door_and_say_how_they_are_asked(area: JourneyArea, tmp_path: Path) -> None:
    (journey,) = foreign(tmp_path, area).find(leaving(WEST, EAST, "08:00")).journeys
    assert modes([journey]) == [["foreign_on_demand"]]
    (ride,) = journey.legs
    assert ride.depart_s == at_s("08:00")
    assert ride.detail == ForeignRide(
        "Rufbus Nachbar",
        "Nachbaramt",
        "+49 395 88",
        "https://nachbar.example.org/ruf",
        at_s("07:00"),
        "Bitte anrufen",
    )
    assert not ride.bookable


def test_a_ride_of_others_that_cannot_be_asked_for_any_more_is_one_later(
    area: JourneyArea, tmp_path: Path
) -> None:
    (journey,) = foreign(tmp_path, area).find(leaving(WEST, EAST, "08:00", now="07:20")).journeys
    assert journey.depart_s == at_s("08:30")
    by = foreign(tmp_path, area).find(arriving(WEST, EAST, "08:10", now="07:30")).journeys
    assert by == ()


def test_a_ride_of_others_belongs_to_the_time_that_is_looked_at(area: JourneyArea, tmp_path: Path) -> None:
    rides = foreign(tmp_path, area)
    question = arriving(WEST, EAST, "23:30", now="07:00")
    (late, early) = (Period(at_s("21:30"), at_s("23:30")), Period(at_s("17:30"), at_s("21:30")))
    assert rides.find(question.within(late)).journeys == (), "they drive until eight, which is asked next"
    (journey,) = rides.find(question.within(early)).journeys
    assert early.begin_s <= journey.arrive_s < early.end_s


def test_others_bring_to_the_train_and_fetch_from_it(area: JourneyArea, tmp_path: Path) -> None:
    finder = foreign(tmp_path, area)
    brought = finder.find(leaving(WEST, FAR, "08:00")).journeys
    assert ["foreign_on_demand", "transit"] in [each[:2] for each in modes(brought)]
    journey = next(each for each in brought if each.legs[0].mode is Mode.FOREIGN_ON_DEMAND)
    assert journey.legs[0].arrive_s <= at_s("08:30")
    fetched = finder.find(leaving(FAR, WEST, "09:00")).journeys
    assert ["transit", "foreign_on_demand"] in [each[-2:] for each in modes(fetched)]


def test_others_meet_people_at_their_stops(area: JourneyArea, tmp_path: Path) -> None:
    (journey,) = foreign(tmp_path, area, stops=True).find(leaving(WEST, EAST, "08:00")).journeys
    assert modes([journey]) == [["walk", "foreign_on_demand", "walk"]]
    assert [leg.end.label for leg in journey.legs[:2]] == ["Teich", "Bahnhof"]


def test_a_feed_that_breaks_is_a_gap_and_counts_again_when_it_is_whole(
    area: JourneyArea, tmp_path: Path
) -> None:
    path = write_foreign(tmp_path)
    seconds = [0.0]
    (feed,) = flex_files(tmp_path)
    feed._monotonic_s = lambda: seconds[0]
    finder = ForeignRides(feed, area.scheduled, area.walking, area.driving)
    assert finder.find(leaving(WEST, EAST, "08:00")).journeys
    path.write_bytes(b"no zip")
    assert finder.find(leaving(WEST, EAST, "08:00")).journeys, "looked at a moment ago"
    seconds[0] += LOOK_EVERY_S
    found = finder.find(leaving(WEST, EAST, "08:00"))
    assert [(gap.mode, gap.reason) for gap in found.gaps] == [(Mode.FOREIGN_ON_DEMAND, "FOREIGN_FEED_BROKEN")]
    assert "nachbar.flex.zip" in found.gaps[0].message
    write_foreign(tmp_path)
    seconds[0] += LOOK_EVERY_S
    assert finder.find(leaving(WEST, EAST, "08:00")).journeys


# Vehicles that others lend


def fleet(*vehicles: Vehicle, kinds: tuple[VehicleKind, ...] = (ZOE,), told: str = "08:00") -> SharedFleet:
    stations = (WEST_DOCK, EAST_DOCK)
    return SharedFleet(SYSTEM, kinds, (), stations, vehicles, at(told).astimezone(UTC))


def standing(**how: Any) -> Vehicle:
    return replace(Vehicle("v1", "zoe", "west", range_m=100_000.0), **how)


def lent(area: JourneyArea, fleet: SharedFleet, mode: Mode = Mode.SHARED_CAR) -> LentVehicles:
    ways = area.driving if mode is Mode.SHARED_CAR else area.cycling
    assert ways is not None
    return LentVehicles(lambda: fleet, mode, area.walking, ways)


def test_a_car_of_others_is_shown_where_it_stands_now(area: JourneyArea) -> None:
    now = leaving(WEST, EAST, "08:00", now="08:00")
    (journey,) = lent(area, fleet(standing())).find(now).journeys
    assert modes([journey]) == [["walk", "shared_car"]]
    detail = journey.legs[1].detail
    assert isinstance(detail, SharedVehicle)
    assert (detail.system, detail.phone, detail.told_s) == ("Nachbarauto", "+49 395 99", at_s("08:00"))
    assert detail.return_by_s is not None
    assert detail.return_by_s > journey.arrive_s + now.stay_s
    assert not journey.legs[1].bookable
    assert lent(area, fleet(standing())).find(leaving(WEST, EAST, "09:00", now="08:00")).journeys == ()


@pytest.mark.parametrize(
    "vehicle",
    [
        standing(reserved=True),
        standing(disabled=True),
        standing(range_m=1000.0),
        standing(available_until=at("08:30")),
        standing(station_id="", lat=53.6, lon=13.2),
        standing(kind_id="unknown"),
    ],
)
def test_a_car_that_cannot_be_had_is_not_shown(area: JourneyArea, vehicle: Vehicle) -> None:
    now = leaving(WEST, EAST, "08:00", now="08:00")
    assert lent(area, fleet(vehicle, kinds=(ZOE, BIKE))).find(now).journeys == ()


def test_a_bicycle_of_others_is_ridden_from_dock_to_dock(area: JourneyArea) -> None:
    now = leaving(WEST, EAST, "08:00", now="08:00")
    finder = lent(area, fleet(kinds=(BIKE,)), Mode.SHARED_BICYCLE)
    (journey,) = finder.find(now).journeys
    assert modes([journey]) == [["walk", "shared_bicycle", "walk"]]
    assert journey.legs[1].end.label == "Rad am Ostend"
    assert finder.find(replace(now, travellers=Travellers(2))).journeys == ()
    nowhere = replace(fleet(kinds=(BIKE,)), stations=(WEST_DOCK, replace(EAST_DOCK, returning=False)))
    ridden = lent(area, nowhere, Mode.SHARED_BICYCLE).find(now).journeys
    assert ridden == ()


def test_a_free_bicycle_is_left_where_others_stand(area: JourneyArea) -> None:
    free = replace(BIKE, return_to="free_floating")
    here = Vehicle("r1", "rad", "", lat=53.5001, lon=13.2011)
    there = Vehicle("r2", "rad", "", lat=53.5001, lon=13.2370)
    now = leaving(WEST, EAST, "08:00", now="08:00")
    alone = replace(fleet(here, kinds=(free,)), stations=())
    assert lent(area, alone, Mode.SHARED_BICYCLE).find(now).journeys == ()
    both = replace(fleet(here, there, kinds=(free,)), stations=())
    (journey,) = lent(area, both, Mode.SHARED_BICYCLE).find(now).journeys
    assert journey.legs[-1].end == EAST


def write_gbfs(folder: Path, told: SharedFleet) -> None:
    for name, document in gbfs_documents(told, "https://nachbar.example.org/gbfs", 60).items():
        (folder / f"{name}.json").write_text(json.dumps(document), "utf-8")


@pytest.fixture
def clock() -> list[datetime]:
    return [at("08:00").astimezone(UTC)]


def test_a_lender_is_read_and_too_old_news_are_a_gap(
    area: JourneyArea, tmp_path: Path, clock: list[datetime]
) -> None:
    system = GbfsSystem(str(tmp_path), lambda: clock[0])
    finder = LentVehicles(system, Mode.SHARED_CAR, area.walking, area.driving)
    now = leaving(WEST, EAST, "08:00", now="08:00")
    system.ask()
    assert [gap.reason for gap in finder.find(now).gaps] == ["LENDER_UNREADABLE"]
    write_gbfs(tmp_path, fleet(standing()))
    system.ask()
    assert len(finder.find(now).journeys) == 1
    (tmp_path / "vehicle_status.json").write_text("{", "utf-8")
    system.ask()
    assert len(finder.find(now).journeys) == 1, "what was told before"
    clock[0] += STALE + timedelta(seconds=1)
    (gap,) = finder.find(now).gaps
    assert (gap.mode, gap.reason) == (Mode.SHARED_CAR, "LENDER_STALE")
    assert "Nachbarauto" in gap.message


def test_lenders_are_asked_again_and_again_and_one_by_one() -> None:
    asked = []

    class Broken(GbfsSystem):
        def ask(self) -> None:
            asked.append(self.address)
            raise RuntimeError("whatever")

    watch = GbfsWatch([Broken("a", datetime.now), Broken("b", datetime.now)], ask_every_s=0.001)
    watch.start()
    eventually(lambda: len(asked) >= 4)
    watch.stop()
    assert asked[:4] == ["a", "b", "a", "b"]
    never = GbfsWatch([])
    never.start()
    never.stop()


def test_addresses_of_lenders_are_divided_by_commas() -> None:
    found = systems_of(" https://a.example.org/gbfs.json, /srv/gbfs ,", datetime.now)
    assert [system.address for system in found] == ["https://a.example.org/gbfs.json", "/srv/gbfs"]
    assert systems_of("", datetime.now) == []


def test_a_lender_cannot_have_files_read(tmp_path: Path, clock: list[datetime]) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text("{}", "utf-8")
    with pytest.raises(gbfs_systems.LenderUnreadableError, match="neither http nor https"):
        gbfs_systems._fetched(secret.as_uri())
    with pytest.raises(Unavailable):
        GbfsSystem(secret.as_uri(), lambda: clock[0])()


def eventually(condition: Callable[[], bool]) -> None:
    ends_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < ends_s, "did not come about"
        time.sleep(0.005)
