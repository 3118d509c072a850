from functools import partial
from pathlib import Path

from gridmap.host.project import ROOT, Project, read_surroundings
from gridmap.host.variables import (
    application_environment,
    as_owner,
    own_secret,
    production_check_environment,
)


def test_an_existing_server_is_used_as_it_was_named(tmp_path: Path) -> None:
    given = {"DATABASE_URL": "postgres://a@db/city", "GRIDMAP_DB_ROLE": "owner"}
    env = application_environment(Project(ROOT, tmp_path), read_surroundings(given), None, given)
    assert env["DATABASE_URL"] == env["OWNER_DATABASE_URL"] == "postgres://a@db/city"
    assert "GRIDMAP_DB_ROLE" not in env
    assert as_owner(env)["GRIDMAP_DB_ROLE"] == "owner"


def test_the_owner_of_an_existing_server_may_be_another_role(tmp_path: Path) -> None:
    given = {"DATABASE_URL": "postgres://a@db/c", "OWNER_DATABASE_URL": "postgres://o@db/c"}
    env = application_environment(Project(ROOT, tmp_path), read_surroundings(given), None, given)
    assert env["OWNER_DATABASE_URL"] == "postgres://o@db/c"


def test_a_development_clone_draws_its_secret_once(tmp_path: Path) -> None:
    project = Project(ROOT, tmp_path)
    secret = own_secret(project, "secret-key")
    assert len(secret) >= 50
    assert own_secret(project, "secret-key") == secret
    assert own_secret(Project(ROOT, tmp_path / "other"), "secret-key") != secret


def test_points_are_moved_by_the_same_secret_at_every_start(tmp_path: Path) -> None:
    given = {"DATABASE_URL": "postgres://a@db/c"}
    start = partial(
        application_environment, Project(ROOT, tmp_path), read_surroundings(given), None
    )
    drawn = start(given)["GRIDMAP_RELEASE_SECRET"]
    assert start(given)["GRIDMAP_RELEASE_SECRET"] == drawn != start(given)["SECRET_KEY"]
    assert start(given | {"GRIDMAP_RELEASE_SECRET": "own"})["GRIDMAP_RELEASE_SECRET"] == "own"


def test_production_must_bring_its_own_secret(tmp_path: Path) -> None:
    given = {"DATABASE_URL": "postgres://a@db/c", "GRIDMAP_ENV": "production"}
    env = application_environment(Project(ROOT, tmp_path), read_surroundings(given), None, given)
    assert "SECRET_KEY" not in env
    assert [file.name for file in tmp_path.iterdir()] == ["release-secret"]
    assert production_check_environment(env)["GRIDMAP_ENV"] == "production"
