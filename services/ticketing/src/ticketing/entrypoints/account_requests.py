"""From messages to checked plain values: accounts and who pays."""

from datetime import date

from landlinie.ticketing.v1 import account_pb2
from service_kit.faults import Faults
from stdnum import iban
from stdnum.exceptions import ValidationError

from ticketing.application.prices import Prices
from ticketing.domain.account import PaymentDetails, Profile
from ticketing.domain.direct_debit import is_name, is_reference
from ticketing.domain.products import ADULT
from ticketing.domain.tariff import Owned

LONGEST_HOLDER = 70
MOST_OWNED = 20
NO_IBAN = "DE00000000000000000000"
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)


def profile_of(message: account_pb2.RiderProfile, prices: Prices, today: date, faults: Faults) -> Profile:
    """Who travels, and what is theirs, as the tariff of today has it."""
    tariff = prices.version(today)
    category = message.rider_category or ADULT
    known = {each.id for each in tariff.categories}
    if category not in known:
        faults.add(
            "profile.rider_category",
            f"{category[:40]!r} is none of {', '.join(sorted(known))}",
            "CATEGORY_UNKNOWN",
        )
    if len(message.owned_products) > MOST_OWNED:
        faults.add(
            "profile.owned_products",
            f"has {len(message.owned_products)} entries, at most {MOST_OWNED}",
            "TOO_MANY_PRODUCTS",
        )
    ownable = {product.id for product in tariff.ownable}
    owned = []
    for number, each in enumerate(message.owned_products[:MOST_OWNED]):
        field = f"profile.owned_products[{number}]"
        if each.product_id not in ownable:
            faults.add(
                f"{field}.product_id",
                f"{each.product_id[:40]!r} is nothing that the tariff knows to be owned",
                "PRODUCT_UNKNOWN" if each.product_id else "FIELD_MISSING",
            )
        first = faults.service_date(each.first_service_date, f"{field}.first_service_date") or FIRST_DAY
        last = faults.service_date(each.last_service_date, f"{field}.last_service_date") or LAST_DAY
        if last < first:
            faults.add(f"{field}.last_service_date", "is before first_service_date", "WINDOW_REVERSED")
            last = first
        owned.append(Owned(each.product_id, first, last))
    return Profile(category, tuple(owned))


def payment_of(message: account_pb2.PaymentDetails, today: date, faults: Faults) -> PaymentDetails:
    """Who pays; what is wrong is told without what was given, which is personal."""
    if not message.holder_name:
        faults.add("payment.holder_name", "is missing", "FIELD_MISSING")
    elif not is_name(message.holder_name):
        faults.add("payment.holder_name", "has nothing in it that banks can write", "TEXT_INVALID")
    holder_name = faults.text(message.holder_name, "payment.holder_name", LONGEST_HOLDER)
    try:
        account = iban.validate(message.iban) if message.iban else ""
    except ValidationError:
        faults.add("payment.iban", "is no IBAN: a digit or the country is wrong", "IBAN_INVALID")
        account = NO_IBAN
    if not account:
        faults.add("payment.iban", "is missing", "FIELD_MISSING")
    if message.mandate_reference and not is_reference(message.mandate_reference):
        faults.add(
            "payment.mandate_reference",
            "is not 1 to 35 of [A-Za-z0-9+?/:().,' -], without a slash at its ends or two together",
            "MANDATE_INVALID",
        )
    mandate_date = faults.service_date(message.mandate_date, "payment.mandate_date")
    if bool(message.mandate_reference) != bool(message.mandate_date):
        faults.add("payment.mandate_date", "and mandate_reference: give both or none", "MANDATE_INCOMPLETE")
    if mandate_date and mandate_date > today:
        faults.add("payment.mandate_date", "is in the future: nothing is signed then yet", "DATE_IN_FUTURE")
    return PaymentDetails(holder_name, account, message.mandate_reference, mandate_date)
