"""No module longer than a person can hold: 500 lines; a function 50."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULE_LINES, FUNCTION_LINES = 500, 50
# Migrations are written by Django; the stylesheet and the catalogue are lists.
MODULES = [
    path
    for folder in ("gridmap", "layers", "geodata", "tests")
    for ending in ("py", "js", "html")
    for path in sorted((ROOT / folder).rglob(f"*.{ending}"))
    if "migrations" not in path.parts
]


def test_no_module_is_longer_than_500_lines() -> None:
    lengths = {str(path.relative_to(ROOT)): _lines(path) for path in MODULES}
    assert {name: length for name, length in lengths.items() if length > MODULE_LINES} == {}


def test_no_function_is_longer_than_50_lines() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{node.name}": length
        for path in MODULES
        if path.suffix == ".py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    }
    assert long == {}


@pytest.mark.parametrize("folder", ["gridmap", "layers", "geodata", "tests"])
def test_the_modules_of_every_folder_are_looked_at(folder: str) -> None:
    assert any(path.is_relative_to(ROOT / folder) for path in MODULES)


def _lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())
