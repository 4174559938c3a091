"""The service on a tariff of the test's own, put together for real, its background work done when told."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from google.protobuf.message import Message
from landlinie.pooling.events.v1 import ride_events_pb2
from pydantic import SecretStr
from service_kit.clock import SimulatedClock
from service_kit.embedded_bus import EmbeddedBus
from service_kit.event_payload import pack
from service_kit.events import Event
from service_kit.identity.principal import Principal, Role
from service_kit.once import Call
from service_kit.settings import StoreSettings
from ticketing.adapters.district import Fares
from ticketing.application.accounts import ShownAccount
from ticketing.application.places import NO_LOOK_UP, ZonesOfPlaces
from ticketing.application.ports import Detector
from ticketing.bootstrap import TicketingApp
from ticketing.domain.account import PaymentDetails, Profile
from ticketing.domain.journal import Entry
from ticketing.domain.journeys import CheckedIn, CheckedOut, Journey, Place
from ticketing.domain.operations import Operation
from ticketing.domain.products import Place as Room
from ticketing.domain.products import Product, Source, Validity
from ticketing.domain.tariff import Category, Tariff, TariffBook
from ticketing.messages import stamp
from ticketing.settings import TicketingSettings

TENANT = "testamt"
BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 11, 16)
WEEK, NEXT_WEEK = "2026-W47", "2026-W48"
SINGLE, SHORT, DAY_TICKET, WEEK_TICKET = 200, 120, 500, 1500
CHILD_SINGLE = 100
LATE_DAYS = 7
TOWN = ("town",)

ResultT = TypeVar("ResultT")

BOARD, MARKET, STATION = Place("board", TOWN), Place("market", TOWN), Place("station", TOWN)
NOWHERE = Place("nowhere", ("elsewhere",))


def tariff(**more: Any) -> Tariff:
    """Singles, short ones up to three stops, tickets for a day and a week, all of them in one zone."""
    zones = frozenset(TOWN)
    source = Source("a test", 2026)
    return Tariff(
        **{
            "products": (
                Product("single", Validity.RIDE, SINGLE, zones=zones, source=source),
                Product("short", Validity.RIDE, SHORT, zones=zones, max_stops=3),
                Product(
                    "child", Validity.RIDE, CHILD_SINGLE, zones=zones, places=(Room(1, frozenset({"child"})),)
                ),
                Product("day", Validity.DAY, DAY_TICKET, zones=zones),
                Product("week", Validity.WEEK, WEEK_TICKET, zones=zones),
            ),
            "ownable": (Product("dticket", Validity.MONTH, 0, zones=zones),),
            "day_starts_min": 180,
            "id": "v1",
            "valid_from": date(2026, 1, 1),
            "settled": Validity.WEEK,
            "late_days": LATE_DAYS,
            "transfer_min": 30,
            "timezone": BERLIN,
            "categories": (Category("adult"), Category("child")),
            **more,
        }
    )


def at(text: str, day: date = MONDAY) -> datetime:
    """A time of day, ``HH:MM`` local time."""
    return datetime.combine(day, datetime.strptime(text, "%H:%M").time(), BERLIN)  # noqa: DTZ007 - has one


def day(number: int) -> date:
    """The day so many days after the week's Monday."""
    return MONDAY + timedelta(days=number)


class Office:
    """The service without a server: use cases are called, events carried and handled when told."""

    def __init__(
        self,
        folder: Path,
        *,
        database: str = "",
        book: TariffBook | None = None,
        now: datetime | None = None,
        detect: Detector | None = None,
        zones_of: ZonesOfPlaces = NO_LOOK_UP,
    ) -> None:
        self.folder = folder
        self.clock = SimulatedClock(now or at("05:00"))
        self.bus = EmbeddedBus(folder / "events.sqlite")
        store = StoreSettings(database_url=SecretStr(database)) if database else StoreSettings()
        self.app = TicketingApp(
            TicketingSettings(data_dir=folder, store=store),
            Fares(TENANT, book or TariffBook((tariff(),)), zones=TOWN, zones_of=zones_of),
            self.bus,
            self.clock,
            detect=detect,
        )
        self.use = self.app._use_cases
        self.stores = self.app._stores
        self._numbers = itertools.count()
        self.opened: list[str] = []

    def close(self) -> None:
        self.app.stop()
        self.bus.close()

    # Calls

    def call(
        self,
        method: str = "Method",
        *,
        caller: Principal | None = None,
        request_id: str = "",
        content: bytes = b"",
        results: list[Any] | None = None,
    ) -> Call[Any]:
        """A call whose result, when it is worked out and not remembered, is put into ``results``."""

        def encode(result: Any) -> bytes:
            if results is not None:
                results.append(result)
            return repr(result).encode()

        number = request_id or f"request-{next(self._numbers)}"
        return Call(method, number, content or number.encode(), encode, caller or APP)

    def do(self, use_case: Callable[..., bytes], *asked: Any, **more: Any) -> Any:
        """The result of a write."""
        results: list[Any] = []
        use_case(self.call(use_case.__name__, results=results, **more), *asked)
        return results[-1] if results else None

    def open(self, profile: Profile | None = None, payment: PaymentDetails | None = None) -> str:
        """A new account's id."""
        shown: ShownAccount = self.do(self.use.accounts.open, "passenger", profile or Profile(), payment)
        self.opened.append(shown.account.id)
        return shown.account.id

    def payer(self, account_id: str) -> str:
        return self.use.accounts.get(account_id, APP).payer

    def check_in(self, account_id: str, journey_id: str, time: datetime, place: Place = BOARD) -> Journey:
        return self.do(self.use.journeys.check_in, account_id, journey_id, CheckedIn(time, place))  # type: ignore[no-any-return]

    def check_out(self, account_id: str, journey_id: str, time: datetime, place: Place = STATION) -> Journey:
        ended = CheckedOut(time, place)
        return self.do(self.use.journeys.check_out, account_id, journey_id, ended, None)  # type: ignore[no-any-return]

    def ride(self, account_id: str, journey_id: str, time: datetime, place: Place = BOARD) -> Journey:
        """A check-in and, twenty minutes later, a check-out."""
        self.check_in(account_id, journey_id, time, place)
        end = NOWHERE if place is NOWHERE else STATION
        return self.check_out(account_id, journey_id, time + timedelta(minutes=20), end)

    def journeys(self, account_id: str) -> list[Journey]:
        return [journey for _, journey in self.use.journeys.listed(account_id, None, 0, 500, APP)]

    # Background work

    def work(self) -> None:
        """Carry and handle events until nothing is left to do."""
        while self._carry() + sum(consumer.run_until_caught_up() for consumer in self.app._consumers):
            pass

    def _carry(self) -> int:
        return sum(relay.publish_pending() for relay in self.app._relays)

    def settle(self, period_id: str = WEEK) -> Operation:
        """Settle everybody's period, and work until it is done."""
        # A moment after all that was posted before: an operation tells what was posted since it began.
        self.clock.advance_to(self.clock.now() + timedelta(seconds=1))
        operation: Operation = self.do(self.use.operations.start, period_id)
        self.work()
        return self.use.operations.get(operation.id)

    # Events of pooling

    def told(self, message: Message, *, time: datetime | None = None) -> Event:
        """An event of pooling's that tells of something."""
        return pack(
            message,
            source="landlinie/pooling",
            topic="landlinie.pooling.ride.v1",
            key=f"{TENANT}/nord",
            time=time or self.clock.now(),
        )

    def hear(self, events: Iterable[Event]) -> None:
        """Have these events come in, and work."""
        self.bus.publish(list(events))
        self.work()

    # What is stored

    def entries(self, account_id: str) -> list[Entry]:
        """An account's journal."""
        riders = self.use.desk.riders(account_id)
        with self.stores.rides.reading() as reader:
            return [entry for rider in riders for entry in reader.entries(rider)]

    def cents(self, account_id: str) -> int:
        """What the journal comes to."""
        return sum(entry.posting.cents for entry in self.entries(account_id))

    def sold(self, account_id: str) -> list[tuple[str, int]]:
        """Products and cents of every entry, in order."""
        return [
            (entry.posting.line.product if entry.posting.line else "", entry.posting.cents)
            for entry in self.entries(account_id)
        ]


APP = Principal("backend", frozenset({Role.APP_BACKEND}), TENANT, "app")
OTHER_APP = Principal("backend", frozenset({Role.APP_BACKEND}), TENANT, "other-app")
OPERATOR = Principal("operator", frozenset({Role.OPERATOR}), TENANT, "console")


def booked(office: Office, ride_id: str, payer: str, service_day: date = MONDAY, count: int = 1) -> Event:
    """Pooling tells that a ride is booked on an account."""
    message = ride_events_pb2.RideBooked(
        zone_id="nord",
        service_date=service_day.isoformat(),
        event_time=stamp(office.clock.now()),
        ride_id=ride_id,
        payer=payer,
        planned_pickup_time=stamp(at("08:00", service_day)),
        planned_dropoff_time=stamp(at("08:15", service_day)),
    )
    message.party.seated_count = count
    for point, latitude in ((message.pickup, 53.55), (message.dropoff, 53.57)):
        point.position.latitude_deg, point.position.longitude_deg = latitude, 13.26
    return office.told(message)


def happened(
    office: Office, kind: Callable[..., Message], ride_id: str, time: datetime, service_day: date = MONDAY
) -> Event:
    """Pooling tells what happened to a ride."""
    return office.told(
        kind(zone_id="nord", service_date=service_day.isoformat(), event_time=stamp(time), ride_id=ride_id),
        time=time,
    )


def ridden(
    office: Office, ride_id: str, payer: str, time: datetime, service_day: date = MONDAY
) -> Sequence[Event]:
    """All that pooling tells of a ride that took place."""
    return [
        booked(office, ride_id, payer, service_day),
        happened(office, ride_events_pb2.PassengerBoarded, ride_id, time, service_day),
        happened(
            office, ride_events_pb2.PassengerAlighted, ride_id, time + timedelta(minutes=15), service_day
        ),
    ]
