"""Reads the files of Fares v2, row by row, with a finding for each that cannot be used."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from timetable.fares.model import (
    NO_LIMIT,
    FaresV2,
    JoinRule,
    LegRule,
    LimitType,
    Offer,
    Rider,
    Timeframe,
    TransferRule,
    TransferType,
)
from timetable.fares.money import Money, is_currency, minor_digits
from timetable.fares.rows import Row, parsed
from timetable.fares.service_days import ServiceDays
from timetable.tables import Feed

T = TypeVar("T")
DAY_S = 24 * 3600
MEDIA_TYPES = range(5)
AREA_SETS_FILE = "area_set_elements.txt"
AREA_SET_FIELD = "contains_exactly_area_set_id"


def read_fares_v2(feed: Feed, networks: Collection[str], service_days: ServiceDays) -> FaresV2:
    """Read all files of Fares v2 that the feed has.

    Parameters
    ----------
    feed
        Where to read and to note findings.
    networks
        Networks that routes belong to, to check references.
    service_days
        Services of timeframes are looked up there.
    """
    reader = _Reader(feed, networks, service_days)
    riders = reader.riders()
    media = reader.media()
    offers = reader.offers(riders, media)
    timeframes = reader.timeframes()
    area_sets = reader.area_sets()
    rules, has_priority = reader.leg_rules(offers, timeframes, area_sets)
    return FaresV2(
        riders=riders,
        media=media,
        offers=offers,
        timeframes=timeframes,
        leg_rules=rules,
        has_priority=has_priority,
        join_rules=reader.join_rules(),
        transfer_rules=reader.transfer_rules(offers, {rule.group for rule in rules}),
        area_sets=area_sets,
    )


class _Reader:
    def __init__(self, feed: Feed, networks: Collection[str], service_days: ServiceDays) -> None:
        self._feed = feed
        self._service_days = service_days
        self._networks = {*networks, *feed.table("networks.txt", ["network_id"]).column("network_id")}
        self._areas = set(feed.table("areas.txt", ["area_id"]).column("area_id"))
        self._stops = set(feed.table("stops.txt", ["stop_id"]).column("stop_id"))

    def _parsed(self, file: str, fields: str, build: Callable[[Row], T]) -> list[T]:
        table = self._feed.table(file)
        for column in table.unknown:
            if column not in fields.split():
                self._feed.findings.warning(file, 1, column, "no column of the standard; it is not read")
        return parsed(table, self._feed.findings, fields.split(), build)

    def riders(self) -> dict[str, Rider]:
        riders: dict[str, Rider] = {}

        def build(row: Row) -> None:
            rider = Rider(
                row.required("rider_category_id"),
                row.text("rider_category_name"),
                row.option("is_default_fare_category", (0, 1), empty=0) == 1,
            )
            if rider.rider_id in riders:
                raise row.unusable("rider_category_id", f"{rider.rider_id!r} is above already")
            riders[rider.rider_id] = rider

        self._parsed(
            "rider_categories.txt", "rider_category_id rider_category_name is_default_fare_category", build
        )
        return riders

    def media(self) -> dict[str, str]:
        media: dict[str, str] = {}

        def build(row: Row) -> None:
            medium = row.required("fare_media_id")
            if medium in media:
                raise row.unusable("fare_media_id", f"{medium!r} is above already")
            row.option("fare_media_type", MEDIA_TYPES)
            media[medium] = row.text("fare_media_name")

        self._parsed("fare_media.txt", "fare_media_id fare_media_name fare_media_type", build)
        return media

    def offers(self, riders: Mapping[str, Rider], media: Collection[str]) -> dict[str, tuple[Offer, ...]]:
        offers: dict[str, dict[tuple[str, str], Offer]] = defaultdict(dict)

        def build(row: Row) -> None:
            row.check_reference("rider_category_id", riders, "rider_categories.txt")
            row.check_reference("fare_media_id", media, "fare_media.txt")
            offer = Offer(
                row.required("fare_product_id"),
                row.text("fare_product_name"),
                row.text("rider_category_id"),
                row.text("fare_media_id"),
                _money(row, "amount", "currency"),
            )
            if offers[offer.product].setdefault((offer.rider, offer.medium), offer) is not offer:
                raise row.unusable(
                    "fare_product_id",
                    f"{offer.product!r}, rider {offer.rider!r}, medium {offer.medium!r} are above already",
                )
            defaults = {
                other.rider for other in offers[offer.product].values() if _is_default(riders, other.rider)
            }
            if len(defaults) > 1 and _is_default(riders, offer.rider):
                row.warn("rider_category_id", f"{' and '.join(sorted(defaults))} are both defaults")

        self._parsed(
            "fare_products.txt",
            "fare_product_id fare_product_name rider_category_id fare_media_id amount currency",
            build,
        )
        return {product: tuple(rows.values()) for product, rows in offers.items()}

    def timeframes(self) -> dict[str, tuple[Timeframe, ...]]:
        groups: dict[str, list[Timeframe]] = defaultdict(list)

        def build(row: Row) -> None:
            group = row.required("timeframe_group_id")
            start, end = row.time_s("start_time"), row.time_s("end_time")
            if (start is None) != (end is None):
                row.note(
                    "start_time" if start is None else "end_time", "no value, though the other time has one"
                )
            frame = Timeframe(start or 0, DAY_S if end is None else end, row.required("service_id"))
            for field, time_s in (("start_time", frame.start_s), ("end_time", frame.end_s)):
                if time_s > DAY_S:
                    raise row.unusable(field, f"{row.text(field)!r} is after 24:00:00")
            if frame.end_s <= frame.start_s:
                row.warn("end_time", f"{row.text('end_time')!r} is not after start_time: no moment is in it")
            if not self._service_days.known(frame.service):
                row.note("service_id", f"{frame.service!r} is in no calendar file")
            for other in groups[group]:
                if other.service == frame.service and max(other.start_s, frame.start_s) < min(
                    other.end_s, frame.end_s
                ):
                    row.warn("start_time", f"overlaps another timeframe of {group!r} and {frame.service!r}")
            groups[group].append(frame)

        self._parsed("timeframes.txt", "timeframe_group_id start_time end_time service_id", build)
        return {group: tuple(frames) for group, frames in groups.items()}

    def area_sets(self) -> dict[str, frozenset[str]]:
        """Read a file of the proposal that was never adopted; feeds of Helsinki's region have it."""
        sets: dict[str, set[str]] = defaultdict(set)
        table = self._feed.table(AREA_SETS_FILE)
        for line, (area_set, area) in table.rows("area_set_id", "area_id"):
            if area not in self._areas:
                self._feed.findings.error(AREA_SETS_FILE, line, "area_id", f"{area!r} is not in areas.txt")
            sets[area_set].add(area)
        return {name: frozenset(areas) for name, areas in sets.items()}

    def leg_rules(
        self,
        offers: Mapping[str, tuple[Offer, ...]],
        timeframes: Collection[str],
        area_sets: Collection[str],
    ) -> tuple[tuple[LegRule, ...], bool]:
        def build(row: Row) -> LegRule:
            row.check_reference("network_id", self._networks, "networks.txt or routes.txt")
            for field in ("from_area_id", "to_area_id"):
                row.check_reference(field, self._areas, "areas.txt")
            for field in ("from_timeframe_group_id", "to_timeframe_group_id"):
                row.check_reference(field, timeframes, "timeframes.txt")
            row.check_reference("fare_product_id", offers, "fare_products.txt")
            priority = row.integer("rule_priority") or 0
            if priority < 0:
                raise row.unusable("rule_priority", f"{priority} is negative")
            if area_sets:
                row.check_reference(AREA_SET_FIELD, area_sets, AREA_SETS_FILE)
            return LegRule(
                line=row.line,
                group=row.text("leg_group_id"),
                network=row.text("network_id"),
                from_area=row.text("from_area_id"),
                to_area=row.text("to_area_id"),
                from_timeframe=row.text("from_timeframe_group_id"),
                to_timeframe=row.text("to_timeframe_group_id"),
                product=row.required("fare_product_id"),
                priority=priority,
                area_set=row.text(AREA_SET_FIELD) if area_sets else "",
            )

        rules = self._parsed(
            "fare_leg_rules.txt",
            "leg_group_id network_id from_area_id to_area_id from_timeframe_group_id to_timeframe_group_id "
            f"fare_product_id rule_priority {AREA_SET_FIELD if area_sets else ''}",
            build,
        )
        return tuple(rules), self._feed.table("fare_leg_rules.txt", ["rule_priority"]).has("rule_priority")

    def join_rules(self) -> tuple[JoinRule, ...]:
        def build(row: Row) -> JoinRule:
            for field in ("from_network_id", "to_network_id"):
                row.check_reference(field, self._networks, "networks.txt or routes.txt")
            for field in ("from_stop_id", "to_stop_id"):
                row.check_reference(field, self._stops, "stops.txt")
            rule = JoinRule(
                row.line,
                row.text("from_network_id"),
                row.text("to_network_id"),
                row.text("from_stop_id"),
                row.text("to_stop_id"),
            )
            for one, other, field in (
                (rule.from_network, rule.to_network, "network_id"),
                (rule.from_stop, rule.to_stop, "stop_id"),
            ):
                if bool(one) != bool(other):
                    row.note(f"{'to' if one else 'from'}_{field}", "no value, though the other end has one")
            return rule

        return tuple(
            self._parsed(
                "fare_leg_join_rules.txt", "from_network_id to_network_id from_stop_id to_stop_id", build
            )
        )

    def transfer_rules(self, offers: Collection[str], groups: Collection[str]) -> tuple[TransferRule, ...]:
        def build(row: Row) -> TransferRule:
            for field in ("from_leg_group_id", "to_leg_group_id"):
                row.check_reference(field, groups, "fare_leg_rules.txt")
            row.check_reference("fare_product_id", offers, "fare_products.txt")
            limit_s, limit_type = _limit(row)
            return TransferRule(
                line=row.line,
                from_group=row.text("from_leg_group_id"),
                to_group=row.text("to_leg_group_id"),
                most_transfers=_transfer_count(row),
                limit_s=limit_s,
                limit_type=limit_type,
                kind=TransferType(row.option("fare_transfer_type", range(3))),
                product=row.text("fare_product_id"),
            )

        return tuple(
            self._parsed(
                "fare_transfer_rules.txt",
                "from_leg_group_id to_leg_group_id transfer_count duration_limit duration_limit_type "
                "fare_transfer_type fare_product_id",
                build,
            )
        )


def _is_default(riders: Mapping[str, Rider], rider_id: str) -> bool:
    rider = riders.get(rider_id)
    return rider is not None and rider.is_default


def _money(row: Row, amount_field: str, currency_field: str) -> Money:
    currency = row.required(currency_field)
    if not is_currency(currency):
        raise row.unusable(currency_field, f"{currency!r} is no currency code as in EUR")
    amount = row.required(amount_field)
    try:
        money = Money.parse(amount, currency)
    except ValueError as error:
        raise row.unusable(amount_field, str(error)) from error
    if len(amount.partition(".")[2]) != minor_digits(currency):
        row.warn(
            amount_field, f"{amount!r} has not the {minor_digits(currency)} decimal places of {currency}"
        )
    return money


def _transfer_count(row: Row) -> int:
    count = row.integer("transfer_count")
    if row.text("from_leg_group_id") != row.text("to_leg_group_id"):
        if count is not None:
            row.warn("transfer_count", f"{count} is not used: forbidden where the two leg groups differ")
        return 1
    if count is None:
        row.note("transfer_count", "no value, and one is required within a leg group; 1 is taken")
        return 1
    if count < NO_LIMIT or count == 0:
        raise row.unusable("transfer_count", f"{count} is neither -1 nor 1 or more")
    return count


def _limit(row: Row) -> tuple[int | None, LimitType | None]:
    limit_s = row.integer("duration_limit")
    if limit_s is None:
        if row.text("duration_limit_type"):
            row.warn("duration_limit_type", "not used: there is no duration_limit")
        return None, None
    if limit_s <= 0:
        raise row.unusable("duration_limit", f"{limit_s} is not positive")
    return limit_s, LimitType(row.option("duration_limit_type", range(4)))
