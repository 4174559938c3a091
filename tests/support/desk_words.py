"""What the phone desk says, in both languages; and a call taken by keyboard."""

from dataclasses import dataclass

from playwright.sync_api import Page, expect


@dataclass(frozen=True, slots=True)
class Words:
    """Labels and sentences of one language."""

    phone: str
    name: str
    pickup: str
    dropoff: str
    when: str
    offers: str
    booked: str
    refused: str
    typed_time: str
    typed_return: str
    promise: str


WORDS = {
    "de": Words(
        phone="Telefon",
        name="Name",
        pickup="Von",
        dropoff="Nach",
        when="Wann",
        offers="Angebote",
        booked="Gebucht",
        refused="So wie gewünscht geht es nicht",
        typed_time="14:30",
        typed_return="18",
        promise="holt Sie heute zwischen 14:",
    ),
    "en": Words(
        phone="Phone",
        name="Name",
        pickup="From",
        dropoff="To",
        when="When",
        offers="Offers",
        booked="Booked",
        refused="It does not work as wanted",
        typed_time="2:30 pm",
        typed_return="6 pm",
        promise="picks you up today between 14:",
    ),
}


class Typist:
    """Types on a page, and counts the keys."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.key_count = 0

    def type(self, text: str) -> None:
        self._page.keyboard.type(text)
        self.key_count += len(text)

    def press(self, key: str) -> None:
        self._page.keyboard.press(key)
        self.key_count += 1


def take_call(page: Page, words: Words, *, pickup: str, dropoff: str, when: str) -> Typist:
    """From the first key to the offers; the first offer has the focus afterwards."""
    expect(page.get_by_label(words.phone, exact=True)).to_be_focused()
    typist = Typist(page)
    typist.type("0395 12")
    typist.press("Enter")
    typist.type("Kruse")
    typist.press("Enter")
    typist.type(pickup)
    # Sooner than any answer: it is taken as soon as it is there.
    typist.press("Enter")
    expect(page.get_by_label(words.dropoff, exact=True)).to_be_focused()
    typist.type(dropoff)
    typist.press("Enter")
    expect(page.get_by_label(words.when, exact=True)).to_be_focused()
    typist.type(when)
    typist.press("Enter")
    typist.press("Enter")
    expect(page.get_by_role("radio").first).to_be_focused()
    return typist
