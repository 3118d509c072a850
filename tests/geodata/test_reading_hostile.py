"""Hostile files end in a refusal or in features, never in a traceback."""

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.geodata.dirty_files import (
    SQUARE,
    collection,
    polygon,
    shapefile_parts,
    topology,
    write_json,
    write_zip,
)
from tests.geodata.reading_helpers import AREA, frame, outcome, refusal, scratch, told  # noqa: F401

pytestmark = pytest.mark.usefixtures("scratch")


class TestHostileJson:
    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "not_json"),
            ("{", "not_json"),
            ("[]", "not_geojson"),
            ("7", "not_geojson"),
            ('{"type": "FeatureCollection", "features": 7}', "not_geojson"),
            ('{"type": "Topology"}', "not_topojson"),
            (
                '{"type": "Topology", "objects": {"a": {}}, "arcs": [], "transform": 7}',
                "not_topojson",
            ),
            ('{"type": "Point", "coordinates": [NaN, 1]}', "not_finite"),
            ('{"type": "Point", "coordinates": [-Infinity, 1]}', "not_finite"),
            ('{"type": "Point", "coordinates": [1e999, 1]}', "not_finite"),
            ('{"type": "Point", "coordinates": [1' + "0" * 5000 + ", 1]}", "not_finite"),
            ("[" * 100_000, "too_deep"),
        ],
    )
    def test_is_refused_as_a_whole(self, tmp_path, text, code):
        path = tmp_path / "c.json"
        path.write_text(text)
        assert refusal(path, crs="wgs84").code == code

    @pytest.mark.parametrize("depth", [100, 400, 900, 5000])
    def test_nested_collections_end_in_a_refusal(self, tmp_path, depth):
        opening = '{"type": "GeometryCollection", "geometries": ['
        text = opening * depth + '{"type": "Point", "coordinates": [98, 39]}' + "]}" * depth
        path = tmp_path / "c.json"
        path.write_text('{"type": "Feature", "properties": {}, "geometry": ' + text + "}")
        features, refused = outcome(path, crs="wgs84")
        if refused:
            assert refused.code == "too_deep"
        else:
            assert told(features) == [(1, "not_an_area")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-200, 200) | st.floats(-200, 200) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(
        st.sampled_from(["type", "coordinates", "geometries", "arcs", "properties", "geometry"]),
        inner | st.sampled_from(["Polygon", "MultiPolygon", "Point", "GeometryCollection", "Feature"]),
        max_size=4,
    ),
    max_leaves=20,
)  # fmt: skip


@given(geometry=JSON, properties=JSON, shared=st.booleans())
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_json_ends_in_features_or_a_refusal(tmp_path_factory, geometry, properties, shared):
    path = tmp_path_factory.mktemp("json") / "c.json"
    document = collection(geometry, polygon(SQUARE))
    document["features"][0]["properties"] = properties
    if shared:
        member = geometry if isinstance(geometry, dict) else {"type": "Polygon", "arcs": geometry}
        document = topology(member, {"type": "Polygon", "arcs": [[0]]})
    features, refused = outcome(write_json(path, document), crs="cgcs2000")
    if refused:
        assert refused.said()
    else:
        assert len(features.table) == 2
        assert all(one.row == 1 for one in features.refused)


@given(
    at=st.integers(0, 2000), byte=st.integers(0, 255), ending=st.sampled_from(["zip", "parquet"])
)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_changed_byte_ends_in_features_or_a_refusal(tmp_path_factory, at, byte, ending):
    path = tmp_path_factory.mktemp("bytes") / f"c.{ending}"
    if ending == "zip":
        write_zip(path, shapefile_parts([b"a", b"b"]))
    else:
        frame(AREA, AREA).to_parquet(path)
    data = bytearray(path.read_bytes())
    data[at % len(data)] = byte
    path.write_bytes(data)
    features, refused = outcome(path, crs="cgcs2000")
    if refused:
        assert refused.said()
    else:
        assert len(features.table) == len(features.geometries) > 0
        assert np.all(shapely.get_dimensions(features.geometries) <= 2)
