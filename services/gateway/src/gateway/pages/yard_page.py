"""The public page of a recycling yard: HTML that needs no script, from what is published of the yard."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from importlib.resources import files
from itertools import groupby
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from gateway.pages.yard_hours import closes_at, opens_at, week_of
from gateway.pages.yard_words import WORDS, Crowd, Language, Words

_STYLE = files("gateway.pages").joinpath("yard.css").read_text(encoding="utf-8")
_BUSY_FROM, _FULL_FROM = 0.5, 1.0
_USUAL_ZONE = "Europe/Berlin"


def yard_html(told: Mapping[str, Any], language: Language, now: datetime, *, known: bool) -> str:
    """Write a yard's page.

    Parameters
    ----------
    told
        ``yard`` and ``state`` as ``/open/yards/{yard_id}`` has them.
    now
        The present instant.
    known
        Whether what is told of the present is recent enough to be told as that.
    """
    words = WORDS[language]
    yard, state = told["yard"], told["state"]
    zone = ZoneInfo(yard.get("time_zone") or _USUAL_ZONE)
    local = now.astimezone(zone)
    spans = yard.get("opening_hours", [])
    name = yard.get("name") or yard["yard_id"]
    parts = [
        _present(state, spans, words, local, bays=yard["bay_count"], known=known),
        _ahead(state.get("forecast", []), words, local, bays=yard["bay_count"]),
        _hours(spans, words),
    ]
    links = [
        (f"?lang={language}", words.reload),
        (f"/yard?lang={language}", words.all_yards),
        (f"/open/yards/{quote(yard['yard_id'], safe='')}", words.as_data),
    ]
    return _page(words.title.format(name=name), name, "".join(parts), language, links, about=words.about)


def yards_html(yards: Sequence[Mapping[str, Any]], language: Language) -> str:
    """Write the page that leads to all yards that are public."""
    words = WORDS[language]
    items = "".join(
        f'<li><a href="/yard/{quote(yard["yard_id"], safe="")}?lang={language}">'
        f"{escape(yard.get('name') or yard['yard_id'])}</a></li>"
        for yard in yards
    )
    body = f'<ul class="yards">{items}</ul>' if items else f"<p>{words.no_yards}</p>"
    return _page(words.yards, words.yards, body, language, [])


def missing_html(language: Language) -> str:
    """Write what is shown for a yard that is not there, or not public."""
    words = WORDS[language]
    links = [(f"/yard?lang={language}", words.all_yards)]
    return _page(words.not_found, words.not_found, f"<p>{words.not_found_hint}</p>", language, links)


def unavailable_html(language: Language) -> str:
    """Write what is shown while nobody can be asked."""
    words = WORDS[language]
    links = [(f"?lang={language}", words.reload)]
    return _page(words.unavailable, words.unavailable, f"<p>{words.unavailable_hint}</p>", language, links)


def _page(
    title: str,
    heading: str,
    body: str,
    language: Language,
    links: Sequence[tuple[str, str]],
    *,
    about: str = "",
) -> str:
    other = Language.ENGLISH if language is Language.GERMAN else Language.GERMAN
    footer = "".join(f'<li><a href="{escape(url)}">{escape(text)}</a></li>' for url, text in links)
    said = f"<p>{escape(about)}</p>" if about else ""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><link rel="icon" href="/icon.svg">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        f'<header><h1>{escape(heading)}</h1><a class="language" href="?lang={other}" lang="{other}" '
        f'hreflang="{other}">{WORDS[language].other_language}</a></header>'
        f"<main>{body}</main><footer><ul>{footer}</ul>{said}</footer></body></html>"
    )


def _present(
    state: Mapping[str, Any],
    spans: Sequence[Mapping[str, Any]],
    words: Words,
    now: datetime,
    *,
    bays: int,
    known: bool,
) -> str:
    is_open = state["open"]
    lines = [_gate(spans, words, now, is_open=is_open)]
    if is_open and known and "car_count" in state:
        lines += _crowd(state, words, bays)
    elif is_open:
        lines.append(f"<p>{words.unknown}</p>")
    measured = state.get("measure_time")
    if is_open and measured:
        at = _local(measured, now)
        said = words.measured.format(day=words.day(at.date(), now.date()), time=words.at(at))
        lines.append(f'<p class="soft"><time datetime="{escape(measured)}">{said}</time></p>')
    return f'<section aria-labelledby="now"><h2 id="now">{words.now}</h2>{"".join(lines)}</section>'


def _gate(spans: Sequence[Mapping[str, Any]], words: Words, now: datetime, *, is_open: bool) -> str:
    if is_open:
        until = closes_at(spans, now)
        said = words.open_until.format(time=words.at(until)) if until else words.open
        return f'<p class="gate open">{said}</p>'
    begins = opens_at(spans, now)
    said = f'<p class="gate">{words.closed}</p>'
    if begins:
        day = words.day(begins.date(), now.date())
        said += f"<p>{words.opens.format(day=day, time=words.at(begins))}</p>"
    return said


def _crowd(state: Mapping[str, Any], words: Words, bays: int) -> list[str]:
    share, queue, cars = state["occupancy_share"], state["queue_count"], state["car_count"]
    inside = max(0, cars - queue)
    if queue:
        crowd = Crowd.QUEUE
    elif share >= _FULL_FROM:
        crowd = Crowd.FULL
    else:
        crowd = Crowd.BUSY if share >= _BUSY_FROM else Crowd.QUIET
    told = words.one_car if inside == 1 else words.cars
    sentences = [told.format(count=inside, bays=bays)]
    if queue:
        sentences.append((words.one_waits if queue == 1 else words.queue).format(count=queue))
    return [
        f'<p class="crowd {crowd}">{words.crowd[crowd]}</p>',
        f'<div class="bar" aria-hidden="true"><span style="width:{_percent(share)}"></span></div>',
        f'<p class="wait">{_waiting(state, words)}</p>',
        f"<p>{', '.join(sentences)}.</p>",
    ]


def _waiting(state: Mapping[str, Any], words: Words) -> str:
    expected = _minutes(state["waiting_duration"])
    most = _minutes(state["upper_90_waiting_duration"])
    if not expected:
        return words.no_waiting
    said = words.waiting_at_most if most > expected else words.waiting
    return said.format(expected=words.minutes.format(count=expected), most=words.minutes.format(count=most))


def _ahead(slots: Sequence[Mapping[str, Any]], words: Words, now: datetime, *, bays: int) -> str:
    if not slots:
        return ""
    days = [
        (day, list(group)) for day, group in groupby(slots, key=lambda slot: _local(slot["time"], now).date())
    ]
    quietest = min(days[0][1], key=lambda slot: (slot["expected_cars"], slot["time"]))
    at = _local(quietest["time"], now)
    best = words.quietest.format(day=words.day(at.date(), now.date()), time=words.at(at))
    tables = "".join(
        _day(group, _begun(words.day(day, now.date())), words, now, bays, is_first=number == 0)
        for number, (day, group) in enumerate(days)
    )
    return (
        f'<section aria-labelledby="ahead"><h2 id="ahead">{words.ahead}</h2><p>{best}</p>{tables}'
        f'<p class="soft">{words.ahead_about}</p></section>'
    )


def _day(
    slots: Sequence[Mapping[str, Any]], name: str, words: Words, now: datetime, bays: int, *, is_first: bool
) -> str:
    """A day's table; all but the first are opened by those who want them."""
    rows = "".join(_slot(slot, words, now, bays) for slot in slots)
    heads = "".join(f'<th scope="col">{each}</th>' for each in (words.time, words.expected, words.wait))
    hidden = "" if is_first else ' class="aloud"'
    body = f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>"
    table = f"<table><caption{hidden}>{name}</caption>{body}</table>"
    return table if is_first else f"<details><summary>{name}</summary>{table}</details>"


def _slot(slot: Mapping[str, Any], words: Words, now: datetime, bays: int) -> str:
    low, high = round(slot["lower_80_cars"]), round(slot["upper_80_cars"])
    between = str(high) if low == high else words.expected_value.format(low=low, high=high)
    minutes = _minutes(slot["waiting_duration"])
    wait = words.minutes.format(count=minutes) if minutes else words.none
    share = slot["expected_cars"] / bays
    return (
        f'<tr><th scope="row">{_local(slot["time"], now).strftime("%H:%M")}</th>'
        f'<td><span class="bar" aria-hidden="true"><span style="width:{_percent(share)}"></span></span> '
        f"{between}</td><td>{wait}</td></tr>"
    )


def _hours(spans: Sequence[Mapping[str, Any]], words: Words) -> str:
    if not spans:
        said = f"<p>{words.always_open}</p>"
    else:
        rows = "".join(
            f"<div><dt>{_days(days, words)}</dt><dd>{', '.join(f'{a}–{b}' for a, b in hours)}</dd></div>"
            for days, hours in week_of(spans)
        )
        said = f"<dl>{rows}</dl>"
    return (
        f'<section aria-labelledby="hours"><h2 id="hours">{words.hours}</h2>{said}'
        f'<p class="soft">{words.and_holidays}</p></section>'
    )


def _days(days: Sequence[int], words: Words) -> str:
    if len(days) == len(words.weekdays):
        return words.every_day
    first, last = words.weekdays[days[0] - 1], words.weekdays[days[-1] - 1]
    return first if len(days) == 1 else f"{first}–{last}"


def _local(instant: str, now: datetime) -> datetime:
    """An instant as JSON has it, in the zone of another."""
    return datetime.fromisoformat(instant).astimezone(now.tzinfo)


def _minutes(duration: str) -> int:
    """Whole minutes of ``420s``, rounded up: nobody minds to wait less."""
    return -int(-float(duration.removesuffix("s")) // 60)


def _percent(share: float) -> str:
    return f"{min(max(share, 0.0), 1.0):.0%}"


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]
