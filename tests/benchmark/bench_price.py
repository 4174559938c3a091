"""``./dev bench price``: a million rides settled on two cores, against CP-SAT and a plain interval programme.

Accounts of seven families are drawn from seeds inside the workers, priced chunk by chunk, and forgotten. What
is timed is processor time: drawing is left out.
"""

import argparse
import multiprocessing
import resource
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache

from price_families import PRODUCTS, STRUCTURED, accounts, book
from price_oracle import CpSat, problem
from price_plain import plain
from report import publish
from ticketing.adapters.programme import Programme
from ticketing.adapters.sweep import Sweep
from ticketing.application.flat import flatten
from ticketing.application.pricing import BestPrice
from ticketing.application.ride_table import table
from ticketing.domain.bill import Bill

CHUNK = 250
CP_SAT_S = 5
"""For one account; it gives up then."""
PLAIN_EVERY = 8
"""Chunks: the plain programme prices so many times fewer."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One chunk: rides and processor seconds, of what was priced, and of what the plain peer priced."""

    family: str
    accounts: int
    rides: int
    bill_s: float
    plan_s: float
    unproven: int
    plain_rides: int
    plain_s: float
    plain_dearer: int
    memory_kib: int


@cache
def best_price() -> BestPrice:
    """As the service has it; compiled, or what was compiled is loaded, before anything is timed."""
    service = BestPrice((Sweep(), Programme()))
    for family in PRODUCTS:
        service.bills(book(family), accounts(family, 2, -1))
    return service


def _warm() -> None:
    best_price()


def measure(family: str, number: int, size: int) -> Measured:
    """Draw a chunk of accounts, and price it: as bills, as plans alone, and sometimes the plain way."""
    service, tariffs = best_price(), book(family)
    drawn = accounts(family, size, number)
    rides = sum(len(account.rides) for account in drawn)
    began = time.process_time()
    bills = service.bills(tariffs, drawn)
    bill_s = time.process_time() - began
    assert all(isinstance(bill, Bill) for bill in bills)
    told = table(tariffs, drawn)
    began = time.process_time()
    for flat in flatten(tariffs, told, {}):
        service.plans(flat, range(len(flat.account)))
    plan_s = time.process_time() - began
    plain_s, plain_rides, dearer = 0.0, 0, 0
    if family in STRUCTURED and number % PLAIN_EVERY == 0:
        began = time.process_time()
        cents = [plain(tariffs.versions[0], account.rides)[0] for account in drawn]
        plain_s, plain_rides = time.process_time() - began, rides
        pairs = zip(cents, bills, strict=True)
        dearer = sum(isinstance(bill, Bill) and plainly > bill.total_cents for plainly, bill in pairs)
    return Measured(
        family=family,
        accounts=size,
        rides=rides,
        bill_s=bill_s,
        plan_s=plan_s,
        unproven=sum(isinstance(bill, Bill) and not bill.optimal for bill in bills),
        plain_rides=plain_rides,
        plain_s=plain_s,
        plain_dearer=dearer,
        memory_kib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    )


def settled(count: int, jobs: int) -> tuple[list[Measured], float]:
    """All chunks of so many accounts, and the seconds it took by the wall clock."""
    context = multiprocessing.get_context("spawn")
    families = list(PRODUCTS)
    with ProcessPoolExecutor(jobs, mp_context=context) as workers:
        for warm in [workers.submit(_warm) for _ in range(2 * jobs)]:
            warm.result()
        began = time.perf_counter()
        chunks: list[Future[Measured]] = [
            workers.submit(measure, families[number % len(families)], number // len(families), CHUNK)
            for number in range(count // CHUNK)
        ]
        measured = [chunk.result() for chunk in chunks]
        return measured, time.perf_counter() - began


def against_cp_sat(seconds: float) -> tuple[dict[str, tuple[int, int, float]], int]:
    """By family: accounts, how many cost the same, and the mean ratio of ours to CP-SAT's optimum.

    Beside it, how many accounts CP-SAT gave up: what it had found there was never cheaper.
    """
    until = time.monotonic() + seconds
    ratios: dict[str, list[float]] = defaultdict(list)
    service = best_price()
    given_up = 0
    with CpSat() as oracle:
        for family, number in _in_turn():
            if time.monotonic() > until:
                break
            account = accounts(family, 1, 1_000_000 + number)[0]
            least, optimal = oracle.solve(problem(book(family), account.rides) | {"seconds": CP_SAT_S})
            ours = service.bill(book(family), account.rides).total_cents
            assert least
            if optimal:
                ratios[family].append(ours / least)
            else:
                given_up += 1
                assert ours <= least
    told = {
        family: (len(found), sum(ratio == 1.0 for ratio in found), sum(found) / len(found))
        for family, found in ratios.items()
    }
    return told, given_up


def _in_turn() -> Iterator[tuple[str, int]]:
    number = 0
    while True:
        for family in PRODUCTS:
            yield family, number
        number += 1


def _rate(rides: int, seconds: float) -> float:
    return rides / seconds if seconds else 0.0


def _row(
    family: str, chunks: Iterable[Measured], proven: tuple[int, int, float]
) -> dict[str, str | int | float]:
    mine = list(chunks)
    rides = sum(it.rides for it in mine)
    plans = _rate(rides, sum(it.plan_s for it in mine))
    bills = _rate(rides, sum(it.bill_s for it in mine))
    plainly = _rate(sum(it.plain_rides for it in mine), sum(it.plain_s for it in mine))
    return {
        "family": family,
        "accounts": sum(it.accounts for it in mine),
        "rides": rides,
        "plans / plain": plans / plainly if plainly else "–",
        "bills / plain": bills / plainly if plainly else "–",
        "plans, rides/s a core": plans,
        "bills, rides/s a core": bills,
        "plain, rides/s": plainly or "–",
        "not proven": sum(it.unproven for it in mine),
        "CP-SAT accounts": proven[0],
        "equal": proven[1],
        "ours / CP-SAT": f"{proven[2]:.6f}",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=50_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--cp-sat-seconds", type=float, default=120.0)
    options = parser.parse_args()
    sizes = sorted({options.accounts // 10, options.accounts * 2 // 5, options.accounts})
    memory = []
    for size in sizes:
        measured, seconds = settled(size, options.jobs)
        rides = sum(it.rides for it in measured)
        peak = max(it.memory_kib for it in measured) / 1024
        memory.append(
            f"{size:,} accounts with {rides:,} rides: a worker's peak memory {peak:.0f} MiB;"
            f" {seconds:.1f} s by the clock on {options.jobs} processes, drawing and the plain peer included."
        )
    proven, given_up = against_cp_sat(options.cp_sat_seconds)
    rows = [
        _row(family, (it for it in measured if it.family == family), proven.get(family, (0, 0, 1.0)))
        for family in PRODUCTS
    ]
    dearer = sum(it.plain_dearer for it in measured)
    asked, equal = (sum(it[column] for it in proven.values()) for column in (0, 1))
    notes = [
        *memory,
        f"CP-SAT had {options.cp_sat_seconds:.0f} s: {asked} accounts proven, {equal} of them equal to ours.",
        f"CP-SAT gave up on {given_up} accounts after {CP_SAT_S} s each, with nothing cheaper than ours.",
        f"The plain programme was dearer for {dearer} accounts.",
        "Plans: from columns to what is bought. Bills: from ride values to lines that name the rides.",
    ]
    publish("price", rows, notes)


if __name__ == "__main__":
    main()
