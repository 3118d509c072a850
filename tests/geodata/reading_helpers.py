"""What the tests of reading share: a file becomes features, or a refusal, and leaves nothing."""

import tempfile

import geopandas as gpd
import pytest
import shapely

from geodata.errors import ImportRefused
from geodata.reading import read_features
from tests.geodata.dirty_files import SQUARE

AREA = shapely.Polygon(SQUARE)


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """Temporary folders are made here, and none may be left."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []


def frame(*shapes, crs=4490, **columns):
    shapes = shapes or (AREA,)
    names = [chr(97 + n) for n in range(len(shapes))]
    return gpd.GeoDataFrame({"name": names, **columns}, geometry=list(shapes), crs=crs)


def refusal(path, **options):
    with pytest.raises(ImportRefused) as caught:
        read_features(path, **options)
    return caught.value


def outcome(path, **options):
    """The features, or else the refusal."""
    try:
        return read_features(path, **options), None
    except ImportRefused as found:
        return None, found


def told(features):
    return [(one.row, one.code) for one in features.refused]
