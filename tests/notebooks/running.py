"""Runs a notebook from top to bottom as Jupyter does, and writes down what it shows.

Cell by cell in one namespace; the value of a cell's last line is shown, and what `display` is given. That needs no
kernel, so that the suite runs all of them in its own process, under the role of the door.
"""

import ast
import base64
import io
import json
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from layers.folium_maps import Page

Output = dict[str, Any]
SHOWN = {"_repr_svg_": "image/svg+xml", "_repr_html_": "text/html"}
# Of a map in a notebook that is read as a file.
SIZE = {"width": 960, "height": 560}
COLOURS = 256


@dataclass
class Run:
    """What each code cell showed, and the maps among it."""

    path: Path
    outputs: list[list[Output]] = field(default_factory=list)
    pages: list[tuple[Output, Page]] = field(default_factory=list)
    names: dict[str, Any] = field(default_factory=dict)


def read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def code_cells(path: Path) -> list[dict[str, Any]]:
    return [cell for cell in read(path)["cells"] if cell["cell_type"] == "code"]


def run(path: Path) -> Run:
    """Run all cells; an error names the cell in which it happened."""
    found = Run(path)
    for number, cell in enumerate(code_cells(path), start=1):
        shown: list[Output] = []
        show = _shower(found, shown)
        found.names["display"] = show
        out = io.StringIO()
        with redirect_stdout(out):
            show(_value("".join(cell["source"]), f"{path.name}[{number}]", found.names))
        if out.getvalue():
            stream = {"output_type": "stream", "name": "stdout"}
            shown.insert(0, {**stream, "text": _lines(out.getvalue())})
        found.outputs.append(shown)
    return found


def _value(source: str, name: str, names: dict[str, Any]) -> Any:
    body = ast.parse(source)
    last = body.body.pop() if body.body and isinstance(body.body[-1], ast.Expr) else None
    exec(compile(body, name, "exec"), names)
    return last and eval(compile(ast.Expression(last.value), name, "eval"), names)


def _shower(found: Run, shown: list[Output]) -> Callable[[Any], None]:
    def show(value: Any) -> None:
        if value is None:
            return
        data = {"text/plain": _lines(repr(value) if not isinstance(value, Page) else "Page")}
        for method, kind in SHOWN.items():
            made = getattr(value, method, lambda: None)()
            if made is not None:
                data[kind] = _lines(made)
        output = {"output_type": "display_data", "metadata": {}, "data": data}
        shown.append(output)
        if isinstance(value, Page):
            found.pages.append((output, value))

    return show


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def write(runs: list[Run]) -> None:
    """Keep what was shown in the files, maps as pictures: a host of files runs no script."""
    _photograph([pair for one in runs for pair in one.pages])
    for one in runs:
        document, outputs = read(one.path), iter(one.outputs)
        number = 0
        for cell in document["cells"]:
            if cell["cell_type"] == "code":
                number += 1
                cell |= {"outputs": next(outputs), "execution_count": number}
        text = json.dumps(document, ensure_ascii=False, indent=1)
        one.path.write_text(text + "\n", encoding="utf-8")


def _photograph(pages: list[tuple[Output, Page]]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        for output, page in pages:
            context = browser.new_context(viewport=SIZE, offline=True)
            tab = context.new_page()
            tab.set_content(page.text)
            tab.wait_for_timeout(500)
            picture = base64.b64encode(_small(tab.screenshot())).decode()
            output["data"] = {"image/png": picture, "text/plain": output["data"]["text/plain"]}
            context.close()
        browser.close()


def _small(picture: bytes) -> bytes:
    file = io.BytesIO()
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    # This method keeps the colours of the classes as they are.
    image.quantize(COLOURS, method=Image.Quantize.FASTOCTREE).save(file, "png", optimize=True)
    return file.getvalue()
