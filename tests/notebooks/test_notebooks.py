"""Every notebook runs from top to bottom on the demonstration city, and defines nothing of its own.

With GRIDMAP_NOTEBOOKS=1 what they show is kept in the files.
"""

import ast
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from gridmap import notebook
from gridmap.recurring.services.finding import find_recurring
from tests.conftest import connected_as, connected_to, copy_database, run_beside
from tests.makers import make_small_city, make_user
from tests.notebooks.doors import READER, reader_url
from tests.notebooks.running import Run, code_cells, read, run, write

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
MOST_BYTES = 1_000_000
IS_WRITING = bool(os.environ.get("GRIDMAP_NOTEBOOKS"))
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def sources(path: Path) -> list[str]:
    return ["".join(cell["source"]) for cell in code_cells(path)]


@pytest.fixture(scope="module")
def kept() -> Iterator[list[Run]]:
    """What was run; written when all is done, because no browser may run beside the database."""
    runs: list[Run] = []
    yield runs
    if IS_WRITING:
        write(runs)


@pytest.fixture(scope="module")
def planned_database(demo_city_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of a copy of the demonstration city, in which a search has been and the door may read."""
    name = f"{demo_city_database}_notebooks"
    with django_db_blocker.unblock():
        copy_database(demo_city_database, name)
        with connected_to(name), override_settings(READER_DATABASE_URL=reader_url()):
            call_command("grant_app")
            find_recurring(at=timezone.now())
        yield name
        # Not by force, which may not end an autovacuum.
        run_beside(f'DROP DATABASE "{name}"')


@pytest.fixture
def door(
    planned_database: str, django_db_blocker: DjangoDbBlocker, settings: Any
) -> Iterator[None]:
    """As in service: the door's own role of the database, and a planner who looks."""
    settings.PLANNER = "planner"
    with django_db_blocker.unblock(), connected_to(planned_database), connected_as(READER):
        yield


def test_there_are_four_notebooks() -> None:
    assert [path.stem[:2] for path in NOTEBOOKS] == ["01", "02", "03", "04"]


@each
def test_it_runs_and_shows_something(path: Path, door: None, kept: list[Run]) -> None:
    found = run(path)
    kept.append(found)
    assert any(found.outputs)
    assert len(found.outputs) == len(code_cells(path))


def test_a_cell_that_fails_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.ipynb"
    cells = [{"cell_type": "code", "source": ["1\n"]}, {"cell_type": "code", "source": ["1 / 0"]}]
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    with pytest.raises(ZeroDivisionError) as caught:
        run(path)
    assert "bad.ipynb[2]" in str(caught.traceback[-1])


@each
def test_it_holds_calls_and_no_functions(path: Path) -> None:
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
    for source in sources(path):
        assert not [node for node in ast.walk(ast.parse(source)) if isinstance(node, kinds)]


@each
def test_it_can_be_read_as_a_file(path: Path) -> None:
    """A host of files runs no script: what is kept are tables and pictures, and little of them."""
    assert path.stat().st_size < MOST_BYTES
    outputs = [output for cell in code_cells(path) for output in cell["outputs"]]
    kinds = {kind for output in outputs for kind in output.get("data", {})}
    assert kinds & {"text/html", "image/png", "image/svg+xml"}
    shown = json.dumps(outputs)
    assert "<iframe" not in shown
    assert "<script" not in shown
    assert not re.search(r"/(home|work|root|tmp)/", shown)


@each
def test_its_headings_are_english_and_its_text_chinese(path: Path) -> None:
    words = [
        line
        for cell in read(path)["cells"]
        if cell["cell_type"] == "markdown"
        for line in "".join(cell["source"]).splitlines()
    ]
    headings = [line for line in words if line.startswith("#")]
    assert headings[0].startswith("# 0")
    assert all(heading.isascii() for heading in headings)
    assert sum(not line.isascii() for line in words) > len(headings)


@pytest.mark.django_db
def test_frames_name_no_person() -> None:
    make_small_city()
    make_user("somebody", name="张三", phone="10000000000")
    for frame in (
        notebook.areas(),
        notebook.cells(),
        notebook.buildings(),
        notebook.posts(),
        notebook.streets(),
    ):
        assert not {"phone", "user", "username", "leader"} & set(frame.columns)
        assert frame.crs.to_epsg() == 4490
    assert len(notebook.cells()) == 4
