"""What all methods of the service have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from service_kit.errors import InvalidInput, ServiceError
from service_kit.faults import Faults
from service_kit.identity.principal import caller
from service_kit.once import Answers, Call, Readable, repeated
from service_kit.pages import Pages
from service_kit.worker_pool import WorkerPool

from ticketing.application.accounts import Accounts
from ticketing.application.collecting import Collecting
from ticketing.application.desk import Desk
from ticketing.application.journeys import Journeys
from ticketing.application.operations import Operations
from ticketing.application.persons import Persons
from ticketing.application.places import NO_LOOK_UP
from ticketing.application.quotes import Quotes
from ticketing.application.statements import Statements
from ticketing.domain.access import vouches_for_rides
from ticketing.domain.errors import NoPriceError
from ticketing.entrypoints.requests import Reader

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class UseCases:
    """What the servicer calls."""

    desk: Desk
    accounts: Accounts
    journeys: Journeys
    operations: Operations
    persons: Persons
    quotes: Quotes
    statements: Statements
    collecting: Collecting


class Calls:
    """Reads, runs a use case in the pool, answers."""

    def __init__(self, use_cases: UseCases, *, pool: WorkerPool, pages: Pages) -> None:
        self._use = use_cases
        self._pool = pool
        self._pages = pages

    async def _written(
        self,
        store: Readable[Answers],
        call: Call[ResultT],
        faults: Faults,
        use_case: Callable[..., bytes],
        *asked: object,
    ) -> bytes:
        """The answer to a write; one sent again is answered as before, even if it would be too late now.

        ``store`` is the one that keeps the answer.
        """
        if faults.found:
            answer = await self._pool.look_up(repeated, store, call)
            if answer is not None:
                return answer
            faults.settle()
        try:
            return await self._pool.run(use_case, call, *asked)
        except ServiceError as error:
            await self._pool.run(self._use.desk.refused, call, error)
            raise

    def _reader(self, faults: Faults) -> Reader:
        """Reads requests by the tariff of now."""
        desk = self._use.desk
        now = desk.clock.now()
        try:
            tariff = desk.prices.version(desk.prices.service_day(now))
        except NoPriceError as error:
            raise InvalidInput("NO_TARIFF", str(error)) from None
        categories = frozenset(category.id for category in tariff.categories)
        wins = NO_LOOK_UP if vouches_for_rides(caller()) else desk.prices.zones_of
        return Reader(faults, now, categories, wins)

    def _after(self, request: Any, faults: Faults) -> int:
        """The position after which a page of a list by position begins."""
        token = self._pages.position(request, faults)
        return int(token) if token else 0

    def _next(self, request: Any, found: list[tuple[int, ResultT]], size: int) -> str:
        """The token of the page after the first ``size`` of what was found."""
        return self._pages.token(request, str(found[size - 1][0]) if len(found) > size else "")
