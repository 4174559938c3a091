"""Which rides use what was bought, for many accounts at a time."""

from dataclasses import dataclass

import numpy as np

from ticketing.application.flat import CARNET, PASS, SINGLE, USE, Flat
from ticketing.application.ride_table import Bools, Ints


@dataclass(frozen=True, slots=True)
class Pieces:
    """What some accounts of a flat form bought, by account, kind, ride and product, one entry a piece.

    ``account`` is the number in the flat form, kind, which and count are as in ``Plan``; rides count from the
    first one of the flat form, and are the account's first for carnets.
    """

    account: Ints
    kind: Ints
    which: Ints
    ride: Ints
    count: Ints

    def of(self, some: Ints) -> "Pieces":
        """Some of the pieces."""
        return Pieces(
            self.account[some], self.kind[some], self.which[some], self.ride[some], self.count[some]
        )


def allotted(flat: Flat, account: Ints, bought: Ints) -> tuple[Pieces, Ints, Ints]:
    """Pieces of the same product bought at the same ride in one, and the rides that use them.

    Singles are for their rides and uses of carnets for theirs; then passes, in the order in which they
    begin, are used by the rides on which someone has no place yet.

    Parameters
    ----------
    account, bought
        (pieces,) of the flat form, and (pieces, 4) as in ``Plan``.

    Returns
    -------
    pieces, used, first_used
        Piece ``n`` is used by ``used`` from ``first_used[n]`` to before ``first_used[n + 1]``: rides of the
        flat form, in order. A carnet is used by those of its uses.
    """
    kind, which = bought[:, 0], bought[:, 1]
    # A carnet is used wherever it was bought.
    ride = np.where(kind == CARNET, 0, bought[:, 2]) + flat.first_ride[account]
    order = np.lexsort((which, ride, kind, account))
    keys = np.stack((account, kind, ride, which))[:, order]
    begins = np.flatnonzero(_changes(keys))
    count = np.add.reduceat(bought[order, 3], begins) if len(begins) else np.zeros(0, dtype=np.int64)
    account, kind, ride, which = np.ascontiguousarray(keys[:, begins])
    pieces = Pieces(account, kind, which, ride, count)
    piece, at = _covered(flat, pieces)
    needed = _needed(flat, pieces, piece, at)
    piece, at = piece[needed], at[needed]
    if (kind == CARNET).any():
        piece, at = _with_carnets(pieces, piece, at)
    return pieces, at, np.searchsorted(piece, np.arange(len(kind) + 1))


def _covered(flat: Flat, pieces: Pieces) -> tuple[Ints, Ints]:
    """(piece, ride) for every ride on which a piece counts, whether it has room there or not."""
    kind, which, ride = pieces.kind, pieces.which, pieces.ride
    after = np.where(kind == CARNET, ride, ride + 1)
    passes = np.flatnonzero(kind == PASS)
    if not len(passes):
        return _ranges(ride, after)
    # Accounts one after the other on one clock: what departs after a pass's end cannot be inside.
    length = flat.departs_s.max() - flat.departs_s.min() + 1
    lane = np.repeat(np.arange(len(flat.account)) * length, np.diff(flat.first_ride))
    ends = np.minimum(flat.pass_ends_s[which[passes], ride[passes]], flat.departs_s.max())
    after[passes] = np.searchsorted(
        flat.departs_s + lane, ends + pieces.account[passes] * length, side="right"
    )
    piece, at = _ranges(ride, after)
    inside = kind[piece] != PASS
    of_pass = np.flatnonzero(~inside)
    mine, there = piece[of_pass], at[of_pass]
    inside[of_pass] = flat.pass_clock_s[which[mine], there] <= flat.pass_ends_s[which[mine], ride[mine]]
    return piece[inside], at[inside]


def _needed(flat: Flat, pieces: Pieces, piece: Ints, at: Ints) -> Bools:
    """(uses,) whether a piece that counts on a ride is used there; singles and uses of carnets always are."""
    kind, which, count = pieces.kind, pieces.which, pieces.count
    use, row = _ranges(flat.first_row[at], flat.first_row[at + 1])
    of = piece[use]
    amount = np.zeros(len(row), dtype=np.int64)
    for one, room in ((PASS, flat.pass_room), (USE, flat.carnet_room), (SINGLE, flat.single_room)):
        mine = np.flatnonzero(kind[of] == one)
        amount[mine] = count[of[mine]] * room[which[of[mine]], row[mine]]
    turn = np.where(kind[of] == PASS, of + 1, 0)
    order = np.lexsort((turn, row))
    given = np.cumsum(amount[order]) - amount[order]
    starts = np.maximum.accumulate(np.where(_changes(row[order][None]), np.arange(len(row)), 0))
    left = np.empty(len(row), dtype=np.int64)
    left[order] = flat.demand[row[order]] - given + given[starts]
    needed: Bools = kind[piece] != PASS
    needed[use[(left > 0) & (amount > 0)]] = True
    return needed


def _with_carnets(pieces: Pieces, piece: Ints, at: Ints) -> tuple[Ints, Ints]:
    """Uses of carnets told once more, as those of the carnet."""
    account, which = pieces.account, pieces.which
    carnets = np.flatnonzero(pieces.kind == CARNET)
    uses = np.flatnonzero(pieces.kind[piece] == USE)
    products = which.max() + 1
    owner = account[carnets] * products + which[carnets]
    of = carnets[np.searchsorted(owner, account[piece[uses]] * products + which[piece[uses]])]
    order = np.argsort(np.concatenate((piece, of)), kind="stable")
    return np.concatenate((piece, of))[order], np.concatenate((at, at[uses]))[order]


def _changes(columns: Ints) -> Bools:
    """(columns,) whether a column differs from the one before; the first one does."""
    changed = np.ones(columns.shape[1], dtype=np.bool_)
    changed[1:] = (columns[:, 1:] != columns[:, :-1]).any(axis=0)
    return changed


def _ranges(first: Ints, after: Ints) -> tuple[Ints, Ints]:
    """(which, value) for every value from each first to before its after."""
    length = after - first
    which = np.repeat(np.arange(len(first)), length)
    begins = np.cumsum(length) - length
    return which, np.arange(len(which)) + (first - begins)[which]
