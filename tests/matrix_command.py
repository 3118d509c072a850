"""Who gets what of the commander's page: a part of the table in `matrix`, in the same city and the same words."""

from collections.abc import Callable
from typing import Any

Asked = tuple[dict[str, Any], dict[str, Any]]

COMMAND_TABLE = """
command-areas       GET    -             parts     | in  404 in  | 404  comm 404  comm sub  city city 404  comm 404  city 404  city
command-areas       GET    p             parts-p   | in  404 in  | 404  comm 404  comm sub  city city 404  comm 404  city 404  city
command-areas       GET    r             parts-r   | in  404 in  | 404  404  404  404  404  city city 404  404  404  city 404  city
command-areas       GET    file          parts-csv | in  404 in  | 404  comm 404  comm sub  city city 404  comm 404  city 404  city
command-areas       POST   -             -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405
"""
COMMAND_ANSWERS: dict[str, dict[str, str]] = {
    # The way down and the parts: no person is among them.
    "parts": {
        "comm": "area-p cell-a cell-b",
        "sub": "area-x area-p area-q",
        "city": "area-city area-x area-y",
    },
    "parts-p": {
        "comm": "area-p cell-a cell-b",
        "sub": "area-x area-p cell-a cell-b",
        "city": "area-city area-x area-p cell-a cell-b",
    },
    "parts-r": {"city": "area-city area-y area-r cell-d"},
    "parts-csv": {
        "comm": "cell-a cell-b",
        "sub": "area-p area-q",
        "city": "area-x area-y",
    },
}
COMMAND_TARGETS: dict[tuple[str, str], Callable[[Any], Asked]] = {
    ("command-areas", "p"): lambda c: ({}, {"area": c.city.areas["p"].code}),
    ("command-areas", "r"): lambda c: ({}, {"area": c.city.areas["r"].code}),
    ("command-areas", "file"): lambda _: ({}, {"format": "csv"}),
}
