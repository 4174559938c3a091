"""On-demand services of a district, as it would publish them."""

from dataclasses import replace
from datetime import date

from timetable.on_demand.booking import BookingRule, BookingType
from timetable.on_demand.writing import FlexFeed, FlexStop, Hours, OwnService, Publisher

EVERY_DAY = (True,) * 7
WEEKDAYS = (True, True, True, True, True, False, False)
SQUARE = ((13.2, 53.5), (13.3, 53.5), (13.3, 53.6), (13.2, 53.6), (13.2, 53.5))
REAL_TIME = BookingRule(BookingType.REAL_TIME, phone="+49 395 12345", message="Rufen Sie an")
SAME_DAY = BookingRule(BookingType.SAME_DAY, least_minutes=60, most_minutes=40320, phone="+49 395 12345")
THE_DAY_BEFORE = BookingRule(
    BookingType.PRIOR_DAYS, last_day=1, last_time_s=18 * 3600, start_day=14, start_time_s=8 * 3600
)
STOPS = (
    FlexStop("dorf", "Dorf, Teich", 53.70, 13.20),
    FlexStop("weiler", "Weiler", 53.75, 13.25),
)
ZONE = OwnService(
    "nord", "Rufbus Nord", "Ruf", SQUARE, (), (Hours(EVERY_DAY, 6 * 3600, 20 * 3600),), SAME_DAY
)
LATE = replace(
    ZONE, service_id="nacht", name="Nachtbus", hours=(Hours(WEEKDAYS, 22 * 3600, 26 * 3600),), rule=REAL_TIME
)
GROUP = OwnService(
    "doerfer",
    "Rufbus Dörfer",
    "",
    (),
    STOPS,
    (Hours(WEEKDAYS, 8 * 3600, 12 * 3600), Hours(EVERY_DAY, 13 * 3600, 17 * 3600)),
    THE_DAY_BEFORE,
)
PUBLISHER = Publisher(
    "amt", "Amt Nord", "https://amt.example.org", "Europe/Berlin", "de", "+49 395 1", "bus@amt.example.org"
)
FEED = FlexFeed(PUBLISHER, (ZONE, LATE, GROUP), date(2026, 1, 1), date(2026, 12, 31), "1")
