"""From an extract to the file of its tiles."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from routing_core.places.place import Place
from routing_core.tiles.archive import Address, write_archive
from routing_core.tiles.cut import cut
from routing_core.tiles.extract import Features, read_features
from routing_core.tiles.vector import encode

LOWEST_ZOOM = 5
HIGHEST_ZOOM = 14
"""A unit of a tile is 0.4 metres there: screens magnify these tiles for every zoom above."""
ATTRIBUTION = "© OpenStreetMap contributors"


def build_tiles(extract: Path, places: Sequence[Place], target: Path) -> int:
    """Make the tiles of an extract, and write them to a file.

    Parameters
    ----------
    places
        Those of the same extract, for labels and house numbers.

    Returns
    -------
    int
        How many tiles there are.

    Raises
    ------
    BrokenExtract
        Where the file is missing, damaged, or holds nothing to show.
    """
    features = read_features(extract, places)
    fields: dict[str, set[str]] = {}
    for kind in features.kinds:
        fields.setdefault(kind.layer, set()).update(key for key, _ in kind.labelled)
    layers = [
        {"id": layer, "fields": dict.fromkeys(sorted(keys), "String")}
        for layer, keys in sorted(fields.items())
    ]
    about = {"attribution": ATTRIBUTION, "vector_layers": layers}
    return write_archive(target, tiles_of(features), features.box, about)


def tiles_of(features: Features) -> Iterator[tuple[Address, bytes]]:
    """Encode every tile that holds anything, lowest zoom first."""
    for zoom in range(LOWEST_ZOOM, HIGHEST_ZOOM + 1):
        pieces = cut(features, zoom, finest=zoom == HIGHEST_ZOOM)
        for tile in encode(pieces, features.kinds, zoom):
            yield Address(zoom, tile.column, tile.row), tile.body
