"""Whatever a superuser changes in the log, or past it, is found and named."""

import os

from gridmap.incidents.log import Note, head, verify
from gridmap.incidents.models import Incident, Party, StepRecord, Unit
from tests.incidents.log_history import execute, seal, silenced
from tests.incidents.log_writers import write_at_once
from tests.incidents.tampering import undetected, write_anew

# A twentieth of what `make torture` does.
DEEDS = 50
WRITERS, ROWS = 8, 500
SEED = int(os.environ.get("SEED", "620201"))


def faults(note: Note | None = None) -> list[tuple[str, str, str]]:
    """Kind, table and key of every fault."""
    seal()
    return [(fault.kind, fault.table, fault.key) for fault in verify(note).faults]


def test_an_untouched_log_is_whole(history: None) -> None:
    verdict = verify(head())
    assert (verdict.faults, verdict.more, verdict.tables) == ([], 0, 26)
    assert verdict.entries > 150
    assert verdict.rows > 700
    assert {taken.table for taken in verdict.taken} == {
        "incidents_topic",
        "incidents_timelimit",
        "incidents_transition",
    }


def test_whatever_a_superuser_changes_is_found(history: None) -> None:
    assert undetected(DEEDS, SEED) == []
    assert verify().ok


def test_an_edit_is_found_after_the_row_was_changed_by_right(history: None) -> None:
    """Somebody hopes that the next honest change covers a dishonest one."""
    step = StepRecord.objects.earliest("pk")
    with silenced():
        StepRecord.objects.filter(pk=step.pk).update(note="没做")
    StepRecord.objects.filter(pk=step.pk).update(round=2)
    assert faults() == [("between", "incidents_steprecord", str(step.pk))]


def test_one_row_of_a_bulk_is_found_whatever_became_of_the_others(history: None) -> None:
    first, second, third = Party.objects.filter(name__startswith="住户").order_by("pk")[:3]
    Party.objects.filter(pk=first.pk).update(phone="1")
    assert faults() == []
    with silenced():
        Party.objects.filter(pk=second.pk).update(phone="2")
    assert faults() == [("changed", "incidents_party", str(second.pk))]
    Party.objects.filter(pk=third.pk).update(phone="3")
    assert faults() == [("changed", "incidents_party", str(second.pk))]


def test_a_row_put_back_to_what_it_was_before_is_found(history: None) -> None:
    unit = Unit.objects.get()
    with silenced():
        Unit.objects.update(phone="")
    assert faults() == [("changed", "incidents_unit", str(unit.pk))]


def test_a_row_that_came_and_went_past_the_log_is_found_by_what_follows(history: None) -> None:
    with silenced():
        stranger = Unit.objects.create(name="外来单位")
    Unit.objects.filter(pk=stranger.pk).delete()
    known = Unit.objects.get()
    with silenced():
        Unit.objects.filter(pk=known.pk).delete()
    Unit.objects.create(pk=known.pk, name="自来水公司")
    assert faults() == [
        ("out_of_nothing", "incidents_unit", str(stranger.pk)),
        ("there_already", "incidents_unit", str(known.pk)),
    ]


def test_a_point_moved_by_the_last_bit_is_found(history: None) -> None:
    case = Incident.objects.earliest("pk")
    moved = "UPDATE incidents_incident SET geom = ST_Translate(geom, 1.5e-14, 0) WHERE id = %s"
    with silenced():
        execute(moved, [case.pk])
    assert faults() == [("changed", "incidents_incident", str(case.pk))]


def test_a_trigger_that_is_off_is_told(history: None) -> None:
    execute("ALTER TABLE incidents_visit DISABLE TRIGGER log_insert")
    execute("DROP TRIGGER log_delete ON incidents_photo")
    execute("ALTER TABLE incidents_logentry DISABLE TRIGGER seal_at_commit")
    told = [("unwatched", f"incidents_{name}", "") for name in ("logentry", "photo", "visit")]
    assert faults() == told


def test_a_chain_written_anew_is_found_against_a_head_noted_before(history: None) -> None:
    """Whoever has the whole database can make a log that is whole: not the one that was noted."""
    noted = head()
    execute(
        "UPDATE incidents_logentry SET at = at - interval '1 day'"
        " WHERE id = (SELECT first_entry FROM incidents_logseal WHERE position = 20)"
    )
    write_anew()
    assert faults() == []
    assert [kind for kind, _table, _key in faults(noted)] == ["note"]


def test_a_log_cut_off_with_all_it_told_of_is_found_against_a_head_noted_before(
    history: None,
) -> None:
    execute("INSERT INTO incidents_unit (name, name_en, phone) VALUES ('x', '', '')")
    seal()
    noted = head()
    with silenced():
        execute("DELETE FROM incidents_unit WHERE name = 'x'")
        execute(
            "DELETE FROM incidents_logentry WHERE id = (SELECT max(id) FROM incidents_logentry)"
        )
        execute("DELETE FROM incidents_logseal WHERE position = %s", [noted.position])
        execute(
            "UPDATE incidents_loghead SET (position, hash) = "
            "(SELECT position, hash FROM incidents_logseal ORDER BY position DESC LIMIT 1)"
        )
    assert faults() == []
    assert [kind for kind, _table, _key in faults(noted)] == ["note"]


def test_a_head_noted_long_ago_still_stands(history: None) -> None:
    noted = head()
    Unit.objects.create(name="后来的单位")
    assert faults(noted) == []
    assert faults(Note(0, "0" * 64)) == [("note", "", "")]


def test_eight_writers_raise_no_false_alarm(history_of_its_own: None) -> None:
    seen = write_at_once(WRITERS, ROWS)
    assert [str(fault) for verdict in seen for fault in verdict.faults] == []
    assert Unit.objects.filter(name__contains="-").count() == WRITERS * ROWS
    assert len(seen) > 2
