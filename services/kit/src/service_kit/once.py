"""A write that somebody asks for: done once, however often it is asked for."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Generic, Protocol, TypeVar

from service_kit.errors import Aborted, InvalidInput
from service_kit.identity.principal import Principal

MAX_ATTEMPTS = 8
RETRY_AFTER_S = 0.2

ResultT = TypeVar("ResultT")


class Overtaken(Exception):  # noqa: N818 - reads as what it is
    """Somebody else stored something first that this was worked out without."""


class AnsweredMeanwhile(Exception):  # noqa: N818 - reads as what it is
    """The same request id was answered while this call was at work."""


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What a request id was answered with, and a digest of what was asked."""

    fingerprint: bytes
    answer: bytes


class Answers(Protocol):
    """Answers to request ids: in every store, in one transaction with what was done."""

    def stored_answer(self, method: str, answer_key: str) -> StoredAnswer | None: ...


class WritableAnswers(Answers, Protocol):
    def store_answer(self, method: str, answer_key: str, answer: StoredAnswer, now: datetime) -> None:
        """Raises AnsweredMeanwhile when there is an answer under this key already."""
        ...


ReaderT_co = TypeVar("ReaderT_co", bound=Answers, covariant=True)
WriterT = TypeVar("WriterT", bound=WritableAnswers)
WriterT_co = TypeVar("WriterT_co", bound=WritableAnswers, covariant=True)


class Readable(Protocol[ReaderT_co]):
    """A store, as far as it is read."""

    def reading(self) -> AbstractContextManager[ReaderT_co]: ...


class Writable(Protocol[WriterT_co]):
    """A store, as far as it is written."""

    def writing(self) -> AbstractContextManager[WriterT_co]: ...


@dataclass(frozen=True, slots=True)
class Call(Generic[ResultT]):
    """Under which id something is asked for, what exactly, how the result is told, and for whom.

    ``entity_ids`` are the things the request names.
    """

    method: str
    request_id: str
    fingerprint: bytes
    encode: Callable[[ResultT], bytes]
    caller: Principal
    entity_ids: frozenset[str] = frozenset()

    @property
    def answer_key(self) -> str:
        """Under which its answer is kept: one caller's request ids mean nothing to another.

        Not to be read back: beside what was done nobody must learn who asked.
        """
        return sha256(f"{self.caller.scope}/{self.request_id}".encode()).hexdigest()


def answer_in(reader: Answers, call: Call[ResultT]) -> bytes | None:
    """Return the stored answer to the call's request id, None where there is none.

    Raises
    ------
    InvalidInput
        ``REQUEST_ID_REUSED``, where the id was used for something else.
    """
    stored = reader.stored_answer(call.method, call.answer_key)
    if stored is None:
        return None
    if stored.fingerprint != call.fingerprint:
        raise InvalidInput.in_field(
            "request_id",
            f"{call.request_id!r} was used for another {call.method} before",
            "REQUEST_ID_REUSED",
        )
    return stored.answer


def repeated(store: Readable[Answers], call: Call[ResultT]) -> bytes | None:
    """Return the stored answer to this very request, if it was sent before."""
    with store.reading() as reader:
        stored = reader.stored_answer(call.method, call.answer_key)
    return stored.answer if stored and stored.fingerprint == call.fingerprint else None


def write_once(
    store: Writable[WriterT], call: Call[ResultT], now: datetime, work: Callable[[WriterT], ResultT]
) -> bytes:
    """Answer the call from what is stored, or do the work and store its answer, in one transaction.

    ``work`` is run again when somebody else wrote first what it read.

    Raises
    ------
    Aborted
        ``OVERTAKEN``, after several writers in a row were quicker.
    """

    def answered(writer: WriterT) -> bytes:
        answer = answer_in(writer, call)
        if answer is None:
            answer = call.encode(work(writer))
            writer.store_answer(call.method, call.answer_key, StoredAnswer(call.fingerprint, answer), now)
        return answer

    return write(store, answered)


def write(store: Writable[WriterT], work: Callable[[WriterT], ResultT]) -> ResultT:
    """Do the work in one transaction, again when somebody else wrote first what it read.

    Raises
    ------
    Aborted
        ``OVERTAKEN``, after several writers in a row were quicker.
    """
    for _ in range(MAX_ATTEMPTS):
        try:
            with store.writing() as writer:
                return work(writer)
        except (Overtaken, AnsweredMeanwhile):
            continue
    raise Aborted("OVERTAKEN", "others wrote the same again and again meanwhile", retry_after_s=RETRY_AFTER_S)
