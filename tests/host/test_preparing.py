from pathlib import Path

import pytest

from gridmap.host.preparing import DATABASE_SOURCES, prepare_database, sources
from gridmap.host.project import ROOT, Project, read_surroundings


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A clone whose Python writes down what it is asked to run."""
    project = Project(tmp_path, tmp_path / "var")
    project.python.parent.mkdir(parents=True)
    project.python.write_text(f'#!/bin/sh\necho "$2" >>{tmp_path}/asked\n')
    project.python.chmod(0o755)
    return project


@pytest.mark.parametrize(
    ("kind", "city"),
    [
        (
            "development",
            ["load_demo_city", "find_recurring", "handle_demo_conflicts", "demo_accounts"],
        ),
        ("production", []),
    ],
)
def test_the_calendar_is_loaded_into_the_tables_before_any_city(
    project: Project, kind: str, city: list[str]
) -> None:
    env = {"GRIDMAP_ENV": kind, "DATABASE_URL": "postgres://somewhere/gridmap"}
    prepare_database(project, read_surroundings(env), None, env)
    asked = (project.root / "asked").read_text().split()
    assert asked == ["prepare_database", "migrate", "grant_app", "load_calendar", *city]


def test_a_new_release_of_the_calendar_prepares_the_database_again() -> None:
    assert ROOT / "requirements.txt" in sources(ROOT, DATABASE_SOURCES)
