"""Answers to request ids, kept in the store whose write they tell of."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from service_kit.availability import told_when_unavailable
from service_kit.database import UtcDateTime, reading
from service_kit.once import AnsweredMeanwhile, Overtaken, StoredAnswer
from service_kit.postgres import is_overtaken

_INSERTS: dict[str, Callable[[sa.Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def answers_table(metadata: sa.MetaData) -> sa.Table:
    """Return the table ``answers``, made part of ``metadata``; a migration creates it."""
    if "answers" in metadata.tables:
        return metadata.tables["answers"]
    return sa.Table(
        "answers",
        metadata,
        sa.Column("method", sa.String, primary_key=True),
        sa.Column("answer_key", sa.String, primary_key=True),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sa.Column("answered_at", UtcDateTime, nullable=False, index=True),
    )


_answers = answers_table(sa.MetaData())


class SqlAnswers:
    """See ``once.WritableAnswers``; the base of every store's readers and writers."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def stored_answer(self, method: str, answer_key: str) -> StoredAnswer | None:
        row = self._connection.execute(
            sa.select(_answers.c.fingerprint, _answers.c.answer).where(
                _answers.c.method == method, _answers.c.answer_key == answer_key
            )
        ).one_or_none()
        return StoredAnswer(row.fingerprint, row.answer) if row else None

    def store_answer(self, method: str, answer_key: str, answer: StoredAnswer, now: datetime) -> None:
        try:
            self._connection.execute(
                sa.insert(_answers).values(
                    method=method,
                    answer_key=answer_key,
                    fingerprint=answer.fingerprint,
                    answer=answer.answer,
                    answered_at=now,
                )
            )
        except sa.exc.IntegrityError:
            raise AnsweredMeanwhile from None

    def purge_answers(self, before: datetime) -> int:
        return self._connection.execute(sa.delete(_answers).where(_answers.c.answered_at < before)).rowcount

    def forget_answers(self, told_of: str) -> None:
        """Delete the answers in whose bytes a name stands."""
        name = sa.literal(told_of.encode(), sa.LargeBinary)
        if self._connection.dialect.name == "sqlite":
            found = sa.func.instr(_answers.c.answer, name) > 0
        else:
            found = sa.func.position(name.op("IN")(_answers.c.answer)) > 0
        self._connection.execute(sa.delete(_answers).where(found))

    def forget_answers_of(self, names: Collection[str]) -> None:
        """Delete the answers in whose bytes one of many names stands."""
        wanted = [name.encode() for name in names]
        told = self._connection.execute(
            sa.select(_answers.c.method, _answers.c.answer_key, _answers.c.answer)
        ).all()
        for method, key, answer in told:
            if any(name in answer for name in wanted):
                self._connection.execute(
                    sa.delete(_answers).where(_answers.c.method == method, _answers.c.answer_key == key)
                )

    def insert(self, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
        """An insert in the database's own dialect, which knows what to do about conflicts."""
        return _INSERTS[self._connection.dialect.name](table)

    def insert_new(self, table: sa.Table, **values: object) -> bool:
        """Insert a row unless one with its keys is there already; whether it was new."""
        insert = self.insert(table).values(**values).on_conflict_do_nothing()
        # What drivers tell of an insert is kept for those who ask only.
        counted = insert.execution_options(preserve_rowcount=True)
        return self._connection.execute(counted).rowcount == 1

    def put(self, table: sa.Table, keys: dict[str, object], **values: object) -> None:
        """Insert a row, or change the one with its keys."""
        insert = self.insert(table).values(**keys, **values)
        self._connection.execute(
            insert.on_conflict_do_update(index_elements=[table.c[name] for name in keys], set_=values)
        )


@contextmanager
def transaction(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open a transaction that writes.

    Raises
    ------
    Unavailable
        Where the database does not take part.
    Overtaken
        Where another transaction was quicker, so that this one starts over.
    """
    with told_when_unavailable():
        try:
            with engine.begin() as connection:
                yield connection
        except sa.exc.OperationalError as error:
            if is_overtaken(error):
                raise Overtaken from None
            raise


@contextmanager
def view(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open a transaction that reads one state; raises Unavailable."""
    with told_when_unavailable(), reading(engine) as connection:
        yield connection
