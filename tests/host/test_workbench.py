"""What a planner's notebook is started with, and what it is not."""

import subprocess
import sys
from pathlib import Path

import pytest

from gridmap.host.project import ROOT, Project, Stop, read_surroundings
from gridmap.host.variables import application_environment
from gridmap.host.workbench import DEMONSTRATION, planner_environment

SERVER = {
    "DATABASE_URL": "postgres://app@db/city",
    "OWNER_DATABASE_URL": "postgres://owner@db/city",
    "READER_DATABASE_URL": "postgres://reader@db/city",
    "SECRET_KEY": "signs sessions",
}


def environment(tmp_path: Path, **given: str) -> dict[str, str]:
    project, surroundings = Project(ROOT, tmp_path), read_surroundings(SERVER | given)
    env = application_environment(project, surroundings, None, SERVER | given)
    return planner_environment(project, surroundings, env)


def test_a_notebook_has_the_readers_address_and_no_other_nor_the_key_of_the_sessions(
    tmp_path: Path,
) -> None:
    env = environment(tmp_path)
    assert env["DATABASE_URL"] == env["READER_DATABASE_URL"] == SERVER["READER_DATABASE_URL"]
    told = " ".join(env.values())
    assert "app@db" not in told
    assert "owner@db" not in told
    assert SERVER["SECRET_KEY"] not in told
    assert env["GRIDMAP_PLANNER"] == DEMONSTRATION


def test_in_production_somebody_must_be_named(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="GRIDMAP_PLANNER"):
        environment(tmp_path, GRIDMAP_ENV="production")
    env = environment(tmp_path, GRIDMAP_ENV="production", GRIDMAP_PLANNER="zhou")
    assert env["GRIDMAP_PLANNER"] == "zhou"


def test_without_a_role_that_reads_nothing_is_opened(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="READER_DATABASE_URL"):
        environment(tmp_path, READER_DATABASE_URL="")


def test_the_settings_ask_for_the_readers_address() -> None:
    env = SERVER | {"GRIDMAP_DB_ROLE": "reader", "READER_DATABASE_URL": ""}
    code = "import gridmap.settings"
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "READER_DATABASE_URL is not set" in done.stderr
