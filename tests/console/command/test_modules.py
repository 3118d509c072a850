"""A browser asks for all scripts of the page at once."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from gridmap.console.command.modules import modules_of
from tests.console.command.cast import Cast

ENTRY = "console/command/page.js"
ANY_IMPORT = re.compile(r'(?:from|^import) "[./]*/([^"/]+\.js)"', re.MULTILINE)


def test_what_any_module_imports_is_one_of_them() -> None:
    found = modules_of(ENTRY)
    names = {Path(one).name for one in found}
    assert len(found) == len(set(found)) > 30
    wanted = {
        name
        for one in found
        for name in ANY_IMPORT.findall(Path(str(finders.find(one))).read_text(encoding="utf-8"))
    }
    assert wanted
    assert wanted - names == set()
    # What is asked for when it is needed is not.
    assert "echarts.js" not in names


@pytest.mark.django_db
def test_the_page_and_the_wall_name_them(cast: Cast) -> None:
    for address in ("/command/", "/command/?wall"):
        page = cast.browser("chen").get(address).content.decode()
        named = re.findall(r'rel="modulepreload" href="/static/([^"]+)"', page)
        assert named == [*modules_of(ENTRY)]
