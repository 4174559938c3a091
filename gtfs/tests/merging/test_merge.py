import random
import tempfile
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from timetable.fares.answers import answer_json
from timetable.fares.itinerary import Journey, Leg
from timetable.fares.pricing import Fares
from timetable.findings import Severity
from timetable.merging.merge import MergeError, merge_feeds
from timetable.schedule_reading import read_schedule
from timetable.tables import Feed, FeedError
from timetable.validation.validate import validate
from whole_feed import whole_feed

TODAY = date(2026, 6, 1)
BERLIN = ZoneInfo("Europe/Berlin")
BASE = {
    "agency": "agency_name,agency_url,agency_timezone\nLand,https://land.example.org,Europe/Berlin\n",
    "stops": "stop_id,stop_name,stop_lat,stop_lon,zone_id\na,Am See,53.5,13.1,1\nb,Berg,53.6,13.1,2\n"
    "c,Cafe,53.7,13.1,2\nd,Dorf,53.8,13.1,\n",
    "areas": "area_id\nA\nB\nC\n",
    "stop_areas": "area_id,stop_id\nA,a\nB,b\nC,c\n",
    "routes": "route_id,route_type,route_short_name,network_id\nbus,3,1,bus\ntram,0,2,tram\nferry,4,3,\n",
    "calendar": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "s,1,1,1,1,1,1,1,20260101,20261231\n",
    "fare_products": "fare_product_id,amount,currency\np1,1.00,EUR\np2,2.30,EUR\np3,3.70,EUR\n",
}


def write(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        target = name if "." in name else f"{name}.txt"
        (folder / target).write_text(content, encoding="utf-8")
    return folder


def rows_of(path: Path, file: str, *columns: str) -> list[tuple[str, ...]]:
    with Feed(path) as feed:
        return [values for _, values in feed.table(file).rows(*columns)]


@pytest.fixture
def merged(tmp_path: Path) -> Callable[..., Path]:
    """Merge feeds of files by prefix."""

    def made(**feeds: dict[str, str]) -> Path:
        target = tmp_path / "merged.zip"
        merge_feeds({name: write(tmp_path / name, files) for name, files in feeds.items()}, target)
        return target

    return made


def test_a_feed_merged_with_itself_is_a_good_feed_with_two_of_everything(merged: Callable[..., Path]) -> None:
    target = merged(a=whole_feed(), b=whole_feed())
    report = validate(target, TODAY)
    assert report.counts() == {"duplicate_fare_media": 2}
    assert rows_of(target, "transfers.txt", "from_stop_id", "from_trip_id") == [
        ("a:gleis1", ""), ("a:weiler", "a:z1"), ("b:gleis1", ""), ("b:weiler", "b:z1"),
    ]  # fmt: skip
    assert rows_of(target, "translations.txt", "record_id", "field_value") == [
        ("a:markt", ""), ("", "Rufbus Nord"), ("b:markt", ""),
    ]  # fmt: skip
    assert len(rows_of(target, "feed_info.txt", "feed_lang")) == 1


def test_the_merged_timetable_is_the_two_one_after_the_other(
    merged: Callable[..., Path], tmp_path: Path
) -> None:
    both, _ = read_schedule(merged(a=whole_feed(), b=whole_feed()))
    alone, _ = read_schedule(tmp_path / "a")
    assert both.trips.ids == tuple(f"{prefix}:{name}" for prefix in "ab" for name in alone.trips.ids)
    assert both.stop_times.arrival_s.tolist() == 2 * alone.stop_times.arrival_s.tolist()
    assert both.stop_times.stop.tolist() == [
        *alone.stop_times.stop.tolist(), *(alone.stop_times.stop + np.int32(len(alone.stops.ids))).tolist(),
    ]  # fmt: skip
    day = date(2026, 7, 1)
    assert both.services.on(day).tolist() == 2 * alone.services.on(day).tolist()


def test_what_was_the_only_one_is_named(merged: Callable[..., Path]) -> None:
    files = BASE | {
        "fare_attributes": "fare_id,price,currency_type,payment_method,transfers\nf,1.00,EUR,0,0\n",
        "attributions": "organization_name,is_producer\nAmt,1\n",
    }
    target = merged(x=files, y=files)
    for file in ("agency.txt", "routes.txt", "fare_attributes.txt", "attributions.txt"):
        assert {name for (name,) in rows_of(target, file, "agency_id")} == {"x:agency", "y:agency"}, file
    with Feed(target) as feed:
        assert not feed.table("routes.txt").has("network_id")
    assert rows_of(target, "route_networks.txt", "network_id", "route_id")[:2] == [
        ("x:bus", "x:bus"),
        ("x:tram", "x:tram"),
    ]


def test_zones_of_on_demand_service_keep_their_trips(merged: Callable[..., Path]) -> None:
    target = merged(a=whole_feed(), b=whole_feed())
    with zipfile.ZipFile(target) as packed:
        text = packed.read("locations.geojson").decode()
    assert all(f'"{prefix}:{name}"' in text for prefix in "ab" for name in ("nord", "sued"))


def fare_feed(rng: random.Random, *, priorities: bool) -> dict[str, str]:
    """A feed with random rules, many of them for anything."""
    rules = {
        (rng.choice(["g1", "g2"]), rng.choice(["", "", "bus", "tram"]), rng.choice(["", "", "", "A", "B"]),
         rng.choice(["", "", "", "A", "C"]), rng.choice(["p1", "p2", "p3"]))
        for _ in range(rng.randint(0, 3))
    } | {("g1", "", "", "", "p2")}  # fmt: skip
    legs = [",".join(rule) + (f",{rng.randint(0, 2)}" if priorities else "") for rule in sorted(rules)]
    groups = sorted({rule[0] for rule in rules})
    transfers = []
    # Where one feed has no rules it shows whether those of the other leak.
    chance = rng.choice([0.0, 0.6])
    for start in ("", *groups):
        for end in ("", *groups):
            if rng.random() < chance and (start or end or len(groups) == 1):
                count = "-1" if start and start == end else ""
                kind = rng.choice("012")
                transfers.append(f"{start},{end},{count},{kind},{rng.choice(['', 'p1'])}")
    header = "leg_group_id,network_id,from_area_id,to_area_id,fare_product_id"
    return BASE | {
        "fare_leg_rules": "\n".join([header + (",rule_priority" if priorities else ""), *legs]),
        "fare_transfer_rules": "\n".join(
            [
                "from_leg_group_id,to_leg_group_id,transfer_count,fare_transfer_type,fare_product_id",
                *transfers,
            ]
        ),
    }


def total(path: Path, legs: list[tuple[str, str, str]], prefix: str = "") -> object:
    start = datetime(2026, 6, 10, 8, tzinfo=BERLIN)
    with Feed(path) as feed:
        fares = Fares(feed)
        journey = Journey(
            tuple(
                Leg(
                    prefix + a, prefix + b, route=prefix + route,
                    departure=start + timedelta(minutes=20 * place),
                    arrival=start + timedelta(minutes=20 * place + 15),
                )
                for place, (route, a, b) in enumerate(legs)
            ),
            None,
            None,
        )  # fmt: skip
        return answer_json(next(fares.price([fares.checked(journey)])))["total"]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.booleans())
def test_journeys_cost_in_the_merged_feed_what_they_cost_in_their_own(seed: int, priorities: bool) -> None:
    rng = random.Random(seed)
    legs = []
    for _ in range(rng.randint(2, 3)):
        a, b = rng.sample("abcd", 2)
        legs.append((rng.choice(["bus", "tram", "ferry"]), a, b))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        feeds = {
            prefix: write(folder / prefix, fare_feed(rng, priorities=priorities)) for prefix in ("x", "y")
        }
        merge_feeds(feeds, folder / "merged.zip")
        for prefix, path in feeds.items():
            assert total(folder / "merged.zip", legs, f"{prefix}:") == total(path, legs)


def test_a_transfer_rule_for_any_groups_is_told_where_it_means_less_than_before(tmp_path: Path) -> None:
    files = BASE | {
        "fare_leg_rules": "leg_group_id,fare_product_id\ng1,p1\ng2,p2\n",
        "fare_transfer_rules": "from_leg_group_id,to_leg_group_id,fare_transfer_type\n,,0\n",
    }
    (found,) = merge_feeds({"a": write(tmp_path / "a", files)}, tmp_path / "merged.zip")
    assert (found.file, found.row, found.severity) == ("a/fare_transfer_rules.txt", 2, Severity.WARNING)


def test_what_is_left_out_is_told_with_its_feed(tmp_path: Path) -> None:
    feeds = {"a": write(tmp_path / "a", BASE | {"extra": "x\n1\n"})}
    findings = merge_feeds(feeds, tmp_path / "merged.zip")
    assert [(found.file, found.severity) for found in findings] == [("a/extra.txt", Severity.WARNING)]


@pytest.mark.parametrize("prefix", ["", "a:b", "ä", "x" * 33])
def test_prefixes_are_plain(tmp_path: Path, prefix: str) -> None:
    with pytest.raises(MergeError, match="prefix"):
        merge_feeds({prefix: write(tmp_path / "a", BASE)}, tmp_path / "merged.zip")


def test_feeds_that_cannot_be_one_are_refused_and_leave_nothing(tmp_path: Path) -> None:
    target = tmp_path / "merged.zip"
    here = write(tmp_path / "a", BASE)
    away = write(tmp_path / "b", BASE | {"agency": BASE["agency"].replace("Berlin", "London")})
    with pytest.raises(MergeError, match="Europe/London"):
        merge_feeds({"a": here, "b": away}, target)
    with pytest.raises(MergeError, match="none"):
        merge_feeds({}, target)
    rules = "network_id,from_area_id,fare_product_id{}\nbus,A,p1{}\nbus,,p2{}\n"
    plain = write(tmp_path / "c", BASE | {"fare_leg_rules": rules.format("", "", "")})
    ranked = write(tmp_path / "d", BASE | {"fare_leg_rules": rules.format(",rule_priority", ",1", ",0")})
    with pytest.raises(MergeError, match="c has none"):
        merge_feeds({"c": plain, "d": ranked}, target)
    (tmp_path / "e").mkdir()
    spoilt = write(tmp_path / "e", BASE | {"locations.geojson": "["})
    with pytest.raises(FeedError, match=r"locations\.geojson"):
        merge_feeds({"e": spoilt}, target)
    assert list(tmp_path.glob("merged*")) == []
