"""``landlinie week``: one passenger's week from the first check-in to the statement, on services of its own.

A bus ride on Monday, two on Tuesday, and that day an on-demand ride that is booked on the account and driven;
after Sunday the bill.
"""

import json
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from landlinie.common.v1 import time_pb2
from landlinie.pooling.v1 import fleet_pb2, offer_pb2, ride_pb2
from landlinie.ticketing.v1 import account_pb2, journey_pb2, statement_pb2

from onebox.client import DEADLINE_S, Services, connected
from onebox.day.drivers import Drivers
from onebox.day.server_process import DidNotStart, start
from onebox.district import DistrictError, load_district
from onebox.local_time import instant_of, stamp
from onebox.settings import DEFAULT_DISTRICT, DistrictDir
from onebox.settling import settle_period

PATIENCE_S = 60.0
MONDAY = datetime(2026, 11, 16)  # noqa: DTZ001 - on the district's clock
BUS_RIDES = ((0, 7, 12), (1, 7, 12), (1, 12, 40))
"""As days after Monday, hours and minutes."""
ON_DEMAND_AT = (15, 30)
CITY = "100"
"""A zone of the demo tariff."""
IBAN = "DE89370400440532013000"
"""The example of the standard: nobody's account."""
CREDITOR = {
    "LANDLINIE_TICKETING_CREDITOR_ID": "DE98ZZZ09999999999",
    "LANDLINIE_TICKETING_CREDITOR_IBAN": IBAN,
}
"""Who debits, unless the environment says who: examples, too."""


class NoSuchWeek(Exception):  # noqa: N818 - reads as what it is
    """The demonstration did not go as it should."""


@dataclass(frozen=True, slots=True)
class PlayedWeek:
    """What a passenger was told, and paid.

    ``quoted_cents`` was told before the on-demand ride, ``counted_cents`` after the week.
    """

    account_id: str
    period_id: str
    ride_id: str
    quoted_cents: int
    counted_cents: int
    singles_cents: int
    total_cents: int
    products: tuple[str, ...]
    statement: str
    debited_cents: int


def week(
    district: DistrictDir = DEFAULT_DISTRICT,
    out: Annotated[Path, typer.Option("--out", file_okay=False, help="folder for the statement")] = Path(
        "settled"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="print the figures as JSON")] = False,
) -> None:
    """Play a passenger's week through the API: check-in, an on-demand ride, Sunday's statement."""
    try:
        zone = ZoneInfo(load_district(district).timezone)
        with ExitStack() as stack:
            data_dir = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="landlinie-week-")))
            played = play_week(district, zone, data_dir, out)
    except DistrictError as error:
        raise typer.BadParameter(str(error), param_hint="--district") from None
    except (DidNotStart, NoSuchWeek) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(json.dumps(asdict(played)))
        return
    for line in (*lines_of(played), f"  {played.statement}"):
        typer.echo(line)


def lines_of(played: PlayedWeek) -> tuple[str, ...]:
    """The week in a few lines."""
    quoted, counted = _euros(played.quoted_cents), _euros(played.counted_cents)
    return (
        f"{played.period_id}: {' + '.join(played.products)} = {_euros(played.total_cents)}",
        f"  single tickets for all rides: {_euros(played.singles_cents)}",
        f"  the on-demand ride: forecast {quoted}, counted {counted}",
        f"  debited: {_euros(played.debited_cents)}",
    )


def play_week(district: Path, zone: ZoneInfo, data_dir: Path, out: Path) -> PlayedWeek:
    """Play the week on services of their own; raises NoSuchWeek and DidNotStart."""
    monday = MONDAY.replace(hour=6, tzinfo=zone)
    with (
        start(district, data_dir, monday, seed_days=2, environment={**CREDITOR, **os.environ}) as server,
        connected(server.address, server.credential()) as services,
    ):
        account = open_account(services)
        for number, (days, hour, minute) in enumerate(BUS_RIDES):
            begins = (monday + timedelta(days=days)).replace(hour=hour, minute=minute)
            bus_ride(services, account.account_id, f"bus-{number}", begins)
        tuesday = (monday + timedelta(days=1)).replace(hour=ON_DEMAND_AT[0], minute=ON_DEMAND_AT[1])
        ride, quote = _on_demand_ride(services, account, tuesday)
        services.clock.advance_to(monday + timedelta(days=7))
        return _billed(services, account.account_id, ride, quote, out)


def open_account(services: Services) -> account_pb2.Account:
    """An account with a mandate."""
    request = account_pb2.OpenAccountRequest(
        request_id="week-account",
        passenger_reference="week",
        payment=account_pb2.PaymentDetails(
            holder_name="Jördis Groß", iban=IBAN, mandate_reference="LL-2026-0001", mandate_date="2026-01-05"
        ),
    )
    return services.ticketing.OpenAccount(request, timeout=DEADLINE_S).account


def bus_ride(services: Services, account_id: str, journey_id: str, begins: datetime) -> None:
    """A ride of eighteen minutes, told as it happens."""
    place = journey_pb2.Place(stop_id="vs-n1309188320", zone_ids=[CITY])
    services.clock.advance_to(begins)
    services.ticketing.CheckIn(
        journey_pb2.CheckInRequest(
            request_id=f"{journey_id}-in",
            account_id=account_id,
            journey_id=journey_id,
            check_in=journey_pb2.CheckIn(event_time=stamp(begins), place=place),
        ),
        timeout=DEADLINE_S,
    )
    ends = begins + timedelta(minutes=18)
    services.clock.advance_to(ends)
    services.ticketing.CheckOut(
        journey_pb2.CheckOutRequest(
            request_id=f"{journey_id}-out",
            account_id=account_id,
            journey_id=journey_id,
            event_time=stamp(ends),
            place=journey_pb2.Place(stop_id="vs-n1309201104", zone_ids=[CITY]),
        ),
        timeout=DEADLINE_S,
    )


def _on_demand_ride(
    services: Services, account: account_pb2.Account, begins: datetime
) -> tuple[str, statement_pb2.QuoteResponse]:
    """Book a ride on the account and have it driven; its id, and what was forecast for it."""
    services.clock.advance_to(begins - timedelta(hours=2))
    offer = _offer(services, begins)
    pickup = instant_of(offer.planned_pickup_time)
    city = journey_pb2.Place(zone_ids=[CITY])
    quote = services.ticketing.Quote(
        statement_pb2.QuoteRequest(
            account_id=account.account_id,
            legs=[
                journey_pb2.Leg(
                    board_time=stamp(pickup),
                    alight_time=stamp(pickup + timedelta(minutes=20)),
                    board=city,
                    alight=city,
                )
            ],
        ),
        timeout=DEADLINE_S,
    )
    booking = ride_pb2.BookRideRequest(request_id="week-ride", offer_id=offer.offer_id, payer=account.payer)
    ride_id = services.pooling.BookRide(booking, timeout=DEADLINE_S).ride.ride_id
    drivers = Drivers(services, [zone.zone_id for zone in services.zones()], f"{begins:%Y-%m-%d}")
    while (action := drivers.next_action()) is not None:
        services.clock.advance_to(action.when)
        drivers.do(action)
    _until(lambda: _journey_over(services, account.account_id, ride_id), "the on-demand ride is no journey")
    return ride_id, quote


def _offer(services: Services, begins: datetime) -> offer_pb2.Offer:
    """An offer from one stop to another, of the first pair of stops that has one."""
    window = time_pb2.TimeWindow(earliest=stamp(begins), latest=stamp(begins + timedelta(minutes=30)))
    for zone in services.zones():
        asked = fleet_pb2.ListVirtualStopsRequest(zone_id=zone.zone_id, page_size=50)
        stops = services.pooling.ListVirtualStops(asked, timeout=DEADLINE_S).virtual_stops
        for number in range(len(stops) // 2):
            request = offer_pb2.RequestOffersRequest(
                request_id=f"week-{zone.zone_id}-{number}",
                pickup=offer_pb2.Place(virtual_stop_id=stops[number].virtual_stop_id),
                dropoff=offer_pb2.Place(virtual_stop_id=stops[-1 - number].virtual_stop_id),
                pickup_window=window,
                party=offer_pb2.Party(seated_count=1),
            )
            offers = services.pooling.RequestOffers(request, timeout=DEADLINE_S).offers
            if offers:
                return offers[0]
    raise NoSuchWeek("no stop of the district has a ride to another one")


def _journey_over(services: Services, account_id: str, ride_id: str) -> bool:
    asked = journey_pb2.ListJourneysRequest(account_id=account_id)
    journeys = services.ticketing.ListJourneys(asked, timeout=DEADLINE_S).journeys
    return any(
        journey.journey_id == ride_id and journey.state == journey_pb2.JOURNEY_STATE_COMPLETED
        for journey in journeys
    )


def _until(done: Callable[[], bool], otherwise: str) -> None:
    """Wait for an event to arrive."""
    give_up = time.monotonic() + PATIENCE_S
    while not done():
        if time.monotonic() > give_up:
            raise NoSuchWeek(f"{otherwise} after {PATIENCE_S:.0f} s")
        time.sleep(0.1)


def _billed(
    services: Services, account_id: str, ride_id: str, quote: statement_pb2.QuoteResponse, out: Path
) -> PlayedWeek:
    settled = settle_period(
        services, quote.period_id, out, "de", collect=True, say=lambda text: typer.echo(text, err=True)
    )
    asked = statement_pb2.GetStatementRequest(account_id=account_id, period_id=quote.period_id)
    statement = services.ticketing.GetStatement(asked, timeout=DEADLINE_S).statement
    told = json.loads(statement.explanation_json)
    counted = {ride["departure_time"]: ride["counted_cents"] for ride in told["rides"]}
    return PlayedWeek(
        account_id=account_id,
        period_id=quote.period_id,
        ride_id=ride_id,
        quoted_cents=quote.price_cents,
        counted_cents=counted[max(counted)],
        singles_cents=told["alternatives"]["singles_cents"],
        total_cents=statement.total_cents,
        products=tuple(f"{line['count']} × {line['name']['de']}" for line in told["lines"]),
        statement=str(
            out / quote.period_id / "statements" / account_id / f"Abrechnung-{quote.period_id}.pdf"
        ),
        debited_cents=settled.debits_cents,
    )


def _euros(cents: int) -> str:
    return f"€{cents // 100}.{cents % 100:02d}"
