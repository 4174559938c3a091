"""Agencies, the feed's own description, attributions and translations."""

from datetime import date, timedelta

from timetable.validation.columns import TABLES
from timetable.validation.loading import SHAPES, STOP_TIMES, Tables

AGENCY, FEED_INFO, TRANSLATIONS = "agency.txt", "feed_info.txt", "translations.txt"
MULTILINGUAL = "mul"


def check_agencies(tables: Tables) -> None:
    """``missing_required_agency_id``, ``missing_recommended_field``, ``inconsistent_agency_timezone``,
    ``inconsistent_agency_lang``.
    """
    agencies = list(tables[AGENCY].rows("agency_id", "agency_timezone", "agency_lang"))
    several = len(agencies) > 1
    users = (AGENCY, "routes.txt", "fare_attributes.txt")
    for file in users:
        for line, (agency,) in tables[file].rows("agency_id"):
            if agency or not tables[file].usable:
                continue
            rule = "missing_required_agency_id" if several else "missing_recommended_field"
            told = f"empty, with {len(agencies)} agencies" if several else "empty"
            tables.report.add(rule, file, line, "agency_id", told)
    if not several:
        return
    zone = agencies[0][1][1]
    for line, (_, other, _) in agencies[1:]:
        if other != zone:
            tables.report.add(
                "inconsistent_agency_timezone", AGENCY, line, "agency_timezone", f"{other!r} beside {zone!r}"
            )
    language = ""
    for line, (_, _, other) in agencies:
        language = language or other
        if other and other.lower() != language.lower():
            tables.report.add(
                "inconsistent_agency_lang", AGENCY, line, "agency_lang", f"{other!r} beside {language!r}"
            )


def check_feed_info(tables: Tables) -> None:
    """``missing_feed_info_date``, ``missing_feed_contact_email_and_url``, ``feed_expiration_date*``,
    ``future_feed``, ``start_and_end_range_out_of_order``.
    """
    report = tables.report
    columns = ("feed_start_date", "feed_end_date", "feed_contact_email", "feed_contact_url")
    for line, (start, end, email, url) in tables[FEED_INFO].rows(*columns):
        if bool(start) != bool(end):
            missing = "feed_end_date" if start else "feed_start_date"
            report.add("missing_feed_info_date", FEED_INFO, line, missing, "empty, and the other is there")
        if not email and not url:
            report.add(
                "missing_feed_contact_email_and_url", FEED_INFO, line, None, "no way to reach the publisher"
            )
        if start and end and end < start:
            report.add(
                "start_and_end_range_out_of_order", FEED_INFO, line, "feed_end_date",
                f"{end} is before feed_start_date {start}",
            )  # fmt: skip
        if end:
            _check_expiry(tables, line, end)
        if start and day_of(start) > tables.today:
            report.add("future_feed", FEED_INFO, line, "feed_start_date", f"{start} is in the future")


def day_of(text: str) -> date:
    """The day of a date that was checked, as in ``20260601``."""
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def _check_expiry(tables: Tables, line: int, end: str) -> None:
    for days in (7, 30):
        if day_of(end) <= tables.today + timedelta(days):
            tables.report.add(
                f"feed_expiration_date{days}_days", FEED_INFO, line, "feed_end_date",
                f"{end} is at most {days} days from {tables.today:%Y%m%d}",
            )  # fmt: skip
            return


def check_languages(tables: Tables) -> None:
    """``feed_info_lang_and_agency_lang_mismatch``."""
    languages = [language for _, (language,) in tables[FEED_INFO].rows("feed_lang")]
    if not languages or not languages[0]:
        return
    of_feed = languages[0]
    agencies = [(line, language) for line, (language,) in tables[AGENCY].rows("agency_lang") if language]
    if of_feed.lower() == MULTILINGUAL:
        wrong = agencies if len({language.lower() for _, language in agencies}) == 1 else []
    else:
        wrong = [(line, language) for line, language in agencies if language.lower() != of_feed.lower()]
    for line, language in wrong:
        tables.report.add(
            "feed_info_lang_and_agency_lang_mismatch", AGENCY, line, "agency_lang",
            f"{language!r}, and feed_lang is {of_feed!r}",
        )  # fmt: skip


def check_attributions(tables: Tables) -> None:
    """``attribution_without_role``."""
    for line, roles in tables["attributions.txt"].rows("is_producer", "is_operator", "is_authority"):
        if "1" not in roles:
            tables.report.add("attribution_without_role", "attributions.txt", line, None, "no role is 1")


def check_translations(tables: Tables) -> None:
    """``translation_unknown_table_name``, ``translation_unexpected_value``,
    ``translation_foreign_key_violation``, ``missing_required_field``.
    """
    records: dict[str, set[tuple[str, ...]]] = {}
    columns = ("table_name", "record_id", "record_sub_id", "field_value")
    for line, (table, record, sub, value) in tables[TRANSLATIONS].rows(*columns):
        given = {"record_id": record, "record_sub_id": sub}
        if value:
            _unexpected(tables, line, given)
            continue
        file = f"{table}.txt"
        if file not in TABLES or not tables[file].present:
            tables.report.add(
                "translation_unknown_table_name", TRANSLATIONS, line, "table_name", f"no table {table!r}"
            )
            continue
        key = TABLES[file].key
        wanted = dict(zip(given, (len(key) > 0, len(key) > 1), strict=True))
        if wrong := next((name for name in given if bool(given[name]) != wanted[name]), None):
            if wanted[wrong]:
                tables.report.add("missing_required_field", TRANSLATIONS, line, wrong, f"empty, for {file}")
            else:
                _unexpected(tables, line, {wrong: given[wrong]})
            continue
        if file not in records:
            records[file] = _records(tables, file, key)
        if key and tables[file].usable and (record, sub)[: len(key)] not in records[file]:
            tables.report.add(
                "translation_foreign_key_violation", TRANSLATIONS, line, "record_id",
                f"{record!r}{f', {sub!r}' if sub else ''} is not in {file}",
            )  # fmt: skip


def _unexpected(tables: Tables, line: int, given: dict[str, str]) -> None:
    for name, value in given.items():
        if value:
            tables.report.add(
                "translation_unexpected_value", TRANSLATIONS, line, name, f"{value!r} has to be empty here"
            )


def _records(tables: Tables, file: str, key: tuple[str, ...]) -> set[tuple[str, ...]]:
    if file == STOP_TIMES:
        names = tables.trips.names()
        pairs = zip(tables.calls.trip.tolist(), tables.calls.sequence.tolist(), strict=True)
        return {(names[trip], str(sequence)) for trip, sequence in pairs}
    if file == SHAPES:
        names = tables.shapes.names()
        pairs = zip(tables.points.shape.tolist(), tables.points.sequence.tolist(), strict=True)
        return {(names[shape], str(sequence)) for shape, sequence in pairs}
    return {values for _, values in tables[file].rows(*key[:2])}
