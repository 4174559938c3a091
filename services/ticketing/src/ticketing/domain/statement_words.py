"""The words of a statement, German and English; amounts and days as they are written there."""

from datetime import date, datetime
from enum import StrEnum

from ticketing.domain.products import Validity
from ticketing.domain.statement import Correction, Movement, StatedLine, StatedRide, Statement


class Language(StrEnum):
    """Languages that statements come in, as their codes."""

    GERMAN = "de"
    ENGLISH = "en"


# Space that does not break a line.
FIXED = "\N{NO-BREAK SPACE}"
WEEKDAYS = {
    Language.GERMAN: ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    Language.ENGLISH: ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
MONTHS = {
    Language.GERMAN: (
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ),
    Language.ENGLISH: (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}
RIDERS = {
    Language.GERMAN: {"adult": "Erw.", "child": "Kind", "bicycle": "Rad", "dog": "Hund"},
    Language.ENGLISH: {"adult": "adult", "child": "child", "bicycle": "bike", "dog": "dog"},
}
MOVEMENTS = {
    Language.GERMAN: {
        Movement.PAYMENT: "Zahlung",
        Movement.REFUND: "Erstattung",
        Movement.CHARGEBACK: "Von Ihrer Bank zurückgebuchte Lastschrift",
        Movement.FEE: "Gebühr der Rückbuchung",
    },
    Language.ENGLISH: {
        Movement.PAYMENT: "Payment",
        Movement.REFUND: "Refund",
        Movement.CHARGEBACK: "Debit that your bank took back",
        Movement.FEE: "Fee for the returned debit",
    },
}
WORDS = {
    Language.GERMAN: {
        "title": "Abrechnung",
        "forecast": "Zwischenstand",
        "unknown": "Die Fahrten wurden nach dem Abrechnungsschluss richtiggestellt; der Unterschied steht auf"
        " einer späteren Abrechnung.",
        "total": "Sie zahlen",
        "credit": "Ihr Guthaben",
        "products": "Was Sie bezahlen",
        "product": "Ticket",
        "valid": "Gültig",
        "rides": "Fahrten",
        "pieces": "Anzahl",
        "amount": "Betrag",
        "why": "Warum das der günstigste Preis ist",
        "ride": "Fahrt",
        "when": "Datum, Uhrzeit",
        "where": "Von – nach",
        "riders": "Personen",
        "single": "Einzeln",
        "quoted": "Angekündigt",
        "counted": "Berechnet",
        "unpriced": "Fahrten ohne Preis",
        "unpriced_why": "Kein Ticket des Tarifs gilt für diese Fahrten. Sie sind nicht berechnet; bitte"
        " klären Sie mit uns, was gefahren wurde.",
        "progress": "Auf dem Weg zur nächsten Karte",
        "reached": "erreicht",
        "corrections": "Korrekturen",
        "late": "Fahrten aus {period}, nach deren Abrechnungsschluss bekannt geworden",
        "revised": "Am {day} um {amount} geändert: Fahrten kamen nach oder wurden richtiggestellt.",
        "reason": "Grund",
        "day": "Tag",
        "movement": "Vorgang",
        "reference": "Referenz",
        "payment": "Zahlung",
        "tariff": "Tarif",
        "account": "Konto",
        "issued": "Erstellt",
        "page": "Seite",
        "sum": "Summe",
        "nothing": "In diesem Zeitraum sind keine Fahrten angefallen.",
        "cap": "Deckel",
    },
    Language.ENGLISH: {
        "title": "Statement",
        "forecast": "Forecast",
        "unknown": "The rides were put right after the cut-off; the difference is on a later statement.",
        "total": "You pay",
        "credit": "Your credit",
        "products": "What you pay for",
        "product": "Ticket",
        "valid": "Valid",
        "rides": "Rides",
        "pieces": "Count",
        "amount": "Amount",
        "why": "Why this is the lowest price",
        "ride": "Ride",
        "when": "Date, time",
        "where": "From – to",
        "riders": "Riders",
        "single": "Single",
        "quoted": "Forecast",
        "counted": "Counted",
        "unpriced": "Rides without a price",
        "unpriced_why": "No ticket of the tariff counts for these rides. They are not billed; please tell us"
        " what was ridden.",
        "progress": "On the way to the next pass",
        "reached": "reached",
        "corrections": "Corrections",
        "late": "Rides of {period} that became known after its cut-off",
        "revised": "Changed by {amount} on {day}: rides came late or were put right.",
        "reason": "Reason",
        "day": "Day",
        "movement": "Transaction",
        "reference": "Reference",
        "payment": "Payment",
        "tariff": "Tariff",
        "account": "Account",
        "issued": "Issued",
        "page": "Page",
        "sum": "Sum",
        "nothing": "There were no rides in this period.",
        "cap": "cap",
    },
}


def money(cents: int, currency: str, language: Language) -> str:
    """An amount as people write it: ``-1.234,50 €`` or ``-€1,234.50``."""
    sign = "-" if cents < 0 else ""
    euros, rest = divmod(abs(cents), 100)
    symbol = {"EUR": "€"}.get(currency, currency)
    if language is Language.GERMAN:
        return f"{sign}{f'{euros:,}'.replace(',', '.')},{rest:02d}{FIXED}{symbol}"
    gap = "" if symbol == "€" else FIXED
    return f"{sign}{symbol}{gap}{euros:,}.{rest:02d}"


def day(moment: date, language: Language) -> str:
    """A day with its weekday: ``Mo 16.11.2026`` or ``Mon 16 Nov 2026``."""
    return f"{WEEKDAYS[language][moment.weekday()]}{FIXED}{date_only(moment, language)}"


def date_only(moment: date, language: Language) -> str:
    """A day: ``16.11.2026`` or ``16 Nov 2026``."""
    if language is Language.GERMAN:
        return f"{moment.day:02d}.{moment.month:02d}.{moment.year}"
    return FIXED.join((str(moment.day), MONTHS[language][moment.month - 1][:3], str(moment.year)))


def day_and_clock(moment: datetime, language: Language) -> str:
    """A day without its year, and the time on the clock."""
    weekday = WEEKDAYS[language][moment.weekday()]
    if language is Language.GERMAN:
        return f"{weekday}{FIXED}{moment.day:02d}.{moment.month:02d}.{FIXED}{moment:%H:%M}"
    return FIXED.join((weekday, str(moment.day), MONTHS[language][moment.month - 1][:3], f"{moment:%H:%M}"))


def title(statement: Statement, language: Language) -> str:
    """What the paper is."""
    return WORDS[language]["title" if statement.settled else "forecast"]


def period_name(statement: Statement, language: Language) -> str:
    """``KW 47, 16.11.2026 – 22.11.2026`` or ``November 2026``."""
    first, last = statement.first, statement.last
    if "W" not in statement.period:
        return f"{MONTHS[language][first.month - 1]} {first.year}"
    week = first.isocalendar().week
    name = f"KW {week}" if language is Language.GERMAN else f"Week {week}"
    return f"{name}, {date_only(first, language)} – {date_only(last, language)}"


def validity(statement: Statement, line: StatedLine, language: Language) -> str:
    """When a line's product counts, in words."""
    kind = statement.product(line.product).validity
    german = language is Language.GERMAN
    if kind is Validity.RIDE:
        return "eine Fahrt" if german else "one ride"
    if not line.at and line.cents == 0:
        return "vorhanden" if german else "yours already"
    if not line.at:
        return "je Nutzung" if german else "per use"
    if kind is Validity.MONTH:
        year, month = map(int, line.at.split("-"))
        return f"{MONTHS[language][month - 1]} {year}"
    if kind is Validity.WINDOW:
        begins = datetime.fromisoformat(line.at)
        if begins.tzinfo is not None:
            begins = begins.astimezone(statement.issued_at.tzinfo)
        start = day_and_clock(begins, language)
        return f"ab {start}" if german else f"from {start}"
    start = day(date.fromisoformat(line.at[:10]), language)
    if kind is Validity.DAY:
        return start
    return f"ab {start}" if german else f"from {start}"


def product_name(statement: Statement, name: str, language: Language) -> str:
    """A product's name; of a cap that it is one."""
    product = statement.product(name)
    told = product.name(language)
    return f"{told} ({WORDS[language]['cap']})" if product.cap else told


def riders(ride: StatedRide, language: Language) -> str:
    """Who rode along: ``2 Erw., 1 Rad``."""
    words = RIDERS[language]
    return ", ".join(f"{count}{FIXED}{words.get(category, category)}" for category, count in ride.riders)


def line_reason(statement: Statement, line: StatedLine, language: Language) -> str:
    """Why a line's product was bought, in one sentence."""
    german = language is Language.GERMAN

    def amount(cents: int) -> str:
        return money(cents, statement.currency, language)

    single = statement.product(line.product).validity is Validity.RIDE
    if line.cents == 0 and not line.at:
        return (
            "Was Sie schon haben, kostet nichts noch einmal."
            if german
            else "What you have already costs nothing again."
        )
    if line.without_cents is None:
        return (
            "Für diese Fahrten gibt es kein anderes Ticket."
            if german
            else "No other ticket is sold for these rides."
        )
    dearer = line.without_cents - statement.products_cents
    parts = []
    if not single and line.alone_cents is not None and len(line.rides) > 0:
        parts.append(
            f"Einzeln hätten diese Fahrten {amount(line.alone_cents)} gekostet."
            if german
            else f"One by one these rides would have cost {amount(line.alone_cents)}."
        )
    if dearer > 0:
        parts.append(
            f"Ohne Tickets dieser Art wären es insgesamt {amount(dearer)} mehr."
            if german
            else f"Without tickets of this kind it would be {amount(dearer)} more in all."
        )
    else:
        parts.append("Anderes kostet gleich viel." if german else "Others cost the same.")
    return " ".join(parts)


def why_sentences(statement: Statement, language: Language) -> tuple[str, ...]:
    """What the alternatives would have cost, sentence by sentence."""
    german = language is Language.GERMAN

    def amount(cents: int) -> str:
        return money(cents, statement.currency, language)

    sentences = []
    if statement.singles_cents is not None and statement.saved_cents is not None:
        singles, saved = amount(statement.singles_cents), amount(statement.saved_cents)
        sentences.append(
            f"Alle Fahrten mit Einzeltickets: {singles}. Der Bestpreis spart {saved}."
            if german
            else f"All rides with single tickets: {singles}. The best price saves {saved}."
        )
    else:
        sentences.append(
            "Nicht für jede Fahrt gibt es ein Einzelticket."
            if german
            else "Not every ride is sold as a single ticket."
        )
    if statement.next_best is not None:
        without = product_name(statement, statement.next_best.without, language)
        others = ", ".join(
            f"{count} × {product_name(statement, name, language)}"
            for name, count in statement.next_best.products
        )
        cost = amount(statement.next_best.cents)
        sentences.append(
            f"Die nächstbeste Auswahl, ohne „{without}“, kostet {cost}: {others}."
            if german
            else f"The next best choice, without “{without}”, costs {cost}: {others}."
        )
    if statement.proven:
        sentences.append(
            "Kein anderes zulässiges Bündel von Tickets ist günstiger; das ist bewiesen."
            if german
            else "No other legal set of tickets is cheaper; that is proven."
        )
    else:
        sentences.append(
            "Dies ist das günstigste gefundene Bündel; dass keines günstiger ist, ist hier nicht bewiesen."
            if german
            else "This is the cheapest set found; that none is cheaper is not proven here."
        )
    return tuple(sentences)


def correction_reason(correction: Correction, language: Language) -> str:
    """Why something is posted for another period."""
    return WORDS[language]["late"].format(period=correction.period)


def revision_sentences(statement: Statement, language: Language) -> tuple[str, ...]:
    """What changed since the period was settled first."""
    return tuple(
        WORDS[language]["revised"].format(
            day=date_only(revision.on, language),
            amount=money(revision.cents, statement.currency, language),
        )
        for revision in statement.revisions
    )


def collection_sentence(statement: Statement, language: Language) -> str:
    """How what is open is paid."""
    german = language is Language.GERMAN
    rest = money(statement.open_cents, statement.currency, language)
    collection = statement.collection
    if statement.open_cents == 0:
        return "Es ist nichts offen." if german else "Nothing is due."
    if statement.open_cents < 0:
        credit = money(-statement.open_cents, statement.currency, language)
        return (
            f"Das Guthaben von {credit} wird mit der nächsten Abrechnung verrechnet."
            if german
            else f"The credit of {credit} is set against the next statement."
        )
    if collection is None:
        return f"Offen: {rest}." if german else f"Due: {rest}."
    due = date_only(collection.due, language)
    return (
        f"{rest} werden am {due} per SEPA-Lastschrift eingezogen, Mandat {collection.mandate}."
        if german
        else f"{rest} will be collected on {due} by SEPA direct debit, mandate {collection.mandate}."
    )
