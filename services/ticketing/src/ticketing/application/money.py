"""Posting what was paid, given back or taken back into a journal: once each, however often it is told."""

from collections.abc import Callable
from datetime import datetime

from service_kit.once import Overtaken

from ticketing.application.ports import RideStore
from ticketing.domain.journal import EntryKind, Posting, entered

Movement = EntryKind
"""Of an entry's kinds those that are no charge."""
TRIES = 20


class PostMoney:
    """Adds payments, refunds, chargebacks and fees to journals."""

    def __init__(self, store: RideStore, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def post(
        self,
        rider: str,
        period_id: str,
        kind: EntryKind,
        cents: int,
        reference: str,
        *,
        posted_in: str = "",
    ) -> bool:
        """Post a movement on a period's statement; False where it was posted before.

        Parameters
        ----------
        posted_in
            The period on whose statement it stands, where that is a later one.
        cents
            As what is owed grows: negative for a payment.
        reference
            With ``kind`` it names the movement: of one name only one is ever posted.

        Raises
        ------
        Overtaken
            If others kept adding to the journal.
        """
        for _ in range(TRIES):
            try:
                with self._store.writing() as writer:
                    entries = writer.entries(rider)
                    for entry in entries:
                        if entry.posting.kind is kind and entry.posting.reference == reference:
                            return False
                    posting = Posting(kind, period_id, posted_in or period_id, cents, reference=reference)
                    last_number = entries[-1].number if entries else 0
                    writer.append(entered(rider, last_number, self._now(), [posting]))
            except Overtaken:
                continue
            return True
        raise Overtaken(f"journal of {rider}: others were quicker {TRIES} times")
