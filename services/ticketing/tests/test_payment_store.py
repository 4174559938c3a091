"""Payments, runs and orders come back as they were, on both kinds of database; whoever is late is told."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from databases import ON_BOTH
from office import Office
from service_kit.once import Overtaken
from ticketing.adapters.payment_store import SqlPaymentStore
from ticketing.application.collecting import Order, Run
from ticketing.domain.payment import Payment, Step

pytestmark = [ON_BOTH, pytest.mark.network]

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
WEEK = "2026-W47"


@pytest.fixture
def store(office: Office) -> SqlPaymentStore:
    return office.app._payments


def order(name: str, rider: str, cents: int) -> Order:
    return Order(name, "run", rider, WEEK, first_debit=True, cents=cents)


def test_payments_are_changed_by_whoever_has_seen_them_last(store: SqlPaymentStore) -> None:
    payment = Payment("ride", "rider", WEEK, 500, "EUR")
    with store.writing() as rows:
        rows.add(payment, NOW, NOW)
        with pytest.raises(Overtaken, match="ride is there already"):
            rows.add(payment, NOW, NOW)
    with store.reading() as rows:
        [kept] = rows.due(NOW, 10)
        assert kept.payment == payment
        assert rows.due(NOW - timedelta(seconds=1), 10) == []
    held = payment.done(Step.HOLD, 500).alighted().to_take(420)
    with store.writing() as rows:
        rows.change(kept, held, NOW + timedelta(minutes=1), attempt_count=2)
        with pytest.raises(Overtaken, match="ride changed meanwhile"):
            rows.change(kept, payment, None)
    with store.reading() as rows:
        assert rows.due(NOW, 10) == []
        [again] = rows.of_period("rider", WEEK)
        assert (again.payment, again.attempt_count, again.booked_at) == (held, 2, NOW)
        assert rows.of_period("rider", "2026-W48") == []
    assert store.quoted_cents("rider", WEEK) == {"ride": 500}
    with store.writing() as rows:
        rows.add(Payment("asked", "rider", WEEK, 90, "EUR"), NOW, NOW)
        rows.add(replace(held, id="next", period_id="2026-W48", rider="rider-of-december"), NOW, NOW)
        rows.add(replace(held, id="foreign", rider="somebody"), NOW, NOW)
    assert store.held_cents(["rider", "rider-of-december", "nobody"]) == 1000
    assert store.held_cents([]) == 0


def test_a_message_is_heard_once(store: SqlPaymentStore) -> None:
    with store.writing() as rows:
        assert rows.first_time("m1")
        assert not rows.first_time("m1")
        assert rows.first_time("m2")
    with store.writing() as rows:
        assert not rows.first_time("m2")


def test_runs_and_orders(store: SqlPaymentStore) -> None:
    run = Run("run", WEEK, NOW, date(2026, 11, 30))
    with store.writing() as rows:
        assert rows.run("run") is None
        rows.put_run(run)
        rows.put_order(order("o1", "r1", 500))
        rows.put_order(order("o2", "r2", -120))
        with pytest.raises(Overtaken, match="order o3 is there already"):
            rows.put_order(order("o3", "r1", 300))
    with store.reading() as rows:
        assert rows.run("run") == run
        assert [it.id for it in rows.orders("run")] == ["o1", "o2"]
        assert rows.sums("run") == (1, 500, 1, 120)
        assert rows.sums("another") == (0, 0, 0, 0)
        assert rows.debited_before(["r0", "r1"])
        assert not rows.debited_before(["r2"])
    debited = store.debited("r1", WEEK)
    assert debited is not None
    assert (debited.order_id, debited.due) == ("o1", date(2026, 11, 30))
    with store.writing() as rows:
        found = rows.order("o1")
        assert found is not None
        rows.put_order(replace(found, returned_at=NOW))
        assert not rows.debited_before(["r1"])
    assert store.debited("r1", WEEK) is None
