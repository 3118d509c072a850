"""The script modules of a page, so that a browser asks for all at once and not for one level of imports after another."""

import posixpath
import re
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders

# Not those that are imported when they are needed.
IMPORT = re.compile(r"""^(?:import|export)\b[^;"']*["'](\.{1,2}/[^"']+)["']""", re.MULTILINE)


@lru_cache
def modules_of(entry: str) -> tuple[str, ...]:
    """The names of a module's file and of all that it imports."""
    found: dict[str, None] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop(0)
        if name in found:
            continue
        found[name] = None
        text = Path(_place(name)).read_text(encoding="utf-8")
        folder = posixpath.dirname(name)
        waiting += [posixpath.normpath(posixpath.join(folder, one)) for one in IMPORT.findall(text)]
    return tuple(found)


def _place(name: str) -> str:
    place = finders.find(name)
    if not place:
        raise FileNotFoundError(name)
    return place
