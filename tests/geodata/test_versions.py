import multiprocessing
import threading
from pathlib import Path
from typing import Any

import pytest

from geodata import versions
from geodata.versions import (
    access_version,
    bump_access_version,
    bump_data_version,
    data_version,
)

Settings = Any
BUMPS = 200


@pytest.fixture(autouse=True)
def epoch(settings: Settings, tmp_path: Path) -> Path:
    settings.EPOCH_FILE = tmp_path / "var" / "epoch"
    return Path(settings.EPOCH_FILE)


def bump_many_times() -> None:
    for _ in range(BUMPS):
        bump_data_version()


def test_a_bump_changes_its_own_version_only() -> None:
    data, access = data_version(), access_version()
    bump_data_version()
    assert (data_version() > data, access_version()) == (True, access)
    bump_access_version()
    assert access_version() > access


def test_no_bump_of_several_processes_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    before = data_version()
    monkeypatch.setattr(versions.time, "time_ns", lambda: 0)
    fork = multiprocessing.get_context("fork")
    processes = [fork.Process(target=bump_many_times) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert data_version() == before + 4 * BUMPS


def test_no_bump_of_several_threads_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    before = data_version()
    monkeypatch.setattr(versions.time, "time_ns", lambda: 0)
    threads = [threading.Thread(target=bump_many_times) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert data_version() == before + 4 * BUMPS


def test_versions_rise_over_a_restart_and_over_the_loss_of_the_file(epoch: Path) -> None:
    bump_data_version()
    before = data_version()
    versions._counters.cache_clear()
    assert data_version() == before
    epoch.unlink()
    versions._counters.cache_clear()
    assert data_version() > before


def test_a_file_cut_short_by_a_crash_is_made_whole(epoch: Path) -> None:
    epoch.parent.mkdir()
    epoch.write_bytes(b"\1\2\3")
    assert data_version() > 0
    assert access_version() > 0
    assert epoch.stat().st_size == versions.SIZE


def test_a_clock_that_goes_back_does_not_turn_a_version_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = data_version()
    monkeypatch.setattr(versions.time, "time_ns", lambda: 1)
    bump_data_version()
    assert data_version() == before + 1
