"""A district cannot open another one's database."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from service_kit.database import open_engine
from service_kit.identity.local_issuer import OtherTenant
from service_kit.identity.store_owner import bind_store
from service_kit.postgres import in_schema

ON_BOTH = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)


@ON_BOTH
def test_a_database_belongs_to_the_first_district_that_opens_it(engine: sa.Engine) -> None:
    for _ in range(2):
        bind_store(engine, "amt-a")
    with pytest.raises(OtherTenant, match=r"holds the data of 'amt-a', not of 'amt-b'"):
        bind_store(engine, "amt-b")
    bind_store(engine, "amt-a")


@ON_BOTH
def test_of_districts_that_open_it_at_once_one_has_it(url: str) -> None:
    def bound(tenant: str) -> bool:
        engine = open_engine(url)
        try:
            bind_store(engine, tenant)
        except OtherTenant:
            return False
        finally:
            engine.dispose()
        return True

    tenants = ["amt-a", "amt-b"] * 3
    with ThreadPoolExecutor(len(tenants)) as pool:
        outcome = dict(zip(tenants, pool.map(bound, tenants), strict=True))
    assert sorted(outcome.values()) == [False, True]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_schemas_of_one_database_have_owners_of_their_own_and_no_password_is_told(url: str) -> None:
    secret = sa.make_url(url).set(password="geheim")  # noqa: S106 - the tests' server asks nobody
    pooling, waste = (open_engine(in_schema(secret, name)) for name in ("pooling", "waste"))
    bind_store(pooling, "amt-a")
    bind_store(waste, "amt-b")
    with pytest.raises(OtherTenant, match="schema 'pooling' of postgresql") as raised:
        bind_store(pooling, "amt-b")
    assert "geheim" not in str(raised.value)
    pooling.dispose()
    waste.dispose()
