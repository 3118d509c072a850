"""Zipped Shapefiles that must not be trusted; whatever happens, nothing stays unpacked."""

import tempfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from geodata import archives
from geodata.archives import MAX_ENTRIES, MAX_LISTING, unpacked_shapefile
from geodata.errors import ImportRefused
from tests.geodata.dirty_files import (
    shapefile_parts,
    write_bomb,
    write_damaged,
    write_encrypted,
    write_lying_bomb,
    write_zip,
    write_zip_with_link,
)


@pytest.fixture(autouse=True)
def scratch(tmp_path, monkeypatch):
    """Temporary folders are made here, and none may be left."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@pytest.fixture
def path(tmp_path):
    return tmp_path / "upload.zip"


def code_of(path: Path) -> str:
    with pytest.raises(ImportRefused) as caught, unpacked_shapefile(path):
        pass
    return caught.value.code


def test_the_parts_lie_side_by_side_while_they_are_read(path, scratch):
    write_zip(path, shapefile_parts(cpg="UTF-8"))
    with unpacked_shapefile(path) as shapefile:
        assert scratch in shapefile.parents
        endings = {part.suffix for part in shapefile.parent.iterdir()}
        assert endings == {".shp", ".shx", ".dbf", ".prj", ".cpg"}


def test_nothing_stays_when_the_reader_fails(path):
    write_zip(path, shapefile_parts())
    with pytest.raises(ZeroDivisionError), unpacked_shapefile(path):
        raise ZeroDivisionError


def test_a_folder_inside_and_capital_endings_are_fine(path):
    parts = {f"边界/{name.upper()}": part for name, part in shapefile_parts().items()}
    write_zip(path, {"边界/": b"", **parts})
    with unpacked_shapefile(path) as shapefile:
        assert shapefile.is_file()


def test_what_a_mac_adds_is_passed_over(path):
    parts = shapefile_parts()
    leftovers = {f"__MACOSX/._{name}": b"\0" for name in parts}
    write_zip(path, {**parts, **leftovers, "._cells.shp": b"\0"})
    with unpacked_shapefile(path) as shapefile:
        assert shapefile.stat().st_size == len(parts["cells.shp"])


@pytest.mark.parametrize(
    "name",
    ["../evil.dbf", "/etc/evil", "a/../../evil.txt", "..\\evil.txt", "C:\\evil.txt", "c:evil"],
)
def test_a_path_that_leaves_the_archive_is_refused(path, name):
    assert code_of(write_zip(path, {**shapefile_parts(), name: b"x"})) == "unsafe_path"


def test_a_link_is_refused(path):
    assert code_of(write_zip_with_link(path)) == "link_inside"


def test_an_archive_in_the_archive_is_refused(path):
    assert code_of(write_zip(path, {**shapefile_parts(), "more.zip": b"PK"})) == "nested_archive"


def test_a_bomb_is_stopped_while_it_unpacks(path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_UNPACKED", 20_000_000)
    tracemalloc.start()
    assert code_of(write_bomb(path, megabytes=100)) == "zip_bomb"
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_a_bomb_that_claims_to_be_small_is_refused(path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_UNPACKED", 20_000_000)
    assert code_of(write_lying_bomb(path, megabytes=100)) in ("zip_bomb", "not_a_zip")


def test_too_many_entries_are_refused(path):
    extra = {f"{n}.txt": b"" for n in range(MAX_ENTRIES)}
    assert code_of(write_zip(path, {**shapefile_parts(), **extra})) == "too_many_entries"


def test_a_long_listing_is_refused_before_it_is_read(path, monkeypatch):
    write_zip(path, {f"{n:05}.txt": b"" for n in range(MAX_LISTING // 50)})
    monkeypatch.setattr(archives, "ZipFile", None)
    assert code_of(path) == "too_many_entries"


def test_a_password_is_refused(path):
    assert code_of(write_encrypted(path)) == "not_a_zip"


def test_damaged_bytes_are_refused(path):
    assert code_of(write_damaged(path)) == "not_a_zip"


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"PK\x05\x06" + bytes(18), b"PK\x03\x04" + bytes(90)]
)
def test_what_is_no_zip_is_refused(path, content):
    path.write_bytes(content)
    assert code_of(path) in ("not_a_zip", "no_shapefile")


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9, 0.99])
def test_a_truncated_zip_is_refused(path, cut):
    data = write_zip(path, shapefile_parts([b"name"] * 50)).read_bytes()
    path.write_bytes(data[: int(len(data) * cut)])
    assert code_of(path) == "not_a_zip"


def test_an_unknown_compression_is_refused(path):
    data = bytearray(write_zip(path, shapefile_parts()).read_bytes())
    for mark, method in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = data.find(mark)
        while at >= 0:
            data[at + method] = 97
            at = data.find(mark, at + 4)
    path.write_bytes(data)
    assert code_of(path) == "not_a_zip"


def test_an_entry_without_a_name_is_refused(path):
    data = write_zip(path, {**shapefile_parts(), "zzzz": b""}).read_bytes()
    path.write_bytes(data.replace(b"zzzz", bytes(4)))
    assert code_of(path) == "not_a_zip"


def test_two_shapefiles_are_refused(path):
    both = {**shapefile_parts(stem="one"), **shapefile_parts(stem="two")}
    assert code_of(write_zip(path, both)) == "no_shapefile"


def test_no_shapefile_is_refused(path):
    assert code_of(write_zip(path, {"readme.txt": b"x"})) == "no_shapefile"


@pytest.mark.parametrize("missing", [".dbf", ".shx"])
def test_a_missing_part_is_named(path, missing):
    parts = {name: part for name, part in shapefile_parts().items() if not name.endswith(missing)}
    write_zip(path, parts)
    with pytest.raises(ImportRefused, match=missing), unpacked_shapefile(path):
        pass


def test_a_zip_behind_other_bytes_is_read_or_refused_without_a_trace(path):
    data = write_zip(path, shapefile_parts()).read_bytes()
    path.write_bytes(b"GIF89a" + data)
    assert zipfile.is_zipfile(path)
    with unpacked_shapefile(path) as shapefile:
        assert shapefile.is_file()
