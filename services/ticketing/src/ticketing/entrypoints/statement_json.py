"""A statement as JSON: every figure of the printed one, and its sentences in every language."""

import json
from typing import Any

from ticketing.domain import statement_words as words
from ticketing.domain.statement import Statement
from ticketing.domain.statement_words import Language


def statement_json(statement: Statement) -> str:
    """The statement as one object; amounts in cents, days and instants as in ISO 8601."""
    return json.dumps(_told(statement), ensure_ascii=False)


def _told(statement: Statement) -> dict[str, Any]:
    return {
        "account_id": statement.account,
        "period_id": statement.period,
        "first_service_date": statement.first.isoformat(),
        "last_service_date": statement.last.isoformat(),
        "issue_time": statement.issued_at.isoformat(),
        "settled": statement.settled,
        "currency": statement.currency,
        "total_cents": statement.total_cents,
        "open_cents": statement.open_cents,
        "products_cents": statement.products_cents,
        "corrections_cents": statement.corrections_cents,
        "proven": statement.proven,
        "alternatives": {
            "singles_cents": statement.singles_cents,
            "saved_cents": statement.saved_cents,
            "next_best": _next_best(statement),
            "sentences": {it.value: list(words.why_sentences(statement, it)) for it in Language},
        },
        "lines": [
            {
                "product_id": line.product,
                "name": {it.value: words.product_name(statement, line.product, it) for it in Language},
                "valid_at": line.at,
                "valid": {it.value: words.validity(statement, line, it) for it in Language},
                "count": line.count,
                "amount_cents": line.cents,
                "rides": list(line.rides),
                "alone_cents": line.alone_cents,
                "without_cents": line.without_cents,
                "reason": {it.value: words.line_reason(statement, line, it) for it in Language},
                "source": statement.product(line.product).source,
            }
            for line in statement.lines
        ],
        "rides": [
            {
                "ride": ride.id,
                "departure_time": ride.departure.isoformat(),
                "arrival_time": ride.arrival.isoformat(),
                "origin": ride.origin,
                "destination": ride.destination,
                "riders": dict(ride.riders),
                "alone_cents": ride.alone_cents,
                "quoted_cents": ride.quoted_cents,
                "counted_cents": ride.counted_cents,
            }
            for ride in statement.rides
        ],
        "unpriced": [
            {
                "ride": ride.id,
                "departure_time": ride.departure.isoformat(),
                "origin": ride.origin,
                "destination": ride.destination,
            }
            for ride in statement.unpriced
        ],
        "progress": [
            {
                "product_id": progress.product,
                "name": {it.value: words.product_name(statement, progress.product, it) for it in Language},
                "valid_at": progress.at,
                "spent_cents": progress.spent_cents,
                "price_cents": progress.price_cents,
                "left_cents": progress.left_cents,
            }
            for progress in statement.progress
        ],
        "corrections": [
            {
                "period_id": correction.period,
                "amount_cents": correction.cents,
                "reason": {it.value: words.correction_reason(correction, it) for it in Language},
            }
            for correction in statement.corrections
        ],
        "revisions": [
            {"date": revision.on.isoformat(), "amount_cents": revision.cents}
            for revision in statement.revisions
        ],
        "payments": [
            {
                "date": moved.on.isoformat(),
                "kind": moved.kind.value,
                "amount_cents": moved.cents,
                "reference": moved.reference,
            }
            for moved in statement.moved
        ],
        "collection": None
        if statement.collection is None
        else {"mandate": statement.collection.mandate, "date": statement.collection.due.isoformat()},
        "tariffs": [
            {"version_id": tariff.version, "first_service_date": tariff.valid_from.isoformat()}
            for tariff in statement.tariffs
        ],
    }


def _next_best(statement: Statement) -> dict[str, Any] | None:
    found = statement.next_best
    if found is None:
        return None
    return {
        "without_product_id": found.without,
        "without_name": {it.value: words.product_name(statement, found.without, it) for it in Language},
        "cents": found.cents,
        "products": [{"product_id": name, "count": count} for name, count in found.products],
    }
