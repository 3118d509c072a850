"""`manage.py verify_log`: what it prints, and how it ends."""

import io
import json
import re
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from gridmap.incidents.log import head
from gridmap.incidents.management.commands import verify_log
from gridmap.incidents.models import Party, Unit
from tests.conftest import connected_as
from tests.incidents.log_history import APP, execute, seal, silenced


def run(*words: str) -> tuple[str, int]:
    """What is printed, and the exit code."""
    out = io.StringIO()
    try:
        call_command("verify_log", *words, stdout=out)
    except SystemExit as end:
        return out.getvalue(), int(end.code or 0)
    return out.getvalue(), 0


def test_a_whole_log_ends_well(history: None) -> None:
    said, code = run()
    assert code == 0
    assert re.search(r"核对了 \d+ 个链环、\d+ 条日志、26 张表的 \d+ 行。", said)
    assert f"没有发现问题。链尾：{head()}" in said


def test_a_fault_is_named_and_ends_with_one(history: None) -> None:
    unit = Unit.objects.get()
    with silenced():
        Unit.objects.update(phone="0")
    said, code = run()
    assert code == 1
    assert f"incidents_unit {unit.pk}：日志第" in said
    assert "没有发现问题" not in said


def test_the_report_for_machines_names_every_place(history: None) -> None:
    with silenced():
        execute(
            "DELETE FROM incidents_logentry WHERE id = (SELECT max(last_entry) FROM incidents_logseal)"
        )
        Unit.objects.update(phone="0")
    said, code = run("--format", "json")
    report = json.loads(said)
    assert (code, report["ok"], report["faults_not_listed"]) == (1, False, 0)
    assert {"kind", "position", "entry", "last", "text"} <= set(report["faults"][0])
    assert {"kind", "entry", "table", "key", "text"} <= set(report["faults"][-1])
    assert {"seals", "entries", "tables", "rows", "head", "taken_over"} <= set(report)


def test_faults_beyond_a_thousand_of_a_kind_are_counted(
    history: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gridmap.incidents.log.LISTED", 100)
    with silenced():
        Party.objects.update(name="x")
    report = json.loads(run("--format", "json")[0])
    total = Party.objects.count()
    assert (len(report["faults"]), report["faults_not_listed"]) == (100, total - 100)
    assert f"另有 {total - 100} 处没有列出。" in run()[0]


def test_the_head_is_printed_to_be_noted_and_is_kept_to(history: None) -> None:
    noted = run("--head")[0].strip()
    assert re.fullmatch(r"\d+:[0-9a-f]{64}", noted)
    Unit.objects.create(name="后来的单位")
    seal()
    assert run("--since-head", noted)[1] == 0
    said, code = run("--since-head", f"9999:{noted.split(':')[1]}")
    assert code == 1
    assert "位置 9999 和记下的链尾不一致" in said


def test_a_log_without_a_head_has_none_to_print(history: None) -> None:
    with silenced():
        execute("DELETE FROM incidents_loghead")
    with pytest.raises(CommandError, match="日志没有链尾"):
        run("--head")


@pytest.mark.parametrize("words", ["12", "12:abc", "x:" + "0" * 64, "1" * 19 + ":" + "0" * 64])
def test_a_noted_head_that_is_none_is_refused(words: str) -> None:
    with pytest.raises(CommandError, match="位置:散列"):
        call_command("verify_log", "--since-head", words)


def test_a_long_run_tells_how_far_it_is(history: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_log, "TELL_EVERY_S", 0)
    told = io.StringIO()
    call_command("verify_log", stdout=io.StringIO(), stderr=told)
    assert re.search(r"链环 (\d+)/\1\n日志条目 (\d+)/\2\n数据表 1/26\n", told.getvalue())


def test_started_as_the_application_it_looks_as_the_owner(
    history_of_its_own: None, settings: Any
) -> None:
    settings.DATABASE_ROLE = "app"
    with connected_as(APP):
        assert run()[1] == 0
        assert execute("SELECT current_user") == [("gridmap_owner",)]
    assert connection.settings_dict["USER"] == "gridmap_owner"
