"""Several desks on one database: who comes second works again, or is told."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from databases import ON_BOTH
from pooling.application import desk as desk_module
from pooling.application.desk import Changes, Desk
from pooling.application.fleet import FleetAdministration
from pooling.application.ports import Reader
from pooling.application.request_offers import RequestOffers
from pooling.application.rides import Booking, BookRide, CancelRide
from pooling.domain.facts import RideCancelled, VehicleRegistered
from pooling.domain.offers import OfferState
from pooling.domain.zone_day import ZoneDay
from routing_core.fleet.model import Layout
from service_kit.errors import Aborted, AlreadyExists, FailedPrecondition, NotFound, ServiceError
from town import DAY, PHONE_DESK, Town

pytestmark = ON_BOTH


def touch(town: Town, reader: Reader) -> ZoneDay:
    """A change of the plan that means nothing."""
    return reader.zone_day("nord", town.day)


def rival_write(town: Town) -> None:
    """Another process changes the plan."""

    def work(reader: Reader, _now: datetime) -> Changes[None]:
        return Changes(None, days=[touch(town, reader)])

    town.new_desk().write(town.call("Rival"), ["nord"], work)


def before_storing(monkeypatch: pytest.MonkeyPatch, desk: Desk, rival: Callable[[], object]) -> None:
    """Let somebody be quicker, once, after this desk has worked out what to store."""
    store = desk._store

    def late(*given: object) -> bytes:
        monkeypatch.setattr(desk, "_store", store)
        rival()
        return store(*given)  # type: ignore[arg-type] # passed on as they came

    monkeypatch.setattr(desk, "_store", late)


def test_who_was_too_late_works_again_on_the_newer_plan(town: Town) -> None:
    town.add_bus()
    seen: list[int] = []

    def work(reader: Reader, _now: datetime) -> Changes[str]:
        day = touch(town, reader)
        seen.append(day.version)
        if len(seen) == 1:
            rival_write(town)
        return Changes(f"run {len(seen)}", days=[day])

    before = town.plan().version
    assert town.answer(town.desk.write(town.call("Test"), ["nord"], work)) == "run 2"
    assert seen == [before, before + 1]
    assert town.plan().version == before + 2


def test_two_who_start_a_new_day_at_once(town: Town) -> None:
    """There is no version to compare yet: the second one must not overwrite the first."""
    seen: list[int] = []

    def work(reader: Reader, _now: datetime) -> Changes[None]:
        day = touch(town, reader)
        seen.append(day.version)
        if len(seen) == 1:
            rival_write(town)
        return Changes(None, days=[day])

    town.desk.write(town.call("Test"), ["nord"], work)
    assert seen == [0, 1]
    assert town.plan().version == 2


def test_the_same_request_answered_elsewhere_meanwhile(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.add_bus()
    question = town.question(1, 3)
    call = town.call("RequestOffers", "same", asked=question)
    told: list[bytes] = []
    rival = RequestOffers(town.new_desk())
    before_storing(monkeypatch, town.desk, lambda: told.append(rival(call, question)))
    assert town.request_offers(call, question) == told[0]
    assert len(town.plan().tasks) == 1


def test_giving_up_stores_nothing_and_blocks_nobody(town: Town) -> None:
    town.add_bus()
    runs = 0

    def work(reader: Reader, _now: datetime) -> Changes[str]:
        nonlocal runs
        runs += 1
        day = touch(town, reader)
        if runs <= desk_module.MAX_ATTEMPTS:
            rival_write(town)
        return Changes("done", days=[day])

    before = town.plan().version
    call = town.call("Test")
    with pytest.raises(Aborted, match="PLAN_CHANGED") as raised:
        town.desk.write(call, ["nord"], work)
    assert raised.value.retry_after_s == desk_module.RETRY_AFTER_S
    assert (runs, town.plan().version) == (desk_module.MAX_ATTEMPTS, before + desk_module.MAX_ATTEMPTS)
    assert town.desk.answered(call) is None
    assert town.answer(town.desk.write(call, ["nord"], work)) == "done"


def test_what_fails_in_the_middle_stores_nothing_and_blocks_nobody(town: Town) -> None:
    town.add_bus()
    before, rows = town.plan(), town.row_counts()

    def work(reader: Reader, _now: datetime) -> Changes[None]:
        def fail(_writer: object) -> None:
            raise FailedPrecondition("TEST", "in the middle")

        return Changes(None, days=[touch(town, reader)], also=fail)

    with pytest.raises(FailedPrecondition, match="TEST"):
        town.desk.write(town.call("Test"), ["nord"], work)
    assert (town.plan(), town.row_counts()) == (before, rows)
    town.ride(1, 3)


def outcomes(count: int, client: Callable[[int], str]) -> list[str]:
    """What clients that start together are told: their results, or the reasons of their errors."""
    ready = threading.Barrier(count)

    def run(number: int) -> str:
        ready.wait()
        try:
            return client(number)
        except ServiceError as refused:
            return refused.reason

    with ThreadPoolExecutor(count) as pool:
        return sorted(pool.map(run, range(count)))


def test_one_offer_is_booked_by_one_of_many(town: Town) -> None:
    town.add_bus()
    (offer,) = town.ask(1, 3).offers

    def client(number: int) -> str:
        call = town.call("BookRide", f"book{number}")
        return str(town.answer(BookRide(town.new_desk())(call, Booking(offer.id, "", None))).state.value)

    assert outcomes(6, client) == ["OFFER_TAKEN"] * 5 + ["booked"]
    assert town.row_counts()["rides"] == 1


def test_one_ride_is_cancelled_by_one_of_many(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3)

    def client(number: int) -> str:
        call = town.call("CancelRide", f"cancel{number}")
        return str(town.answer(CancelRide(town.new_desk())(call, ride.id, "")).state.value)

    assert outcomes(6, client) == ["RIDE_OVER"] * 5 + ["cancelled"]
    assert len(town.facts(RideCancelled)) == 1


def test_a_shift_taken_off_while_its_offer_is_booked(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.add_bus()
    (offer,) = town.ask(1, 3).offers
    rival = FleetAdministration(town.new_desk())
    shift_id = town.duty().shift.id
    before_storing(monkeypatch, town.desk, lambda: rival.cancel_shift(town.call("CancelShift"), shift_id))
    with pytest.raises(FailedPrecondition, match="OFFER_WITHDRAWN"):
        town.book(offer)
    with town.store.reading() as reader:
        stored = reader.offer(offer.id)
    assert stored is not None
    assert stored.state is OfferState.WITHDRAWN
    assert town.row_counts()["rides"] == 0


def test_an_offer_booked_while_its_shift_is_taken_off(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.add_bus()
    (offer,) = town.ask(1, 3).offers
    rival = BookRide(town.new_desk())
    booking = Booking(offer.id, "", None)
    before_storing(monkeypatch, town.desk, lambda: rival(town.call("BookRide"), booking))
    with pytest.raises(FailedPrecondition, match="RIDES_PROMISED"):
        town.fleet.cancel_shift(town.call("CancelShift"), town.duty().shift.id)
    assert town.plan().tasks[offer.id].held_until is None
    assert town.violations() == []


# Vehicles have no version: what they must agree with is looked at in the transaction.


def test_a_vehicle_is_registered_by_one_of_two(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    bus = town.add_bus()
    mine, theirs = replace(bus, id="new", name="Mine"), replace(bus, id="new", name="Theirs")
    rival = FleetAdministration(town.new_desk())
    before_storing(monkeypatch, town.desk, lambda: rival.create_vehicle(town.call("CreateVehicle"), theirs))
    with pytest.raises(AlreadyExists, match="VEHICLE_EXISTS"):
        town.fleet.create_vehicle(town.call("CreateVehicle"), mine)
    assert town.queries.vehicle("new", PHONE_DESK) == theirs
    assert [fact.vehicle.name for fact in town.facts(VehicleRegistered)] == ["Bus", "Theirs"]


def test_a_vehicle_removed_meanwhile_does_not_come_back(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    bus = town.add_bus("bus", ("06:00", "07:00"))
    town.advance("08:00")
    shift = replace(town.duty().shift, start=town.at("09:00"), end=town.at("10:00"))
    rival = FleetAdministration(town.new_desk())

    def remove() -> None:
        rival.delete_vehicle(town.call("DeleteVehicle"), "bus")

    changes: list[Callable[[], bytes]] = [
        lambda: town.fleet.update_vehicle(town.call("UpdateVehicle"), replace(bus, name="Back")),
        lambda: town.fleet.create_shift(town.call("CreateShift"), shift),
    ]
    for change in changes:
        before_storing(monkeypatch, town.desk, remove)
        with pytest.raises(NotFound, match="VEHICLE_NOT_FOUND"):
            change()
        with pytest.raises(NotFound, match="VEHICLE_NOT_FOUND"):
            town.queries.vehicle("bus", PHONE_DESK)
        assert len(town.plan(day=DAY).duties) == 1
        town.fleet.create_vehicle(town.call("CreateVehicle"), bus)


def test_a_vehicle_with_a_new_shift_is_not_removed(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.add_bus("bus", ("06:00", "07:00"))
    town.advance("08:00")
    shift = replace(town.duty().shift, start=town.at("09:00"), end=town.at("10:00"))
    rival = FleetAdministration(town.new_desk())
    before_storing(monkeypatch, town.desk, lambda: rival.create_shift(town.call("CreateShift"), shift))
    with pytest.raises(FailedPrecondition, match="SHIFTS_PLANNED"):
        town.fleet.delete_vehicle(town.call("DeleteVehicle"), "bus")
    assert town.queries.vehicle("bus", PHONE_DESK).id == "bus"


def test_a_shift_is_planned_for_the_vehicle_as_it_has_become(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus = town.add_bus("bus", ("06:00", "07:00"))
    shift = replace(town.duty().shift, start=town.at("09:00"), end=town.at("10:00"))
    smaller = replace(bus, layouts=(Layout(2),))
    rival = FleetAdministration(town.new_desk())
    before_storing(monkeypatch, town.desk, lambda: rival.update_vehicle(town.call("UpdateVehicle"), smaller))
    town.fleet.create_shift(town.call("CreateShift"), shift)
    assert [duty.vehicle for duty in town.plan().duties] == [smaller] * 2


def test_a_change_of_a_vehicle_reaches_the_shift_planned_meanwhile(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new shift lies on a day on which the vehicle had none: no plan's version tells of it."""
    bus = town.add_bus("bus", ("06:00", "07:00"))
    tomorrow = replace(town.duty().shift, start=town.at("33:00"), end=town.at("34:00"))
    smaller = replace(bus, layouts=(Layout(2),))
    rival = FleetAdministration(town.new_desk())
    before_storing(monkeypatch, town.desk, lambda: rival.create_shift(town.call("CreateShift"), tomorrow))
    town.fleet.update_vehicle(town.call("UpdateVehicle"), smaller)
    days = [town.plan(), town.plan(day=DAY + timedelta(days=1))]
    assert [duty.vehicle for day in days for duty in day.duties] == [smaller] * 2
