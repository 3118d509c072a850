import sys
from pathlib import Path

import pytest

from gridmap.host import steps
from gridmap.host.project import Stop
from gridmap.host.steps import run_step


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
