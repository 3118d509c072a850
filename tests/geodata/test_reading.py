"""Reading files of places: every row comes out, sound or told what is wrong with it."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from geodata import reading
from geodata.reading import read_features
from tests.geodata.dirty_files import (
    BOW_TIE,
    OPEN_RING,
    SQUARE,
    TWO_POINTS,
    collection,
    polygon,
    shapefile_parts,
    topology,
    write_bomb,
    write_json,
    write_zip,
)
from tests.geodata.reading_helpers import AREA, frame, outcome, refusal, scratch, told  # noqa: F401

pytestmark = pytest.mark.usefixtures("scratch")
NAMES = ["嘉峪关市雄关街道", "镜铁西路", "plain"]


class TestEveryFormat:
    @pytest.fixture(params=["gpkg", "geojson", "zip", "parquet", "topojson"])
    def path(self, request, tmp_path):
        path = tmp_path / f"cells.{request.param}"
        square, other = AREA, shapely.box(98.3, 39.7, 98.4, 39.8)
        if request.param == "gpkg":
            frame(square, other).to_file(path)
        elif request.param == "parquet":
            frame(square, other).to_parquet(path)
        elif request.param == "geojson":
            write_json(path, collection(*map(shapely.geometry.mapping, (square, other))))
        elif request.param == "zip":
            rings = [[SQUARE], [shapely.get_coordinates(other).tolist()]]
            write_zip(path, shapefile_parts([b"a", b"b"], rings))
        else:
            ring = shapely.get_coordinates(other).tolist()
            shapes = [
                {"type": "Polygon", "arcs": [[n]], "properties": {"name": "ab"[n]}} for n in (0, 1)
            ]
            write_json(path, topology(*shapes, arcs=[[*SQUARE], ring]))
        return path

    def test_gives_rows_from_1_attributes_and_shapes(self, path):
        features = read_features(path, crs="cgcs2000")
        assert features.system == "cgcs2000"
        assert features.table.index.tolist() == [1, 2]
        assert features.table["name"].tolist() == ["a", "b"]
        assert features.refused == ()
        assert shapely.equals(features.geometries[0], AREA)

    def test_is_refused_when_cut_off(self, path):
        data = path.read_bytes()
        for part in (0.3, 0.6, 0.95):
            path.write_bytes(data[: int(len(data) * part)])
            assert refusal(path, crs="cgcs2000").code in ("unreadable", "not_json", "not_a_zip")

    def test_is_refused_under_another_ending(self, path):
        for ending in {".gpkg", ".zip", ".parquet", ".geojson"} - {path.suffix, ".geojson"}:
            other = path.rename(path.with_suffix(ending))
            assert refusal(other, crs="cgcs2000").code == "wrong_format"
            path = other


class TestFiles:
    def test_no_file(self, tmp_path):
        assert refusal(tmp_path / "cells.gpkg").code == "no_file"

    def test_a_folder(self, tmp_path):
        (tmp_path / "cells.gpkg").mkdir()
        assert refusal(tmp_path / "cells.gpkg").code == "no_file"

    @pytest.mark.parametrize("name", ["cells.shp", "cells.kml", "cells", "cells.csv"])
    def test_an_unknown_ending(self, tmp_path, name):
        (tmp_path / name).write_bytes(b"x")
        assert refusal(tmp_path / name).code == "unknown_format"

    def test_a_file_over_the_limit(self, tmp_path, monkeypatch):
        monkeypatch.setattr(reading, "MAX_BYTES", 10)
        path = write_json(tmp_path / "cells.geojson", collection(polygon(SQUARE)))
        assert refusal(path).code == "file_too_large"

    @pytest.mark.parametrize("ending", ["gpkg", "geojson", "parquet", "zip"])
    def test_too_many_features(self, tmp_path, monkeypatch, ending):
        monkeypatch.setattr(reading, "MAX_FEATURES", 1)
        path = tmp_path / f"cells.{ending}"
        if ending == "gpkg":
            frame(AREA, AREA).to_file(path)
        elif ending == "parquet":
            frame(AREA, AREA).to_parquet(path)
        elif ending == "zip":
            write_zip(path, shapefile_parts([b"a", b"b"]))
        else:
            write_json(path, collection(polygon(SQUARE), polygon(SQUARE)))
        assert refusal(path).code == "too_many_features"

    def test_no_features(self, tmp_path):
        assert refusal(write_json(tmp_path / "c.geojson", collection())).code == "no_features"
        frame().iloc[:0].to_file(tmp_path / "c.gpkg", geometry_type="Polygon")
        assert refusal(tmp_path / "c.gpkg").code == "no_features"

    def test_a_bomb_leaves_nothing(self, tmp_path, monkeypatch):
        monkeypatch.setattr("geodata.archives.MAX_UNPACKED", 5_000_000)
        assert refusal(write_bomb(tmp_path / "c.zip", megabytes=50)).code == "zip_bomb"

    def test_a_reason_never_tells_where_the_server_keeps_files(self, tmp_path):
        for name in ("c.gpkg", "c.parquet", "c.zip", "c.json"):
            magic = {"gpkg": b"SQLite format 3\0", "parquet": b"PAR1", "zip": b"PK"}
            (tmp_path / name).write_bytes(magic.get(name[2:], b"") + b"x" * 300)
            assert str(tmp_path) not in refusal(tmp_path / name).said()


class TestLayers:
    @pytest.fixture
    def two(self, tmp_path):
        path = tmp_path / "two.gpkg"
        frame(AREA).to_file(path, layer="cells")
        frame(AREA, AREA).to_file(path, layer="communities")
        return path

    def test_one_of_several_must_be_named(self, two):
        found = refusal(two)
        assert found.code == "which_layer"
        assert "cells、communities" in str(found)
        assert len(read_features(two, layer="communities").table) == 2

    def test_a_layer_that_is_not_there(self, two):
        assert refusal(two, layer="streets").code == "which_layer"

    def test_the_first_object_of_a_topology_or_the_named_one(self, tmp_path):
        document = topology({"type": "Polygon", "arcs": [[0]]})
        document["objects"]["outline"] = {"type": "Polygon", "arcs": [[1, 2]], "id": "all"}
        path = write_json(tmp_path / "c.json", document)
        assert "id" not in read_features(path, crs="wgs84").table
        assert read_features(path, crs="wgs84", layer="outline").table["id"].tolist() == ["all"]
        assert refusal(path, crs="wgs84", layer="towns").code == "which_layer"


class TestSystems:
    @pytest.fixture
    def silent(self, tmp_path):
        return write_json(tmp_path / "c.geojson", collection(polygon(SQUARE), crs=None))

    def test_a_silent_file_needs_a_word(self, silent):
        assert refusal(silent).code == "crs_missing"
        assert read_features(silent, crs="gcj02").system == "gcj02"

    def test_a_shapefile_without_prj_needs_a_word(self, tmp_path):
        path = write_zip(tmp_path / "c.zip", shapefile_parts(prj=None))
        assert refusal(path).code == "crs_missing"
        assert read_features(path, crs="EPSG:4490").system == "cgcs2000"

    def test_a_check_may_assume_degrees_but_not_of_metres(self, silent, tmp_path):
        assert read_features(silent, assume="wgs84").system == "wgs84"
        metres = [(500_000, 4_400_000), (500_100, 4_400_000), (500_100, 4_400_100)]
        path = write_json(tmp_path / "m.json", collection(polygon([*metres, metres[0]]), crs=None))
        assert refusal(path, assume="wgs84").code == "crs_missing"

    @pytest.mark.parametrize(
        ("said", "system"),
        [
            ("EPSG:4490", "cgcs2000"),
            ("urn:ogc:def:crs:EPSG::4490", "cgcs2000"),
            ("urn:ogc:def:crs:OGC:1.3:CRS84", "wgs84"),
            ("EPSG:4542", "EPSG:4542"),
        ],
    )
    def test_a_file_that_says_is_believed(self, tmp_path, said, system):
        path = write_json(tmp_path / "c.json", collection(polygon(SQUARE), crs=said))
        assert read_features(path).system == system

    def test_parquet_without_a_word_is_in_degrees_by_its_standard(self, tmp_path):
        frame(crs="OGC:CRS84").to_parquet(tmp_path / "c.parquet")
        assert read_features(tmp_path / "c.parquet").system == "wgs84"

    def test_two_words_must_agree(self, tmp_path):
        frame(crs=4542).to_file(tmp_path / "c.gpkg")
        found = refusal(tmp_path / "c.gpkg", crs="EPSG:4547")
        assert found.code == "crs_differs"
        assert "EPSG:4542" in str(found)
        assert "EPSG:4547" in str(found)
        assert refusal(tmp_path / "c.gpkg", crs="gcj02").code == "crs_differs"

    @pytest.mark.parametrize("shifted", ["gcj02", "bd09"])
    def test_shifted_degrees_may_call_themselves_wgs84(self, tmp_path, shifted):
        frame(crs=4326).to_file(tmp_path / "c.gpkg")
        assert read_features(tmp_path / "c.gpkg", crs=shifted).system == shifted

    def test_a_word_that_nobody_knows(self, silent):
        assert refusal(silent, crs="EPSG:999999").code == "crs_unknown"
        assert refusal(silent, crs="beijing").code == "crs_unknown"

    def test_an_old_datum_is_refused_even_if_another_is_named(self, tmp_path):
        frame(crs=4610).to_file(tmp_path / "c.gpkg")
        assert refusal(tmp_path / "c.gpkg").code == "crs_unknown"
        assert refusal(tmp_path / "c.gpkg", crs="EPSG:4490").code == "crs_unknown"

    def test_a_drawing_without_a_place_on_earth_takes_the_word(self, tmp_path):
        local = 'LOCAL_CS["sheet",UNIT["metre",1]]'
        path = write_zip(tmp_path / "c.zip", shapefile_parts(prj=local))
        assert refusal(path).code in ("crs_unknown", "crs_missing")
        assert read_features(path, crs="wgs84").system == "wgs84"

    def test_a_garbled_prj_is_refused(self, tmp_path):
        for prj in ("GEOGCS[", "\0" * 40, '\uff00"', "PROJCS" * 9):
            path = write_zip(tmp_path / "c.zip", shapefile_parts(prj=prj))
            assert refusal(path).code in ("crs_missing", "crs_unknown", "unreadable")


class TestTexts:
    def names(self, tmp_path, encoding, **options):
        names = [name.encode(encoding) for name in NAMES]
        path = write_zip(tmp_path / "c.zip", shapefile_parts(names, **options))
        return read_features(path).table["name"].tolist()

    @pytest.mark.parametrize("cpg", [None, "GBK", "936", "UTF-8", "ISO-8859-1", "nonsense", ""])
    def test_gbk_is_read_whatever_the_sidecar_says(self, tmp_path, cpg):
        assert self.names(tmp_path, "gbk", cpg=cpg) == NAMES

    @pytest.mark.parametrize("cpg", [None, "UTF-8", "GBK", "ISO-8859-1"])
    def test_utf8_is_read_whatever_the_sidecar_says(self, tmp_path, cpg):
        assert self.names(tmp_path, "utf-8", cpg=cpg) == NAMES

    def test_another_encoding_is_read_by_its_sidecar(self, tmp_path):
        names = [name.encode("big5") for name in ("臺北市", "鼓山區")]
        path = write_zip(tmp_path / "c.zip", shapefile_parts(names, cpg="Big5"))
        assert read_features(path).table["name"].tolist() == ["臺北市", "鼓山區"]

    def test_an_unknown_encoding_is_refused(self, tmp_path):
        path = write_zip(tmp_path / "c.zip", shapefile_parts([b"\xff\xfe\xff\x80"]))
        assert refusal(path).code == "encoding_unknown"

    def test_text_cut_within_a_character_is_refused_and_not_garbled(self, tmp_path):
        names = [f"嘉峪关市雄关街道{n}".encode() for n in range(30)]
        names[7] = "1嘉峪关市雄关街道紫轩社区".encode()
        path = write_zip(tmp_path / "c.zip", shapefile_parts(names))
        assert refusal(path).code == "text_cut"

    def test_a_byte_order_mark_is_no_text(self, tmp_path):
        path = write_json(tmp_path / "c.geojson", collection(polygon(SQUARE)), bom=True)
        assert read_features(path).table["name"].tolist() == ["a"]

    def test_other_encodings_of_json_are_refused(self, tmp_path):
        path = tmp_path / "c.geojson"
        document = json.dumps(collection(polygon(SQUARE), crs="嘉"), ensure_ascii=False)
        for encoding in ("utf-16", "gbk"):
            path.write_bytes(document.encode(encoding))
            assert refusal(path).code == "not_utf8"

    @pytest.mark.parametrize("bad", ["a\0b", "\ud800"])
    def test_what_cannot_be_stored_is_told_by_row_and_column(self, tmp_path, bad):
        document = collection(polygon(SQUARE), polygon(SQUARE))
        document["features"][1]["properties"]["name"] = bad
        path = tmp_path / "c.geojson"
        path.write_text(json.dumps(document))
        (found,) = read_features(path).refused
        assert (found.row, found.field, found.code) == (2, "name", "bad_text")

    def test_a_nul_in_parquet_is_told_too(self, tmp_path):
        frame(AREA, AREA, note=["fine", "a\0b"]).to_parquet(tmp_path / "c.parquet")
        (found,) = read_features(tmp_path / "c.parquet").refused
        assert (found.row, found.field, found.code) == (2, "note", "bad_text")

    def test_parquet_whose_text_is_no_utf8_is_refused(self, tmp_path):
        path = tmp_path / "c.parquet"
        frame(note="abcdef").to_parquet(path, compression=None)
        path.write_bytes(path.read_bytes().replace(b"abcdef", b"abc\xffef"))
        assert refusal(path).code == "unreadable"

    def test_two_columns_of_one_name_are_refused(self, tmp_path):
        frame(note="x").to_parquet(tmp_path / "c.parquet")
        table = pq.read_table(tmp_path / "c.parquet")
        pq.write_table(table.rename_columns(["name", "geometry", "name"]), tmp_path / "c.parquet")
        assert refusal(tmp_path / "c.parquet").code in ("duplicate_column", "unreadable")


class TestBrokenShapes:
    CASES = [
        (polygon(BOW_TIE), "self_intersection", (98.25, 39.75)),
        (polygon(TWO_POINTS), "too_few_points", (98.2, 39.7)),
        (polygon([*TWO_POINTS, TWO_POINTS[0]]), "too_few_points", (98.2, 39.7)),
        (polygon(OPEN_RING), "ring_not_closed", (98.2, 39.7)),
        (polygon(SQUARE, TWO_POINTS), "too_few_points", (98.2, 39.7)),
        (None, "no_geometry", None),
        (polygon(), "empty", None),
        ({"type": "Polygon"}, "unreadable_geometry", None),
        ({"type": "Blob", "coordinates": []}, "unreadable_geometry", None),
        (7, "unreadable_geometry", None),
        (polygon([("a", 1), (98.2, 39.8), (98.3, 39.8), ("a", 1)]), "not_finite", (98.2, 39.8)),
        ({"type": "Point", "coordinates": [98.2, 39.7]}, "not_an_area", (98.2, 39.7)),
        ({"type": "LineString", "coordinates": list(SQUARE)}, "not_an_area", (98.2, 39.7)),
        (
            {"type": "GeometryCollection", "geometries": [polygon(SQUARE)]},
            "not_an_area",
            (98.2, 39.7),
        ),
    ]

    @pytest.mark.parametrize(("shape", "code", "place"), CASES)
    def test_is_told_in_its_row_with_its_place(self, tmp_path, shape, code, place):
        path = write_json(tmp_path / "c.json", collection(polygon(SQUARE), shape, polygon(SQUARE)))
        features = read_features(path)
        assert len(features.table) == len(features.geometries) == 3
        (found,) = features.refused
        assert (found.row, found.code, found.field) == (2, code, "geometry")
        assert (found.lon, found.lat) == (pytest.approx(place) if place else (None, None))

    def test_a_whole_number_too_large_for_a_coordinate(self, tmp_path):
        huge = polygon([(10**400, 1), (98.2, 39.8), (98.3, 39.8), (10**400, 1)])
        path = write_json(tmp_path / "c.json", collection(huge))
        assert told(read_features(path)) == [(1, "not_finite")]

    @pytest.mark.parametrize(
        ("rings", "code"),
        [
            ([BOW_TIE], "self_intersection"),
            ([TWO_POINTS], "too_few_points"),
            ([OPEN_RING], "ring_not_closed"),
            (None, "no_geometry"),
        ],
    )
    def test_a_shapefile_keeps_the_row(self, tmp_path, rings, code):
        parts = shapefile_parts([b"a", b"b", b"c"], [[SQUARE], rings, [SQUARE]])
        features = read_features(write_zip(tmp_path / "c.zip", parts))
        assert features.table["name"].tolist() == ["a", "b", "c"]
        assert told(features) == [(2, code)]

    def test_parquet_keeps_the_row(self, tmp_path):
        frame(AREA, AREA, AREA).to_parquet(tmp_path / "c.parquet")
        table = pq.read_table(tmp_path / "c.parquet")
        broken = shapely.to_wkb(AREA)[:-16] + shapely.to_wkb(shapely.Point(1, 1))[-16:]
        wkb = [shapely.to_wkb(AREA), broken, None]
        table = table.set_column(1, table.field("geometry"), [pa.array(wkb, pa.binary())])
        pq.write_table(table, tmp_path / "c.parquet")
        features = read_features(tmp_path / "c.parquet")
        assert told(features) == [(2, "ring_not_closed"), (3, "no_geometry")]

    def test_a_topology_keeps_the_row(self, tmp_path):
        path = write_json(
            tmp_path / "c.json",
            topology(
                {"type": "Polygon", "arcs": [[1, 2]], "properties": {"name": "sound"}},
                {"type": None},
                {"type": "Polygon", "arcs": [[99]]},
                {"type": "Polygon", "arcs": [[1, 1]]},
                {"type": "Polygon", "arcs": [[1]]},
                {"type": "Polygon", "arcs": "x"},
                {"type": "Point", "coordinates": [98.2, 39.7]},
                {"type": "MultiPolygon", "arcs": [[[-1]]]},
                5,
            ),
        )
        features = read_features(path, crs="wgs84")
        assert shapely.equals(features.geometries[0], AREA)
        assert shapely.equals(features.geometries[7], AREA)
        assert told(features) == [
            (2, "no_geometry"),
            (3, "unreadable_geometry"),
            (4, "unreadable_geometry"),
            (5, "too_few_points"),
            (6, "unreadable_geometry"),
            (7, "not_an_area"),
            (9, "no_geometry"),
        ]

    def test_heights_are_dropped(self, tmp_path):
        tall = shapely.force_3d(AREA, 1500)
        frame(tall).to_file(tmp_path / "c.gpkg")
        (shape,) = read_features(tmp_path / "c.gpkg").geometries
        assert not shape.has_z
        assert shapely.equals(shape, AREA)

    def test_a_quantised_topology_is_put_back_on_its_grid(self, tmp_path):
        arc = [[0, 0], [0, 10], [10, 0], [0, -10], [-10, 0]]
        grid = {"scale": [0.01, 0.01], "translate": [98.2, 39.7]}
        document = topology({"type": "Polygon", "arcs": [[0]]}, arcs=[arc], transform=grid)
        features = read_features(write_json(tmp_path / "c.json", document), crs="wgs84")
        assert shapely.hausdorff_distance(features.geometries[0], AREA) < 1e-12


def test_a_path_may_be_spelt_in_capitals(tmp_path):
    path = write_json(tmp_path / "CELLS.GEOJSON", collection(polygon(SQUARE)))
    assert isinstance(path, Path)
    assert len(read_features(path).table) == 1
