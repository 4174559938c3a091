import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError
from service_kit.database import UtcDateTime, database_url, open_engine, reading, truncate_log
from service_kit.postgres import is_overtaken
from service_kit.settings import StoreSettings

PATIENCE_S = 120.0
on_sqlite = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
on_postgres = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


def pragma(engine: sa.Engine, name: str) -> object:
    with engine.connect() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


@on_sqlite
@pytest.mark.parametrize(
    ("name", "expected"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5000)],
)
def test_sqlite_is_set_up_on_every_connection(engine: sa.Engine, name: str, expected: object) -> None:
    with engine.connect():
        assert pragma(engine, name) == expected


def test_missing_folders_are_made(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/a/b/c.db")
    with engine.begin():
        pass
    engine.dispose()
    assert (tmp_path / "a/b/c.db").exists()


@pytest.mark.parametrize("nameless", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_without_file_is_refused(nameless: str) -> None:
    with pytest.raises(ValueError, match="names no file"):
        open_engine(nameless)


def test_a_database_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="'mysql' is neither sqlite nor postgresql"):
        open_engine("mysql://host/database")
    with pytest.raises(ValidationError, match="database_url begins with 'sqlite', not with"):
        StoreSettings(database_url=SecretStr("sqlite:///x"))
    with pytest.raises(ValidationError, match="redis_url begins with 'http', not with"):
        StoreSettings(redis_url=SecretStr("http://x"))


def test_a_wrong_url_is_refused_without_telling_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDLINIE_DATABASE_URL", "mysql://me:geheim@host/d")
    with pytest.raises(ValidationError, match="mysql") as raised:
        StoreSettings()
    assert "geheim" not in str(raised.value)


def test_where_a_service_keeps_its_database(tmp_path: Path) -> None:
    alone = database_url(StoreSettings(), tmp_path, "pooling")
    assert alone.database == str(tmp_path / "pooling.sqlite")
    settings = StoreSettings(database_url=SecretStr("postgresql://host/d?options=-cjit%3Doff"))
    shared = database_url(settings, tmp_path, "pooling")
    assert shared.query["options"] == "-cjit=off -csearch_path=pooling"


def test_what_is_deleted_from_a_personal_database_is_not_in_its_files(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/a.db", personal=True)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE person (name TEXT)")
        connection.exec_driver_sql("INSERT INTO person VALUES ('Ottilie Markierung')")
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM person")

    def names() -> list[str]:
        return sorted(path.name for path in tmp_path.iterdir() if b"Markierung" in path.read_bytes())

    assert names() == ["a.db-wal"]
    assert truncate_log(engine)
    assert names() == []
    engine.dispose()


def test_a_log_that_is_being_read_is_left(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/a.db", busy_timeout_s=0.01)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE person (name TEXT)")
    with reading(engine) as reader:
        reader.exec_driver_sql("SELECT * FROM person").all()
        with engine.begin() as connection:
            connection.exec_driver_sql("INSERT INTO person VALUES ('x')")
        assert not truncate_log(engine)
    assert truncate_log(engine)
    engine.dispose()


@on_postgres
@pytest.mark.network
def test_postgres_has_no_log_to_empty(engine: sa.Engine) -> None:
    assert truncate_log(engine)


def test_foreign_keys_are_enforced(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE zone (id TEXT PRIMARY KEY)")
        connection.exec_driver_sql("CREATE TABLE ride (zone_id TEXT REFERENCES zone (id))")
    with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO ride VALUES ('nowhere')")


def count_one_up(connection: sa.Connection) -> None:
    count = connection.exec_driver_sql("SELECT count FROM counter").scalar_one()
    connection.execute(sa.text("UPDATE counter SET count = :count"), {"count": count + 1})


def until_not_overtaken(engine: sa.Engine, work: Callable[[sa.Connection], None]) -> None:
    while True:
        try:
            with engine.begin() as connection:
                work(connection)
        except sa.exc.OperationalError as error:
            if not is_overtaken(error):
                raise
        else:
            return


def test_reading_then_writing_loses_no_update_between_threads(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE counter (count INTEGER)")
        connection.exec_driver_sql("INSERT INTO counter VALUES (0)")
    failures: list[Exception] = []

    def work() -> None:
        try:
            for _ in range(20):
                until_not_overtaken(engine, count_one_up)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert failures == []
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count FROM counter").scalar_one() == 120


def test_readers_wait_for_no_writer_and_see_one_state(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE counter (count INTEGER)")
        connection.exec_driver_sql("INSERT INTO counter VALUES (0)")
    with reading(engine) as reader:
        assert reader.exec_driver_sql("SELECT count FROM counter").scalar_one() == 0
        with engine.begin() as writer:
            count_one_up(writer)
            with reading(engine) as second_reader:
                assert second_reader.exec_driver_sql("SELECT count FROM counter").scalar_one() == 0
        assert reader.exec_driver_sql("SELECT count FROM counter").scalar_one() == 0
    with reading(engine) as reader:
        assert reader.exec_driver_sql("SELECT count FROM counter").scalar_one() == 1


def test_who_says_reading_cannot_write(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE counter (count INTEGER)")
    with pytest.raises(sa.exc.DBAPIError, match=r"read-?only"), reading(engine) as connection:
        connection.exec_driver_sql("INSERT INTO counter VALUES (1)")
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO counter VALUES (1)")


def test_a_writer_that_waits_too_long_is_told(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/x.db", busy_timeout_s=0.01)
    with engine.begin(), pytest.raises(sa.exc.OperationalError, match="locked"), engine.begin():
        pass
    with engine.begin():
        pass
    engine.dispose()


@on_sqlite
def test_the_turn_to_write_passes_on_however_a_transaction_ends(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        connection.execute(sa.text("INSERT INTO handled (id) VALUES ('rolled back')"))
    connection = engine.connect()
    connection.execute(sa.text("INSERT INTO handled (id) VALUES ('cut off')"))
    connection.invalidate()
    connection.close()
    # Another program holds the database: the turn comes, the lock does not.
    impatient = open_engine(engine.url, busy_timeout_s=0.01)
    other = sqlite3.connect(str(engine.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(sa.exc.OperationalError, match="locked"), impatient.begin():
        pass
    other.execute("COMMIT")
    other.close()
    with impatient.begin() as writer:
        writer.execute(sa.text("INSERT INTO handled (id) VALUES ('kept')"))
    impatient.dispose()
    with engine.begin() as writer:
        assert writer.scalars(sa.text("SELECT id FROM handled")).all() == ["kept"]


def test_a_failed_transaction_leaves_nothing_and_a_usable_connection(engine: sa.Engine) -> None:
    def fail() -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE half (x INTEGER)")
            connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)")

    with pytest.raises(sa.exc.DBAPIError, match="nowhere"):
        fail()
    with engine.begin() as connection:
        assert "half" not in sa.inspect(connection).get_table_names()


instants = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001 - the zone is drawn
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001 - the zone is drawn
    timezones=st.timezones(),
)


@given(instant=instants)
def test_instants_come_back_as_they_were_in_utc(instant: datetime) -> None:
    kind, dialect = UtcDateTime(), sa.create_engine("sqlite://").dialect
    store: Callable[[datetime], datetime | None] = lambda value: kind.process_bind_param(value, dialect)  # noqa: E731
    got = kind.process_result_value(store(instant), dialect)
    # Two zones never agree on an instant the clocks change at, by Python's rules; in one zone they do.
    assert got == instant.astimezone(UTC)
    assert got is not None
    assert got.tzinfo is UTC


def test_instants_in_the_database(engine: sa.Engine) -> None:
    table = sa.Table("moment", sa.MetaData(), sa.Column("at", UtcDateTime))
    noon = datetime(2026, 6, 1, 14, 0, 0, 7, tzinfo=timezone(timedelta(hours=2)))
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(sa.insert(table), [{"at": noon}, {"at": None}])
        assert connection.execute(sa.select(table.c.at)).scalars().all() == [noon, None]
        assert connection.scalar(sa.select(sa.func.count()).where(table.c.at <= noon)) == 1
        naive = noon.replace(tzinfo=None)
        with pytest.raises(sa.exc.StatementError, match="no time zone"):
            connection.execute(sa.insert(table), [{"at": naive}])


@on_sqlite
def test_plain_sqlite_reads_the_file(engine: sa.Engine, tmp_path: Path) -> None:
    """Backup is one file, for anybody's tools."""
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO handled (id) VALUES ('a')")
    engine.dispose()
    assert sqlite3.connect(tmp_path / "service.db").execute("SELECT id FROM handled").fetchall() == [("a",)]


def test_errors_keep_values_to_themselves(engine: sa.Engine) -> None:
    insert = sa.text("INSERT INTO nowhere (phone) VALUES (:phone)")
    with pytest.raises(sa.exc.DBAPIError) as raised, engine.begin() as connection:
        connection.execute(insert, {"phone": "04356 1234"})
    assert "nowhere" in str(raised.value)
    assert "04356" not in str(raised.value)


@on_postgres
def test_every_wait_on_postgresql_ends(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        shown = {
            name: connection.exec_driver_sql(f"SHOW {name}").scalar_one()
            for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
        }
        assert shown == {
            "statement_timeout": "15s",
            "lock_timeout": "5s",
            "idle_in_transaction_session_timeout": "1min",
        }
        assert connection.exec_driver_sql("SHOW transaction_isolation").scalar_one() == "serializable"
    with reading(engine) as reader:
        assert reader.exec_driver_sql("SHOW transaction_isolation").scalar_one() == "repeatable read"
    with engine.begin() as writer:
        assert writer.exec_driver_sql("SHOW transaction_read_only").scalar_one() == "off"


@on_postgres
def test_what_has_no_index_is_read_without_compiling_it(engine: sa.Engine) -> None:
    """Its price is beyond measure, and PostgreSQL takes longer to compile what is dear than to read it."""
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "EXPLAIN ANALYZE SELECT count(*) FROM handled WHERE id <> 'a'"
        ).scalars()
        plan = "\n".join(rows)
    assert "Seq Scan" in plan
    assert "JIT" not in plan


@on_postgres
def test_what_was_looked_at_before_writing_still_held(engine: sa.Engine) -> None:
    """Two that each see nothing and then write: one of them is told to look again."""
    count = sa.text("SELECT count(*) FROM handled WHERE id = 'seen'")
    insert = sa.text("INSERT INTO handled (id) VALUES ('seen')")

    def both() -> None:
        with engine.begin() as first, engine.begin() as second:
            assert first.scalar(count) == second.scalar(count) == 0
            second.execute(insert)
            first.execute(insert)

    with pytest.raises(sa.exc.OperationalError) as raised:
        both()
    assert is_overtaken(raised.value)
    with engine.connect() as connection:
        assert connection.scalar(count) == 1


@on_postgres
def test_who_waits_too_long_for_a_row_or_a_connection_is_told(url: str, engine: sa.Engine) -> None:
    impatient = open_engine(url, pool_size=1, busy_timeout_s=0.05)
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO handled (id) VALUES ('a')"))
    change = sa.text("UPDATE handled SET id = 'b'")
    with engine.begin() as holder:
        holder.execute(change)
        with (
            pytest.raises(sa.exc.OperationalError, match="lock timeout") as raised,
            impatient.begin() as late,
        ):
            late.execute(change)
        assert not is_overtaken(raised.value)
    with impatient.begin(), pytest.raises(sa.exc.TimeoutError), impatient.begin():
        pass
    impatient.dispose()


@on_postgres
def test_a_schema_is_a_database_of_its_own(url: str, tmp_path: Path) -> None:
    settings = StoreSettings(database_url=SecretStr(url))
    engines = [open_engine(database_url(settings, tmp_path, name)) for name in ("one", "two")]
    for engine in engines:
        with engine.begin() as connection:
            schema = connection.exec_driver_sql("SHOW search_path").scalar_one()
            connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
            connection.exec_driver_sql("CREATE TABLE ride (id TEXT)")
            connection.execute(sa.text("INSERT INTO ride VALUES (:id)"), {"id": schema})
    for engine, name in zip(engines, ("one", "two"), strict=True):
        with reading(engine) as reader:
            assert reader.scalars(sa.text("SELECT id FROM ride")).all() == [name]
        engine.dispose()
