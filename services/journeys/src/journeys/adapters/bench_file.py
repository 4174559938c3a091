"""The ride-share benches of a district, as ``benches.json`` in its folder holds them."""

from pathlib import Path

from service_kit.faults import IDENTIFIER
from service_kit.json_fields import Field, read_file

from journeys.domain.benches import Bench, Sign
from journeys.domain.places import Point

FILE = "benches.json"
LONGEST_DESTINATION = 100


def read_benches(folder: Path) -> tuple[Bench, ...]:
    """Read them; none in a district without benches.

    Raises
    ------
    FieldError
        Naming the file and the field that is missing or wrong.
    """
    if not (folder / FILE).exists():
        return ()
    file = read_file(folder / FILE)
    file.names(frozenset({"benches"}))
    benches = file["benches"].each(_bench)
    for field, bench in zip(file["benches"].items(), benches, strict=True):
        if sum(other.id == bench.id for other in benches) > 1:
            raise field["id"].error(f"is {bench.id!r}, which stands there twice")
    return benches


def _bench(field: Field) -> Bench:
    field.names(frozenset({"id", "place", "signs"}))
    bench_id = field["id"].text()
    if not IDENTIFIER.fullmatch(bench_id):
        raise field["id"].error(f"is {bench_id!r}, must be 1 to 64 of [A-Za-z0-9._:-]")
    signs = field["signs"].each(_sign, at_least=1)
    for sign_field, sign in zip(field["signs"].items(), signs, strict=True):
        if sum(other.destination == sign.destination for other in signs) > 1:
            told = sign_field["destination"]
            raise told.error(f"is {sign.destination!r}, which this bench has twice")
    return Bench(bench_id, _point(field["place"], field["place"]["label"].text()), signs)


def _sign(field: Field) -> Sign:
    field.names(frozenset({"destination", "place"}))
    destination = field["destination"].text()
    if len(destination) > LONGEST_DESTINATION:
        raise field["destination"].error(f"is longer than {LONGEST_DESTINATION} characters")
    return Sign(destination, _point(field["place"], destination))


def _point(field: Field, label: str) -> Point:
    field.names(frozenset({"latitude_deg", "longitude_deg", "label"}))
    return Point(field["latitude_deg"].degrees(90.0), field["longitude_deg"].degrees(180.0), label)
