import pytest
from service_kit.grpc_targets import addresses_of, target_of

pytestmark = pytest.mark.network


def test_one_address_is_left_to_grpc() -> None:
    target, _ = target_of("pooling.example.org:50051")
    assert target == "pooling.example.org:50051"


@pytest.mark.parametrize(
    ("addresses", "target"),
    [
        ("127.0.0.1:1, 127.0.0.2:2", "ipv4:127.0.0.1:1,127.0.0.2:2"),
        ("[::1]:1,[::1]:2", "ipv6:[::1]:1,[::1]:2"),
    ],
)
def test_several_addresses_are_replicas_with_the_first_ones_name(addresses: str, target: str) -> None:
    found, options = target_of(addresses)
    assert found == target
    assert ("grpc.default_authority", addresses_of(addresses)[0]) in options


@pytest.mark.parametrize("addresses", ["127.0.0.1:1,127.0.0.1", "127.0.0.1:1,:2", "127.0.0.1:1,"])
def test_what_is_no_address_is_named(addresses: str) -> None:
    with pytest.raises(ValueError, match="is not host:port"):
        target_of(addresses)


def test_replicas_of_two_kinds_of_addresses_are_refused() -> None:
    with pytest.raises(OSError, match=r"'\[::1\]:2' in '127.0.0.1:1,\[::1\]:2'"):
        target_of("127.0.0.1:1,[::1]:2")


@pytest.mark.parametrize("addresses", ["pooling.example.org:50051", "127.0.0.1:1,127.0.0.2:2"])
def test_a_service_that_was_away_is_looked_for_soon(addresses: str) -> None:
    _, options = target_of(addresses)
    assert dict(options)["grpc.max_reconnect_backoff_ms"] == 2_000
