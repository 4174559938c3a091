"""The journal of an account: what was charged and paid, added to and never changed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from ticketing.domain.bill import Bill, Line


class EntryKind(Enum):
    CHARGE = "charge"
    REVERSAL = "reversal"
    PAYMENT = "payment"
    REFUND = "refund"
    CHARGEBACK = "chargeback"
    FEE = "fee"


CHARGING = frozenset({EntryKind.CHARGE, EntryKind.REVERSAL})
"""What the rides of a period come to; the rest is how it is paid."""


@dataclass(frozen=True, slots=True)
class Posting:
    """An entry to be made.

    Parameters
    ----------
    period_id
        The period of the rides, or of what is paid.
    posted_in
        The period on whose statement it stands; a later one for a correction after the cut-off.
    cents
        What is owed grows by it.
    line
        The bill's line that is charged, or taken back; with its own sign in both cases.
    reference
        Of a payment, refund, chargeback or fee.
    """

    kind: EntryKind
    period_id: str
    posted_in: str
    cents: int
    line: Line | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the journal; ``number`` counts from 1 within the rider's."""

    rider: str
    number: int
    time: datetime
    posting: Posting


def lines_of(entries: Iterable[Entry], period_id: str) -> Counter[Line]:
    """Return the lines that are charged for a period's rides now: charges without those taken back."""
    lines: Counter[Line] = Counter()
    for entry in entries:
        posting = entry.posting
        if posting.period_id != period_id or posting.line is None:
            continue
        if posting.kind is EntryKind.CHARGE:
            lines[posting.line] += 1
        elif posting.kind is EntryKind.REVERSAL:
            lines[posting.line] -= 1
    return +lines


def difference(entries: Iterable[Entry], bill: Bill, period_id: str, posted_in: str) -> list[Posting]:
    """Return what has to be posted so that the journal charges for a period what the bill says.

    Lines that the bill no longer has are taken back as they were charged, new ones are charged; nothing is
    posted for those that stay. Posted once, it is empty.
    """
    charged, wanted = lines_of(entries, period_id), Counter(bill.lines)
    return [
        *(
            Posting(EntryKind.REVERSAL, period_id, posted_in, -line.cents, line)
            for line in _each(charged - wanted)
        ),
        *(
            Posting(EntryKind.CHARGE, period_id, posted_in, line.cents, line)
            for line in _each(wanted - charged)
        ),
    ]


def entered(rider: str, last_number: int, time: datetime, postings: Sequence[Posting]) -> list[Entry]:
    """Return the entries that follow the one with the last number."""
    return [
        Entry(rider, number, time, posting) for number, posting in enumerate(postings, start=last_number + 1)
    ]


def charged_cents(entries: Iterable[Entry], period_id: str) -> int:
    """Return what the rides of a period cost by the journal, wherever that was posted."""
    return sum(
        entry.posting.cents
        for entry in entries
        if entry.posting.kind in CHARGING and entry.posting.period_id == period_id
    )


def balance_cents(entries: Iterable[Entry]) -> int:
    """Return what is owed; negative where more was paid."""
    return sum(entry.posting.cents for entry in entries)


def _each(lines: Counter[Line]) -> list[Line]:
    """In an order that does not hang on how they were counted."""
    return sorted(lines.elements(), key=repr)
