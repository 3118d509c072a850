"""Files of many rows: every format gives the same texts and places, and says what it cannot give."""

import csv
import gzip
import io
import zipfile
from contextlib import closing
from datetime import datetime, time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

from geodata.errors import ImportRefused
from geodata.row_files import Piece, open_rows

ROWS = [["停水", "1", "98.2"], ["漏水，楼上", "2", "98.3"], ['他说“不”\n还说"不"', "3", "98.4"]]
NAMES = ["what", "n", "lon"]


def read(path: Path, rows: int = 1000, **options: Any) -> list[Piece]:
    with open_rows(path, **options) as file:
        return list(file.pieces(rows))


def texts(pieces: list[Piece]) -> list[list[str]]:
    """The rows of all pieces, value by value."""
    return [
        [str(piece.columns[name][n]) for name in piece.columns]
        for piece in pieces
        for n in range(len(piece))
    ]


def refusal(path: Path, **options: Any) -> ImportRefused:
    with pytest.raises(ImportRefused) as caught:
        read(path, **options)
    return caught.value


def as_csv(rows: list[list[str]] = ROWS, names: list[str] = NAMES, delimiter: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([names, *rows])
    return text.getvalue()


def points(*shapes: shapely.Geometry | None, crs: int | None = 4490) -> gpd.GeoDataFrame:
    values = {"what": [f"row {n}" for n in range(len(shapes))], "n": range(len(shapes))}
    return gpd.GeoDataFrame(values, geometry=list(shapes), crs=crs)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rows.csv"


class TestCsv:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_every_usual_encoding_and_delimiter(
        self, path: Path, encoding: str, delimiter: str
    ) -> None:
        path.write_text(as_csv(delimiter=delimiter), encoding=encoding, newline="")
        assert texts(read(path)) == ROWS

    def test_packed_with_gzip(self, tmp_path: Path) -> None:
        path = tmp_path / "rows.csv.gz"
        path.write_bytes(gzip.compress(as_csv().encode()))
        assert texts(read(path)) == ROWS

    def test_rows_that_do_not_fit_the_names_are_told_with_their_numbers(self, path: Path) -> None:
        path.write_text("a,b\n1,2\n3\n\n4,5,6\n7,8\n9\n")
        pieces = read(path, rows=1)
        assert [number for piece in pieces for number in piece.numbers] == [1, 4]
        assert [(one.row, one.text) for piece in pieces for one in piece.broken] == [
            (2, "3"), (3, "4,5,6"), (5, "9"),
        ]  # fmt: skip

    def test_many_pieces_have_the_rows_of_one(self, path: Path) -> None:
        rows = [[str(n), "x" * (n % 7)] for n in range(5000)]
        path.write_text(as_csv(rows, ["n", "text"]))
        pieces = read(path, rows=300)
        assert texts(pieces) == rows
        assert np.concatenate([piece.numbers for piece in pieces]).tolist() == list(range(1, 5001))
        assert pieces[-1].done == path.stat().st_size

    def test_empty_is_empty_and_blanks_stay(self, path: Path) -> None:
        path.write_text('a,b\n, x \n"",NA\n')
        assert texts(read(path)) == [["", " x "], ["", "NA"]]

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "no_header"),
            (b",,\n1,2,3\n", "no_header"),
            (b"a,b,a\n1,2,3\n", "duplicate_column"),
            (b"a,b\n\xff\xff\xff,1\n", "encoding_unknown"),
        ],
    )
    def test_a_file_without_sense_is_refused(self, path: Path, content: bytes, code: str) -> None:
        path.write_bytes(content)
        assert refusal(path).code == code

    def test_a_file_that_ends_too_early_is_refused_after_what_came_before(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "rows.csv.gz"
        chance = np.random.default_rng(1).integers(0, 10**9, 200_000)
        packed = gzip.compress(as_csv([[str(n)] for n in chance], ["n"]).encode())
        path.write_bytes(packed[: len(packed) // 2])
        assert refusal(path).code == "unreadable"


class TestXlsx:
    def write(self, path: Path, *rows: list[Any], sheets: tuple[str, ...] = ("one",)) -> None:
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        for name in sheets:
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        book.save(path)

    def test_values_of_every_kind_come_as_typed(self, tmp_path: Path) -> None:
        path = tmp_path / "rows.xlsx"
        self.write(
            path,
            ["when", "hour", "n", None, "flag"],
            [datetime(2020, 1, 5, 10, 30), time(21, 14), 7.0, "left out", True],  # noqa: DTZ001
            ["2020/1/6", 930, 7.25, None, None],
            [None, None, None, None, None],
            [43835, None, None, None, "x"],
        )
        pieces = read(path)
        assert list(pieces[0].columns) == ["when", "hour", "n", "flag"]
        assert texts(pieces) == [
            ["2020-01-05 10:30:00", "21:14:00", "7", "True"],
            ["2020/1/6", "930", "7.25", ""],
            ["43835", "", "", "x"],
        ]
        assert pieces[0].numbers.tolist() == [1, 2, 4]

    def test_a_sheet_is_chosen_by_name(self, tmp_path: Path) -> None:
        path = tmp_path / "rows.xlsx"
        self.write(path, ["a"], ["x"], sheets=("one", "two"))
        assert texts(read(path, layer="two")) == [["x"]]
        assert "one、two" in str(refusal(path, layer="three"))

    def test_a_workbook_that_is_none_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "rows.xlsx"
        with closing(zipfile.ZipFile(path, "w")) as archive:
            archive.writestr("hello.txt", "hello")
        assert refusal(path).code == "unreadable"
        path.write_text("a,b\n")
        assert refusal(path).code == "wrong_format"


class TestLayers:
    SHAPES = (shapely.Point(98.2, 39.7), shapely.Point(98.3, 39.8))

    @pytest.fixture(params=["gpkg", "parquet", "zip", "native"])
    def layer(self, request: pytest.FixtureRequest, tmp_path: Path) -> Path:
        frame = points(*self.SHAPES)
        if request.param == "native":
            path = tmp_path / "rows.parquet"
            frame.to_parquet(path, geometry_encoding="geoarrow")
        elif request.param == "zip":
            path = tmp_path / "rows.zip"
            frame.to_file(tmp_path / "rows.shp", engine="pyogrio", encoding="utf-8")
            with closing(zipfile.ZipFile(path, "w")) as archive:
                for part in tmp_path.glob("rows.*"):
                    if part != path:
                        archive.write(part, part.name)
        else:
            path = tmp_path / f"rows.{request.param}"
            write = frame.to_parquet if request.param == "parquet" else frame.to_file
            write(path)
        return path

    def test_every_format_gives_the_same(self, layer: Path) -> None:
        with open_rows(layer) as file:
            assert (file.columns, file.has_points) == (("what", "n"), True)
            pieces = list(file.pieces(1))
        assert texts(pieces) == [["row 0", "0"], ["row 1", "1"]]
        xy = [(piece.points.x[0], piece.points.y[0]) for piece in pieces if piece.points]
        assert xy == [(98.2, 39.7), (98.3, 39.8)]

    @pytest.mark.parametrize("ending", ["gpkg", "parquet"])
    def test_no_place_and_what_is_no_point_are_told_apart(
        self, tmp_path: Path, ending: str
    ) -> None:
        path = tmp_path / f"rows.{ending}"
        frame = points(shapely.Point(1, 2), None, shapely.box(0, 0, 1, 1), shapely.Point())
        (frame.to_parquet if ending == "parquet" else frame.to_file)(path)
        (piece,) = read(path)
        assert piece.points is not None
        assert piece.points.is_other.tolist() == [False, False, True, False]
        assert np.isnan(piece.points.x).tolist() == [False, True, True, True]

    def test_times_and_lists_come_as_text(self, tmp_path: Path) -> None:
        path = tmp_path / "rows.parquet"
        frame = points(shapely.Point(1, 2)).assign(
            at=pd.to_datetime(["2020-01-05T10:00:00Z"]), several=[["a", "b"]], flag=[None]
        )
        frame.to_parquet(path)
        (row,) = texts(read(path))
        assert row[2].startswith("2020-01-05 10:00:00")
        assert row[2].endswith("Z")
        assert row[3:] == ["['a', 'b']", ""]

    def test_a_layer_is_chosen_by_name(self, tmp_path: Path) -> None:
        path = tmp_path / "rows.gpkg"
        for name in ("one", "two"):
            points(*self.SHAPES).to_file(path, layer=name, engine="pyogrio")
        assert "one、two" in str(refusal(path))
        assert len(texts(read(path, layer="two"))) == 2

    @pytest.mark.parametrize("ending", ["gpkg", "parquet", "zip"])
    def test_a_torn_file_is_refused(self, tmp_path: Path, ending: str) -> None:
        path = tmp_path / f"rows.{ending}"
        heads = {"gpkg": b"SQLite format 3\0", "parquet": b"PAR1", "zip": b"PK\x03\x04"}
        path.write_bytes(heads[ending] + b"torn" * 100)
        assert refusal(path).code in {"unreadable", "not_a_zip"}


@pytest.mark.parametrize(
    ("name", "code"), [("rows.txt", "unknown_format"), ("none.csv", "no_file")]
)
def test_a_file_of_another_kind_or_none_is_refused(tmp_path: Path, name: str, code: str) -> None:
    if code == "unknown_format":
        (tmp_path / name).write_text("a\n")
    assert refusal(tmp_path / name).code == code
