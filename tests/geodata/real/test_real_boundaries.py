"""Real and dirty boundaries: Denver before and after repair, minimal puzzles, Taiwan."""

import os
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
import shapely

from geodata.coverage import check_coverage
from geodata.crs import Measure
from geodata.reading import read_features

DATA = Path(os.environ["GRIDMAP_REAL_DATA"]).resolve()
PUZZLES = sorted((DATA / "mapshaper").iterdir())


def checked(path, **options):
    """The report on a file, its features, and the seconds that the check alone took."""
    features = read_features(path, **options)
    metres = Measure.around(features.geometries, features.system).to_metres(features.geometries)
    started = time.perf_counter()
    report = check_coverage([f"#{row}" for row in features.table.index], metres)
    return report, features, time.perf_counter() - started


@pytest.fixture
def denver(tmp_path):
    def zipped(state):
        path = tmp_path / f"{state}.zip"
        folder = DATA / "denver2020" / f"DenverCo_precincts2020_{state}"
        with zipfile.ZipFile(path, "w") as archive:
            for part in folder.iterdir():
                archive.write(part, part.name)
        return path

    return zipped


class TestDenver:
    def test_before_repair_every_fault_is_named(self, denver):
        report, features, seconds = checked(denver("orig"))
        assert features.system == "EPSG:2232"
        assert features.refused == ()
        assert not report.ok
        assert len(report.edges) == 35
        assert len(report.slivers) == 24
        (overlap,) = report.overlaps
        assert overlap.area_m2 == pytest.approx(13, abs=0.1)
        assert overlap.cells == ("#71", "#72")
        assert seconds < 5

    def test_the_overlap_lies_where_both_precincts_are(self, denver):
        path = denver("orig")
        report, features, _seconds = checked(path)
        (overlap,) = report.overlaps
        measure = Measure.around(features.geometries, features.system)
        both = measure.to_metres(features.geometries[[70, 71]])
        assert shapely.contains(both, shapely.Point(overlap.x, overlap.y)).all()
        lon, lat = measure.to_lonlat(overlap.x, overlap.y)
        assert (lon, lat) == (pytest.approx(-104.892, abs=1e-3), pytest.approx(39.699, abs=1e-3))

    def test_after_repair_it_tiles_and_enclaves_are_no_faults(self, denver):
        report, _features, seconds = checked(denver("repaired"))
        assert report.ok
        assert report.faults == ()
        assert len(report.enclaves) == 10
        assert seconds < 2

    def test_with_an_outline_that_has_the_enclaves_it_tiles_too(self, denver):
        features = read_features(denver("repaired"))
        metres = Measure.around(features.geometries, features.system).to_metres(features.geometries)
        outline = shapely.coverage_union_all(metres)
        names = [str(row) for row in features.table.index]
        assert check_coverage(names, metres, within=outline).ok
        filled = shapely.union_all([shapely.Polygon(part.exterior) for part in outline.geoms])
        report = check_coverage(names, metres, within=filled)
        assert len(report.gaps) == 10
        without = check_coverage(names[:-1], metres[:-1], within=outline)
        (gap,) = without.gaps
        assert gap.area_m2 == pytest.approx(shapely.area(metres[-1]), rel=1e-6)


class TestPuzzles:
    def test_there_are_23(self):
        assert len(PUZZLES) == 23

    @pytest.mark.parametrize("path", PUZZLES, ids=lambda path: path.stem)
    def test_each_is_answered_and_what_is_invalid_is_named(self, path):
        system = "EPSG:27700" if "britain" in path.name else "wgs84"
        report, features, _seconds = checked(path, crs=system)
        invalid = {fault.rows[0] for fault in report.invalid}
        assert invalid == {refusal.row for refusal in features.refused}
        sound = np.setdiff1d(features.table.index, list(invalid))
        assert shapely.is_valid(features.geometries[sound - 1]).all()
        assert all(fault.reason and fault.x is not None for fault in report.faults)

    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("ex10_bowtie", "invalid"),
            ("ex12_ogc", "invalid"),
            ("ex18_ogc", "invalid"),
            ("ex20_ogc_line", "invalid"),
            ("ex2_yemen", "slivers"),
            ("ex3", "overlaps"),
            ("ex4", "overlaps"),
            ("ex5_three_precincts", "overlaps"),
            ("ex6", "overlaps"),
            ("ex23_three_ca_precincts", "slivers"),
        ],
    )
    def test_the_fault_is_of_its_kind(self, name, kind):
        (path,) = [path for path in PUZZLES if path.stem == name]
        report, _features, _seconds = checked(path, crs="wgs84")
        assert getattr(report, kind)


class TestTaiwan:
    def test_villages(self):
        report, features, seconds = checked(DATA / "taiwan" / "villages-10t.json", crs="wgs84")
        assert len(features.table) == report.cells == 7701
        assert len(report.invalid) == len(features.refused) == 7
        assert len(report.edges) == 10
        assert [round(fault.area_m2, 1) for fault in report.overlaps] == [4.6]
        assert (report.gaps, report.slivers) == ((), ())
        assert seconds < 10

    @pytest.mark.parametrize(("level", "count"), [("counties", 22), ("towns", 368)])
    def test_the_levels_above_tile(self, level, count):
        report, features, _seconds = checked(DATA / "taiwan" / f"{level}-10t.json", crs="wgs84")
        assert (len(features.table), report.ok) == (count, True)

    def test_against_the_outline_of_their_nation_lakes_and_one_spike_are_found(self):
        path = DATA / "taiwan" / "villages-10t.json"
        villages = read_features(path, crs="wgs84")
        nation = read_features(path, crs="wgs84", layer="nation")
        measure = Measure.around(villages.geometries, "wgs84")
        names = villages.table["VILLCODE"].tolist()
        metres = measure.to_metres(villages.geometries)
        report = check_coverage(names, metres, within=measure.to_metres(nation.geometries))
        assert len(report.invalid) == 7
        assert len(report.gaps) == 41
        (spike,) = report.outside
        assert (spike.cells, round(spike.area_m2)) == (("10014080006",), 453)
