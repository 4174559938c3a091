import pytest
from pydantic import ValidationError
from service_kit.bus_settings import BusSettings
from service_kit.embedded_bus import EmbeddedBus
from service_kit.kafka_bus import KafkaBus
from service_kit.open_bus import kafka_connection, open_bus
from service_kit.settings import ServiceSettings

SECRET = "s3cret"  # noqa: S105 - a test's


def test_the_embedded_bus_is_what_there_is_without_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    bus = open_bus(ServiceSettings().bus, tmp_path_factory.mktemp("bus") / "events.sqlite", "town")
    assert isinstance(bus, EmbeddedBus)
    bus.close()
    with pytest.raises(ValueError, match="there is no Kafka"):
        kafka_connection(BusSettings())


def test_kafka_is_opened_without_being_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for name, value in {
        "URL": "kafka://a:1,[::1]:2",
        "SECURITY_PROTOCOL": "SASL_SSL",
        "SASL_USERNAME": "pooling",
        "SASL_PASSWORD": SECRET,
        "TLS_CA_FILE": "/etc/ca.pem",
        "TIMEOUT_S": "3",
    }.items():
        monkeypatch.setenv(f"LANDLINIE_BUS_{name}", value)
    settings = ServiceSettings().bus
    bus = open_bus(settings, tmp_path_factory.mktemp("bus") / "events.sqlite", "town")
    assert isinstance(bus, KafkaBus)
    bus.close()
    connection = kafka_connection(settings)
    assert (connection.servers, connection.timeout_s) == (["a:1", "[::1]:2"], 3.0)
    assert connection.security == {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "pooling",
        "sasl_plain_password": SECRET,
        "ssl_cafile": "/etc/ca.pem",
    }
    assert SECRET not in repr(settings) + repr(connection)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"url": "kafka://"}, "kafka://HOST:PORT"),
        ({"url": "kafka://a"}, "kafka://HOST:PORT"),
        ({"url": "kafka://a:1,"}, "kafka://HOST:PORT"),
        ({"url": "amqp://a:1"}, "kafka://HOST:PORT"),
        ({"security_protocol": "SASL_SSL", "sasl_username": "a"}, "needs sasl_username and sasl_password"),
        ({"sasl_username": "a", "sasl_password": SECRET}, "sends no sasl_username"),
        ({"tls_key_file": "/k"}, "give both or none"),
        ({"timeout_s": 0}, "timeout_s"),
    ],
)
def test_settings_that_make_no_sense_are_refused(given: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint) as refused:
        BusSettings(**given)  # type: ignore[arg-type] # on purpose
    assert SECRET not in str(refused.value)
