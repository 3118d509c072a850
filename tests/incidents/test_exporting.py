"""Cases into files: what is in scope, no formula in any cell, persons only by right, all of it written down."""

import csv
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import translation

from geodata.exporting import ExportRefused
from gridmap.accounts.models import Role, User
from gridmap.incidents.bulk import sheets
from gridmap.incidents.bulk.fields import Request
from gridmap.incidents.drafts import PartyDraft
from gridmap.incidents.models import Export, Incident, MoveRecord, Party, PartyLook, Report
from gridmap.incidents.services import exporting
from gridmap.incidents.services.exporting import export_incidents
from gridmap.incidents.services.importing import import_incidents
from tests.incidents.files import NOW, import_rows, row
from tests.incidents.makers import make_incident
from tests.makers import SmallCity, appoint, make_small_city, make_user

pytestmark = pytest.mark.django_db
FORMATS = ["csv", "xlsx", "gpkg", "parquet"]
# What a spreadsheet would run, or would take for the beginning of something to run.
DANGEROUS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", "'=1", "''+1", "'quoted'",
    '=HYPERLINK("http://example.org")', "a,=b", 'a"\n=b', "=cmd|' /C calc'!A0", "#N/A", "",
]  # fmt: skip
STARTS = "=+-@\t\r\n＝＋－＠"


@pytest.fixture
def city() -> SmallCity:
    return make_small_city()


@pytest.fixture
def admin(city: SmallCity) -> User:
    return person("he", Role.CITY_ADMIN, city.areas["city"])


def person(username: str, role: Role, place: Any) -> User:
    user = make_user(username, password=None)
    appoint(user, role, place)
    return user


def write(path: Path, by: User, **options: Any) -> Export:
    return export_incidents(
        cases=Incident.objects.all(), by=by, at=NOW, path=path, **{"filters": {}, **options}
    )


def cells_of(path: Path) -> list[list[Any]]:
    """The rows of a sheet, the names on top included."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))
    sheet = openpyxl.load_workbook(path).worksheets[0]
    return [list(line) for line in sheet.iter_rows(values_only=True)]


def column(path: Path, name: str) -> list[Any]:
    names, *lines = cells_of(path)
    return [line[names.index(name)] for line in lines]


class TestScope:
    def test_everybody_gets_the_cases_that_are_theirs(
        self, city: SmallCity, admin: User, tmp_path: Path
    ) -> None:
        member = person("ma", Role.GRID_MEMBER, city.cells["a"])
        commander = person("chen", Role.DISTRICT_COMMANDER, city.areas["y"])
        codes = {
            key: make_incident(admin, column=x).code
            for key, x in (("a", 0.5), ("b", 2.5), ("d", 6.5))
        }
        for user, wanted in ((member, "a"), (commander, "d"), (admin, "abd")):
            path = tmp_path / f"{user.username}.csv"
            assert write(path, user).count == len(wanted)
            assert column(path, "编号") == [codes[key] for key in wanted]

    @pytest.mark.parametrize("role", [Role.PLANNER, None])
    def test_who_has_no_cases_gets_no_file(
        self, city: SmallCity, admin: User, tmp_path: Path, role: Role | None
    ) -> None:
        make_incident(admin)
        user = person("lin", role, city.areas["city"]) if role else make_user("lin")
        with pytest.raises(ExportRefused):
            write(tmp_path / "cases.csv", user)
        assert list(tmp_path.iterdir()) == []
        assert not Export.objects.exists()

    def test_it_is_written_down_who_took_what(self, admin: User, tmp_path: Path) -> None:
        make_incident(admin)
        record = write(tmp_path / "cases.xlsx", admin, filters={"topic": "water_supply"})
        found = Export.objects.get()
        assert found == record
        assert (found.user, found.at, found.form, found.count) == (admin, NOW, "xlsx", 1)
        assert (found.filters, found.parties_reason) == ({"topic": "water_supply"}, "")

    def test_the_application_cannot_unwrite_it(self, admin: User, tmp_path: Path) -> None:
        call_command("grant_app")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT has_table_privilege('gridmap_app', 'incidents_export', wanted) FROM"
                " unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) AS rights (wanted)"
            )
            assert [may for (may,) in cursor.fetchall()] == [True, True, False, False]

    @pytest.mark.parametrize("ending", FORMATS)
    def test_what_fails_leaves_neither_file_nor_record(
        self, admin: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
    ) -> None:
        def fail(*_args: object, **_options: object) -> None:
            raise OSError(28, "No space left on device")

        make_incident(admin)
        monkeypatch.setattr(exporting, "_worded", fail)
        monkeypatch.setattr(exporting, "_frame", fail)
        with pytest.raises(ExportRefused, match="No space"):
            write(tmp_path / f"cases.{ending}", admin)
        assert list(tmp_path.iterdir()) == []
        assert not Export.objects.exists()

    def test_more_than_a_sheet_holds_is_told_before(
        self, admin: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_incident(admin)
        monkeypatch.setattr(exporting, "MOST_ROWS", 1)
        with pytest.raises(ExportRefused, match="CSV"):
            write(tmp_path / "cases.xlsx", admin)
        assert write(tmp_path / "cases.csv", admin).count == 1

    def test_another_ending_is_refused(self, admin: User, tmp_path: Path) -> None:
        make_incident(admin)
        with pytest.raises(ExportRefused, match="gpkg"):
            write(tmp_path / "cases.doc", admin)


class TestFormulas:
    @pytest.fixture
    def dangerous(self, admin: User, tmp_path: Path) -> None:
        """Cases whose every free text is dangerous."""
        folder = tmp_path / "in"
        folder.mkdir()
        for n, text in enumerate(DANGEROUS):
            make_incident(
                admin, words=text, address=text, organisations_involved=text, title=text or "x", unit_no=text[:10],
                channel_reference=f"{text}{n}", parties=(PartyDraft("reporter", text or "x", text[:20], text),),
            )  # fmt: skip

    @pytest.mark.parametrize("ending", ["csv", "xlsx"])
    def test_no_cell_is_a_formula(
        self, dangerous: None, admin: User, tmp_path: Path, ending: str
    ) -> None:
        path = tmp_path / f"cases.{ending}"
        write(path, admin, parties_reason="check")
        if ending == "csv":
            assert path.read_bytes().startswith(b"\xef\xbb\xbf")
            starting = [
                cell for line in cells_of(path) for cell in line if cell[:1] and cell[0] in STARTS
            ]
            assert starting == []
        else:
            sheet = openpyxl.load_workbook(path).worksheets[0]
            assert {cell.data_type for line in sheet.iter_rows() for cell in line} <= {
                "s",
                "n",
                "d",
            }
        assert len(cells_of(path)) == 1 + len(DANGEROUS)

    def test_control_without_the_stop_there_are_formulas(
        self, dangerous: None, admin: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sheets, "stopped", lambda text: text)
        path = tmp_path / "cases.csv"
        write(path, admin)
        assert any(cell[:1] and cell[0] in STARTS for line in cells_of(path) for cell in line)
        book = openpyxl.Workbook()
        book.worksheets[0].append(["=1+1"])
        assert book.worksheets[0]["A1"].data_type == "f"

    def test_a_text_that_no_file_can_hold_is_marked(self, admin: User, tmp_path: Path) -> None:
        make_incident(admin, words="a\x01b")
        path = tmp_path / "cases.xlsx"
        write(path, admin)
        assert column(path, "事件简述") == ["a\ufffdb"]


class TestParties:
    @pytest.fixture(autouse=True)
    def cases(self, city: SmallCity, admin: User) -> None:
        party = PartyDraft("reporter", "张三", "13900000000", "镜铁西路 1 号")
        other = PartyDraft("respondent", "李四")
        make_incident(admin, parties=(party, other))
        make_incident(admin, column=6.5, parties=(PartyDraft("reporter", "王五"),))
        make_incident(admin, column=2.5)

    def test_without_a_reason_there_are_none(self, admin: User, tmp_path: Path) -> None:
        path = tmp_path / "cases.csv"
        write(path, admin)
        assert "张三" not in path.read_text("utf-8")
        assert "当事人" not in cells_of(path)[0]
        assert not PartyLook.objects.exists()

    @pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
    def test_with_the_right_and_a_reason_they_come_and_every_look_is_noted(
        self, admin: User, tmp_path: Path, ending: str
    ) -> None:
        path = tmp_path / f"cases.{ending}"
        record = write(path, admin, parties_reason="check")
        assert record.parties_reason == "check"
        if ending != "parquet":
            assert column(path, "当事人") == [
                "来件人 张三 13900000000 镜铁西路 1 号；被反映方 李四", "来件人 王五", "" if ending == "csv" else None,
            ]  # fmt: skip
        with_parties = set(Party.objects.values_list("incident", flat=True))
        assert set(PartyLook.objects.values_list("incident", "user", "reason", "at")) == {
            (incident, admin.pk, "check", NOW) for incident in with_parties
        }

    @pytest.mark.parametrize(
        "role", [Role.GRID_MEMBER, Role.GRID_LEADER, Role.DISPATCHER, Role.PLANNER, Role.VISITOR]
    )
    def test_without_the_right_there_is_no_file(
        self, city: SmallCity, tmp_path: Path, role: Role
    ) -> None:
        place = (
            city.cells["a"] if role in {Role.GRID_MEMBER, Role.GRID_LEADER} else city.areas["city"]
        )
        user = person("bai", role, place)
        with pytest.raises(ExportRefused, match="当事人"):
            write(tmp_path / "cases.csv", user, parties_reason="check")
        assert list(tmp_path.iterdir()) == []
        assert not PartyLook.objects.exists()

    def test_the_application_reads_them_through_row_level_security(
        self, city: SmallCity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        commander = person("chen", Role.DISTRICT_COMMANDER, city.areas["y"])
        call_command("grant_app")
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE gridmap_app")
        try:
            assert not Party.objects.exists()
            path = tmp_path / "cases.csv"
            write(path, commander, parties_reason="contact")
            assert column(path, "当事人") == ["来件人 王五"]
            # Control: who does not say who acts, sees no party of anybody.
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('gridmap.areas', '', true)")
            monkeypatch.setattr(exporting, "act_as", lambda _user: None)
            write(path, commander, parties_reason="contact")
            assert column(path, "当事人") == [""]
        finally:
            with connection.cursor() as cursor:
                cursor.execute("RESET ROLE")


class TestRoundTrip:
    KEPT = (
        "title", "summary", "source", "topic_id", "scale", "risk_level", "urgency", "people_involved", "amount_cny",
        "organisations_involved", "geom", "location_accuracy_m", "address", "area_id", "cell_id", "building_id",
        "unit_no", "floor_no", "room_no", "state", "outcome", "resolution_text", "occurred_at", "registered_at",
        "closed_at",
    )  # fmt: skip

    def values(self) -> list[dict[str, Any]]:
        rows = Incident.objects.order_by("occurred_at", "title").values(
            *self.KEPT, "reports__channel_reference"
        )
        return list(rows)

    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    @pytest.mark.parametrize("ending", FORMATS)
    def test_what_goes_out_comes_in_again(
        self, city: SmallCity, admin: User, tmp_path: Path, ending: str, language: str
    ) -> None:
        texts = [text for text in DANGEROUS if text.strip() == text and text]
        import_rows(
            tmp_path,
            *(
                row(
                    0.3 + n / 10, occurred_at=f"2026-07-01 10:{n:02}:07", title=f"{n}", words=f"说 {text}", address=text,
                    channel_reference=f"A-{n}", state=["结案", "open", "filed"][n % 3], people_involved=n or "",
                    amount_cny=f"{n}.50", accuracy_m=n + 0.25, organisations_involved=text, resolution_text=text,
                    outcome="口头协议", unit_no=n, closed_at="2026-07-02 08:00",
                )
                for n, text in enumerate(texts)
            ),
        )  # fmt: skip
        before = self.values()
        assert len(before) == len(texts)
        path = tmp_path / f"out.{ending}"
        with translation.override(language):
            write(path, admin)
        for model in (MoveRecord, Report, Incident):
            model.objects.all().delete()
        crs = "cgcs2000" if ending in {"csv", "xlsx"} else None
        report = import_incidents(request=Request(path, crs=crs), at=NOW)
        assert dict(report.rejected) == {}
        # A workbook has sixteen digits, so that a place may move by a millionth of a millimetre.
        reach = 1e-13 if ending == "xlsx" else 0
        for one, other in zip(self.values(), before, strict=True):
            place, was = one.pop("geom"), other.pop("geom")
            assert one == other
            assert max(abs(place.x - was.x), abs(place.y - was.y)) <= reach

    def test_times_of_an_office_are_those_of_the_city(self, admin: User, tmp_path: Path) -> None:
        make_incident(admin, at=datetime(2026, 7, 14, 16, 30, tzinfo=UTC))
        write(tmp_path / "cases.csv", admin)
        assert column(tmp_path / "cases.csv", "登记时间") == ["2026-07-15 00:30:00"]
        write(tmp_path / "cases.xlsx", admin)
        assert column(tmp_path / "cases.xlsx", "登记时间") == [datetime(2026, 7, 15, 0, 30)]  # noqa: DTZ001

    def test_numbers_are_numbers(self, admin: User, tmp_path: Path) -> None:
        make_incident(admin, people_involved=3, amount_cny=Decimal("12.50"))
        write(tmp_path / "cases.xlsx", admin)
        assert column(tmp_path / "cases.xlsx", "涉及人数") == [3]
        assert column(tmp_path / "cases.xlsx", "涉及金额（元）") == [12.5]


class TestCommand:
    def run(self, *arguments: object) -> str:
        out = StringIO()
        call_command("export_incidents", *map(str, arguments), stdout=out)
        return out.getvalue()

    def test_filters_are_applied_and_written_down(self, admin: User, tmp_path: Path) -> None:
        make_incident(admin, topic="wages")
        make_incident(admin, at=datetime(2026, 6, 1, tzinfo=UTC))
        wanted = make_incident(admin)
        path = tmp_path / "cases.csv"
        out = self.run(
            path,
            "--by",
            "he",
            "--open",
            "--topic",
            "water_supply",
            "--since",
            "2026-07-01",
            "--until",
            "2026-07-15",
        )
        assert column(path, "编号") == [wanted.code]
        assert "1" in out
        assert Export.objects.get().filters == {
            "open": "True", "topic": "water_supply", "since": "2026-07-01", "until": "2026-07-15",
        }  # fmt: skip

    def test_nobody_and_nothing_are_one_sentence(self, admin: User, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="nobody"):
            self.run(tmp_path / "cases.csv", "--by", "nobody")
        with pytest.raises(CommandError, match="没有可导出"):
            self.run(tmp_path / "cases.csv", "--by", "he")
