"""The pins are complete and true, and psycopg (3) is nowhere."""

import importlib.metadata
import importlib.util
import re
from pathlib import Path

import pytest
from django.db.backends.postgresql.psycopg_any import is_psycopg3
from packaging.requirements import Requirement

from gridmap.host.environment import (
    BENCH,
    NOTEBOOKS,
    RUN,
    TEST,
    environment_digest,
    requirement_files,
)
from gridmap.host.project import ROOT


def pins(name: str) -> dict[str, str]:
    lines = [line for file in requirement_files(ROOT / name) for line in file.open()]
    found = [Requirement(line.strip()) for line in lines if line[0] not in "#-\n"]
    return {canonical(pin.name): str(pin.specifier) for pin in found}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_included_files_are_found_in_order(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("-r b.txt\nx==1\n")
    (tmp_path / "b.txt").write_text("y==2\n")
    names = [file.name for file in requirement_files(tmp_path / "a.txt")]
    assert names == ["a.txt", "b.txt"]


def test_a_changed_pin_of_an_included_file_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("-r b.txt\n")
    (tmp_path / "b.txt").write_text("y==2\n")
    before = environment_digest(tmp_path / "a.txt")
    (tmp_path / "b.txt").write_text("y==3\n")
    assert environment_digest(tmp_path / "a.txt") != before


@pytest.mark.parametrize("name", [BENCH, NOTEBOOKS])
def test_every_version_is_pinned_exactly(name: str) -> None:
    assert [pin for pin, version in pins(name).items() if not version.startswith("==")] == []


def test_what_two_files_pin_is_the_same_version() -> None:
    """Both may be installed into one environment."""
    one, other = pins(BENCH), pins(NOTEBOOKS)
    assert {name for name in one.keys() & other.keys() if one[name] != other[name]} == set()


@pytest.mark.parametrize("name", [RUN, TEST])
def test_what_a_pinned_package_needs_is_pinned_too(name: str) -> None:
    """Installed without resolving, hence the list must be closed."""
    pinned = pins(name)
    for package, version in pinned.items():
        installed = importlib.metadata.distribution(package)
        assert f"=={installed.version}" == version
        for text in installed.requires or []:
            need = Requirement(text)
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                assert canonical(need.name) in pinned, f"{package} needs {need}"


def test_psycopg_3_cannot_be_imported() -> None:
    assert importlib.util.find_spec("psycopg") is None
    assert not is_psycopg3
    assert not {"psycopg", "psycopg-binary"} & set(pins(BENCH))
