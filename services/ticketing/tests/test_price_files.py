"""Tariffs and accounts as files: what is read, and what is told of a mistake."""

import json

import pytest
from ticketing.bootstrap import best_price
from ticketing.domain.errors import NoPriceError, WrongFieldError
from ticketing.entrypoints.price_files import priced_lines, read_tariffs

SINGLE = {"id": "single", "kind": "ride", "price": 280}
RIDE = {"id": "r0", "dep": "2024-02-05T05:33", "arr": "2024-02-05T06:22"}


def tariffs(**changed: object) -> str:
    return json.dumps({"service_day_starts": "03:00", "products": {"town": [SINGLE | changed]}})


def account(**changed: object) -> str:
    return json.dumps({"id": "a", "products": "town", "rides": [RIDE | changed]})


def priced(file: str, line: str) -> str:
    [told] = priced_lines(best_price(), read_tariffs(file), [line])
    if not isinstance(told, str):
        raise told
    return told


def test_an_account_becomes_one_line() -> None:
    told = json.loads(priced(tariffs(), account()))
    line = {"product": "single", "at": "r0", "count": 1, "cents": 280, "rides": ["r0"]}
    assert told == {"id": "a", "total_cents": 280, "optimal": True, "lines": [line]}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"price": 2.8}, "products town: product single: price 2.8 is no int"),
        ({"price": -1}, "products town: product single: price -1 is not within"),
        ({"kind": "year"}, "product single: kind 'year' is not one of ride, day"),
        ({"prize": 3}, "product single: prize is no field of a product"),
        ({"kind": "window"}, "product single: minutes 0 with kind window"),
        ({"uses": 4}, "product single: uses 4 with kind ride"),
        ({"zones": "AB"}, "product single: zones 'AB' is no list of str"),
        ({"not_before": "25:00"}, "product single: not_before '25:00' is no time of day"),
    ],
)
def test_a_wrong_product_is_named(changed: dict[str, object], message: str) -> None:
    with pytest.raises(WrongFieldError, match=message):
        read_tariffs(tariffs(**changed))


def test_a_file_that_is_no_json_is_told_with_the_line() -> None:
    with pytest.raises(WrongFieldError, match="line 2: no JSON"):
        read_tariffs('{\n"products": ]}')


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (account(dep="noon"), "account a: ride r0: dep 'noon' is no date and time"),
        (account(dep="2024-02-05T05:33+01:00"), "account a: ride r0: dep .* has an offset"),
        (account(arr="2024-02-05T05:00"), "account a: ride r0: arr .* is before dep"),
        (account(persons=True), "account a: ride r0: persons True is no int"),
        (account(persons=0), "account a: ride r0: persons 0 is not within 1..100"),
        ('{"id": "a", "products": "sea", "rides": []}', "account a: products 'sea' is not one of town"),
        ("[]", "account: list instead of an object"),
        ("{", "no JSON: .* at character 1"),
    ],
)
def test_a_wrong_account_is_named(line: str, message: str) -> None:
    with pytest.raises(WrongFieldError, match=message):
        priced(tariffs(), line)


def test_a_ride_without_price_names_its_account() -> None:
    with pytest.raises(NoPriceError, match="account a: ride r0: no product covers it"):
        priced(tariffs(max_stops=4), account(stops=9))


def test_accounts_of_several_tariffs_come_in_their_order() -> None:
    file = json.dumps({"products": {"town": [SINGLE], "sea": [SINGLE | {"price": 500}]}})
    by_sea = account().replace('"products": "town"', '"products": "sea"')
    lines = [account(), by_sea, "{", account(dep="noon"), account()]
    told = priced_lines(best_price(), read_tariffs(file), lines)
    assert [json.loads(it)["total_cents"] if isinstance(it, str) else None for it in told] == [
        280,
        500,
        None,
        None,
        280,
    ]
