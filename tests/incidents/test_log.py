"""The log sees every write, whatever road it takes, and its words do not depend on the session."""

from collections.abc import Callable, Iterator
from io import StringIO

import pytest
from django.contrib.gis.geos import Point
from django.db import IntegrityError, connection, transaction

from gridmap.accounts.scope import act_as
from gridmap.incidents.log import logged_tables, verify
from gridmap.incidents.models import Incident, LogEntry, LogSeal, Report, Topic, Unit
from tests.incidents.log_history import OWNER, execute, seal
from tests.incidents.makers import NOW, make_incident
from tests.makers import make_small_city, make_user

pytestmark = pytest.mark.django_db
Entry = tuple[str, str, int]


def written(act: Callable[[], object]) -> list[Entry]:
    """Table, action and number of rows of the entries that an act makes."""
    before = LogEntry.objects.count()
    act()
    entries = LogEntry.objects.order_by("pk")[before:]
    return [
        (entry.table.removeprefix("incidents_"), entry.action, entry.count) for entry in entries
    ]


@pytest.fixture(autouse=True)
def whole() -> Iterator[None]:
    """After each test here the log is whole and tells of every row as it is."""
    yield
    seal()
    assert [str(fault) for fault in verify().faults] == []


def test_every_table_is_logged_or_known_not_to_be() -> None:
    """A new table of the case file needs its triggers: `watch` of migration 0005 has them.

    Four are of an app above, which says so of its models.
    """
    assert len(logged_tables()) == 26
    assert [fault for fault in verify().faults if fault.kind == "unwatched"] == []


def test_saving_changing_and_deleting_one_row_is_seen() -> None:
    unit = Unit(name="a")
    assert written(unit.save) == [("unit", "INSERT", 1)]
    unit.phone = "1"
    assert written(unit.save) == [("unit", "UPDATE", 1)]
    assert written(unit.delete) == [("unit", "DELETE", 1)]
    rows = (
        LogEntry.objects.filter(table="incidents_unit")
        .order_by("pk")
        .values_list("rows", flat=True)
    )
    assert [(images[0]["name"], images[0]["phone"]) for images in rows] == [
        ("a", ""),
        ("a", "1"),
        ("a", "1"),
    ]


def test_writes_in_bulk_are_one_entry_each() -> None:
    units = [Unit(name=str(number)) for number in range(3)]
    assert written(lambda: Unit.objects.bulk_create(units)) == [("unit", "INSERT", 3)]
    for unit in units:
        unit.phone = unit.name
    assert written(lambda: Unit.objects.bulk_update(units, ["phone"])) == [("unit", "UPDATE", 3)]
    assert written(lambda: Unit.objects.update(phone="")) == [("unit", "UPDATE", 3)]
    upsert = {"update_conflicts": True, "unique_fields": ["name"], "update_fields": ["phone"]}
    both = [Unit(name="0", phone="9"), Unit(name="new")]
    assert sorted(written(lambda: Unit.objects.bulk_create(both, **upsert))) == [
        ("unit", "INSERT", 1),
        ("unit", "UPDATE", 1),
    ]
    assert written(Unit.objects.all().delete) == [("unit", "DELETE", 4)]


def test_statements_of_ones_own_are_seen() -> None:
    insert = "INSERT INTO incidents_unit (name, name_en, phone) VALUES ('a', '', ''), ('b', '', '')"
    assert written(lambda: execute(insert)) == [("unit", "INSERT", 2)]
    everything = """
        WITH gone AS (DELETE FROM incidents_unit WHERE name = 'a' RETURNING *),
             changed AS (UPDATE incidents_unit SET phone = '1' WHERE name = 'b'),
             made AS (INSERT INTO incidents_unit (name, name_en, phone) SELECT 'c', '', '' FROM gone)
        UPDATE incidents_topic SET position = 99 WHERE code = 'wages'
    """
    assert sorted(written(lambda: execute(everything))) == [
        ("topic", "UPDATE", 1),
        ("unit", "DELETE", 1),
        ("unit", "INSERT", 1),
        ("unit", "UPDATE", 1),
    ]
    with connection.cursor() as cursor:
        copy = "COPY incidents_unit (name, name_en, phone) FROM STDIN"
        lines = StringIO("x\t\t\ny\t\t\n")
        assert written(lambda: cursor.copy_expert(copy, lines)) == [("unit", "INSERT", 2)]


def test_a_statement_that_writes_nothing_is_no_entry() -> None:
    assert written(lambda: Unit.objects.filter(name="nowhere").update(phone="1")) == []


def test_a_bulk_of_600_rows_is_one_entry_with_a_mark_for_each() -> None:
    units = [Unit(name=str(number)) for number in range(600)]
    assert written(lambda: Unit.objects.bulk_create(units)) == [("unit", "INSERT", 600)]
    entry = LogEntry.objects.latest("pk")
    assert (entry.rows, len(entry.keys), len({bytes(mark) for mark in entry.marks})) == (
        None,
        600,
        600,
    )
    assert len(bytes(entry.digest)) == 32
    assert written(lambda: Unit.objects.bulk_create(Unit(name=f"x{n}") for n in range(500)))
    assert len(LogEntry.objects.latest("pk").rows) == 500


def test_the_entry_says_who_acts_and_in_which_role() -> None:
    user = make_user("sun")
    Unit.objects.create(name="a")
    act_as(user, NOW.date())
    Unit.objects.create(name="b")
    entries = LogEntry.objects.filter(table="incidents_unit").order_by("pk")
    assert list(entries.values_list("actor", "role")) == [(None, OWNER), (user.pk, OWNER)]


def test_the_role_is_that_of_the_log_in_whatever_part_is_taken() -> None:
    execute("GRANT SELECT, INSERT ON incidents_unit TO gridmap_app")
    execute("GRANT USAGE ON incidents_unit_id_seq TO gridmap_app")
    execute("SET LOCAL ROLE gridmap_app")
    Unit.objects.create(name="a")
    execute("RESET ROLE")
    assert LogEntry.objects.latest("pk").role == OWNER


def test_the_words_of_a_row_have_all_its_columns() -> None:
    """Two tables have a list of columns: whoever adds one runs `write_functions` of 0100 again."""
    make_small_city()
    make_incident(make_user("ma"))
    for model in (Incident, Report, Topic):
        table = model._meta.db_table
        entry = LogEntry.objects.filter(table=table, rows__isnull=False).latest("pk")
        columns = {field.column for field in model._meta.local_concrete_fields}
        assert set(entry.rows[0]) == columns - {"geom_3857"}


def test_the_place_is_logged_to_the_last_bit() -> None:
    make_small_city()
    case = make_incident(make_user("ma"))
    exact = execute("SELECT geom::text FROM incidents_incident WHERE id = %s", [case.pk])[0][0]
    images = LogEntry.objects.filter(table="incidents_incident").latest("pk").rows
    assert images[0]["geom"] == exact
    Incident.objects.filter(pk=case.pk).update(
        geom=Point(case.geom.x + 1.5e-14, case.geom.y, srid=case.geom.srid)
    )
    last = LogEntry.objects.filter(table="incidents_incident").latest("pk")
    assert last.marks != last.before
    assert Report.objects.filter(geom__isnull=False).exists()


def test_who_writes_a_place_into_the_words_raises_no_alarm() -> None:
    make_small_city()
    case = make_incident(make_user("ma"))
    execute("UPDATE incidents_incident SET summary = geom_3857::text WHERE id = %s", [case.pk])
    Incident.objects.filter(pk=case.pk).update(geom=None, cell=None, unrouted_reason="no_place")


@pytest.mark.parametrize(
    "setting",
    [
        "timezone = 'America/Los_Angeles'",
        "datestyle = 'SQL, DMY'",
        "extra_float_digits = -15",
        "bytea_output = 'escape'",
        "intervalstyle = 'iso_8601'",
    ],
)
def test_the_settings_of_a_session_do_not_change_the_words(setting: str) -> None:
    make_small_city()
    case = make_incident(make_user("ma"))
    execute(f"SET LOCAL {setting}")
    execute(
        "UPDATE incidents_incident SET location_accuracy_m = 9.87654321012345 WHERE id = %s",
        [case.pk],
    )
    execute("UPDATE incidents_report SET channel_reference = '1'")
    execute("INSERT INTO incidents_calendarday VALUES ('2026-07-14', true, '', false, false)")
    execute(f"RESET {setting.split()[0]}")
    image = LogEntry.objects.filter(table="incidents_incident").latest("pk").rows[0]
    assert image["registered_at"] == "2026-07-14T01:20:00+00:00"
    assert image["location_accuracy_m"] == 9.87654321012345


def test_the_session_keeps_its_settings() -> None:
    execute("SET LOCAL timezone = 'America/Los_Angeles'")
    Unit.objects.create(name="a")
    seal()
    assert execute("SHOW timezone") == [("America/Los_Angeles",)]


def test_what_a_savepoint_takes_back_is_not_in_the_log() -> None:
    Unit.objects.create(name="a")
    point = transaction.savepoint()
    Unit.objects.create(name="b")
    seal()
    transaction.savepoint_rollback(point)
    Unit.objects.create(name="c")
    names = [entry.rows[0]["name"] for entry in LogEntry.objects.filter(table="incidents_unit")]
    assert sorted(names) == ["a", "c"]


def test_a_transaction_that_is_sealed_midway_has_two_seals() -> None:
    before = LogSeal.objects.count()
    Unit.objects.create(name="a")
    Unit.objects.create(name="b")
    seal()
    Unit.objects.create(name="c")
    seal()
    seals = LogSeal.objects.order_by("position")[before:]
    assert [one.last_entry - one.first_entry for one in seals] == [1, 0]


def test_the_key_of_a_row_stays() -> None:
    unit = Unit.objects.create(name="a")
    with (
        pytest.raises(IntegrityError, match="key of a row of incidents_unit"),
        transaction.atomic(),
    ):
        Unit.objects.filter(pk=unit.pk).update(id=unit.pk + 1)


def test_a_column_that_is_added_later_raises_no_alarm() -> None:
    unit = Unit.objects.create(name="a")
    Unit.objects.bulk_create(Unit(name=str(number)) for number in range(600))
    seal()
    execute("ALTER TABLE incidents_unit ADD COLUMN website text NOT NULL DEFAULT 'none'")
    seal()
    assert verify().ok
    Unit.objects.filter(pk=unit.pk).update(phone="1")
    seal()
    assert verify().ok


def test_rows_whose_column_is_dropped_are_taken_over() -> None:
    Unit.objects.create(name="a")
    seal()
    execute("ALTER TABLE incidents_unit DROP COLUMN name_en")
    assert [fault.kind for fault in verify().faults] == ["changed"]
    execute("SELECT incidents_log_take('incidents_unit')")
    seal()
    verdict = verify()
    assert verdict.ok
    assert "incidents_unit" in {taken.table for taken in verdict.taken}
