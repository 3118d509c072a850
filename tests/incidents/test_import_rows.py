"""Rows of a file: how they are read, and why one is not taken."""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import uuid5

import pytest

from geodata.errors import ImportRefused
from gridmap.incidents.bulk.keys import NAMESPACE
from gridmap.incidents.models import Incident, Report, TimeLimit
from gridmap.incidents.services import importing
from tests.incidents.files import NOW, import_rows, row
from tests.incidents.makers import make_incident
from tests.makers import SIDE, WEST, SmallCity, make_small_city, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> SmallCity:
    return make_small_city()


def codes(report: importing.ImportReport) -> dict[str, int]:
    return dict(report.rejected)


class TestRefusals:
    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"lon": "", "lat": ""}, "no_place"),
            ({"lat": "NA"}, "no_place"),
            ({"lon": "inf"}, "not_finite"),
            ({"lat": "nan"}, "not_finite"),
            ({"lon": "1e999"}, "not_finite"),
            ({"lon": "98,2"}, "bad_coordinate"),
            ({"lat": 139.7}, "impossible_place"),
            ({"lon": 8.5, "lat": 47.4}, "far_away"),
            ({"lon": 39.7, "lat": 98.2 / 2}, "far_away"),
            ({"topic": "gossip"}, "unknown_topic"),
            ({"topic": " "}, "no_topic"),
            ({"occurred_at": ""}, "no_time"),
            ({"occurred_at": "05/01/2020"}, "bad_time"),
            ({"occurred_at": "2020-02-30"}, "bad_time"),
            ({"occurred_at": "0020-02-01"}, "bad_time"),
            ({"occurred_at": "2026-07-14 09:21"}, "in_future"),
            ({"occurred_at": "2026-07-14", "occurred_hour": "2300"}, "in_future"),
            ({"occurred_hour": "2561"}, "bad_hour"),
            ({"closed_at": "2026-06-30"}, "closed_before"),
            ({"closed_at": "soon"}, "bad_time"),
            ({"state": "asleep"}, "unknown_state"),
            ({"source": "pigeon"}, "unknown_source"),
            ({"outcome": "victory"}, "unknown_outcome"),
            ({"accuracy_m": -5}, "bad_accuracy_m"),
            ({"people_involved": "many"}, "bad_people_involved"),
            ({"amount_cny": 1e12}, "bad_amount_cny"),
            ({"address": "路" * 201}, "long_address"),
            ({"words": "a\0b"}, "bad_text"),
        ],
    )
    def test_a_row_is_refused_with_its_reason_and_the_others_come(
        self, city: SmallCity, tmp_path: Path, fields: dict[str, object], code: str
    ) -> None:
        report = import_rows(tmp_path, row(n=1), row(n=2, **fields), row(n=3))
        assert (codes(report), report.imported, report.read) == ({code: 1}, 2, 3)
        (refused,) = report.rows
        assert (refused.row, refused.fault.code) == (2, code)
        assert refused.fault.reason
        assert refused.fault.field in {*fields, "place"}

    def test_how_far_away_is_said(self, city: SmallCity, tmp_path: Path) -> None:
        report = import_rows(tmp_path, row(lon=8.5, lat=47.4))
        assert report.rows[0].km == pytest.approx(6700, rel=0.02)

    def test_a_row_of_another_length_is_refused(self, city: SmallCity, tmp_path: Path) -> None:
        path = tmp_path / "cases.csv"
        path.write_text(
            "occurred_at,topic,lon,lat\n2026-07-01,family,98.2\n2026-07-01,family,98.2,39.7\n"
        )
        request = importing.Request(path, crs="wgs84")
        report = importing.import_incidents(request=request, at=NOW)
        assert (codes(report), report.read, report.imported) == ({"broken_row": 1}, 2, 1)

    def test_a_channels_number_comes_once(self, city: SmallCity, tmp_path: Path) -> None:
        make_incident(make_user("ma"), source="police_110", channel_reference="A-1")
        rows = [
            row(n=n, source=source, channel_reference=reference)
            for n, (source, reference) in enumerate(
                [
                    ("police_110", "A-1"),
                    ("police_110", "A-2"),
                    ("police_110", "A-2"),
                    ("online", "A-1"),
                    ("online", ""),
                ]
            )
        ]
        report = import_rows(tmp_path, *rows)
        assert (codes(report), report.imported) == ({"reference_taken": 2}, 3)
        assert import_rows(tmp_path, *rows).already_there == 3

    def test_without_a_time_limit_no_case_can_be(self, city: SmallCity, tmp_path: Path) -> None:
        TimeLimit.objects.all().delete()
        assert codes(import_rows(tmp_path, row())) == {"no_time_limit": 1}

    @pytest.mark.parametrize(
        ("options", "code"),
        [
            ({"crs": None}, "crs_missing"),
            ({"crs": "EPSG:999999"}, "crs_unknown"),
            ({"columns": {"topic": "kind"}}, "no_column"),
        ],
    )
    def test_a_file_that_cannot_be_understood_is_refused_as_a_whole(
        self, city: SmallCity, tmp_path: Path, options: dict[str, object], code: str
    ) -> None:
        with pytest.raises(ImportRefused) as refused:
            import_rows(tmp_path, row(), **options)
        assert refused.value.code == code

    def test_a_required_field_must_have_a_column(self, city: SmallCity, tmp_path: Path) -> None:
        bare = row()
        del bare["occurred_at"]
        with pytest.raises(ImportRefused) as refused:
            import_rows(tmp_path, bare)
        assert "occurred_at" in str(refused.value)

    def test_what_came_before_a_broken_place_stays(
        self, city: SmallCity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(importing, "ROWS_AT_ONCE", 2)
        plain = importing._Import.take
        taken: list[int] = []

        def take(self: importing._Import, piece: importing.Piece, *, dry_run: bool) -> None:
            taken.append(len(piece))
            if len(taken) == 2:
                raise importing.refused("unreadable", "torn")
            plain(self, piece, dry_run=dry_run)

        monkeypatch.setattr(importing._Import, "take", take)
        report = import_rows(tmp_path, *(row(n=n) for n in range(6)))
        assert (report.imported, report.stopped) == (2, "torn")
        monkeypatch.setattr(importing._Import, "take", plain)
        again = import_rows(tmp_path, *(row(n=n) for n in range(6)))
        assert (again.imported, again.already_there, again.stopped) == (4, 2, None)


class TestReading:
    def test_padded_blanks_and_mixed_dates(self, city: SmallCity, tmp_path: Path) -> None:
        days = [" 2026-07-01 ", "2026/7/1", "　2026年7月1日", "46204", "20260701"]
        report = import_rows(
            tmp_path,
            *(
                row(occurred_at=day, topic=f" {topic} ", lon=f" {WEST + SIDE / 2} ")
                for day, topic in zip(
                    days, ["家庭", "family", "Family", "FAMILY", "家庭"], strict=True
                )
            ),
        )
        assert (report.imported, codes(report)) == (5, {})
        assert set(Incident.objects.values_list("occurred_at", "topic__code")) == {
            (datetime(2026, 6, 30, 16, tzinfo=UTC), "family")
        }

    def test_a_topic_map_names_words_and_the_rest(self, city: SmallCity, tmp_path: Path) -> None:
        words = ["Wasser", "family", "Lärm", ""]
        report = import_rows(
            tmp_path,
            *(row(topic=word) for word in words),
            topics={"Wasser": "water_supply", "*": "other"},
        )
        assert codes(report) == {}
        found = Incident.objects.order_by("pk").values_list("topic__code", flat=True)
        assert list(found) == ["water_supply", "family", "other", "other"]

    def test_one_value_for_all_rows(self, city: SmallCity, tmp_path: Path) -> None:
        import_rows(
            tmp_path, row(), constants={"source": "police_110", "state": "open", "topic": "wages"}
        )
        case = Incident.objects.get()
        assert (case.source, case.state, case.topic.code) == ("police_110", "registered", "wages")

    def test_metres_of_another_system_come_to_the_right_place(
        self, city: SmallCity, tmp_path: Path
    ) -> None:
        """EPSG:4542 has its false easting of 500 km at 99° E."""
        import_rows(tmp_path, row(lon=500_000, lat=4_400_000), crs="EPSG:4542")
        case = Incident.objects.get()
        assert case.geom.x == pytest.approx(99, abs=1e-9)
        assert case.geom.y == pytest.approx(39.73, abs=0.01)
        assert (case.location_datum, case.unrouted_reason) == ("EPSG:4542", "outside")

    def test_a_key_is_the_uuid_of_content_and_occurrence(
        self, city: SmallCity, tmp_path: Path
    ) -> None:
        one = row()
        import_rows(tmp_path, one, one)
        content = "\x1f".join(str(value) for value in one.values()).encode()
        expected = {uuid5(NAMESPACE, f"{sha256(content).hexdigest()}-{n}") for n in (1, 2)}
        assert set(Report.objects.values_list("key", flat=True)) == expected
        assert {bytes(digest) for digest in Report.objects.values_list("digest", flat=True)} == {
            sha256(content).digest()
        }
