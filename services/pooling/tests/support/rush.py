"""A process of its own that books whatever it gets, on a database that others book in at the same time."""

import itertools
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from routing_core.insertion.best import warm_up
from service_kit.errors import ServiceError
from town import Town

HOURS = ("08:00", "08:10", "08:20", "09:00")


def book_all(database: str, process: int, client_count: int) -> tuple[list[str], list[str]]:
    """Ask and book as ``client_count`` clients at once; ids of the rides, and reasons of what was refused."""
    warm_up()
    with tempfile.TemporaryDirectory() as folder:
        town = Town(Path(folder), database=database)
        # Request ids name a request once, whichever process sends it.
        town._numbers = itertools.count(1_000_000 * (process + 1))

        def client(number: int) -> tuple[str, str]:
            try:
                # Desks of one process share locks; clients here share nothing.
                answer = town.ask(1, 4, HOURS[number % len(HOURS)], load=(2, 0), count=1)
                if not answer.offers:
                    return "", "REFUSED"
                return town.book(answer.offers[0]).id, ""
            except ServiceError as error:
                return "", error.reason

        with ThreadPoolExecutor(client_count) as crowd:
            outcomes = list(crowd.map(client, range(client_count)))
        town.close()
    return [ride for ride, _ in outcomes if ride], [reason for _, reason in outcomes if reason]
