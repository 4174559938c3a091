"""What the doctor says of servers that are used beside the data folder."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from onebox.doctor import NotWell, _stores


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Callable[[], str]]]:
    def of(**variables: str) -> dict[str, Callable[[], str]]:
        for name, value in variables.items():
            monkeypatch.setenv(f"LANDLINIE_{name}", value)
        return dict(_stores())

    return of


def test_where_there_are_none_nothing_is_looked_for(
    checks: Callable[..., dict[str, Callable[[], str]]],
) -> None:
    assert checks() == {}


def test_servers_that_answer_tell_their_version(
    checks: Callable[..., dict[str, Callable[[], str]]], postgres_url: str, redis_url: str
) -> None:
    found = checks(DATABASE_URL=postgres_url, REDIS_URL=redis_url)
    assert list(found) == ["PostgreSQL", "Redis"]
    assert "connections at most" in found["PostgreSQL"]()
    assert found["Redis"]()[0].isdigit()


def test_servers_that_do_not_answer_are_named_without_their_password(
    checks: Callable[..., dict[str, Callable[[], str]]], postgres_server: str
) -> None:
    url = sa.make_url(postgres_server).set(database="nowhere", password="geheim")  # noqa: S106 - of nobody
    found = checks(
        DATABASE_URL=url.render_as_string(hide_password=False),
        REDIS_URL="unix:///nowhere/socket?password=geheim",
    )
    for check in found.values():
        with pytest.raises(NotWell, match="does not answer") as raised:
            check()
        assert "geheim" not in str(raised.value)


def test_a_user_who_may_not_make_schemas_is_told(
    checks: Callable[..., dict[str, Callable[[], str]]], postgres_url: str
) -> None:
    engine = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    name = f"guest_{sa.make_url(postgres_url).database}"
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {name} LOGIN PASSWORD 'x'")
    guest = sa.make_url(postgres_url).set(username=name, password="x")  # noqa: S106 - of nobody
    with pytest.raises(NotWell, match="may not make schemas"):
        checks(DATABASE_URL=guest.render_as_string(hide_password=False))["PostgreSQL"]()
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP ROLE {name}")
    engine.dispose()


def test_a_wrong_url_is_no_crash(checks: Callable[..., dict[str, Callable[[], str]]]) -> None:
    with pytest.raises(NotWell, match="begins with 'mysql'"):
        checks(DATABASE_URL="mysql://host/d")["stores"]()
