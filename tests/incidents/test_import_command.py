"""The command: what it takes, what it says, what its report holds."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from geodata.errors import ImportRefused
from gridmap.incidents.bulk.fields import Request, parse_pairs, read_topic_map
from gridmap.incidents.models import Incident
from tests.incidents.files import row, write_csv
from tests.makers import make_small_city

KEYS = {"read", "imported", "already_there", "rejected", "unrouted"}


def run(*arguments: object) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("import_incidents", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.mark.django_db
class TestRun:
    @pytest.fixture(autouse=True)
    def city(self) -> None:
        make_small_city()

    def test_the_report_counts_and_explains(self, tmp_path: Path) -> None:
        path = write_csv(
            tmp_path / "cases.csv",
            [row(n=1), row(n=2, lon=8.5), row(n=3, topic="gossip"), row(n=4)],
        )
        report = tmp_path / "report.json"
        out, err = run(path, "--crs", "wgs84", "--report", report)
        found: dict[str, Any] = json.loads(report.read_text("utf-8"))
        assert {name: found[name] for name in KEYS} == {
            "read": 4, "imported": 2, "already_there": 0, "unrouted": 2,
            "rejected": {"far_away": 1, "unknown_topic": 1},
        }  # fmt: skip
        assert [(one["row"], one["code"]) for one in found["rejected_rows"]] == [
            (2, "far_away"), (3, "unknown_topic"),
        ]  # fmt: skip
        assert found["rejected_rows"][1]["value"] == "gossip"
        assert set(found["reasons"]) == {"far_away", "unknown_topic"}
        assert "gossip" in err
        assert "2" in out

    def test_columns_formats_and_topics_are_taken_as_said(self, tmp_path: Path) -> None:
        path = write_csv(
            tmp_path / "cases.csv",
            [{"Day": "13/07/2026", "Kind": "Lärm", "E": 500_000, "N": 4_400_000, "h": 930}],
        )
        topics = tmp_path / "topics.csv"
        topics.write_text("Lärm,noise_road\n", encoding="utf-8")
        run(
            path, "--crs", "EPSG:4542", "--topic-map", topics, "--time-format", "%d/%m/%Y",
            "--map", "occurred_at=Day", "topic=Kind", "--map", "x=E", "y=N", "occurred_hour=h", "source==patrol",
        )  # fmt: skip
        case = Incident.objects.get()
        assert (case.topic.code, case.source) == ("noise_road", "patrol")
        assert case.occurred_at.isoformat() == "2026-07-13T01:30:00+00:00"

    @pytest.mark.parametrize("ending", ["xlsx", "gpkg", "parquet"])
    def test_other_formats(self, tmp_path: Path, ending: str) -> None:
        path = tmp_path / f"cases.{ending}"
        rows = [row(n=n) for n in range(3)]
        if ending == "xlsx":
            book = openpyxl.Workbook()
            sheet = book.worksheets[0]
            for line in [list(rows[0]), *(list(one.values()) for one in rows)]:
                sheet.append(line)
            book.save(path)
        else:
            points = gpd.points_from_xy([one["lon"] for one in rows], [one["lat"] for one in rows])
            frame = gpd.GeoDataFrame(
                [{"occurred_at": one["occurred_at"], "topic": one["topic"], "n": one["n"]} for one in rows],
                geometry=points, crs=4490,
            )  # fmt: skip
            (frame.to_parquet if ending == "parquet" else frame.to_file)(path)
        run(path, *(["--crs", "cgcs2000"] if ending == "xlsx" else []))
        assert Incident.objects.filter(cell__isnull=False).count() == 3
        run(path, *(["--crs", "cgcs2000"] if ending == "xlsx" else []))
        assert Incident.objects.count() == 3

    def test_a_dry_run_writes_nothing_and_says_so(self, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "cases.csv", [row()])
        with translation.override("en"):
            out, _err = run(path, "--crs", "wgs84", "--dry-run")
        assert "nothing written" in out
        assert not Incident.objects.exists()

    def test_what_cannot_be_read_is_one_sentence(self, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "cases.csv", [row()])
        with pytest.raises(CommandError, match="--crs"):
            run(path)
        with pytest.raises(CommandError, match="什么也没有导入"):
            run(tmp_path / "none.csv", "--crs", "wgs84")


class TestWords:
    def test_pairs_are_columns_or_values(self) -> None:
        pairs = ["topic=Art der Meldung", "x=E", "source==patrol", "words=a=b"]
        assert parse_pairs(pairs) == (
            {"topic": "Art der Meldung", "lon": "E", "words": "a=b"},
            {"source": "patrol"},
        )

    @pytest.mark.parametrize(
        "pairs",
        [["topic"], ["topic="], ["gossip=x"], ["topic=a", "topic=b"], ["x=a", "lon=b"], ["=a"]],
    )
    def test_what_is_no_pair_is_refused_with_the_fields(self, pairs: list[str]) -> None:
        with pytest.raises(ImportRefused) as refused:
            parse_pairs(pairs)
        assert "occurred_at" in str(refused.value)

    @pytest.mark.parametrize(
        ("name", "text"),
        [("t.json", '{"Müll": "other", "*": "repair"}'), ("t.csv", "\ufeffMüll,other\n*,repair\n")],
    )
    def test_a_topic_map_is_json_or_two_columns(self, tmp_path: Path, name: str, text: str) -> None:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        assert read_topic_map(path) == {"Müll": "other", "*": "repair"}

    @pytest.mark.parametrize(
        ("name", "text"),
        [("t.json", "[1, 2]"), ("t.json", "{"), ("t.csv", "a,b,c\n"), ("t.csv", None)],
    )
    def test_what_is_no_topic_map_is_refused(
        self, tmp_path: Path, name: str, text: str | None
    ) -> None:
        if text is not None:
            (tmp_path / name).write_text(text)
        with pytest.raises(ImportRefused) as refused:
            read_topic_map(tmp_path / name)
        assert refused.value.code == "bad_topic_map"

    def test_a_column_of_the_fields_own_name_is_taken_unless_a_value_is_given(self) -> None:
        request = Request(Path("x.csv"), constants={"source": "patrol"})
        names = ["occurred_at", "topic", "lon", "lat", "source", "other"]
        assert request.columns_in(names, has_points=False, labels={}) == {
            name: name for name in ("occurred_at", "topic", "lon", "lat")
        }
