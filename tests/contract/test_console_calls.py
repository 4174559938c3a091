"""The console's audit page has words for everything that can be done."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import landlinie

WORDS = Path(__file__).parents[2] / "services/gateway/console/src/pages/audit/calls.ts"
SERVICES = ("pooling", "journeys", "ticketing", "waste", "network")


def changing() -> Iterator[tuple[str, str]]:
    """Package and name of the calls that change something: they can be repeated by their request_id."""
    for package in SERVICES:
        for path in Path(landlinie.__path__[0], package, "v1").glob("*_pb2.py"):
            module = import_module(f"landlinie.{package}.v1.{path.stem}")
            for service in module.DESCRIPTOR.services_by_name.values():
                for method in service.methods:
                    if "request_id" in method.input_type.fields_by_name:
                        yield package, method.name


def worded() -> list[str]:
    """Calls with German words; that English has the same is what the types of the console prove."""
    german = WORDS.read_text("utf-8").partition("\n  en: {")[0]
    return re.findall(r"^    (\w+): '", german, re.MULTILINE)


def test_the_audit_page_has_words_for_every_call_that_changes_something() -> None:
    names = [name for _, name in changing()]
    assert len(names) > len(SERVICES)
    assert set(names) - set(worded()) == set()


def test_it_has_words_for_no_other_calls() -> None:
    known = set(changing())
    streamed = {"UploadTrace"}
    assert {
        word
        for word in worded()
        if word not in {name for _, name in known} | streamed and tuple(word.split("_")) not in known
    } == set()
