"""The provider's adapter against the sandbox: real HTTP, keys, limits, and a provider that is away."""

import socket
from collections.abc import Iterator

import pytest
from ticketing.adapters.http_payments import HttpPayments
from ticketing.adapters.sandbox_payments import SandboxBook, SandboxServer
from ticketing.application.payments import Declined, ProviderAway
from ticketing.domain.payment import Step

pytestmark = pytest.mark.network
SECRET = "sandbox"  # noqa: S105 - opens nothing


@pytest.fixture
def book() -> SandboxBook:
    return SandboxBook(SECRET)


@pytest.fixture
def provider(book: SandboxBook) -> Iterator[HttpPayments]:
    with SandboxServer(book) as server:
        yield HttpPayments(server.url, SECRET, timeout_s=2.0)


def ask(provider: HttpPayments, step: Step, cents: int, *, key: str = "", payment: str = "ride-1") -> None:
    provider.carry_out(step, payment, cents, "EUR", key or f"{payment}:{step}")


def test_from_hold_to_refund(book: SandboxBook, provider: HttpPayments) -> None:
    ask(provider, Step.HOLD, 500)
    assert book.payments["ride-1"].held_cents == 500
    ask(provider, Step.CAPTURE, 420)
    ask(provider, Step.REFUND, 120)
    found = book.payments["ride-1"]
    assert (found.held_cents, found.captured_cents, found.refunded_cents) == (None, 420, 120)


def test_a_key_counts_once(book: SandboxBook, provider: HttpPayments) -> None:
    ask(provider, Step.HOLD, 500)
    ask(provider, Step.CAPTURE, 500)
    for _ in range(3):
        ask(provider, Step.REFUND, 100)
    assert book.payments["ride-1"].refunded_cents == 100
    ask(provider, Step.REFUND, 100, key="another")
    assert book.payments["ride-1"].refunded_cents == 200


def test_more_than_there_is_is_declined(provider: HttpPayments) -> None:
    with pytest.raises(Declined, match="100 of None cents held"):
        ask(provider, Step.CAPTURE, 100)
    ask(provider, Step.HOLD, 500)
    with pytest.raises(Declined, match="501 of 500 cents held"):
        ask(provider, Step.CAPTURE, 501, key="more")
    ask(provider, Step.CAPTURE, 500, key="all")
    with pytest.raises(Declined, match="501 cents are more than"):
        ask(provider, Step.REFUND, 501)


def test_letting_go_of_nothing_is_no_error(provider: HttpPayments) -> None:
    ask(provider, Step.RELEASE, 0)


def test_amounts_the_payer_has_not(book: SandboxBook, provider: HttpPayments) -> None:
    book.decline_from_cents = 400
    with pytest.raises(Declined, match="400 cents are too many"):
        ask(provider, Step.HOLD, 400)
    ask(provider, Step.HOLD, 399, payment="ride/2 ä")
    assert book.payments["ride/2 ä"].held_cents == 399


def test_away_is_not_declined(book: SandboxBook, provider: HttpPayments) -> None:
    book.away = True
    with pytest.raises(ProviderAway, match="status 503"):
        ask(provider, Step.HOLD, 500)
    book.away = False
    ask(provider, Step.HOLD, 500)


def test_a_wrong_secret_says_nothing_about_the_payer(book: SandboxBook) -> None:
    with SandboxServer(book) as server, pytest.raises(ProviderAway, match="status 401"):
        ask(HttpPayments(server.url, "wrong"), Step.HOLD, 500)


def test_nobody_there_and_nobody_answering() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(ProviderAway, match="hold"):
            ask(HttpPayments(address, SECRET, timeout_s=0.2), Step.HOLD, 500)
        silent.listen()
        with pytest.raises(ProviderAway, match=r"timed out|TimeoutError"):
            ask(HttpPayments(address, SECRET, timeout_s=0.2), Step.HOLD, 500)


@pytest.mark.parametrize("url", ["ftp://a", "http://provider.example", "provider"])
def test_secrets_are_not_sent_in_the_clear(url: str) -> None:
    with pytest.raises(ValueError, match="payments url"):
        HttpPayments(url, SECRET)
