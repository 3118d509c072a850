"""Cases from a file: as an intake would have them, once, each refused row with its reason."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from django.db import connection

from geodata.errors import ImportRefused
from geodata.models import Cell
from geodata.times import Moments
from gridmap.accounts.models import Role
from gridmap.incidents.bulk.owners import Limits
from gridmap.incidents.models import (
    CalendarDay,
    CaseNumber,
    CountChange,
    CountLeaf,
    Incident,
    LogEntry,
    MoveRecord,
    Report,
    TimeLimit,
    Topic,
    Unit,
)
from gridmap.incidents.services import importing
from gridmap.incidents.services.reporting import report_incident
from gridmap.incidents.states import State
from tests.incidents.files import NOW, import_rows, row
from tests.incidents.makers import make_draft, make_incident, make_rule
from tests.makers import (
    SIDE,
    SOUTH,
    WEST,
    SmallCity,
    appoint,
    make_building,
    make_small_city,
    make_team,
    make_user,
    square,
)

pytestmark = pytest.mark.django_db
SAME = (
    "title", "source", "topic_id", "is_dispute", "scale", "risk_level", "urgency", "geom", "location_datum",
    "location_accuracy_m", "address", "area_id", "cell_id", "cell_as_reported_id", "building_id", "post_id",
    "lead_team_id", "unit_id", "rule_id", "unrouted_reason", "state", "occurred_at", "registered_at",
    "contact_due_at", "due_at",
)  # fmt: skip


@pytest.fixture
def city() -> SmallCity:
    return make_small_city()


def codes(report: importing.ImportReport) -> dict[str, int]:
    return dict(report.rejected)


class TestLikeAnIntake:
    """The same answers for the same reports, whichever way they come."""

    @pytest.fixture
    def people_and_rules(self, city: SmallCity) -> None:
        """Members here and not there, rules by area, topic and urgency, buildings and posts that compete."""
        member, away, gone = make_user("ma"), make_user("bai"), make_user("lu", is_active=False)
        appoint(member, Role.GRID_MEMBER, city.cells["a"])
        appoint(
            gone, Role.GRID_MEMBER, city.cells["b"],
            stand_in=away, stand_in_from=date(2026, 7, 1), stand_in_to=date(2026, 8, 1),
        )  # fmt: skip
        appoint(gone, Role.GRID_MEMBER, city.cells["d"])
        housing, wages, order = (make_team(name) for name in ("housing", "wages", "order"))
        unit = Unit.objects.create(name="water works")
        make_rule(housing, "water_supply", unit=unit).assisting_teams.add(order)
        make_rule(order, area=city.areas["q"])
        make_rule(wages, "wages", area=city.areas["p"], urgency="urgent")
        make_rule(housing, "wages", valid_from=date(2020, 1, 1), valid_to=date(2021, 1, 1))
        make_building(
            city.areas["p"], "62020100100100101", square(0.65, 0.25, width=0.4, height=0.3)
        )
        Cell.objects.filter(pk=city.cells["b"].pk).update(kind="dedicated")
        TimeLimit.objects.create(
            topic=Topic.objects.get(code="wages"), urgency="urgent", contact_minutes=30,
            settle_minutes=3000, valid_from=date(2026, 1, 1),
        )  # fmt: skip
        CalendarDay.objects.create(day=date(2026, 7, 15), is_working=False)
        CalendarDay.objects.create(day=date(2026, 7, 18), is_working=True)

    def places(self) -> list[tuple[float, float]]:
        """Inside, on every border, on corners of cells and buildings, beside and outside."""
        chance = np.random.default_rng(7)
        corners = [(x, y) for x in range(9) for y in range(3)]
        walls = [(x, y) for x in (0.3, 0.5, 0.65, 0.7, 1.05) for y in (0.25, 0.3, 0.4, 0.5, 0.55)]
        beside = [(x + 0.1, y + 0.02) for x, y in walls]
        anywhere = [tuple(place) for place in chance.uniform((-0.5, -0.5), (8.5, 2.5), (60, 2))]
        return [*corners, *walls, *beside, *anywhere]

    def test_place_owners_and_deadlines_are_the_same(
        self, city: SmallCity, people_and_rules: None, tmp_path: Path
    ) -> None:
        topics = ["water_supply", "wages", "repair"]
        reports = [
            {
                "lon": WEST + SIDE * x,
                "lat": SOUTH + SIDE * y,
                "topic": topics[n % 3],
                "urgency": ["normal", "urgent", "emergency"][n % 7 % 3],
                "accuracy_m": 900.0 if n % 11 == 0 else 8.0,
                "words": ["", "停水了。很久", "\n  楼上漏水！快来", "。"][n % 4],
                "address": "镜铁西路",
                "source": "walk_in",
            }
            for n, (x, y) in enumerate(self.places())
        ]
        user = make_user("zhou")
        for fields in reports:
            report_incident(draft=make_draft(**fields), by=user, at=NOW)  # type: ignore[arg-type]
        asked = list(Incident.objects.order_by("pk"))
        import_rows(
            tmp_path,
            *(
                {
                    "occurred_at": NOW.isoformat(),
                    "registered_at": NOW.isoformat(),
                    "state": "open",
                    **fields,
                }
                for fields in reports
            ),
        )
        imported = list(Incident.objects.filter(is_imported=True).order_by("pk"))
        assert len(imported) == len(asked) == len(self.places())
        for one, other in zip(imported, asked, strict=True):
            assert {name: getattr(one, name) for name in SAME} == {
                name: getattr(other, name) for name in SAME
            }
            assert set(one.assisting_teams.all()) == set(other.assisting_teams.all())
        assert {one.unrouted_reason for one in asked} == {
            "",
            "outside",
            "inaccurate",
            "no_member",
            "no_rule",
        }
        assert {one.post_id is None for one in asked} == {True, False}

    def test_deadlines_are_those_of_the_database(self, city: SmallCity) -> None:
        chance = np.random.default_rng(3)
        CalendarDay.objects.bulk_create(
            CalendarDay(day=date(2022, 1, 1) + timedelta(days=int(n)), is_working=bool(n % 2))
            for n in np.unique(chance.integers(0, 1500, 300))
        )
        topic = Topic.objects.get(code="family")
        TimeLimit.objects.create(
            topic=topic, contact_minutes=1440, settle_minutes=2880, valid_from=date(2023, 1, 1),
            valid_to=date(2024, 1, 1),
        )  # fmt: skip
        begins: Moments = np.datetime64("2022-01-01", "us") + chance.integers(
            0, 4 * 365 * 86_400, 400
        ) * np.timedelta64(1, "s")
        # Midnights in Beijing, where a span ends with its day.
        begins[::5] = begins[::5].astype("datetime64[D]") + np.timedelta64(16, "h")
        for urgency in ("normal", "urgent", "emergency"):
            ours = Limits().deadlines(np.full(400, topic.pk), np.full(400, urgency), begins)
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT contact_due_at, due_at FROM unnest(%s::timestamptz[]) WITH ORDINALITY AS one (at, n),"
                    " LATERAL case_deadlines(%s, %s, one.at) ORDER BY n",
                    [[moment.replace(tzinfo=UTC) for moment in begins.tolist()], topic.pk, urgency],
                )
                theirs = cursor.fetchall()
            told = list(zip(*(column.tolist() for column in ours), strict=True))
            assert told == [
                tuple(at.astimezone(UTC).replace(tzinfo=None) for at in pair) for pair in theirs
            ]

    def test_what_is_older_than_the_limits_is_measured_by_the_first(
        self, city: SmallCity, tmp_path: Path
    ) -> None:
        import_rows(tmp_path, row(occurred_at="2010-01-04 09:00"))
        case = Incident.objects.get()
        assert case.contact_due_at - case.registered_at == timedelta(hours=4)


class TestWhatIsWritten:
    def test_a_row_becomes_a_closed_case_with_its_report_and_its_origin(
        self, city: SmallCity, tmp_path: Path
    ) -> None:
        report = import_rows(
            tmp_path,
            row(
                words="停水了。很久",
                channel_reference="A-7",
                people_involved=3,
                amount_cny="1234567.89",
            ),
        )
        assert (report.read, report.imported, codes(report)) == (1, 1, {})
        case = Incident.objects.get()
        assert (case.code, case.title, case.summary) == (
            "JYG-20260701-00001",
            "停水了",
            "停水了。很久",
        )
        assert (case.state, case.is_open, case.outcome, case.succeeded) == (
            "closed",
            False,
            "terminated",
            False,
        )
        assert (case.is_imported, case.is_visited, case.step, case.hearts) == (True, False, "", [])
        assert (
            case.occurred_at
            == case.registered_at
            == case.closed_at
            == datetime(2026, 7, 1, 2, tzinfo=UTC)
        )
        assert (case.people_involved, str(case.amount_cny)) == (3, "1234567.89")
        written = Report.objects.get()
        assert (written.incident, written.registered_as) == (case, case.code)
        assert (written.words, written.channel_reference) == ("停水了。很久", "A-7")
        assert written.key.version == 5
        assert list(
            MoveRecord.objects.values_list("name", "from_state", "to_state", "at", "note")
        ) == [("import", "", "closed", NOW, "cases.csv:1")]

    @pytest.mark.parametrize(
        ("given", "stored"),
        [
            ("0", "0.00"),
            ("0.01", "0.01"),
            ("10000", "10000.00"),
            ("999999999999.99", "999999999999.99"),
            ("", None),
        ],
    )
    def test_an_amount_keeps_its_cents(
        self, city: SmallCity, tmp_path: Path, given: str, stored: str | None
    ) -> None:
        import_rows(tmp_path, row(n=1, amount_cny=given), row(n=2, amount_cny="1.5"))
        amount = Incident.objects.order_by("pk")[0].amount_cny
        assert (None if amount is None else str(amount)) == stored

    def test_numbers_go_on_from_those_that_the_day_has(
        self, city: SmallCity, tmp_path: Path
    ) -> None:
        user = make_user("ma")
        make_incident(user, at=datetime(2026, 7, 1, 1, tzinfo=UTC))
        days = ["2026-07-01 10:00", "2026-07-02 00:00", "2026-07-01 11:00", "2026-07-01 23:59"]
        import_rows(tmp_path, *(row(occurred_at=day) for day in days))
        found = list(
            Incident.objects.filter(is_imported=True).order_by("pk").values_list("code", flat=True)
        )
        assert found == [
            "JYG-20260701-00002", "JYG-20260702-00001", "JYG-20260701-00003", "JYG-20260701-00004",
        ]  # fmt: skip
        assert (
            make_incident(user, at=datetime(2026, 7, 1, 2, tzinfo=UTC)).code == "JYG-20260701-00005"
        )
        assert CaseNumber.objects.count() == 2

    @pytest.mark.parametrize("state", [*State, "open", "结案"])
    def test_every_state_is_kept_or_refused_with_a_reason(
        self, city: SmallCity, tmp_path: Path, state: str
    ) -> None:
        report = import_rows(tmp_path, row(state=state))
        expected = {"open": "registered", "结案": "closed"}.get(state, str(state))
        if expected in {"suspended", "escalated", "merged"}:
            assert codes(report) == {"state_needs_more": 1}
        else:
            assert Incident.objects.get().state == expected

    def test_a_piece_is_one_entry_in_the_log_for_each_table(
        self, city: SmallCity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(importing, "ROWS_AT_ONCE", 300)
        last = LogEntry.objects.order_by("pk").last()
        import_rows(tmp_path, *(row(n=n) for n in range(700)))
        entries = LogEntry.objects.filter(pk__gt=last.pk if last else 0)
        written = sorted(entries.values_list("table", "count"))
        assert written == sorted(
            (table, count)
            for table in ("incidents_incident", "incidents_report", "incidents_moverecord")
            for count in (300, 300, 100)
        )

    def test_a_dry_run_says_the_same_and_writes_nothing(
        self, city: SmallCity, tmp_path: Path
    ) -> None:
        rows = [row(n=1), row(n=2, topic="gossip"), row(n=3, column=20), row(n=4, lon="")]
        dry = import_rows(tmp_path, *rows, dry_run=True)
        assert (Incident.objects.count(), CaseNumber.objects.count()) == (0, 0)
        wet = import_rows(tmp_path, *rows)
        assert dry.as_dict() == wet.as_dict()
        assert Incident.objects.count() == wet.imported == 2
        assert (wet.unrouted_reasons, codes(wet)) == (
            {"no_member": 1, "outside": 1},
            {"unknown_topic": 1, "no_place": 1},
        )

    def test_what_is_imported_is_counted_and_the_counts_are_folded(
        self, city: SmallCity, tmp_path: Path
    ) -> None:
        import_rows(tmp_path, *(row(n=n) for n in range(3)))
        assert CountLeaf.objects.exists()
        assert not CountChange.objects.exists()


class TestOnce:
    def test_the_same_file_again_adds_nothing(self, city: SmallCity, tmp_path: Path) -> None:
        rows = [row(n=n) for n in range(5)]
        first, second = import_rows(tmp_path, *rows), import_rows(tmp_path, *rows)
        assert (first.imported, first.already_there) == (5, 0)
        assert (second.imported, second.already_there, second.read) == (0, 5, 5)
        assert Incident.objects.count() == Report.objects.count() == 5

    def test_equal_rows_are_so_many_cases(self, city: SmallCity, tmp_path: Path) -> None:
        import_rows(tmp_path, row(), row(), row(n=1))
        again = import_rows(tmp_path, row(), row(), row(), row(n=1))
        assert (again.imported, again.already_there) == (1, 3)

    def test_another_map_does_not_make_a_row_new(self, city: SmallCity, tmp_path: Path) -> None:
        rows = [row(where="镜铁西路 1 号")]
        import_rows(tmp_path, *rows)
        again = import_rows(tmp_path, *rows, columns={"address": "where"})
        assert (again.imported, again.already_there) == (0, 1)

    def test_a_longer_file_adds_what_is_new(self, city: SmallCity, tmp_path: Path) -> None:
        import_rows(tmp_path, row(n=1), row(n=2))
        again = import_rows(tmp_path, row(n=1), row(n=2), row(n=3))
        assert (again.imported, again.already_there) == (1, 2)

    def test_control_a_key_that_is_drawn_doubles(
        self, city: SmallCity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plain = importing.KeyMaker.keys

        def drawn(self: importing.KeyMaker, *args: object) -> object:
            keys = plain(self, *args)  # type: ignore[arg-type]
            for key in keys.keys:
                key[:] = np.frombuffer(uuid4().bytes, np.uint8)
            return keys

        monkeypatch.setattr(importing.KeyMaker, "keys", drawn)
        import_rows(tmp_path, row())
        import_rows(tmp_path, row())
        assert Incident.objects.count() == 2

    def test_two_imports_do_not_run_at_once(self, city: SmallCity, tmp_path: Path) -> None:
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute(importing.LOCK)
                with pytest.raises(ImportRefused) as refused:
                    import_rows(tmp_path, row())
                cursor.execute(importing.UNLOCK)
        finally:
            other.close()
        assert refused.value.code == "import_running"
        assert import_rows(tmp_path, row()).imported == 1
