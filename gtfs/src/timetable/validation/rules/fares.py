"""Fares of both versions."""

import itertools
from decimal import Decimal

from timetable.fares.money import minor_digits
from timetable.validation.loading import Tables
from timetable.validation.rules.stop_times import clock
from timetable.validation.values import clock_seconds

TRANSFERS, TIMEFRAMES, PRODUCTS, MEDIA = (
    "fare_transfer_rules.txt", "timeframes.txt", "fare_products.txt", "fare_media.txt",
)  # fmt: skip
A_DAY_S = 24 * 3600
UNLIMITED = -1
CARD_OR_APP = {"2", "4"}


def check_transfer_rules(tables: Tables) -> None:
    """``fare_transfer_rule_*``."""
    report = tables.report
    columns = (
        "from_leg_group_id",
        "to_leg_group_id",
        "transfer_count",
        "duration_limit",
        "duration_limit_type",
    )
    for line, (start, end, count, limit, kind) in tables[TRANSFERS].rows(*columns):
        same = bool(start) and start == end
        if same and not count:
            report.add(
                "fare_transfer_rule_without_transfer_count", TRANSFERS, line, "transfer_count", "empty"
            )
        elif same and (int(count) < UNLIMITED or int(count) == 0):
            report.add("fare_transfer_rule_invalid_transfer_count", TRANSFERS, line, "transfer_count", count)
        elif count and not same:
            report.add(
                "fare_transfer_rule_with_forbidden_transfer_count", TRANSFERS, line, "transfer_count",
                f"{count} from {start!r} to {end!r}",
            )  # fmt: skip
        if limit and not kind:
            report.add(
                "fare_transfer_rule_duration_limit_without_type",
                TRANSFERS,
                line,
                "duration_limit_type",
                "empty",
            )
        if kind and not limit:
            report.add(
                "fare_transfer_rule_duration_limit_type_without_duration_limit", TRANSFERS, line,
                "duration_limit", "empty",
            )  # fmt: skip


def check_timeframes(tables: Tables) -> None:
    """``timeframe_only_start_or_end_time_specified``,
    ``timeframe_start_or_end_time_greater_than_twenty_four_hours``, ``start_and_end_range_*``.
    """
    report = tables.report
    for line, (start, end) in tables[TIMEFRAMES].rows("start_time", "end_time"):
        if bool(start) != bool(end):
            field = "end_time" if start else "start_time"
            report.add("timeframe_only_start_or_end_time_specified", TIMEFRAMES, line, field, "empty")
        for field, text in (("start_time", start), ("end_time", end)):
            if clock_seconds(text) > A_DAY_S:
                report.add(
                    "timeframe_start_or_end_time_greater_than_twenty_four_hours",
                    TIMEFRAMES,
                    line,
                    field,
                    text,
                )
        if start and end and clock_seconds(start) == clock_seconds(end):
            report.add("start_and_end_range_equal", TIMEFRAMES, line, "end_time", f"{end} twice")
        elif start and end and clock_seconds(end) < clock_seconds(start):
            report.add(
                "start_and_end_range_out_of_order", TIMEFRAMES, line, "end_time", f"{end} before {start}"
            )


def check_timeframe_overlaps(tables: Tables) -> None:
    """``timeframe_overlap``."""
    spans: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
    columns = ("timeframe_group_id", "service_id", "start_time", "end_time")
    for line, (group, service, start, end) in tables[TIMEFRAMES].rows(*columns):
        if bool(start) != bool(end):
            continue
        span = (clock_seconds(start), clock_seconds(end)) if start else (0, A_DAY_S)
        spans.setdefault((group, service), []).append((*span, line))
    for (group, _), rows in spans.items():
        rows.sort()
        for before, after in itertools.pairwise(rows):
            if after[0] < before[1]:
                tables.report.add(
                    "timeframe_overlap", TIMEFRAMES, after[2], "start_time",
                    f"{group!r}: {clock(after[0])} is before {clock(before[1])} of line {before[2]}",
                )  # fmt: skip


def check_amounts(tables: Tables) -> None:
    """``invalid_currency_amount``: as many decimals as the currency has."""
    for line, (amount, currency) in tables[PRODUCTS].rows("amount", "currency"):
        digits = minor_digits(currency)
        exponent = Decimal(amount).as_tuple().exponent
        if -int(exponent) != digits:
            tables.report.add(
                "invalid_currency_amount",
                PRODUCTS,
                line,
                "amount",
                f"{amount!r} of {currency}: {digits} decimals",
            )


def check_media(tables: Tables) -> None:
    """``duplicate_fare_media``, ``missing_recommended_field``."""
    first: dict[tuple[str, ...], int] = {}
    for line, values in tables[MEDIA].rows("fare_media_name", "fare_media_type"):
        if (before := first.setdefault(values, line)) != line:
            tables.report.add(
                "duplicate_fare_media", MEDIA, line, "fare_media_name", f"{values[0]!r} as in line {before}"
            )
        if values[1] in CARD_OR_APP and not values[0]:
            tables.report.add("missing_recommended_field", MEDIA, line, "fare_media_name", "empty")


def check_riders(tables: Tables) -> None:
    """``fare_product_with_multiple_default_rider_categories``."""
    columns = ("rider_category_id", "is_default_fare_category")
    default = {name for _, (name, flag) in tables["rider_categories.txt"].rows(*columns) if flag == "1"}
    found: dict[str, dict[str, int]] = {}
    for line, (product, rider) in tables[PRODUCTS].rows("fare_product_id", "rider_category_id"):
        if rider in default:
            found.setdefault(product, {}).setdefault(rider, line)
    for product, riders in found.items():
        if len(riders) > 1:
            tables.report.add(
                "fare_product_with_multiple_default_rider_categories", PRODUCTS, list(riders.values())[1],
                "rider_category_id", f"{product!r} has {', '.join(map(repr, riders))}",
            )  # fmt: skip


def check_joins(tables: Tables) -> None:
    """``missing_required_field``: of two stops, both or none."""
    file = "fare_leg_join_rules.txt"
    for line, (start, end) in tables[file].rows("from_stop_id", "to_stop_id"):
        if bool(start) != bool(end):
            field = "to_stop_id" if start else "from_stop_id"
            tables.report.add(
                "missing_required_field", file, line, field, "empty, and the other stop is there"
            )
