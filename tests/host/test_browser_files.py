import json
import os
from pathlib import Path

import pytest

from gridmap.host.browser_files import FOR_TESTS, SERVED, without_source_map
from gridmap.host.project import ROOT


@pytest.mark.parametrize(
    "script",
    [
        b"let a=1;\n//# sourceMappingURL=a.js.map\n",
        b"let a=1;\n//@ sourceMappingURL=a.js.map",
        b"let a=1;\n/*# sourceMappingURL=a.css.map */\n",
    ],
)
def test_the_name_of_an_absent_source_map_is_taken_out(script: bytes) -> None:
    assert b"sourceMappingURL" not in without_source_map(script)
    assert without_source_map(script).startswith(b"let a=1;\n")


def test_a_script_without_a_source_map_stays_as_it_is() -> None:
    assert without_source_map(b"a('//# not one')\n") == b"a('//# not one')\n"
    assert without_source_map(b"") == b""


def test_every_library_is_pinned_in_the_lock_file() -> None:
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for path in [*SERVED.values(), *FOR_TESTS.values()]:
        entry = locked[f"node_modules/{path.split('/')[0]}"]
        assert entry["integrity"].startswith("sha512-")


def test_the_libraries_are_there_and_name_no_source_map() -> None:
    folder = Path(os.environ["GRIDMAP_VAR"]) / "browser"
    for name in [*SERVED, *FOR_TESTS]:
        assert b"sourceMappingURL=" not in (folder / name).read_bytes()
