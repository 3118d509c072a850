import os

import pytest

from gridmap.host import machine
from gridmap.host.machine import (
    Need,
    is_supported,
    missing_packages,
    prepare_machine,
    read_os_release,
    refusal,
)
from gridmap.host.project import Stop, current_project

DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n'
FEDORA = "PRETTY_NAME='Fedora Linux 43'\nID=fedora\nVERSION_ID=43\n\n# a comment\n"
THERE = Need("there", "is there", lambda: True)
ABSENT = Need("absent", "draws the moon", lambda: False)


def test_only_what_is_missing_is_asked_for() -> None:
    assert missing_packages([THERE, ABSENT]) == [ABSENT]
    assert missing_packages([]) == []


def test_debian_12_is_known_and_nothing_else() -> None:
    assert is_supported(read_os_release(DEBIAN))
    assert not is_supported(read_os_release(DEBIAN.replace('"12"', '"13"')))
    assert not is_supported(read_os_release(FEDORA))
    assert not is_supported({})


def test_another_system_is_told_what_is_needed_and_why() -> None:
    text = refusal(read_os_release(FEDORA), [ABSENT])
    assert "Fedora Linux 43" in text
    assert "absent" in text
    assert "draws the moon" in text
    assert "DATABASE_URL" in text


def test_another_system_stops_before_anything_is_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(machine, "is_supported", lambda _release: False)
    monkeypatch.setattr(machine, "_install", lambda *_: pytest.fail("installed something"))
    with pytest.raises(Stop, match="draws the moon"):
        prepare_machine(current_project({}), [ABSENT])


def test_a_complete_machine_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_install", lambda *_: pytest.fail("installed something"))
    prepare_machine(current_project({}), [THERE])


def test_without_root_and_sudo_the_administrator_is_told_the_packages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(machine.shutil, "which", lambda _name: None)
    with pytest.raises(Stop, match="apt-get install absent"):
        machine.as_administrator([ABSENT])


def test_another_python_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "PYTHON", (3, 99))
    with pytest.raises(Stop, match=r"Python 3\.11"):
        machine.check_python()
