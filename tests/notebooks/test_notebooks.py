"""Every notebook runs from top to bottom, and defines nothing of its own."""

import ast
import json
from pathlib import Path

import pytest

from gridmap import notebook
from tests.makers import make_small_city, make_user

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
pytestmark = pytest.mark.django_db


def sources(path: Path) -> list[str]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def test_there_is_a_notebook():
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs(path):
    make_small_city()
    names: dict[str, object] = {}
    for source in sources(path):
        exec(compile(source, path.name, "exec"), names)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_holds_calls_and_no_functions(path):
    for source in sources(path):
        defined = [
            n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef | ast.ClassDef)
        ]
        assert not defined


def test_frames_name_no_person():
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
