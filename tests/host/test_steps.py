import sys
from pathlib import Path

import pytest

from gridmap.host import steps
from gridmap.host.project import Stop
from gridmap.host.steps import reason_in, run_step


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_step_returns_what_it_printed(tmp_path: Path) -> None:
    assert run_step("area", "counting", python("print(7)"), log=tmp_path / "l" / "log") == "7\n"


def test_a_failed_step_shows_the_end_of_its_log(tmp_path: Path) -> None:
    code = "print('the reason'); raise SystemExit(3)"
    with pytest.raises(Stop, match=r"failed with 3(.|\n)*the reason"):
        run_step("area", "breaking", python(code), log=tmp_path / "log")


def test_a_long_step_says_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(steps, "HEARTBEAT_S", 0.3)
    code = "import time; print('half of it', flush=True); time.sleep(1)"
    run_step("area", "digging", python(code), log=tmp_path / "log")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("digging")
    assert any("half of it" in line for line in lines[1:])


def test_a_silent_step_shows_that_it_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(steps, "HEARTBEAT_S", 0.1)
    run_step("area", "digging", python("import time; time.sleep(0.5)"), log=tmp_path / "log")
    assert "working" in capsys.readouterr().out


def test_of_a_traceback_only_the_last_words_are_shown() -> None:
    printed = (
        "begun\nTraceback (most recent call last):\n  File 'a', line 1\n\nKeyError: 1\n\n"
        "During handling of the above exception, another exception occurred:\n\n"
        "Traceback (most recent call last):\n  File 'b', line 2\n    x()\nValueError: two\nlines\n"
    )
    assert reason_in(printed) == "    ValueError: two\n    lines"


def test_without_a_traceback_the_end_is_shown() -> None:
    assert reason_in("one\ntwo\n") == "    one\n    two"
    assert reason_in("") == ""
    assert reason_in("Traceback (most recent call last):\n") != ""
