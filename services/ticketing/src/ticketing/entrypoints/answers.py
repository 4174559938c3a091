"""From plain values to the messages calls answer with."""

from landlinie.common.v1 import audit_pb2
from landlinie.ticketing.v1 import account_pb2, journey_pb2, settlement_pb2, tariff_pb2
from service_kit.identity.audit import AuditEntry
from service_kit.identity.policy import role_value

from ticketing.application.accounts import ShownAccount
from ticketing.application.journeys import Uploaded
from ticketing.domain.account import Account, AccountState, Profile
from ticketing.domain.journeys import Journey, JourneyState, Reading, Source
from ticketing.domain.operations import Operation, OperationState
from ticketing.domain.products import Product
from ticketing.domain.tariff import Tariff
from ticketing.messages import leg, riders, stamp

ACCOUNT_STATES = {
    state: account_pb2.AccountState.Value(f"ACCOUNT_STATE_{state.name}") for state in AccountState
}
JOURNEY_STATES = {
    state: journey_pb2.JourneyState.Value(f"JOURNEY_STATE_{state.name}") for state in JourneyState
}
SOURCES = {source: journey_pb2.JourneySource.Value(f"JOURNEY_SOURCE_{source.name}") for source in Source}
OPERATION_STATES = {
    state: settlement_pb2.OperationState.Value(f"OPERATION_STATE_{state.name}") for state in OperationState
}


def listed_account(found: Account) -> account_pb2.Account:
    message = account_pb2.Account(
        account_id=found.id,
        state=ACCOUNT_STATES[found.state],
        profile=_profile(found.profile),
        open_time=stamp(found.open_time),
    )
    if found.close_time is not None:
        message.close_time.CopyFrom(stamp(found.close_time))
    return message


def account(shown: ShownAccount) -> account_pb2.Account:
    message = listed_account(shown.account)
    message.payer = shown.payer
    message.held_cents = shown.held_cents
    if shown.payment is not None:
        mandate_date = shown.payment.mandate_date
        message.payment.CopyFrom(
            account_pb2.PaymentDetails(
                holder_name=shown.payment.holder_name,
                iban=shown.payment.masked_iban,
                mandate_reference=shown.payment.mandate_reference,
                mandate_date=mandate_date.isoformat() if mandate_date else "",
            )
        )
    return message


def _profile(found: Profile) -> account_pb2.RiderProfile:
    return account_pb2.RiderProfile(
        rider_category=found.category,
        owned_products=[
            account_pb2.OwnedProduct(
                product_id=each.product,
                first_service_date=each.first.isoformat(),
                last_service_date=each.last.isoformat(),
            )
            for each in found.owned
        ],
    )


def journey(found: Journey) -> journey_pb2.Journey:
    message = journey_pb2.Journey(
        journey_id=found.key.journey_id,
        reference=found.key.reference,
        source=SOURCES[found.key.source],
        state=JOURNEY_STATES[found.state],
        service_date=found.key.service_date.isoformat(),
        period_id=found.key.period_id,
        riders=riders(found.riders),
        legs=[leg(each) for each in found.readings[0].legs] if found.readings else (),
    )
    if found.check_in_time is not None:
        message.check_in_time.CopyFrom(stamp(found.check_in_time))
    if found.check_out_time is not None:
        message.check_out_time.CopyFrom(stamp(found.check_out_time))
    if found.question_id:
        message.question.question_id = found.question_id
        message.question.readings.extend(_reading(each) for each in found.readings)
    return message


def _reading(found: Reading) -> journey_pb2.JourneyReading:
    return journey_pb2.JourneyReading(
        reading_id=found.id, legs=[leg(each) for each in found.legs], confidence=found.confidence
    )


def uploaded(found: Uploaded) -> journey_pb2.UploadTraceResponse:
    return journey_pb2.UploadTraceResponse(
        journey=journey(found.journey),
        point_count=found.point_count,
        delete_time=stamp(found.delete_time),
    )


def operation(found: Operation) -> settlement_pb2.Operation:
    message = settlement_pb2.Operation(
        operation_id=found.id,
        period_id=found.period_id,
        state=OPERATION_STATES[found.state],
        start_time=stamp(found.start_time),
        account_count=found.rider_count,
        all_found=found.all_found,
        settled_count=found.settled_count + found.incomplete_count,
        incomplete_count=found.incomplete_count,
        unproven_count=found.unproven_count,
        posted_cents=found.posted_cents,
    )
    if found.end_time is not None:
        message.end_time.CopyFrom(stamp(found.end_time))
    return message


def tariff(found: Tariff) -> tariff_pb2.Tariff:
    return tariff_pb2.Tariff(
        version_id=found.id,
        first_service_date=found.valid_from.isoformat(),
        time_zone=str(found.timezone or ""),
        currency=found.currency,
        settled=found.settled.value,
        late_days=found.late_days,
        transfer_minutes=found.transfer_min,
        products=[_product(each) for each in found.products],
    )


def _product(found: Product) -> tariff_pb2.Product:
    return tariff_pb2.Product(
        product_id=found.id,
        name=found.name("de"),
        english_name=found.name("en"),
        price_cents=found.price_cents,
        per_km_cents=found.distance.per_km_cents if found.distance else 0,
        validity=found.validity.value,
        cap=found.cap,
        minutes=found.minutes,
        count=found.days or found.uses,
        rider_categories=sorted(frozenset[str]().union(*(place.categories for place in found.places))),
        person_count=found.persons,
        source=f"{found.source.text} ({found.source.year})" if found.source else "",
    )


def audit_entry(number: int, entry: AuditEntry) -> audit_pb2.AuditEntry:
    return audit_pb2.AuditEntry(
        number=number,
        time=stamp(entry.time),
        subject=entry.subject,
        client_id=entry.client_id,
        roles=sorted(role_value(role) for role in entry.roles),
        method=entry.method,
        request_id=entry.request_id,
        entity_ids=sorted(entry.entity_ids),
        outcome=entry.outcome,
        count=entry.count,
    )
