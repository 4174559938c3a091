"""Made-up instances for the fleet benchmark, the same in every run."""

import numpy as np
from routing_core.formats.detect import Format, Instance
from routing_core.formats.rides import Ride, Rides
from routing_core.formats.visits import Visits
from routing_core.formats.waste import CollectionDay, CollectionSite

SEED = 20_210_303
SIDE = 100.0
DAY = 480.0
"""All in minutes: places lie in a square, and a minute is a unit of way."""
TOWN_FEET = 50_000.0
OPENS_S, CLOSES_S = 7 * 3600, 16 * 3600
"""Of the depot for collection, and of the plants."""


def made_up(stop_count: int = 60) -> dict[str, Instance]:
    """Dial-a-ride, goods, visits with and without windows, and collection, with so many stops each."""
    return {
        f"rides-{stop_count}": Instance(Format.CORDEAU_2006, _rides(stop_count // 2, passengers=True)),
        f"goods-{stop_count}": Instance(Format.LI_LIM, _rides(stop_count // 2, passengers=False)),
        f"windows-{stop_count}": Instance(Format.SOLOMON, _visits(stop_count, windows=True)),
        f"plain-{stop_count}": Instance(Format.CVRPLIB, _visits(stop_count, windows=False)),
        f"waste-{stop_count}": Instance(Format.KIM_2006, _collection(stop_count)),
    }


def _rides(count: int, *, passengers: bool) -> Rides:
    """Pickups within an hour's window; passengers also ride no longer than an hour more than they must."""
    rng = np.random.default_rng(SEED + count)
    nodes = 2 * count + 1
    x, y = rng.uniform(0, SIDE, nodes), rng.uniform(0, SIDE, nodes)
    x[0] = y[0] = SIDE / 2
    direct = np.hypot(x[1 : count + 1] - x[count + 1 :], y[1 : count + 1] - y[count + 1 :])
    opens = rng.uniform(SIDE, DAY - 3 * SIDE, count)
    return Rides(
        node_ids=tuple(map(str, range(nodes))),
        x=x,
        y=y,
        service_time=np.array([0.0] + [3.0] * (2 * count)),
        earliest=np.concatenate([[0.0], opens, opens + direct]),
        latest=np.concatenate([[DAY], opens + 60, opens + direct + 120]),
        rides=tuple(Ride(pickup, pickup + count, 1) for pickup in range(1, count + 1)),
        start=0,
        end=0,
        vehicle_count=count,
        capacity=4,
        max_ride_time=SIDE + 60 if passengers else None,
        max_duration=DAY if passengers else None,
        vehicles_first=not passengers,
    )


def _visits(count: int, *, windows: bool) -> Visits:
    """Stops with demands; with windows, two hours of each; distances whole numbers without."""
    rng = np.random.default_rng(SEED + count + windows)
    x, y = rng.uniform(0, SIDE, count + 1), rng.uniform(0, SIDE, count + 1)
    distance = np.hypot(x[:, None] - x, y[:, None] - y)
    opens = np.concatenate([[0.0], rng.uniform(0, DAY - 4 * SIDE, count) + SIDE])
    closes = np.concatenate([[DAY], opens[1:] + 120])
    return Visits(
        node_ids=tuple(map(str, range(count + 1))),
        distance=distance if windows else np.rint(distance),
        demand=np.concatenate([[0], rng.integers(1, 20, count)]),
        capacity=100,
        service_time=np.concatenate([[0.0], np.full(count, 5.0 if windows else 0.0)]),
        earliest=opens if windows else np.full(count + 1, -np.inf),
        latest=closes if windows else np.full(count + 1, np.inf),
        release_time=np.zeros(count + 1),
        vehicle_count=count if windows else None,
        vehicles_first=windows,
        reloads=False,
    )


def _collection(count: int) -> CollectionDay:
    """Stops, a third of them in the morning only, a plant for two trips of each truck, and a daily cap."""
    rng = np.random.default_rng(SEED + count)
    places = rng.uniform(0, TOWN_FEET, (count + 2, 2)).tolist()

    def site(node: int, latest_s: int, service_s: int, load_yd: float = 0.0) -> CollectionSite:
        x_feet, y_feet = places[node]
        return CollectionSite(str(node), x_feet, y_feet, OPENS_S, latest_s, service_s, load_yd)

    stops = [
        site(2 + stop, CLOSES_S - 5 * 3600 * (stop % 3 == 0), 240, float(load))
        for stop, load in enumerate(rng.integers(1, 20, count))
    ]
    return CollectionDay(
        depot=site(0, CLOSES_S, 0),
        plants=(site(1, CLOSES_S, 1200),),
        stops=tuple(stops),
        truck_capacity_yd=100.0,
        daily_cap_yd=200.0,
        daily_stop_cap=500,
        lunch_s=3600,
        speed_mph=40.0,
    )
