"""Journeys as people read them, and as JSON; both from what the service told."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp
from landlinie.journeys.v1 import journey_pb2
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from onebox.local_time import clock, instant_of

WORDS = {
    journey_pb2.MODE_WALK: "walk",
    journey_pb2.MODE_BICYCLE: "bicycle",
    journey_pb2.MODE_CAR: "own car",
    journey_pb2.MODE_POOLED_RIDE: "ride on demand",
    journey_pb2.MODE_SHARED_CAR: "shared car",
    journey_pb2.MODE_SHARED_BICYCLE: "shared bicycle",
    journey_pb2.MODE_FOREIGN_ON_DEMAND: "ride on demand of others",
    journey_pb2.MODE_LIFT: "lift, if the driver says yes",
    journey_pb2.MODE_BENCH: "from a ride-share bench, without promise",
}


def show(
    answer: journey_pb2.PlanJourneysResponse, start: str, goal: str, zone: ZoneInfo, *, kept: bool
) -> None:
    """Print journeys as tables.

    Parameters
    ----------
    kept
        Whether the service knows them by their ids.
    """
    console = Console(highlight=False)
    console.print(f"[bold]{escape(start)}[/bold] → [bold]{escape(goal)}[/bold]")
    for gap in answer.gaps:
        console.print(f"[yellow]not complete:[/yellow] {escape(gap.message)}")
    if not answer.journeys:
        console.print("No journey found.")
    for number, journey in enumerate(answer.journeys, start=1):
        day = instant_of(journey.departure_time).astimezone(zone).strftime("%a %Y-%m-%d")
        console.print(f"\n[bold]{number}  {day}  {_summary(journey, zone)}[/bold]")
        console.print(_legs(journey, zone))
        for note in _notes(journey, zone):
            console.print(f"   [yellow]{escape(note)}[/yellow]")
        for reason in journey.reasons:
            console.print(f"   [dim]{escape(reason.message)}[/dim]")
        if kept:
            until = instant_of(journey.expire_time).astimezone(zone).strftime("%H:%M:%S")
            console.print(f"   [dim]{journey.journey_id}  until {until}[/dim]")


def as_document(answer: journey_pb2.PlanJourneysResponse, zone: ZoneInfo, *, kept: bool) -> dict[str, Any]:
    """An answer as JSON has it; instants in the district's zone."""
    return {
        "journeys": [_journey(journey, zone, kept=kept) for journey in answer.journeys],
        "gaps": [
            {"mode": _mode(gap.mode) if gap.mode else None, "reason": gap.reason, "message": gap.message}
            for gap in answer.gaps
        ],
        "earlier_page_token": answer.earlier_page_token,
        "later_page_token": answer.later_page_token,
    }


def _legs(journey: journey_pb2.Journey, zone: ZoneInfo) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 1))
    for leg in journey.legs:
        table.add_row(
            f"{clock(leg.departure_time, zone)}–{clock(leg.arrival_time, zone)}",
            escape(_way(leg, zone)),
            f"{escape(_end(leg, 'from'))} → {escape(_end(leg, 'to'))}",
        )
    return table


def _summary(journey: journey_pb2.Journey, zone: ZoneInfo) -> str:
    minutes = (journey.arrival_time.seconds - journey.departure_time.seconds) // 60
    parts = [
        f"{clock(journey.departure_time, zone)}–{clock(journey.arrival_time, zone)}",
        f"{minutes // 60}:{minutes % 60:02} h",
        "1 transfer" if journey.transfer_count == 1 else f"{journey.transfer_count} transfers",
        f"{journey.walk_m} m on foot",
        f"{journey.co2_g / 1000:.1f} kg CO2",
    ]
    if journey.HasField("price"):
        price = journey.price
        known = "" if price.complete else " and more"
        parts.append(f"{price.cents / 100:.2f} {price.currency}{known}")
    return "  ·  ".join(parts)


def _way(leg: journey_pb2.Leg, zone: ZoneInfo) -> str:
    if leg.mode != journey_pb2.MODE_TRANSIT:
        return f"{WORDS.get(leg.mode, _mode(leg.mode))} {leg.distance_m} m"
    ride = leg.transit
    words = [ride.line_name or "line"]
    if ride.headsign:
        words.append(f"to {ride.headsign}")
    if ride.real_time:
        printed = ride.scheduled_departure_time
        late = leg.departure_time.seconds != printed.seconds
        words.append(f"(printed {clock(printed, zone)})" if late else "(in time)")
    return " ".join(words)


def _end(leg: journey_pb2.Leg, name: str) -> str:
    end: journey_pb2.LegEnd = getattr(leg, name)
    return (end.label or "·") + (f" platform {end.platform}" if end.platform else "")


def _notes(journey: journey_pb2.Journey, zone: ZoneInfo) -> Iterator[str]:
    """What there is to know of rides, and whom to call."""
    told = dict.fromkeys(alert for leg in journey.legs for alert in leg.transit.alerts)
    yield from told
    for leg in journey.legs:
        if leg.HasField("foreign_on_demand"):
            ride = leg.foreign_on_demand
            by = f"until {clock(ride.book_by, zone)}:"
            yield " ".join(filter(None, (ride.service_name, by, ride.phone, ride.booking_url, ride.message)))
        elif leg.HasField("shared_car"):
            back = clock(leg.shared_car.return_by, zone)
            yield f"{leg.shared_car.car_name}: kept until {back}, for the stay and the way back to its place"
        elif leg.HasField("shared_vehicle"):
            lent = leg.shared_vehicle
            since = f"stood there at {clock(lent.told_time, zone)}"
            due = f"back by {clock(lent.return_by, zone)}" if lent.HasField("return_by") else ""
            yield " ".join(filter(None, (lent.system_name, since, due, lent.phone, lent.booking_url)))


def _journey(journey: journey_pb2.Journey, zone: ZoneInfo, *, kept: bool) -> dict[str, Any]:
    price = journey.price
    ids: dict[str, Any] = {}
    if kept:
        ids = {"journey_id": journey.journey_id, "expire_time": _instant(journey.expire_time, zone)}
    return ids | {
        "departure_time": _instant(journey.departure_time, zone),
        "arrival_time": _instant(journey.arrival_time, zone),
        "transfer_count": journey.transfer_count,
        "walk_m": journey.walk_m,
        "co2_g": journey.co2_g,
        "price": {"cents": price.cents, "currency": price.currency, "complete": price.complete}
        if journey.HasField("price")
        else None,
        "reasons": [
            {
                "code": journey_pb2.ReasonCode.Name(reason.code).removeprefix("REASON_CODE_").lower(),
                "message": reason.message,
            }
            for reason in journey.reasons
        ],
        "legs": [_leg(leg, zone) for leg in journey.legs],
    }


def _leg(leg: journey_pb2.Leg, zone: ZoneInfo) -> dict[str, Any]:
    told: dict[str, Any] = {
        "mode": _mode(leg.mode),
        "from": _place(getattr(leg, "from")),
        "to": _place(leg.to),
        "departure_time": _instant(leg.departure_time, zone),
        "arrival_time": _instant(leg.arrival_time, zone),
        "length_m": leg.distance_m,
        "bookable": leg.bookable,
    }
    if leg.HasField("transit"):
        ride = leg.transit
        told |= {
            "line": ride.line_name,
            "headsign": ride.headsign,
            "agency": ride.agency_name,
            "route_id": ride.route_id,
            "trip_id": ride.trip_id,
            "service_date": ride.service_date,
            "real_time": ride.real_time,
            "scheduled_departure_time": _instant(ride.scheduled_departure_time, zone),
            "scheduled_arrival_time": _instant(ride.scheduled_arrival_time, zone),
            "passed_stops": [stop.name for stop in ride.passed_stops],
            "alerts": list(ride.alerts),
        }
    elif leg.HasField("pooled"):
        offer = leg.pooled.offer
        told |= {
            "offer_id": offer.offer_id,
            "zone_id": offer.zone_id,
            "pickup_window": [
                _instant(offer.promise.pickup_window.earliest, zone),
                _instant(offer.promise.pickup_window.latest, zone),
            ],
            "latest_arrival": _instant(offer.promise.latest_arrival, zone),
            "expire_time": _instant(offer.expire_time, zone),
        }
    elif leg.HasField("shared_car"):
        car = leg.shared_car
        told |= {"car_id": car.car_id, "return_by": _instant(car.return_by, zone), "cents": car.price_cents}
    elif leg.HasField("shared_vehicle"):
        lent = leg.shared_vehicle
        told |= {"system": lent.system_name, "phone": lent.phone, "booking_url": lent.booking_url}
    elif leg.HasField("foreign_on_demand"):
        foreign = leg.foreign_on_demand
        told |= {
            "service": foreign.service_name,
            "phone": foreign.phone,
            "booking_url": foreign.booking_url,
            "book_by": _instant(foreign.book_by, zone),
        }
    return told


def _place(end: journey_pb2.LegEnd) -> dict[str, Any]:
    return {
        "label": end.label,
        "latitude_deg": end.position.latitude_deg,
        "longitude_deg": end.position.longitude_deg,
        "stop_id": end.stop_id,
        "platform": end.platform,
    }


def _mode(mode: journey_pb2.Mode.ValueType) -> str:
    return journey_pb2.Mode.Name(mode).removeprefix("MODE_").lower()


def _instant(stamp: Timestamp, zone: ZoneInfo) -> str:
    return instant_of(stamp).astimezone(zone).isoformat()
