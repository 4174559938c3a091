import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pmtiles.tile import zxy_to_tileid
from routing_core.tiles.archive import Address, BrokenArchive, TileArchive, tile_id, write_archive
from tile_cases import read_archive

BOX = (13.1, 53.4, 13.4, 53.6)
ABOUT = {"attribution": "© OpenStreetMap contributors", "vector_layers": []}


@given(st.integers(0, 20).flatmap(lambda zoom: st.tuples(st.just(zoom), *[st.integers(0, 2**zoom - 1)] * 2)))
def test_tiles_are_numbered_as_the_format_says(where: tuple[int, int, int]) -> None:
    assert tile_id(Address(*where)) == zxy_to_tileid(*where)


@pytest.mark.parametrize("side", [3, 160])
def test_another_reader_finds_every_tile(tmp_path: Path, side: int) -> None:
    """160 times 160 different tiles need leaves: the root has to be small."""
    tiles = {
        (14, 8000 + column, 5000 + row): b"tile %d" % (column * row % 977)
        for column in range(side)
        for row in range(side)
    }
    path = tmp_path / "map.pmtiles"
    assert (
        write_archive(path, ((Address(*where), body) for where, body in tiles.items()), BOX, ABOUT) == side**2
    )
    theirs = read_archive(path)
    assert theirs.tiles == tiles
    assert theirs.about == ABOUT
    assert theirs.header["min_lon_e7"] == 131000000
    assert theirs.header["max_zoom"] == 14
    ours = TileArchive(path)
    assert len(ours) == side**2
    assert ours.zooms == (14, 14)
    assert ours.box == BOX
    for where, body in tiles.items():
        packed = ours.packed(Address(*where))
        assert packed is not None
        assert gzip.decompress(packed) == body
    assert ours.packed(Address(14, 1, 1)) is None
    ours.close()


def test_the_file_is_always_the_same_and_its_version_follows_it(tmp_path: Path) -> None:
    tiles = [(Address(3, 4, 2), b"one"), (Address(3, 4, 3), b"two"), (Address(4, 8, 4), b"one")]
    versions = []
    for name, content in (("a", tiles), ("b", tiles[::-1]), ("c", [*tiles[:2], (Address(4, 8, 4), b"six")])):
        write_archive(tmp_path / name, content, BOX, ABOUT)
        archive = TileArchive(tmp_path / name)
        versions.append(archive.version)
        archive.close()
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert versions[0] == versions[1] != versions[2]


def test_a_missing_or_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "map.pmtiles"
    with pytest.raises(BrokenArchive, match=r"map\.pmtiles"):
        TileArchive(path)
    write_archive(path, [(Address(3, 4, 2), b"one")], BOX, ABOUT)
    whole = path.read_bytes()
    for damaged in (b"", whole[:100], whole[:140], b"PMTiles\x02" + whole[8:], whole[:127] + b"x" * 200):
        path.write_bytes(damaged)
        with pytest.raises(BrokenArchive, match=r"map\.pmtiles"):
            TileArchive(path)
