import os
from pathlib import Path

import pytest

from gridmap.host.locks import one_after_another, only_one, read_note, wait_until_free
from gridmap.host.project import Stop


def test_the_second_is_refused_and_told_who_is_first(tmp_path: Path) -> None:
    file = tmp_path / "run.lock"
    refusal = "at work already"
    with (
        only_one(file, "http://localhost:8000/", refusal),
        pytest.raises(Stop, match=f"at work already.*{os.getpid()} http://localhost:8000/"),
        only_one(file, "", refusal),
    ):
        pytest.fail("two held one lock")


def test_a_lock_is_free_after_its_holder(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "run.lock"
    with only_one(file, "", ""):
        assert not wait_until_free(file, patience_s=0)
    assert wait_until_free(file, patience_s=0)
    with one_after_another(file, "machine"):
        assert read_note(file).startswith(str(os.getpid()))


def test_a_lock_that_nobody_ever_held_has_no_note(tmp_path: Path) -> None:
    assert read_note(tmp_path / "none") == ""
